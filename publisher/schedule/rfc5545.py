"""Recurrence rules as calendars write them (RFC 5545, 3.3.10): the part of them that a newsletter needs.

DTSTART and RRULE stand on lines of their own, or the rule alone. Every part that is not kept is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from publisher.errors import FormatError
from publisher.schedule import zones
from publisher.schedule.recurrence import LONGEST_INTERVAL, MOST_TIMES, YEARS, Frequency, Rule, Weekday

EXAMPLES: Final = 'Write for example "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=7;BYMINUTE=30" or "weekdays at 07:30"'

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS: Final = frozenset(
    "FREQ INTERVAL BYDAY BYMONTHDAY BYHOUR BYMINUTE BYSECOND BYSETPOS COUNT UNTIL WKST".split(),
)
_FREQUENCIES: Final[Mapping[str, Frequency]] = {
    "HOURLY": "daily",  # an hourly rule is a daily one with many times
    "DAILY": "daily",
    "WEEKLY": "weekly",
    "MONTHLY": "monthly",
}
_LINE: Final = re.compile(r"(DTSTART|RRULE|EXRULE|RDATE|EXDATE|DTEND|DURATION)\b", re.IGNORECASE)
_DAY: Final = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_MOMENT: Final = re.compile(r"([0-9]{4})([0-9][0-9])([0-9][0-9])(?:T([0-9][0-9])([0-9][0-9])([0-9][0-9])(Z)?)?")
_HOURS: Final = 24


class _Mistake(Exception):  # noqa: N818 - never leaves this module
    """What is wrong with a rule, and the way out where it is not the usual one."""

    def __init__(self, reason: str, fix: str = EXAMPLES) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


def looks_like_rule(text: str) -> bool:
    """Say whether a text is meant as a recurrence rule, not as plain words."""
    return bool(re.search(r"\bFREQ\s*=|^\s*(RRULE|DTSTART)\b", text, re.IGNORECASE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """Rules as they were read, and the zone that they name themselves (None: they name none)."""

    rules: tuple[Rule, ...]
    zone: str | None


def read(text: str, zone: str, anchor: date, subject: str = "schedule") -> Recurrence:
    """Read DTSTART and RRULE lines; `zone` counts where DTSTART names none, `anchor` where it is left out.

    Raises: FormatError that names the part that was not understood.
    """
    try:
        return _read(text, zone, anchor, subject)
    except _Mistake as mistake:
        raise FormatError(subject, mistake.reason, mistake.fix) from None
    except ValueError as error:
        raise FormatError(subject, f"{text.strip()!r} cannot be kept: {error}", EXAMPLES) from None


def _read(text: str, zone: str, anchor: date, subject: str) -> Recurrence:
    """Read all lines."""
    start: datetime | None = None
    named: str | None = None
    rules: list[str] = []
    for line in (line.strip() for line in text.splitlines() if line.strip()):
        name, value = _split_line(line)
        if name.split(";")[0] == "DTSTART":
            named = _named_zone(name)
            start = _moment(value, zones.load(named or zone, subject), "DTSTART")
        else:
            rules.append(value)
    if not rules:
        raise _Mistake("it has a DTSTART but no RRULE")
    found = zones.load(named or zone, subject)
    return Recurrence(rules=tuple(_rule(one, found, start, anchor) for one in rules), zone=named)


def _split_line(line: str) -> tuple[str, str]:
    """Part a line into its name with parameters and its value; a rule may stand without a name."""
    if not _LINE.match(line):
        return "RRULE", line
    name, _, value = line.partition(":")
    if name.upper().split(";")[0] not in {"DTSTART", "RRULE"}:
        raise _Mistake(
            f"{name.split(';')[0].upper()} is not understood", "Leave holidays to the holidays of the newsletter"
        )
    parameters = name.split(";")
    return ";".join([parameters[0].upper(), *parameters[1:]]), value.strip()


def _named_zone(name: str) -> str | None:
    """Give the zone that a DTSTART names (TZID)."""
    for parameter in name.split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.upper() == "TZID":
            return value.strip('"')
        if (key.upper(), value.upper()) not in {("VALUE", "DATE"), ("VALUE", "DATE-TIME")}:
            raise _Mistake(f"{parameter!r} in DTSTART is not understood")
    return None


def _moment(value: str, zone: ZoneInfo, name: str, last: time = time()) -> datetime:
    """Read a date or a date and time as local time; a date alone gets the time `last`."""
    found = _MOMENT.fullmatch(value.strip().upper())
    if not found:
        raise _Mistake(
            f"{name}={value} is no date", f'Write it like "{name}{":" if name == "DTSTART" else "="}20261201T073000"'
        )
    year, month, day, hour, minute, second, in_utc = found.groups()
    written = date(int(year), int(month), int(day))
    if written.year not in YEARS:
        raise _Mistake(f"{name}={value}: years are {YEARS.start} to {YEARS.stop - 1}")
    if hour is None:
        return datetime.combine(written, last)
    moment = datetime.combine(written, time(int(hour), int(minute), min(int(second), 59)))
    return zones.local_time(moment.replace(tzinfo=UTC), zone) if in_utc else moment


def _parts(text: str) -> dict[str, str]:
    """Part a rule into names and values."""
    parts: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, mark, value = part.partition("=")
        name, value = name.strip().upper(), value.strip().upper()
        if name not in _PARTS:
            raise _Mistake(f"{name} is not understood" if mark else f"{part!r} is not understood")
        if name in parts:
            raise _Mistake(f"{name} stands twice")
        if not value:
            raise _Mistake(f"{name} has no value")
        parts[name] = value
    return parts


def _rule(text: str, zone: ZoneInfo, start: datetime | None, anchor: date) -> Rule:
    """Read one rule; what it leaves open comes from DTSTART (RFC 5545, 3.3.10)."""
    parts = _parts(text)
    if "COUNT" in parts and "UNTIL" in parts:
        raise _Mistake("COUNT and UNTIL exclude each other")
    if "COUNT" in parts and start is None:
        raise _Mistake(
            "COUNT needs a DTSTART to count from", 'Write "DTSTART:20261201T073000" on a line of its own before it'
        )
    if parts.get("BYSECOND", "0") != "0":
        raise _Mistake("BYSECOND is not understood: a newsletter goes out on the minute")
    written = parts.get("FREQ", "")
    if written not in _FREQUENCIES:
        known = ", ".join(_FREQUENCIES)
        raise _Mistake(f"FREQ={written} is not understood; it is one of {known}" if written else "FREQ is missing")
    frequency = _FREQUENCIES[written]
    hourly = written == "HOURLY"
    weekdays, month_days = _days(parts, frequency, start)
    return Rule(
        frequency=frequency,
        times=_times(parts, start, hourly=hourly),
        interval=1 if hourly else _interval(parts, LONGEST_INTERVAL),
        weekdays=weekdays,
        month_days=month_days,
        pick=_number("BYSETPOS", parts["BYSETPOS"], -1, 5) if "BYSETPOS" in parts else None,
        start=start,
        until=_moment(parts["UNTIL"], zone, "UNTIL", time.max) if "UNTIL" in parts else None,
        count=_number("COUNT", parts["COUNT"], 1, MOST_TIMES) if "COUNT" in parts else None,
        anchor=anchor,
        week_start=_DAYS.index(_one_of("WKST", parts.get("WKST", "MO"), _DAYS)),
    )


def _interval(parts: Mapping[str, str], most: int) -> int:
    """Read INTERVAL."""
    return _number("INTERVAL", parts.get("INTERVAL", "1"), 1, most)


def _number(name: str, value: str, least: int, most: int) -> int:
    """Read a number within bounds."""
    if not re.fullmatch(r"[+-]?[0-9]{1,6}", value) or not least <= int(value) <= most or int(value) == 0 > least:
        raise _Mistake(f"{name}={value} is not understood; it is a number from {least} to {most}")
    return int(value)


def _numbers(name: str, value: str, least: int, most: int) -> tuple[int, ...]:
    """Read a list of numbers within bounds, in order, each once."""
    return tuple(sorted({_number(name, one.strip(), least, most) for one in value.split(",")}))


def _one_of(name: str, value: str, known: Sequence[str]) -> str:
    """Read one of a few words."""
    if value not in known:
        raise _Mistake(f"{name}={value} is not understood; it is one of {', '.join(known)}")
    return value


def _times(parts: Mapping[str, str], start: datetime | None, *, hourly: bool) -> tuple[time, ...]:
    """Give the times of the day: all pairs of BYHOUR and BYMINUTE, of DTSTART where they are left out."""
    minutes = _numbers("BYMINUTE", parts["BYMINUTE"], 0, 59) if "BYMINUTE" in parts else (start.minute if start else 0,)
    hours: tuple[int, ...] | None = _numbers("BYHOUR", parts["BYHOUR"], 0, 23) if "BYHOUR" in parts else None
    if hourly:
        step = _interval(parts, _HOURS)
        if _HOURS % step:
            raise _Mistake(f"INTERVAL={step} hours does not divide the day", "Write 1, 2, 3, 4, 6, 8 or 12")
        every = range((start.hour if start else 0) % step, _HOURS, step)
        hours = tuple(hour for hour in every if hours is None or hour in hours)
        if not hours:
            raise _Mistake("BYHOUR and INTERVAL leave no hour")
    if hours is None:
        if start is None:
            raise _Mistake("it says no time of the day", 'Add "BYHOUR=7;BYMINUTE=30"')
        hours = (start.hour,)
    return tuple(time(hour, minute) for hour in hours for minute in minutes)


def _days(
    parts: Mapping[str, str],
    frequency: Frequency,
    start: datetime | None,
) -> tuple[tuple[Weekday, ...], tuple[int, ...]]:
    """Give the days of the week and of the month, DTSTART's where they are left out."""
    if frequency == "monthly" and "BYDAY" in parts and "BYMONTHDAY" in parts:
        raise _Mistake("BYDAY and BYMONTHDAY together are not understood")
    if frequency == "weekly" and "BYMONTHDAY" in parts:
        raise _Mistake("BYMONTHDAY is not for weekly rules")
    weekdays = (
        tuple(sorted({_weekday(one.strip(), frequency) for one in parts["BYDAY"].split(",")}, key=_order))
        if "BYDAY" in parts
        else ()
    )
    month_days = _numbers("BYMONTHDAY", parts["BYMONTHDAY"], -1, 31) if "BYMONTHDAY" in parts else ()
    if frequency == "daily" or weekdays or month_days:
        return weekdays, month_days
    if start is None:
        missing = "BYDAY" if frequency == "weekly" else "BYDAY or BYMONTHDAY"
        raise _Mistake(f"it says no day: {missing} is missing")
    return ((Weekday(day=start.weekday()),), ()) if frequency == "weekly" else ((), (start.day,))


def _order(weekday: Weekday) -> tuple[int, int]:
    """Give the place of a weekday in a list: by its number in the month, the last one last, then from Monday."""
    nth = weekday.nth or 0
    return (nth if nth >= 0 else _HOURS, weekday.day)


def _weekday(text: str, frequency: Frequency) -> Weekday:
    """Read a day of BYDAY such as "MO", "1MO" or "-1FR"."""
    found = _DAY.fullmatch(text)
    if not found:
        raise _Mistake(f"{text!r} in BYDAY is not understood; days are {', '.join(_DAYS)}")
    nth = _number("BYDAY", found[1], -1, 5) if found[1] else None
    if nth is not None and frequency != "monthly":
        raise _Mistake(f"{text!r} in BYDAY needs FREQ=MONTHLY")
    return Weekday(day=_DAYS.index(found[2]), nth=nth)
