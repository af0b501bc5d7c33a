"""Schedules in plain English words: "weekdays at 07:30", "first monday of the month at 08:00".

Reading takes away what is understood, times first, then dates, then days; whatever is left over at the end is named
in the mistake, so that nothing is silently ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from publisher.errors import FormatError
from publisher.schedule.recurrence import LONGEST_INTERVAL, YEARS, Frequency, Rule, Weekday

EXAMPLES: Final = (
    'Write for example "weekdays at 07:30", "every day at 6:00 and 18:00", "mondays and thursdays at 12:00", '
    '"every second friday at 9:00", "first monday of the month at 08:00", "2026-12-01 07:30", or an RRULE'
)

_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT: Final = {
    **{name[:3]: day for day, name in enumerate(_NAMES)},
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
    **{name: day for day, name in enumerate(_NAMES)},
}
_ORDINALS: Final = {
    **dict.fromkeys(("first", "1st", "1"), 1),
    **dict.fromkeys(("second", "2nd", "2", "other"), 2),
    **dict.fromkeys(("third", "3rd", "3"), 3),
    **dict.fromkeys(("fourth", "4th", "4"), 4),
    **dict.fromkeys(("fifth", "5th", "5"), 5),
    "last": -1,
}
_DAY: Final = rf"(?:{'|'.join(sorted(_SHORT, key=len, reverse=True))})s?"
_WORKING: Final = tuple(Weekday(day=day) for day in range(5))
_WEEKEND: Final = (Weekday(day=5), Weekday(day=6))
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK: Final = (
    r"(?:(?:[01]?[0-9]|2[0-4])[:.][0-9]{2}(?: ?[ap]\.?m\.?(?![a-z]))?|(?:1[0-2]|0?[1-9]) ?[ap]\.?m\.?(?![a-z])"
    r"|noon|midday|midnight)"
)
_AND: Final = r"(?: ?, ?and | ?, ?| and | ?& ?)"
_TIMES: Final = re.compile(rf"(?:\bat )?(?<![0-9:.]){_CLOCK}(?:{_AND}(?:at )?{_CLOCK})*(?![0-9:])")
_HOURLY: Final = re.compile(r"\bhourly\b|\bevery hour\b|\bevery ([0-9]{1,2}|two|three|four|six|eight|twelve) hours\b")
_START: Final = re.compile(rf"(?:,? ?\b(?:starting|beginning)(?: on| from)?|\bfrom) ({_DATE})")
_UNTIL: Final = re.compile(rf",? ?\b(?:until|till|to) ({_DATE})")
_ONCE: Final = re.compile(rf"(?:once )?(?:on )?({_DATE}(?:{_AND}(?:on )?{_DATE})*)")
_RANGE: Final = re.compile(rf"({_DAY})(?: ?(?:-|–) ?| to | through )({_DAY})")
_EVERY: Final = r"(?:every|each) "
_OF_MONTH: Final = r"(?:of|in) (?:the|every|each) month"
_ORDINAL: Final = rf"(?:{'|'.join(_ORDINALS)})"
_NTH: Final = re.compile(
    rf"(?:{_EVERY}|monthly,? )?(?:on )?(?:the )?({_ORDINAL}(?:{_AND}(?:the )?{_ORDINAL})*)"
    rf" ({_DAY}|weekday|workday|working day|day) {_OF_MONTH}",
)
_ANY_ORDINAL: Final = r"(?:[0-9]{1,2}(?:st|nd|rd|th)?|last day)"
_DATES: Final = rf"(?:the )?({_ANY_ORDINAL}(?:{_AND}(?:the )?{_ANY_ORDINAL})*)"
_DATES_OF_MONTH: Final = re.compile(
    rf"(?:monthly|{_EVERY}month),? (?:on )?(?:days? )?{_DATES}|(?:on )?(?:{_EVERY})?{_DATES}(?: day)? {_OF_MONTH}",
)
_STEPS: Final = "other|second|third|fourth|2nd|3rd|4th|[0-9]{1,3}|two|three|four|five|six"
_STEP: Final = re.compile(rf"{_EVERY}({_STEPS}) (.+)|fortnightly(?: on)? (.+)")
_COUNTS: Final = {"other": 2, "second": 2, "third": 3, "fourth": 4, "2nd": 2, "3rd": 3, "4th": 4} | {
    word: number for number, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)
}
_HOURS: Final = 24
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What plain words said: rules, or single local times."""

    rules: tuple[Rule, ...] = ()
    once: tuple[datetime, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Phrase:
    """One phrase while it is read: what of it is left, and what was understood."""

    whole: str
    rest: str
    subject: str
    times: tuple[time, ...] = ()
    hourly: bool = False
    start: date | None = None
    until: date | None = None
    once: tuple[date, ...] = field(default=())

    def refuse(self, reason: str, fix: str = EXAMPLES) -> FormatError:
        """Say what is wrong with it."""
        return FormatError(self.subject, f"{self.whole!r}: {reason}", fix)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take the first match away."""
        found = pattern.search(self.rest)
        if found:
            self.rest = " ".join(f"{self.rest[: found.start()]} {self.rest[found.end() :]}".split()).strip(" ,")
        return found


def read(text: str, anchor: date, subject: str = "schedule") -> Spoken:
    """Read phrases parted by ";" or line ends; `anchor` counts "every second week" where no start is named.

    Raises: FormatError that names what was not understood.
    """
    if len(text) > _LONGEST:
        raise FormatError(subject, f"it is longer than {_LONGEST} characters", EXAMPLES)
    rules: list[Rule] = []
    once: list[datetime] = []
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
        phrase = _Phrase(whole=part, rest=" ".join(part.lower().rstrip(".").split()), subject=subject)
        _take_times(phrase)
        _take_dates(phrase)
        if phrase.once:
            once += [datetime.combine(day, at) for day in phrase.once for at in phrase.times]
        else:
            rules.append(_rule(phrase, anchor))
    return Spoken(rules=tuple(rules), once=tuple(sorted(set(once))))


def _take_times(phrase: _Phrase) -> None:
    """Take the times of the day away: hours of the clock, or "hourly"."""
    phrase.rest = re.sub(rf"({_DATE})t(?=[0-9])", r"\1 ", phrase.rest)
    hourly = phrase.take(_HOURLY)
    found = phrase.take(_TIMES)
    if hourly and found:
        raise phrase.refuse("it says both hours of the clock and how many hours apart")
    if hourly:
        step = int(_COUNTS.get(hourly[1], hourly[1]) if hourly[1] else 1)
        if not step or _HOURS % step:
            raise phrase.refuse(f"{step} hours do not divide the day", "Write 1, 2, 3, 4, 6, 8 or 12 hours")
        phrase.hourly = True
        phrase.times = tuple(time(hour) for hour in range(0, _HOURS, step))
    elif found:
        phrase.times = tuple(sorted({_time(phrase, one) for one in re.findall(_CLOCK, found[0])}))
    else:
        raise phrase.refuse("it says no time of the day that is understood")


def _time(phrase: _Phrase, text: str) -> time:
    """Read a time of the day such as "7:30", "7.30 pm", "9am" or "noon"."""
    named = {"noon": time(12), "midday": time(12), "midnight": time(0)}.get(text)
    if named is not None:
        return named
    hour, _, minute = re.sub(r"[^0-9:.]|(?<=[ap])\.|\.$", "", text).rstrip(".").replace(".", ":").partition(":")
    number = int(hour)
    half = re.search(r"[ap]", text)
    if half:
        if not 1 <= number <= _HOURS // 2:
            raise phrase.refuse(f"{text!r} is no time of the day")
        number = number % 12 + (12 if half[0] == "p" else 0)
    try:
        return time(number, int(minute or 0))
    except ValueError:
        raise phrase.refuse(f"{text!r} is no time of the day") from None


def _take_dates(phrase: _Phrase) -> None:
    """Take the dates away: the first day, the last day, or the single days that are meant."""
    if found := phrase.take(_START):
        phrase.start = _date(phrase, found[1])
    if found := phrase.take(_UNTIL):
        phrase.until = _date(phrase, found[1])
    if found := phrase.take(_ONCE):
        phrase.once = tuple(_date(phrase, one) for one in re.findall(_DATE, found[1]))
        if phrase.rest or phrase.start or phrase.until:
            raise phrase.refuse("single dates cannot be mixed with repeated days", 'Part the two with ";"')


def _date(phrase: _Phrase, text: str) -> date:
    """Read a date."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise phrase.refuse(f"{text} is no date") from None
    if found.year not in YEARS:
        raise phrase.refuse(f"years are {YEARS.start} to {YEARS.stop - 1}")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """Which days a phrase means."""

    frequency: Frequency = "daily"
    weekdays: tuple[Weekday, ...] = ()
    month_days: tuple[int, ...] = ()
    pick: int | None = None
    interval: int = 1


def _rule(phrase: _Phrase, anchor: date) -> Rule:
    """Make a rule of what was understood."""
    if not phrase.rest and not phrase.hourly:
        raise phrase.refuse("it says no day")
    days = _of_month(phrase) or _stepped(phrase) or _of_week(phrase.rest or "daily")
    if days is None:
        raise phrase.refuse(f"{phrase.rest!r} is not understood")
    return Rule(
        frequency=days.frequency,
        times=phrase.times,
        interval=days.interval,
        weekdays=days.weekdays,
        month_days=days.month_days,
        pick=days.pick,
        start=datetime.combine(phrase.start, time()) if phrase.start else None,
        until=datetime.combine(phrase.until, time.max) if phrase.until else None,
        anchor=anchor,
    )


def _of_month(phrase: _Phrase) -> _Days | None:
    """Read days of the month: "first monday of the month", "15th of every month", "monthly on the 1st and 15th"."""
    found = _NTH.fullmatch(phrase.rest)
    if found:
        numbers = sorted({_ORDINALS[one] for one in re.findall(r"[a-z0-9]+", found[1]) if one in _ORDINALS})
        kind = found[2]
        if kind == "day":
            return _Days(frequency="monthly", month_days=tuple(numbers))
        if kind in {"weekday", "workday", "working day"}:
            if len(numbers) > 1:
                raise phrase.refuse("only one weekday of the month can be picked", 'Part the two with ";"')
            return _Days(frequency="monthly", weekdays=_WORKING, pick=numbers[0])
        day = _day(kind)
        ordered = sorted(numbers, key=lambda number: number if number > 0 else _HOURS)
        return _Days(frequency="monthly", weekdays=tuple(Weekday(day=day, nth=nth) for nth in ordered))
    found = _DATES_OF_MONTH.fullmatch(phrase.rest)
    if not found:
        return None
    listed = re.findall(_ANY_ORDINAL, found[1] or found[2])
    days = {-1 if one == "last day" else int(re.sub(r"[a-z]", "", one)) for one in listed}
    if not all(day == -1 or day in range(1, 32) for day in days):
        raise phrase.refuse("a month has days 1 to 31")
    return _Days(frequency="monthly", month_days=tuple(sorted(days)))


def _stepped(phrase: _Phrase) -> _Days | None:
    """Read every n-th day or week: "every second friday", "every 2 weeks on monday", "every 3 days"."""
    found = _STEP.fullmatch(phrase.rest)
    if not found:
        return None
    step = int(_COUNTS.get(found[1], found[1])) if found[1] else 2
    what = found[2] or found[3]
    if not 1 <= step <= LONGEST_INTERVAL:
        raise phrase.refuse(f"every {step} is not understood; the longest step is {LONGEST_INTERVAL}")
    if what in {"day", "days"}:
        return _Days(interval=step)
    months = re.fullmatch(r"months?,? (.+)", what)
    if months:
        inner = _of_month(_Phrase(whole=phrase.whole, rest=f"every month {months[1]}", subject=phrase.subject))
    else:
        inner = _of_week(re.sub(r"^weeks? (?:on )?", "", what))
    if inner is None or inner.frequency == "daily":
        return None
    return _Days(frequency=inner.frequency, weekdays=inner.weekdays, month_days=inner.month_days, interval=step)


def _of_week(text: str) -> _Days | None:
    """Read days of the week: "every day", "weekdays", "mondays and thursdays", "monday to friday"."""
    text = re.sub(r"^(?:weekly,? (?:on )?|(?:every|each) week,? (?:on )?|on |every |each )", "", text)
    if text in {"day", "days", "daily", "everyday"}:
        return _Days()
    if text in {"weekday", "weekdays", "workday", "workdays", "working day", "working days"}:
        return _Days(frequency="weekly", weekdays=_WORKING)
    if text in {"weekend", "weekends"}:
        return _Days(frequency="weekly", weekdays=_WEEKEND)
    days: set[int] = set()
    for part in re.split(rf"{_AND}(?:on |every )?", text):
        span = _RANGE.fullmatch(part)
        if span:
            first, last = _day(span[1]), _day(span[2])
            days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
        elif re.fullmatch(_DAY, part):
            days.add(_day(part))
        else:
            return None
    return _Days(frequency="weekly", weekdays=tuple(Weekday(day=day) for day in sorted(days)))


def _day(text: str) -> int:
    """Give the number of a day of the week by its name, in full, short or plural."""
    return _SHORT[text] if text in _SHORT else _SHORT[text.removesuffix("s")]
