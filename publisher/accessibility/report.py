"""A report on a page: what scripts read (report.json) and what a terminal shows.

The page for people is in `report_page`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from publisher.accessibility.audit import audit, is_passed, rules_run
from publisher.accessibility.page import Page
from publisher.accessibility.rule import shorten
from publisher.model import Finding, Gate, Repair, Skipped

GROUPS: Final[tuple[tuple[Gate, str], ...]] = (
    (Gate.BLOCK, "Must fix"),
    (Gate.ACK, "Please decide"),
    (Gate.INFO, "For information"),
)
_FEW: Final = 3
_PICTURE: Final = re.compile(r"images\[(\d+)\]\.(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A blocking rule that a person let pass: why, and who."""

    rule: str
    reason: str
    by: str
    post: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an audit came to; sizes in bytes. `overrides` are kept so that nobody has to ask later.

    `titles` are those of our posts by their ids, so that people read what they know a post by.
    """

    findings: tuple[Finding, ...]
    rules: tuple[str, ...]
    html_bytes: int
    text_bytes: int
    posts: int = 0
    skipped: tuple[Skipped, ...] = ()
    repairs: tuple[Repair, ...] = ()
    overrides: tuple[Override, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Say whether nothing is left that blocks."""
        return is_passed(tuple(one for one in self.findings if not self.is_overridden(one)))

    def is_overridden(self, finding: Finding) -> bool:
        """Say whether a person let a finding pass."""
        return any(one.rule == finding.rule and one.post in {None, finding.post} for one in self.overrides)

    def group(self, gate: Gate) -> tuple[Finding, ...]:
        """Give the findings of one group, in their order."""
        return tuple(one for one in self.findings if one.gate is gate)

    def name_post(self, post: str) -> str:
        """Name a post as people know it: by its title, and by its id where that is all there is."""
        title = self.titles.get(post)
        return shorten(title) if title else post


def report_on(
    page: Page,
    *,
    more: Sequence[Finding] = (),
    posts: int | None = None,
    skipped: Sequence[Skipped] = (),
    repairs: Sequence[Repair] = (),
) -> Report:
    """Audit a page and write down what came of it; `more` are findings made elsewhere (posts, browser)."""
    return Report(
        findings=merge(audit(page), tuple(more)),
        rules=tuple(dict.fromkeys((*rules_run(page), *(one.rule for one in more)))),
        html_bytes=page.size,
        text_bytes=len((page.text or "").encode("utf-8", "replace")),
        posts=len(page.expected) if posts is None else posts,
        skipped=tuple(skipped),
        repairs=tuple(repairs),
        titles={one.post: one.title for one in page.expected},
    )


def merge(*groups: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Put groups of findings together, the blocking ones first; the order within a group stays.

    What an earlier group says of the same post and field, in the same words, is not said again: mail and archive page
    share most of what they show.
    """
    gates = [gate for gate, _title in GROUPS]
    found: list[Finding] = []
    for group in groups:
        known = {_subject(one) for one in found}
        found += [one for one in dict.fromkeys(group) if _subject(one) not in known]
    return tuple(sorted(found, key=lambda one: gates.index(one.gate)))


def _subject(finding: Finding) -> tuple[str, str | None, str]:
    """Say what a finding is about: its rule and, where the post's field is known, that alone."""
    return finding.rule, finding.post, finding.field or finding.message


def to_json(report: Report) -> dict[str, Any]:
    """Write a report as report.json has it."""
    written: dict[str, Any] = {
        "passed": report.passed,
        "findings": [_finding(one) for one in report.findings],
        "rules": list(report.rules),
        "bytes": {"html": report.html_bytes, "text": report.text_bytes},
        "posts": report.posts,
        "skipped": [asdict(one) for one in report.skipped],
        "repairs": [
            {"rule": one.rule, "post": one.post, "before": one.before, "after": one.after} for one in report.repairs
        ],
    }
    if report.overrides:
        written["overrides"] = [asdict(one) for one in report.overrides]
    return written


def _finding(finding: Finding) -> dict[str, Any]:
    """Write one finding; the number of its test is an addition to the contract."""
    return {
        "rule": finding.rule,
        "test": finding.test,
        "wcag": finding.wcag,
        "severity": finding.severity.value,
        "gate": finding.gate.value,
        "message": finding.message,
        "fix": finding.fix,
        "post": finding.post,
        "field": finding.field,
        "selector": finding.selector,
    }


def summary(report: Report) -> str:
    """Say in one line what an audit came to."""
    counts = ", ".join(f"{title.lower()}: {len(report.group(gate))}" for gate, title in GROUPS)
    rules = f"; {len(report.rules)} rules" if report.rules else ""
    return f"{'passed' if report.passed else 'refused'} ({counts}{rules})"


def to_text(report: Report, name: str = "", *, whole: str = "") -> str:
    """Write a report for a terminal: what was found, where it is and how to mend it; repairs by their kinds.

    `whole` says where every repair is listed.
    """
    lines = [f"{name}: {summary(report)}" if name else summary(report)]
    for gate, title in GROUPS:
        found = report.group(gate)
        if found:
            lines += ["", f"{title} ({len(found)})"]
        for fix in dict.fromkeys((one.rule, one.fix) for one in found):
            for one in found:
                lines += _lines(one, report) if (one.rule, one.fix) == fix else ()
            lines.append(f"  mend: {fix[1]}")
    for skipped in report.skipped:
        lines += ["", f"Skipped {skipped.source}: {skipped.reason}"]
    if report.repairs:
        listed = f"; each of them is in {whole}" if whole else ""
        lines += ["", f"Repaired ({len(report.repairs)}){listed}", *_kinds(report)]
    return "\n".join(lines) + "\n"


def _lines(finding: Finding, report: Report) -> list[str]:
    """Write one finding for a terminal."""
    criterion = f", WCAG {finding.wcag}" if finding.wcag else ""
    passed = " (let pass, with a reason)" if report.is_overridden(finding) else ""
    lines = [f"- {finding.message} [{finding.rule}, {finding.severity.value}{criterion}]{passed}"]
    where = locate(finding, report) or finding.selector
    return [*lines, *([f"  where: {where}"] if where else [])]


def locate(finding: Finding, report: Report) -> str:
    """Say in which post and which part of it something was found; "" where no post of ours is concerned."""
    if finding.post is None:
        return finding.field or ""
    place = _PICTURE.fullmatch(finding.field or "")
    part = f"picture {int(place[1]) + 1}, {place[2].replace('_', ' ')}" if place else finding.field
    return ", ".join(one for one in (report.name_post(finding.post), part) if one)


def _kinds(report: Report) -> Iterator[str]:
    """Write repairs by their kinds: how often, and the first of them. What came of it parts kinds where it is a few."""
    outcomes: dict[str, set[str]] = {}
    for one in report.repairs:
        outcomes.setdefault(one.rule, set()).add(one.after)
    kinds = [(one.rule, one.after if len(outcomes[one.rule]) <= _FEW else "") for one in report.repairs]
    for kind, times in Counter(kinds).items():
        first = report.repairs[kinds.index(kind)]
        where = f" (in {report.name_post(first.post)})" if first.post else ""
        often = f"{times} times, such as " if times > 1 else ""
        yield f"- {first.rule}: {often}{shorten(first.before)} -> {shorten(first.after)}{where}"
