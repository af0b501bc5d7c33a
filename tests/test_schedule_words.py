"""Schedules in plain words."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import FormatError
from publisher.schedule import Rule, Schedule, Weekday, occurrences, parse, words

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
WORKING = tuple(Weekday(day=day) for day in range(5))


def rule_of(text: str) -> Rule:
    """Give the one rule that a text means."""
    (rule,) = parse(text, "UTC").rules
    return rule


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("weekdays at 07:30", {0, 1, 2, 3, 4}),
        ("every weekday at 07:30", {0, 1, 2, 3, 4}),
        ("Weekdays at 07:30.", {0, 1, 2, 3, 4}),
        ("working days at 7:30", {0, 1, 2, 3, 4}),
        ("weekends at 10:00", {5, 6}),
        ("at 10:00 on weekends", {5, 6}),
        ("mondays and thursdays at 12:00", {0, 3}),
        ("monday, wednesday and friday at 7:30", {0, 2, 4}),
        ("every mon, wed & fri at 7:30", {0, 2, 4}),
        ("on tuesdays at 7:30", {1}),
        ("weekly on tues at 7:30", {1}),
        ("every week on tuesday and on thursday at 7:30", {1, 3}),
        ("monday to friday at 7:30", {0, 1, 2, 3, 4}),
        ("mon-wed and sat at 7:30", {0, 1, 2, 5}),
        ("fri through mon at 7:30", {0, 4, 5, 6}),
        ("each thursday at 7:30", {3}),
    ],
)
def test_days_of_the_week(text: str, days: set[int]) -> None:
    """Days of the week may be named in every usual way."""
    rule = rule_of(text)
    assert rule.frequency == "weekly"
    assert {day.day for day in rule.weekdays} == days
    assert rule.interval == 1


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("every day at 6:00", [time(6)]),
        ("daily at 18:00", [time(18)]),
        ("every day at 07:30 and 18:00", [time(7, 30), time(18)]),
        ("every day at 18:00, at 07:30, and at noon", [time(7, 30), time(12), time(18)]),
        ("07:30 every day", [time(7, 30)]),
        ("every day at 7.30", [time(7, 30)]),
        ("every day at 7 am", [time(7)]),
        ("every day at 7pm", [time(19)]),
        ("every day at 7:05 p.m.", [time(19, 5)]),
        ("every day at 7 a.m. and 7 p.m.", [time(7), time(19)]),
        ("every day at 7.45 p.m.", [time(19, 45)]),
        ("every day at 12 am", [time(0)]),
        ("every day at 12pm", [time(12)]),
        ("every day at midnight", [time(0)]),
        ("everyday at midday", [time(12)]),
        ("hourly", [time(hour) for hour in range(24)]),
        ("every hour", [time(hour) for hour in range(24)]),
        ("every 6 hours", [time(0), time(6), time(12), time(18)]),
        ("every twelve hours", [time(0), time(12)]),
    ],
)
def test_times_of_the_day(text: str, times: list[time]) -> None:
    """Times may be written in every usual way, several of them, in any order."""
    rule = rule_of(text)
    assert rule.frequency == "daily"
    assert list(rule.times) == times


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first monday of the month at 08:00", [Weekday(day=0, nth=1)]),
        ("on the last friday of every month at 08:00", [Weekday(day=4, nth=-1)]),
        ("every 2nd tuesday of the month at 08:00", [Weekday(day=1, nth=2)]),
        ("first and third sunday in each month at 08:00", [Weekday(day=6, nth=1), Weekday(day=6, nth=3)]),
        ("last and second sunday of the month at 08:00", [Weekday(day=6, nth=2), Weekday(day=6, nth=-1)]),
    ],
)
def test_weekdays_of_the_month(text: str, expected: list[Weekday]) -> None:
    """A weekday may be counted within the month, also from its end."""
    rule = rule_of(text)
    assert rule.frequency == "monthly"
    assert list(rule.weekdays) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last day of the month at 20:00", (-1,)),
        ("on the first day of every month at 20:00", (1,)),
        ("1st and 15th of every month at 20:00", (1, 15)),
        ("every month on the 15th at 20:00", (15,)),
        ("monthly on the 15th and the last day at 20:00", (-1, 15)),
        ("monthly on day 3 at 20:00", (3,)),
        ("the 31st day of the month at 20:00", (31,)),
    ],
)
def test_days_of_the_month(text: str, expected: tuple[int, ...]) -> None:
    """Days of the month are named by number; the last one whatever its number."""
    assert rule_of(text).month_days == expected


@pytest.mark.parametrize(
    ("text", "frequency", "interval"),
    [
        ("every second friday at 9:00", "weekly", 2),
        ("every other friday at 9:00", "weekly", 2),
        ("every third friday and saturday at 9:00", "weekly", 3),
        ("every 2 weeks on monday at 9:00", "weekly", 2),
        ("fortnightly on friday at 9:00", "weekly", 2),
        ("every other day at 9:00", "daily", 2),
        ("every 10 days at 9:00", "daily", 10),
        ("every 3 months on the 15th at 9:00", "monthly", 3),
    ],
)
def test_every_nth(text: str, frequency: str, interval: int) -> None:
    """Every second, third and n-th day, week or month."""
    rule = rule_of(text)
    assert (rule.frequency, rule.interval) == (frequency, interval)


def test_the_first_or_last_weekday_of_the_month_is_picked() -> None:
    """A weekday of the month without a name is one from Monday to Friday."""
    rule = rule_of("last weekday of the month at 16:00")
    assert (rule.weekdays, rule.pick) == (WORKING, -1)
    days = [one.local.date() for one in occurrences(parse("last weekday of the month at 16:00", "UTC"), NOON, 3)]
    assert days == [date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 29)]


def test_a_start_and_an_end() -> None:
    """Words may say from when and until when, both days included; the start decides which second week is meant."""
    schedule = parse("every second friday at 9:00 starting 2026-12-04 until 2027-01-01", "UTC")
    days = [one.local.date() for one in occurrences(schedule, NOON, 9)]
    assert days == [date(2026, 12, 4), date(2026, 12, 18), date(2027, 1, 1)]


@pytest.mark.parametrize("text", ["from 2026-12-04 daily at 9:00", "daily at 9:00, beginning on 2026-12-04"])
def test_a_start_anywhere(text: str) -> None:
    """The first day may stand before or behind the rest."""
    assert rule_of(text).start == datetime.fromisoformat("2026-12-04")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01 07:30", ["2026-12-01 07:30"]),
        ("2026-12-01T07:30", ["2026-12-01 07:30"]),
        ("once on 2026-12-01 at 7:30 am", ["2026-12-01 07:30"]),
        ("on 2026-12-03 and 2026-12-01 at 07:30", ["2026-12-01 07:30", "2026-12-03 07:30"]),
        ("2026-12-01 07:30; 2026-12-02 18:00", ["2026-12-01 07:30", "2026-12-02 18:00"]),
    ],
)
def test_single_dates(text: str, expected: list[str]) -> None:
    """One or more dates with a time are single occurrences."""
    schedule = parse(text, "UTC")
    assert not schedule.rules
    assert list(schedule.once) == [datetime.fromisoformat(one) for one in expected]


def test_several_phrases() -> None:
    """Phrases parted by a semicolon or a line end count together."""
    schedule = parse("weekdays at 7:30; weekends at 10:00\n2026-12-24 16:00", "UTC")
    assert len(schedule.rules) == 2
    christmas = datetime.fromisoformat("2026-12-24 16:00")
    assert schedule.once == (christmas,)
    assert christmas in {one.local for one in occurrences(schedule, NOON, 40)}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("funday at 7:30", "funday"),
        ("every year at 7:00", "every year"),
        ("weekdays", "no time"),
        ("07:30", "no day"),
        ("weekdays at dawn", "no time"),
        ("fridays at 25:00", "no time"),
        ("every day at 24:00", "24:00"),
        ("every day at 07:61", "07:61"),
        ("every day at 13:00 pm", "13:00 pm"),
        ("every day at 7:30 and 8", "and 8"),
        ("weekdays at 07:30 unless it rains", "unless it rains"),
        ("every 5 hours", "5 hours"),
        ("every 0 hours", "0 hours"),
        ("hourly at 07:30", "hours of the clock"),
        ("every 0 days at 7:30", "every 0"),
        ("every 999 days at 7:30", "every 999"),
        ("every 2 moons at 7:30", "every 2 moons"),
        ("every 2 months on mondays at 7:30", "months on mondays"),
        ("every second everyday at 7:30", "every second everyday"),
        ("32nd of the month at 7:30", "1 to 31"),
        ("first and last weekday of the month at 7:30", "only one weekday"),
        ("2026-02-30 07:30", "2026-02-30"),
        ("daily at 7:30 until 2026-99-01", "2026-99-01"),
        ("2026-12-01 and mondays at 07:30", "single dates"),
        ("2026-12-01 until 2026-12-31 at 07:30", "single dates"),
        (";;", "not understood"),
        ("daily at 07:30 until 9999-12-31", "years"),
        ("x" * 501, "longer"),
    ],
)
def test_mistakes_name_what_was_not_understood(text: str, named: str) -> None:
    """A mistake names the words that were not understood and shows how it is written."""
    with pytest.raises(FormatError) as caught:
        parse(text, "UTC", subject="settings.toml: newsletters.daily.schedule")
    assert caught.value.subject == "settings.toml: newsletters.daily.schedule"
    assert named in caught.value.reason
    assert caught.value.fix


def test_every_example_of_the_message_is_understood() -> None:
    """What a mistake offers as an example works."""
    examples = words.EXAMPLES.split('"')[1::2]
    assert len(examples) == 6
    for text in examples:
        assert occurrences(parse(text, "Europe/Prague"), NOON, 1)


PIECES = st.sampled_from(
    "every each other second first last 1st 2 day days weekday weekdays week weeks month of the monday fridays "
    "mon-fri at on and , ; 07:30 7 pm noon hourly hours from until starting 2026-12-01 2026-13-01 to : .".split(),
)


@settings(max_examples=300, deadline=timedelta(milliseconds=500))
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map(" ".join)))
def test_any_text_is_a_schedule_or_a_mistake(text: str) -> None:
    """Whatever people write, the answer is a schedule or a message, and it comes at once."""
    try:
        schedule = parse(text, "Europe/Prague")
    except FormatError:
        return
    assert isinstance(schedule, Schedule)
    assert schedule.by_hand == (not text.strip())
    assert len(occurrences(schedule, NOON, 3)) <= 3


def test_the_examples_of_the_documents_are_schedules() -> None:
    """Whatever docs/scheduling.md shows can be written into settings.toml as it stands there."""
    text = (Path(__file__).parents[1] / "docs" / "scheduling.md").read_text(encoding="utf-8")
    table = text.partition("| written | meaning |")[2].partition("\n\n")[0]
    examples = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    assert len(examples) >= 7
    for example in examples:
        assert occurrences(parse(example, "Europe/Prague"), NOON, 1), example
