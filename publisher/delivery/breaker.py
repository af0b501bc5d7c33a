"""When to stop an edition before a mistake reaches everybody: pure counting.

The limits stay below those at which SES reviews or pauses an account (5 % bounces, 0.1 to 0.5 % complaints).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from publisher.model import Accepted, NotAccepted, Outcome, Reaction

FAILURES_IN_A_ROW: Final = 5
LEAST_RESULTS: Final = 200
BOUNCES: Final = 0.05
COMPLAINTS: Final = 0.003
WARN_BOUNCES: Final = 0.02
WARN_COMPLAINTS: Final = 0.001


class Level(StrEnum):
    """How an edition is doing."""

    GO = "go"
    WARN = "warn"  # goes on, people are told
    BREAK = "break"  # pauses until a person lets it go on


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What is known of an edition: `results` messages whose fate is known or which were accepted, for good or bad.

    `bounced` counts hard bounces only; `failures` the permanent failures since the last accepted message.
    """

    results: int = 0
    bounced: int = 0
    complained: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A level and, unless it is `go`, the reason in words for the editor."""

    level: Level
    reason: str = ""


def count_failures(before: int, outcome: Outcome) -> int:
    """Count permanent failures in a row: an acceptance ends the row, what will be tried again says nothing."""
    match outcome:
        case Accepted():
            return 0
        case NotAccepted(reaction=Reaction.FAIL):
            return before + 1
        case _:
            return before


def judge(tally: Tally) -> Judgement:
    """Say whether an edition may go on."""
    if tally.failures >= FAILURES_IN_A_ROW:
        reason = f"{tally.failures} messages in a row were refused for good: the edition itself may be at fault"
        return Judgement(level=Level.BREAK, reason=reason)
    if tally.results < LEAST_RESULTS:
        return Judgement(level=Level.GO)
    bounces, complaints = tally.bounced / tally.results, tally.complained / tally.results
    reason = f"{bounces:.1%} bounced and {complaints:.2%} complained, of {tally.results} messages"
    if bounces > BOUNCES or complaints > COMPLAINTS:
        return Judgement(level=Level.BREAK, reason=reason)
    if bounces > WARN_BOUNCES or complaints > WARN_COMPLAINTS:
        return Judgement(level=Level.WARN, reason=reason)
    return Judgement(level=Level.GO)
