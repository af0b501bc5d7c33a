"""What an accessibility statement may say of a newsletter: figures out of the reports of its last editions, no more.

reports (as report.json has them) -> sum_up -> Figures
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from publisher.model import Gate

_ASKING: Final = frozenset({Gate.BLOCK.value, Gate.ACK.value})  # what is for information is no barrier
_LEFT_OUT: Final = "left out of the mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What some reports come to: in how many editions something was found, and against which criterion in how many.

    `left_out` counts pictures that nobody had described. `criteria` are those of WCAG 2.2, in their order; findings
    about none of them count in `found` alone. `rules` is how many rules the newest report tested.
    """

    editions: int = 0
    found: int = 0
    left_out: int = 0
    rules: int = 0
    criteria: tuple[tuple[str, int], ...] = ()

    @property
    def clean(self) -> int:
        """Count the editions in which nothing was found."""
        return self.editions - self.found


def sum_up(reports: Iterable[Mapping[str, Any]]) -> Figures:
    """Sum up reports, the newest first."""
    editions = found = left_out = rules = 0
    criteria: Counter[str] = Counter()
    for report in reports:
        editions += 1
        rules = rules or len(report.get("rules", ()))
        asking = [one for one in report.get("findings", ()) if one.get("gate") in _ASKING]
        found += bool(asking)
        criteria.update({str(one["wcag"]) for one in asking if one.get("wcag")})
        left_out += sum(1 for one in report.get("repairs", ()) if _is_left_out(one))
    ordered = sorted(criteria.items(), key=lambda one: [int(part) for part in one[0].split(".") if part.isdigit()])
    return Figures(editions=editions, found=found, left_out=left_out, rules=rules, criteria=tuple(ordered))


def _is_left_out(repair: Mapping[str, Any]) -> bool:
    """Say whether a repair left out a picture that nobody had described."""
    return repair.get("rule") == "image-alt" and str(repair.get("after", "")).startswith(_LEFT_OUT)
