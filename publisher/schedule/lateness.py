"""What to do about an occurrence: send, wait, hold for a person, or let it go."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from publisher.schedule.occurrences import between
from publisher.schedule.recurrence import Occurrence, Schedule

LOOK_BACK: Final = timedelta(days=7)

# Two clocks of one machine may differ by the time between writing the one and the other.
_SLACK: Final = timedelta(minutes=5)


class Verdict(StrEnum):
    """What becomes of an occurrence now."""

    WAIT = "wait"  # its time has not come
    DUE = "due"  # start it
    LATE = "late"  # its time has passed too long ago: hold it and tell the editors
    RESTORED = "restored"  # it may have gone out already, before the database was put back: hold it and tell why
    OVERTAKEN = "overtaken"  # a later one is due as well, and takes its posts with it
    PAUSED = "paused"  # the newsletter is paused: this one is left out
    EMPTY = "empty"  # nothing new: this one is left out
    FORGOTTEN = "forgotten"  # longer ago than anybody looks back


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of an occurrence, and why, in a sentence for editors."""

    occurrence: Occurrence
    verdict: Verdict
    reason: str

    @property
    def held(self) -> bool:
        """Say whether a person has to decide."""
        return self.verdict in {Verdict.LATE, Verdict.RESTORED}


def missed(
    schedule: Schedule,
    now: datetime,
    started: Container[datetime],
    look_back: timedelta = LOOK_BACK,
) -> tuple[Occurrence, ...]:
    """Give the occurrences of the last days that never started; `started` holds local times of those that did."""
    past = between(schedule, now - look_back, now)
    return tuple(occurrence for occurrence in past if occurrence.local not in started)


def blind_until(stored: datetime | None, kept: datetime | None, now: datetime) -> datetime | None:
    """Give the moment up to which the database may not know what was sent; None when it knows everything.

    `stored` is the last tick as the database has it, `kept` the same as a file beside it has it. A database that was
    restored from a backup is behind its file, or has a past in a place that has none.
    """
    if stored is None:
        return kept
    if kept is None:
        return now
    return kept if kept - stored > _SLACK else None


def decide(  # noqa: PLR0913 - each is one fact about the newsletter, by keyword
    occurrence: Occurrence,
    now: datetime,
    *,
    lateness: timedelta,
    newer: Occurrence | None = None,
    blind: datetime | None = None,
    paused: bool = False,
    new_posts: int | None = None,
) -> Decision:
    """Decide about an occurrence that has not started.

    `lateness` is how late it may still be sent; `newer` the next occurrence after it; `blind` comes from
    `blind_until`; `new_posts` None: not counted yet.
    """
    verdict, reason = _judge(occurrence, now, lateness, newer, blind)
    if verdict is Verdict.DUE and paused:
        verdict, reason = Verdict.PAUSED, "the newsletter is paused"
    elif verdict is Verdict.DUE and new_posts == 0:
        verdict, reason = Verdict.EMPTY, "there is no new post"
    return Decision(occurrence=occurrence, verdict=verdict, reason=reason)


def _judge(
    occurrence: Occurrence,
    now: datetime,
    lateness: timedelta,
    newer: Occurrence | None,
    blind: datetime | None,
) -> tuple[Verdict, str]:
    """Decide by the times alone."""
    late = now - occurrence.at
    if late < timedelta(0):
        return Verdict.WAIT, "its time has not come"
    if late > LOOK_BACK:
        return Verdict.FORGOTTEN, f"it was due {_spoken(late)} ago, longer than anybody looks back"
    if newer is not None and newer.at <= now:
        return Verdict.OVERTAKEN, "a later one is due as well"
    if blind is not None and occurrence.at <= blind:
        return Verdict.RESTORED, "the database was restored from a backup and cannot tell whether it was sent"
    if late > lateness:
        return Verdict.LATE, f"it was due {_spoken(late)} ago, and may be at most {_spoken(lateness)} late"
    return Verdict.DUE, "its time has come"


def _spoken(span: timedelta) -> str:
    """Write a span of time for people, in its two largest units."""
    minutes = int(span.total_seconds()) // 60
    units = (("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60))
    said = [f"{number} {unit}{'' if number == 1 else 's'}" for unit, number in units if number][:2]
    return " and ".join(said) or "less than a minute"
