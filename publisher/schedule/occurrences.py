"""The occurrences of a schedule, from any moment on."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice, takewhile
from typing import Final

from publisher.schedule import zones
from publisher.schedule.recurrence import Occurrence, Schedule

# A rule that finds no day within this time (the 31st of every twelfth February) never will.
_HORIZON: Final = timedelta(days=366 * 40)
_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9900, 1, 1, tzinfo=UTC)


def next_after(schedule: Schedule, moment: datetime) -> Occurrence | None:
    """Give the first occurrence later than a moment (aware); None when there is none, or only by hand."""
    return next(_after(schedule, moment), None)


def occurrences(schedule: Schedule, after: datetime, count: int) -> tuple[Occurrence, ...]:
    """Give the next occurrences later than a moment, at most `count`."""
    return tuple(islice(_after(schedule, after), count))


def between(schedule: Schedule, after: datetime, until: datetime) -> tuple[Occurrence, ...]:
    """Give all occurrences later than one moment and not later than another."""
    return tuple(takewhile(lambda occurrence: occurrence.at <= until, _after(schedule, after)))


def _after(schedule: Schedule, moment: datetime) -> Iterator[Occurrence]:
    """Go through the occurrences later than a moment, in order, each moment once.

    What is not later on the wall is not later in time either: a local time counts when the wall shows it first. Local
    times that do not exist all move to the same moment, where they and the time that is valid then are one.
    """
    zone = zones.load(schedule.zone)
    moment = min(max(moment, _EARLIEST), _LATEST)
    found = (
        Occurrence(local=local, at=zones.first_moment(local, zone))
        for local in _local_times(schedule, zones.local_time(moment, zone))
    )
    for at, same in groupby(found, key=lambda occurrence: occurrence.at):
        last = max(same, key=lambda occurrence: occurrence.local)
        if at > moment:
            yield last


def _local_times(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """Go through the local times of all rules and single dates later than one, each once, holidays left out."""
    single = iter(sorted(local for local in schedule.once if local > after))
    horizon = after + _HORIZON
    merged = heapq.merge(single, *(rule.local_times(after, horizon) for rule in schedule.rules))
    return (local for local, _ in groupby(merged) if local.date() not in schedule.holidays)
