"""What the report of an edition says, in the language of the desk: what is wrong, how to decide, how to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from publisher.accessibility import report
from publisher.accessibility.audit import RULES, rule_named
from publisher.accessibility.rule import Rule
from publisher.digest.strings import SOURCE_LANGUAGE
from publisher.model import Gate
from publisher.store.wishes import Place
from publisher.web.desk import details
from publisher.web.strings import PageWording

_PICTURE: Final = re.compile(r"images\[(\d+)\]")
_FIELDS: Final = frozenset({"language", "media"})  # of a post, with a place on its page
_AXE: Final = "axe/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One finding of the report: `link` leads to the field to mend, "" where the edition itself is at fault.

    `foreign` is what has English words only: what a browser's own rules say.
    """

    message: str
    foreign: str
    fix: str
    decide: str
    wcag: str
    severity: str
    link: str
    where: str


def group(written: Mapping[str, Any], places: Sequence[Place], words: PageWording) -> list[tuple[str, str, list[Told]]]:
    """Give the findings of a report by what they ask for, each with a link to the field that it is about."""
    known = {place.post.id: place for place in places}
    groups: dict[str, list[Told]] = {gate.value: [] for gate, _ in report.GROUPS}
    for finding in findings_of(written):
        told = _tell(finding, known.get(str(finding.get("post"))), words)
        groups.get(str(finding.get("gate")), groups[Gate.INFO.value]).append(told)
    return [(gate.value, title, groups[gate.value]) for gate, title in report.GROUPS]


def findings_of(written: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the findings of a report as it was kept."""
    found = written.get("findings", [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def phrase(finding: Mapping[str, Any], words: PageWording) -> tuple[str, str]:
    """Say what is wrong, and give what of it has English words only."""
    message = str(finding.get("message", ""))
    rule = _rule_of(finding)
    if words.catalogue == SOURCE_LANGUAGE:
        return message, ""
    if rule is None:
        return "", f"{message}. {finding.get('fix', '')}"
    said = words.say(rule.message)
    if not message.startswith(rule.message):
        return said, message
    detail = message.removeprefix(rule.message).removeprefix(": ")
    translated = details.translate(detail, words.say) if detail else ""
    if translated is None:
        return said, detail
    return f"{said}: {translated}" if translated else said, ""


def _rule_of(finding: Mapping[str, Any]) -> Rule | None:
    """Give the rule that found something: ours, or ours that asks what a rule of axe-core asks."""
    name = str(finding.get("rule", ""))
    if name.startswith(_AXE):
        return next((rule for rule in RULES if name.removeprefix(_AXE) in rule.axe), None)
    return rule_named(name)


def _tell(finding: Mapping[str, Any], place: Place | None, words: PageWording) -> Told:
    """Write one finding, with how to decide about it."""
    rule = _rule_of(finding)
    message, foreign = phrase(finding, words)
    return Told(
        message=message,
        foreign=foreign,
        fix=words.say(rule.fix) if rule else "" if foreign else str(finding.get("fix", "")),
        decide=words.say(rule.decide) if rule else "",
        wcag=str(finding.get("wcag") or ""),
        severity=str(finding.get("severity", "")),
        link=_link(finding, place),
        where=(place.post.title or place.post.id) if place else "",
    )


def _link(finding: Mapping[str, Any], place: Place | None) -> str:
    """Give the address of the field to mend; "" for none."""
    picture = _PICTURE.match(str(finding.get("field") or ""))
    if place is not None:
        named = str(finding.get("field") or "")
        field = f"#alt-{picture[1]}" if picture else f"#{named}" if named in _FIELDS else ""
        return f"/desk/posts/{place.post_key}/{field}"
    return "#texts" if finding.get("selector") == "Subject" else ""
