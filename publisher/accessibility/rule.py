"""What a rule is, and how what it finds becomes a Finding."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from lxml.html import HtmlElement

from publisher.accessibility.page import Kind, Page, Places
from publisher.accessibility.tree import ancestors
from publisher.model import Finding, Gate, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One place where a rule is broken.

    `detail` goes behind the rule's message. `gate` and `severity` None: the rule's own. `post` and `field` None: found
    by the element's place; `where` stands in for a selector where there is no element.
    """

    element: HtmlElement | None = None
    detail: str = ""
    gate: Gate | None = None
    severity: Severity | None = None
    post: str | None = None
    field: str | None = None
    where: str | None = None


Check = Callable[[Page], Iterator[Problem]]
Condition = Callable[[Page], bool]


def always(_page: Page) -> bool:
    """Hold for every page."""
    return True


def in_mail(page: Page) -> bool:
    """Hold for what is read in a mail client."""
    return page.kind is Kind.MAIL


def on_web(page: Page) -> bool:
    """Hold for what is read in a browser."""
    return page.kind is Kind.WEB


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One accessibility rule.

    `test` is its number in the scorecard, 0 for a judgement outside it. `decide` helps a person to tell whether it
    is a barrier here, `fix` says how to take it away. `check` None: only a browser can tell. `applies` says which
    pages it can be asked of. `emc` is the test of the Email Markup Consortium, `axe` the rules of axe-core, that ask
    the same.
    """

    id: str
    test: int
    wcag: str
    severity: Severity
    gate: Gate
    message: str
    decide: str
    fix: str
    check: Check | None
    applies: Condition = always
    emc: str = ""
    axe: tuple[str, ...] = ()


MOST: Final = 50
_SHOWN: Final = 60


def shorten(text: str, most: int = _SHOWN) -> str:
    """Quote the beginning of a text."""
    text = " ".join(text.split())
    return f"«{text}»" if len(text) <= most else f"«{text[: most - 1].rstrip()}…»"


def _step(element: HtmlElement) -> str:
    """Write one step of a selector: the tag and its place among its like."""
    parent = element.getparent()
    tag = str(element.tag).replace(":", "\\:")
    if parent is None:
        return tag
    like = [one for one in parent if one.tag == element.tag]
    return tag if len(like) == 1 else f"{tag}:nth-of-type({like.index(element) + 1})"


def selector(element: HtmlElement) -> str:
    """Write a CSS selector of one element, from the nearest ancestor with an id or from the top."""
    steps: list[str] = []
    for one in (element, *ancestors(element)):
        identity = one.get("id") or ""
        if identity.replace("-", "").replace("_", "").isalnum() and identity.isascii() and not identity[0].isdigit():
            steps.append(f"#{identity}")
            break
        steps.append(_step(one))
    return " > ".join(reversed(steps))


def find(rule: Rule, page: Page, places: Places) -> Iterator[Finding]:
    """Run one rule on a page."""
    if rule.check is None or not rule.applies(page):
        return
    problems = rule.check(page)
    for problem in chain(islice(problems, MOST), _rest(problems)):
        post, field = _place(page, problem, places)
        yield Finding(
            rule=rule.id,
            test=rule.test,
            wcag=rule.wcag,
            severity=problem.severity or rule.severity,
            gate=problem.gate or rule.gate,
            message=_printable(f"{rule.message}: {problem.detail}" if problem.detail else rule.message),
            fix=rule.fix,
            post=post,
            field=field,
            selector=_printable(problem.where or "") or None if problem.element is None else selector(problem.element),
        )


def _rest(problems: Iterator[Problem]) -> Iterator[Problem]:
    """Count what is too much to list: after fifty places of one kind, nobody mends them one by one."""
    rest = sum(1 for _ in problems)
    if rest:
        yield Problem(detail=f"{rest} more places are not listed", where="html")


def _printable(text: str) -> str:
    """Take out what would steer a terminal: foreign text stands in messages."""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cc")


def _place(page: Page, problem: Problem, places: Places) -> tuple[str | None, str | None]:
    """Tell which post, and which field of it, has to be mended."""
    element = problem.element
    if problem.post is None and element is not None and element.tag == "img":
        known = page.fields.get(element.get("src", ""))
        if known is not None:
            return known[0], problem.field or f"images[{known[1]}].alt"
    return problem.post or places.post_at(element), problem.field
