"""Rules about tables: those that only lay out say so, those that hold data can be followed cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from publisher.accessibility.page import Page
from publisher.accessibility.rule import Problem, Rule, shorten
from publisher.accessibility.tree import LAYOUT_ROLES, is_blank, nearest, role_of, visible_text
from publisher.model import Gate, Severity

_TABLE: Final = frozenset({"table"})
_OPENING: Final = re.compile(r"<table\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_ROLE: Final = re.compile(r"\srole\s*=\s*[\"']?\s*(?:presentation|none)\b", re.IGNORECASE)
_SCOPES: Final = frozenset({"col", "row", "colgroup", "rowgroup"})


def own(table: HtmlElement, *tags: str) -> list[HtmlElement]:
    """Give the cells or captions of a table itself, not of tables in it."""
    return [found for found in table.iterdescendants(*tags) if nearest(found, _TABLE) is table]


def is_data(table: HtmlElement) -> bool:
    """Say whether a table is meant to hold data: it has headers or a caption, and does not say otherwise."""
    return role_of(table) not in LAYOUT_ROLES and bool(own(table, "th", "caption"))


def _layout(page: Page) -> Iterator[Problem]:
    """Find layout tables that are announced as tables, also those that only Outlook sees."""
    for table in page.tree.all("table"):
        if role_of(table) not in LAYOUT_ROLES and not own(table, "th", "caption"):
            yield Problem(element=table, detail=f'role="{role_of(table)}"' if role_of(table) else "no role")
    for comment in page.tree.comments:
        for opening in _OPENING.findall(comment):
            if not _ROLE.search(opening):
                yield Problem(detail="in a comment for Outlook", where=" ".join(opening.split())[:120])


def _data(page: Page) -> Iterator[Problem]:
    """Find data tables without a caption, without headers, or with headers of nothing."""
    for table in page.tree.all("table"):
        if not is_data(table) or not page.is_heard(table):
            continue
        captions = own(table, "caption")
        if not captions or is_blank(visible_text(captions[0])):
            yield Problem(element=table, detail="no caption")
        headers = own(table, "th")
        if not headers:
            yield Problem(element=table, detail="no header cells")
        for header in headers:
            if (header.get("scope") or "").lower() not in _SCOPES:
                yield Problem(element=header, detail=f"th {shorten(visible_text(header))} without scope")


RULES: Final = (
    Rule(
        id="layout-table-role",
        test=3,
        wcag="1.3.1",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="A layout table is announced as a table",
        decide="A table without header cells only places things. A screen reader would count its rows and columns.",
        fix='Write role="presentation" on the table; in comments for Outlook too.',
        check=_layout,
        emc="Layout tables have role presentation or none",
    ),
    Rule(
        id="data-table",
        test=21,
        wcag="1.3.1",
        severity=Severity.SERIOUS,
        gate=Gate.BLOCK,
        message="A data table cannot be followed",
        decide="Each cell must be heard with its header, and the table with its title.",
        fix='Give it a <caption>, and each <th> scope="col" or "row"; or write the data as sentences.',
        check=_data,
        axe=("td-has-header", "th-has-data-cells", "scope-attr-valid", "empty-table-header", "table-fake-caption"),
    ),
)
