"""What axe-core found in a browser becomes findings. Pure: the browser is in `browser`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cssselect
from lxml import etree
from lxml.html import HtmlElement

from publisher.accessibility.audit import RULES
from publisher.accessibility.page import Kind, Page, Places
from publisher.accessibility.rule import Rule, shorten
from publisher.model import Finding, Gate, Severity

_VERSION: Final = re.compile(r"axe v(\d+)\.(\d+)\.(\d+)")
_CRITERION: Final = re.compile(r"wcag(\d)(\d)(\d{1,2})")
_TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_LEVELS: Final = frozenset(_TAGS) - {"best-practice"}
# Off unless asked for: the first as of its level, the second as an experiment.
_EXTRA: Final = ("target-size", "css-orientation-lock")
# Right on the web, wrong in a mail, which stands inside a page of the client's.
_NOT_IN_MAIL: Final = (
    *("region", "landmark-one-main", "landmark-unique", "landmark-no-duplicate-main", "landmark-main-is-top-level"),
    *("landmark-banner-is-top-level", "landmark-contentinfo-is-top-level", "landmark-complementary-is-top-level"),
    *("landmark-no-duplicate-banner", "landmark-no-duplicate-contentinfo"),
)
_ONLY_TOLD: Final = frozenset({"identical-links-same-purpose", "color-contrast-enhanced", "hidden-content"})
# Style sheets only: axe-core waits ten seconds for the length of a film that plays by itself, and none is fetched here.
_PRELOAD: Final = {"assets": ["cssom"]}
_ALL: Final = 4
_QUOTED: Final = 200
_SEVERITIES: Final = {severity.value: severity for severity in Severity}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What axe-core said in one mode ("dark, 320 px"): its list of violations."""

    mode: str
    violations: Sequence[Mapping[str, Any]]


def version_of(source: str) -> tuple[int, int, int]:
    """Read the version out of axe-core's own text; zeros where it is not axe-core."""
    found = _VERSION.search(source[:400])
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def newest(files: Iterable[Path]) -> tuple[Path, tuple[int, int, int]] | None:
    """Choose the newest axe-core among files; None where none of them is one."""
    found = [(version_of(file.read_text("utf-8", "replace")), file) for file in files if file.is_file()]
    best = max(found, default=((0, 0, 0), None), key=lambda one: one[0])
    return (best[1], best[0]) if best[1] is not None and best[0] > (0, 0, 0) else None


def options(kind: Kind) -> dict[str, Any]:
    """Say what axe-core shall do: everything of WCAG A and AA and good practice, without what is wrong in mail."""
    rules: dict[str, dict[str, bool]] = {name: {"enabled": True} for name in _EXTRA}
    if kind is Kind.MAIL:
        rules |= {name: {"enabled": False} for name in _NOT_IN_MAIL}
    tags = {"type": "tag", "values": list(_TAGS)}
    return {"runOnly": tags, "rules": rules, "resultTypes": ["violations"], "preload": _PRELOAD}


def to_findings(seen: Sequence[Seen], page: Page) -> tuple[Finding, ...]:
    """Write down violations, each place once with all the modes in which it was seen."""
    modes: dict[tuple[str, str], list[str]] = {}
    first: dict[tuple[str, str], tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
    for one in seen:
        for violation in one.violations:
            for node in violation["nodes"]:
                key = (violation["id"], _target(node))
                modes.setdefault(key, []).append(one.mode)
                first.setdefault(key, (violation, node))
    places = Places(page)
    return tuple(
        _finding(violation, node, modes[key], _post(page, places, key[1])) for key, (violation, node) in first.items()
    )


def _target(node: Mapping[str, Any]) -> str:
    """Give the selector of a node; of the outermost one where frames nest."""
    target = node["target"][0]
    return target if isinstance(target, str) else str(target[0])


def _rule(name: str) -> Rule | None:
    """Find the rule of ours that asks the same."""
    return next((rule for rule in RULES if name in rule.axe), None)


def _gate(violation: Mapping[str, Any], rule: Rule | None) -> Gate:
    """Say what a violation does: what our rule does, else by its level."""
    if violation["id"] in _ONLY_TOLD:
        return Gate.INFO
    if rule is not None:
        return rule.gate
    return Gate.BLOCK if _LEVELS.intersection(violation["tags"]) else Gate.ACK


def _finding(violation: Mapping[str, Any], node: Mapping[str, Any], modes: Sequence[str], post: str | None) -> Finding:
    """Write down one violation at one place."""
    rule = _rule(violation["id"])
    criterion = next((found for tag in violation["tags"] if (found := _CRITERION.fullmatch(tag))), None)
    said = "; ".join(str(check["message"]) for check in [*node.get("any", ()), *node.get("all", ())])
    seen_in = "; ".join(modes) if len(modes) < _ALL else "in all modes"
    detail = shorten(said or str(node.get("html", "")), _QUOTED)
    return Finding(
        rule=f"axe/{violation['id']}",
        test=rule.test if rule else 0,
        wcag=".".join(criterion.groups()) if criterion else "",
        severity=_SEVERITIES.get(str(violation.get("impact")), Severity.MODERATE),
        gate=_gate(violation, rule),
        message=f"{violation['help']}: {detail} (in a browser: {seen_in})",
        fix=rule.fix if rule else str(violation["description"]),
        post=post,
        selector=_target(node),
    )


def _post(page: Page, places: Places, selector: str) -> str | None:
    """Find the post at a selector of axe-core's."""
    try:
        found = page.tree.root.cssselect(selector)
    except (cssselect.SelectorError, etree.XPathError):
        return None
    return places.post_at(found[0]) if found and isinstance(found[0], HtmlElement) else None
