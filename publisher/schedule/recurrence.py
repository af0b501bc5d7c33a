"""The values of a schedule: rules of recurrence, single dates, and the occurrences that come out of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final, Literal, Self

from dateutil import rrule

Frequency = Literal["daily", "weekly", "monthly"]

# Where "every second week" is counted from when nothing else says so: a Monday, so that it never drifts.
ANCHOR: Final = date(1970, 1, 5)
LONGEST_INTERVAL: Final = 366
MOST_TIMES: Final = 10_000
YEARS: Final = range(1900, 3000)

_FREQUENCIES: Final[dict[Frequency, Literal[1, 2, 3]]] = {
    "daily": rrule.DAILY,
    "weekly": rrule.WEEKLY,
    "monthly": rrule.MONTHLY,
}
_NTH: Final = frozenset({-1, 1, 2, 3, 4, 5})


def _require(ok: bool, message: str) -> None:  # noqa: FBT001 - a condition
    """Refuse a value that cannot be."""
    if not ok:
        raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Weekday:
    """A day of the week, Monday = 0; `nth` counts it within the month (-1: the last), None: each one."""

    day: int
    nth: int | None = None

    def __post_init__(self) -> None:
        _require(self.day in range(7), f"no day of the week: {self.day}")
        _require(self.nth is None or self.nth in _NTH, f"a month has no weekday number {self.nth}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of recurrence in local time (a subset of RFC 5545, 3.3.10).

    `times` of the day are in order, each once. `month_days` are 1..31, and -1 for the last. `pick` keeps only the n-th
    of the matching days of a month (BYSETPOS). `start` and `until` are local times, both inclusive; `start` anchors
    `interval`, as `anchor` does where there is no start. `count` needs `start`. `week_start`: Monday = 0.
    """

    frequency: Frequency
    times: tuple[time, ...]
    interval: int = 1
    weekdays: tuple[Weekday, ...] = ()
    month_days: tuple[int, ...] = ()
    pick: int | None = None
    start: datetime | None = None
    until: datetime | None = None
    count: int | None = None
    anchor: date = ANCHOR
    week_start: int = 0

    def __post_init__(self) -> None:
        _require(bool(self.times), "a rule needs a time of the day")
        _require(list(self.times) == sorted(set(self.times)), "times must be in order, each once")
        _require(1 <= self.interval <= LONGEST_INTERVAL, f"the interval must be 1 to {LONGEST_INTERVAL}")
        _require(all(day == -1 or day in range(1, 32) for day in self.month_days), "days of a month are 1 to 31, or -1")
        _require(self.pick is None or self.pick in _NTH, "only the first five or the last can be picked")
        _require(self.frequency != "weekly" or bool(self.weekdays), "a weekly rule needs days of the week")
        _require(
            self.frequency != "monthly" or bool(self.weekdays) != bool(self.month_days),
            "a monthly rule needs days of the week or of the month, one of the two",
        )
        _require(
            self.frequency == "monthly" or not any(day.nth for day in self.weekdays),
            "only a month has a first or last weekday",
        )
        _require(self.pick is None or self.frequency == "monthly", "only the days of a month can be picked from")
        _require(self.count is None or self.start is not None, "a count needs a start")
        _require(self.count is None or 1 <= self.count <= MOST_TIMES, f"a count is 1 to {MOST_TIMES}")
        _require(
            all(moment is None or moment.tzinfo is None for moment in (self.start, self.until)),
            "start and until are local times",
        )
        _require(
            all(day is None or day.year in YEARS for day in (self.start, self.until, self.anchor)),
            f"years are {YEARS.start} to {YEARS.stop - 1}",
        )

    def local_times(self, after: datetime, horizon: datetime) -> Iterator[datetime]:
        """Give the local times of this rule later than one local time, in order, until a horizon."""
        origin = self.start.date() if self.start else self.anchor
        first = origin if self.count else after.date()
        if self.start:
            first = max(first, origin)
        end = min(horizon, self.until) if self.until else horizon
        found = self._from(_aligned(self, origin, first), end)
        if self.count:
            found = islice(found, self.count)
        return (local for local in found if local > after)

    def last_day(self) -> date | None:
        """Give the day after which it never falls due again; None when it has no end."""
        if self.count and self.start:
            far = datetime(YEARS.stop, 1, 1)  # noqa: DTZ001 - local, as everything here
            return max((at.date() for at in self.local_times(self.start - timedelta(seconds=1), far)), default=None)
        return self.until.date() if self.until else None

    def _from(self, first: date, end: datetime) -> Iterator[datetime]:
        """Give every local time from a day on which a period of the rule begins."""
        days = rrule.rrule(
            _FREQUENCIES[self.frequency],
            dtstart=datetime.combine(first, time()),
            interval=self.interval,
            wkst=self.week_start,
            until=datetime.combine(end.date(), time()),
            byweekday=[rrule.weekday(day.day, day.nth) for day in self.weekdays] or None,
            bymonthday=self.month_days or None,
            bysetpos=self.pick,
        )
        for day in days:
            for at in self.times:
                local = datetime.combine(day.date(), at)
                if local > end:
                    return
                if not self.start or local >= self.start:
                    yield local


def _aligned(rule: Rule, origin: date, first: date) -> date:
    """Give the beginning of the rule's period (every n-th from the origin's) that holds a day or comes before it.

    A rule is never followed from its origin day by day: that takes the longer, the older it is.
    """
    if rule.frequency == "daily":
        step = rule.interval
        return origin + timedelta(days=(first - origin).days // step * step)
    if rule.frequency == "weekly":
        monday = origin - timedelta(days=(origin.weekday() - rule.week_start) % 7)
        step = 7 * rule.interval
        return monday + timedelta(days=(first - monday).days // step * step)
    begun = origin.year * 12 + origin.month - 1
    month = begun + (first.year * 12 + first.month - 1 - begun) // rule.interval * rule.interval
    return date(month // 12, month % 12 + 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a newsletter is due: rules and single local times (`once`) in one IANA zone, never on `holidays`.

    Without rules and times it is sent by hand.
    """

    text: str
    zone: str
    rules: tuple[Rule, ...] = ()
    once: tuple[datetime, ...] = ()
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        _require(bool(self.zone), "a schedule needs a zone")
        _require(all(local.tzinfo is None for local in self.once), "single dates are local times")

    @property
    def by_hand(self) -> bool:
        """Say whether it never falls due by itself."""
        return not self.rules and not self.once

    def in_zone(self, zone: str) -> Self:
        """Give the same local times in another zone: "07:30 where the reader is"."""
        return replace(self, zone=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time at which a schedule falls due.

    `local` is the time on the wall that the schedule asks for, without an offset: its identity, which stays the same
    when a zone's rules change. `at` is the moment, in UTC.
    """

    local: datetime
    at: datetime

    def __post_init__(self) -> None:
        _require(self.local.tzinfo is None, "the identity of an occurrence has no offset")
        _require(self.at.utcoffset() == UTC.utcoffset(None), "the moment of an occurrence is in UTC")
