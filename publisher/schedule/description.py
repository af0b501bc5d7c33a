"""A schedule as a sentence for people, in their language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from importlib import resources
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_day_names, get_timezone_location
from babel.lists import format_list

from publisher.language import direction, primary
from publisher.schedule import zones
from publisher.schedule.recurrence import Rule, Schedule, Weekday

_FALLBACK: Final = "en"
_ORDINALS: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
_NUMERALS: Final = "0123456789"
_SHORTEST_SPAN: Final = 3
_STEPS: Final = (2, 3, 4)  # hours


@lru_cache(maxsize=1)
def _phrases() -> dict[str, dict[str, str]]:
    """Read the table of phrases."""
    with (resources.files(__package__) / "phrases.toml").open("rb") as file:
        return tomllib.load(file)


def languages() -> tuple[str, ...]:
    """Give the languages that schedules are described in."""
    return tuple(sorted(_phrases()))


def describe(schedule: Schedule, language: str) -> str:
    """Say in a reader's language when a schedule falls due; in English where we have no words in it.

    The clock that counts is named by its city.
    """
    writer = _writer(language)
    if schedule.by_hand:
        return writer.say("by_hand")
    said = [writer.rule(rule) for rule in schedule.rules]
    if schedule.once:
        said.append(writer.say("once", dates=writer.join(writer.moment(local) for local in schedule.once)))
    return writer.say("place", text="; ".join(said), city=writer.city(schedule.zone))


@lru_cache(maxsize=64)
def _writer(language: str) -> _Writer:
    """Give the writer for a language: its own words, or English ones."""
    known = primary(language)
    if known not in _phrases() or direction(known) != direction(language):
        language = known = _FALLBACK
    return _Writer(locale=_locale(language), phrases=_phrases()[known])


def _locale(language: str) -> Locale:
    """Give CLDR's data for a tag, for its language alone where there is nothing closer."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(primary(language))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes schedules in one language."""

    locale: Locale
    phrases: dict[str, str]

    def say(self, phrase: str, **values: str) -> str:
        """Fill a phrase with values."""
        return self.phrases[phrase].format(**values)

    def join(self, texts: Iterable[str]) -> str:
        """Write a list: "A, B and C"."""
        return format_list(list(texts), locale=self.locale)

    def digits(self, text: str) -> str:
        """Write digits as readers of the language expect them."""
        own = self.phrases.get("digits")
        return text.translate(str.maketrans(_NUMERALS, own)) if own else text

    def number(self, number: int) -> str:
        """Write a number."""
        return self.digits(str(number))

    def day(self, day: date) -> str:
        """Write a date without its day of the week."""
        return self.digits(format_date(day, "long", locale=self.locale))

    def clock(self, at: time) -> str:
        """Write a time of the day."""
        return self.digits(format_time(at, "short", locale=self.locale))

    def moment(self, local: datetime) -> str:
        """Write a date and a time."""
        return self.say("whole", days=self.day(local.date()), times=self.clock(local.time()))

    def city(self, zone: str) -> str:
        """Name the city whose clock counts."""
        return get_timezone_location(zones.load(zone), locale=self.locale, return_city=True)

    def weekday(self, day: int) -> str:
        """Name a day of the week."""
        # Not the stand-alone names: reading them in one locale spoils them for all others in Babel 2.18.
        return str(get_day_names("wide", "format", locale=self.locale)[day])

    def weekdays(self, days: Sequence[int]) -> str:
        """Name days of the week: as a span where three or more follow each other, else as a list."""
        if len(days) >= _SHORTEST_SPAN and days[-1] - days[0] == len(days) - 1:
            return f"{self.weekday(days[0])}–{self.weekday(days[-1])}"
        return self.join(self.weekday(day) for day in days)

    def rule(self, rule: Rule) -> str:
        """Describe one rule."""
        text = self._days_and_times(rule)
        bounds = []
        if rule.start and rule.start.time() == time():
            bounds.append(self.say("from", date=self.day(rule.start.date())))
        until = rule.last_day()
        if until:
            bounds.append(self.say("until", date=self.day(until)))
        return ", ".join([text, *bounds])

    def _days_and_times(self, rule: Rule) -> str:
        """Say on which days and at which times a rule falls due; the hours are not listed where they are many."""
        days = self._days(rule)
        for phrase, step in (("hourly", 1), *(("n_hours", step) for step in _STEPS)):
            if rule.times == tuple(time(hour) for hour in range(0, 24, step)):
                return self.say(phrase, days=days, n=self.number(step))
        return self.say("whole", days=days, times=self.join(self.clock(at) for at in rule.times))

    def _days(self, rule: Rule) -> str:
        """Say on which days a rule falls due."""
        n = self.number(rule.interval)
        days = self.weekdays([day.day for day in rule.weekdays]) if rule.weekdays else ""
        if rule.frequency == "monthly":
            phrase = "monthly" if rule.interval == 1 else "n_months"
            return self.say(phrase, n=n, which=self._of_month(rule))
        if rule.frequency == "weekly" or rule.weekdays:
            phrase = "weekly" if rule.interval == 1 else "n_weeks"
            return self.say(phrase, n=n, days=days)
        return self.say("daily") if rule.interval == 1 else self.say("n_days", n=n)

    def _of_month(self, rule: Rule) -> str:
        """Say which days of the month a rule means."""
        if rule.pick is not None:
            span = self.weekdays(sorted({day.day for day in rule.weekdays}))
            return self._nth(self.say("workday", days=span), rule.pick)
        if rule.weekdays:
            return self.join(self._weekday_of_month(day) for day in rule.weekdays)
        ordered = sorted(rule.month_days, key=lambda day: day if day > 0 else 32)
        return self.join(self.say("last_date") if day < 0 else self.say("date", n=self.number(day)) for day in ordered)

    def _weekday_of_month(self, day: Weekday) -> str:
        """Name one weekday of a month."""
        name = self.weekday(day.day)
        return self._nth(name, day.nth) if day.nth else self.say("each_day", day=name)

    def _nth(self, day: str, nth: int) -> str:
        """Count a day within the month."""
        if nth < 0:
            return self.say("last", day=day)
        return self.say(_ORDINALS[nth] if _ORDINALS[nth] in self.phrases else "nth", day=day, n=self.number(nth))
