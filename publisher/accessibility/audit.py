"""All rules in one table, and the audit of a page with them."""

from __future__ import annotations

from typing import Final

from publisher.accessibility import (
    contrast,
    headings,
    images,
    judgement,
    language,
    links,
    media,
    size,
    structure,
    tables,
    text,
    vml,
)
from publisher.accessibility.page import Page, Places
from publisher.accessibility.rule import Rule, find
from publisher.model import Finding, Gate

_FAMILIES: Final = (language, headings, images, links, tables, contrast, structure, media, text, size, vml, judgement)
RULES: Final[tuple[Rule, ...]] = tuple(
    sorted((rule for family in _FAMILIES for rule in family.RULES), key=lambda rule: (rule.test or 99, rule.id)),
)
_WEIGHT: Final = {Gate.BLOCK: 0, Gate.ACK: 1, Gate.INFO: 2}


def audit(page: Page, rules: tuple[Rule, ...] = RULES) -> tuple[Finding, ...]:
    """Find what is wrong with a page: blocking findings first, then by the number of the test, then by place."""
    places = Places(page)
    found = [finding for rule in rules for finding in find(rule, page, places)]
    return tuple(sorted(found, key=lambda finding: _WEIGHT[finding.gate]))


def rules_run(page: Page, rules: tuple[Rule, ...] = RULES) -> tuple[str, ...]:
    """Name the rules that can be asked of a page without a browser, in the order of the scorecard."""
    return tuple(rule.id for rule in rules if rule.check is not None and rule.applies(page))


def is_passed(findings: tuple[Finding, ...]) -> bool:
    """Say whether a page may go out: nothing blocks."""
    return all(finding.gate is not Gate.BLOCK for finding in findings)


def rule_named(name: str) -> Rule | None:
    """Find a rule by its id; None where there is none."""
    return next((rule for rule in RULES if rule.id == name), None)
