"""Occurrences: strictly later, once per time on the wall, never in an hour that does not exist."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.errors import FormatError
from publisher.schedule import Occurrence, Schedule, between, next_after, occurrences, parse, zones

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 12, 31, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALL_ZONES = sorted(available_timezones() - {"localtime", "Factory"})

# Half hours, midnights, a whole week at Troll, a month of Ramadan, winter time that is negative: every way to change.
TWENTY = (
    "Europe/Prague Europe/London Europe/Dublin Europe/Lisbon Europe/Chisinau America/New_York America/St_Johns "
    "America/Havana America/Santiago America/Asuncion America/Nuuk America/Mexico_City Pacific/Auckland "
    "Pacific/Chatham Pacific/Easter Australia/Lord_Howe Australia/Sydney Africa/Casablanca Africa/Cairo "
    "Asia/Beirut Asia/Gaza Asia/Jerusalem Asia/Tehran Antarctica/Troll"
).split()

SCHEDULES = (
    "every day at 02:30",
    "every day at 00:00",
    "every day at 00:30, 01:30, 02:00, 02:30 and 03:00",
    "hourly",
    "weekdays at 07:30",
    "sundays at 01:15 and 02:15",
    "every second sunday at 02:30",
    "every 3 days at 23:45",
    "last sunday of the month at 01:30",
    "last day of the month at 00:00; first sunday of the month at 02:00",
    "31st of every month at 02:30",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=2SU;BYHOUR=2,3;BYMINUTE=0,30",
    "FREQ=HOURLY;INTERVAL=4;BYDAY=SA,SU",
)


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """Give the moments from 2020 to 2040 at which a zone changes its offset."""
    zone, found, step = ZoneInfo(name), [], timedelta(days=8)
    early = FIRST
    while early < LAST:
        late = early + step
        if early.astimezone(zone).utcoffset() != late.astimezone(zone).utcoffset():
            low, high = early, late
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                same = middle.astimezone(zone).utcoffset() == early.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        early = late
    return tuple(found)


def offsets(name: str, change: datetime) -> tuple[timedelta, timedelta]:
    """Give the offsets of a zone before and after a change."""
    zone = ZoneInfo(name)
    before, after = (change - MINUTE).astimezone(zone).utcoffset(), change.astimezone(zone).utcoffset()
    assert before is not None
    assert after is not None
    return before, after


def check_sound(schedule: Schedule, found: tuple[Occurrence, ...]) -> None:
    """Hold occurrences to what every one of them must be."""
    zone = ZoneInfo(schedule.zone)
    for earlier, later in pairwise(found):
        assert earlier.at < later.at
        assert earlier.local < later.local
    for occurrence in found:
        shown = zones.local_time(occurrence.at, zone)
        if shown == occurrence.local:
            again = occurrence.at.astimezone(zone)
            assert again.fold == 0, "the second pass of an hour was taken"
        else:
            assert shown > occurrence.local
            assert zones.local_time(occurrence.at - timedelta(seconds=1), zone) < occurrence.local


def test_every_zone_moves_missing_times_and_takes_the_first_of_double_ones() -> None:
    """At each real change of each zone, a time in the gap is the change, a time that comes twice its first pass."""
    seen = 0
    for name in ALL_ZONES:
        zone = ZoneInfo(name)
        for change in changes(name):
            before, after = offsets(name, change)
            shown = (change + min(before, after)).replace(tzinfo=None)
            width = abs(after - before)
            for local in (shown, shown + width / 2, shown + width - MINUTE):
                moment = zones.first_moment(local, zone)
                expected = change if after > before else (local - before).replace(tzinfo=UTC)
                assert moment == expected, (name, local)
            seen += 1
    assert seen > 5000


@pytest.mark.parametrize("zone", TWENTY)
def test_each_change_of_twenty_zones_fires_once_a_day(zone: str) -> None:
    """Around every change a daily time in the middle of it falls due once per local day, in order."""
    assert changes(zone)
    for change in changes(zone):
        before, after = offsets(zone, change)
        inside = (change + min(before, after) + abs(after - before) / 2).replace(tzinfo=None)
        schedule = parse(f"every day at {inside:%H:%M}", zone)
        found = between(schedule, change - timedelta(days=2), change + timedelta(days=2))
        check_sound(schedule, found)
        days = [occurrence.local.date() for occurrence in found]
        assert inside.date() in days
        assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


@pytest.mark.parametrize(
    ("zone", "text", "after", "at"),
    [
        ("Europe/Berlin", "every day at 02:30", "2026-10-24 12:00", "2026-10-25 00:30"),  # twice: the first
        ("Europe/Berlin", "every day at 02:30", "2026-10-25 00:45", "2026-10-26 01:30"),  # not again an hour later
        ("Europe/Berlin", "every day at 02:30", "2026-10-25 01:15", "2026-10-26 01:30"),  # nor from within that hour
        ("Europe/Berlin", "every day at 02:30", "2027-03-27 12:00", "2027-03-28 01:00"),  # missing: 03:00
        ("America/New_York", "every day at 02:30", "2027-03-13 12:00", "2027-03-14 07:00"),
        ("America/New_York", "every day at 01:30", "2027-11-06 12:00", "2027-11-07 05:30"),
        ("Australia/Lord_Howe", "every day at 02:15", "2026-10-03 00:00", "2026-10-03 15:30"),  # half an hour
        ("America/Santiago", "every day at 00:00", "2026-09-05 12:00", "2026-09-06 04:00"),  # a missing midnight
        ("Asia/Kolkata", "every day at 05:30", "2026-01-01 00:00", "2026-01-02 00:00"),
        ("UTC", "every day at 00:00", "2026-01-01 00:00", "2026-01-02 00:00"),
    ],
)
def test_known_changes(zone: str, text: str, after: str, at: str) -> None:
    """The changes that people know by heart come out as they know them."""
    found = next_after(parse(text, zone), datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found is not None
    assert found.at == datetime.fromisoformat(at).replace(tzinfo=UTC)


def test_two_missing_times_and_the_first_valid_one_are_one_occurrence() -> None:
    """What would go out three times within one second goes out once, under the time that exists."""
    schedule = parse("every day at 02:15, 02:30 and 03:00", "Europe/Berlin")
    day = datetime(2027, 3, 28, tzinfo=UTC)
    found = between(schedule, day, day + timedelta(hours=12))
    assert [(one.local.time(), one.at.time()) for one in found] == [(time(3), time(1))]


def test_an_hourly_newsletter_skips_the_second_pass() -> None:
    """In autumn the day has 25 hours and 24 names: the hour that occurs twice fires once."""
    schedule = parse("hourly", "Europe/Berlin")
    day = datetime(2026, 10, 24, 21, 59, tzinfo=UTC)
    found = between(schedule, day, day + timedelta(hours=25))
    assert len(found) == 24
    assert len({one.local for one in found}) == 24


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ALL_ZONES),
    text=st.sampled_from(SCHEDULES),
    moment=st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC)),
)
@example(zone="Africa/Casablanca", text="hourly", moment=datetime(2026, 2, 14, 23, 0, tzinfo=UTC))
@example(zone="Antarctica/Troll", text=SCHEDULES[2], moment=datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
def test_occurrences_are_sound_in_every_zone(zone: str, text: str, moment: datetime) -> None:
    """Later than asked, strictly increasing, once per local time, never in a gap, wherever one starts to look."""
    schedule = parse(text, zone)
    found = occurrences(schedule, moment, 6)
    assert len(found) == 6
    assert found[0].at > moment
    check_sound(schedule, found)
    assert next_after(schedule, moment) == found[0]
    assert next_after(schedule, found[2].at) == found[3]
    assert next_after(schedule, found[3].at - timedelta(microseconds=1)) == found[3]
    assert between(schedule, moment, found[4].at) == found[:5]


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from(TWENTY),
    pick=st.integers(0, 10**6),
    text=st.sampled_from(SCHEDULES),
    early=st.integers(1, 3000),
)
def test_occurrences_around_changes_do_not_depend_on_where_one_looks_from(
    zone: str, pick: int, text: str, early: int
) -> None:
    """Looking from shortly before, from within and from after a change gives the same occurrences."""
    change = changes(zone)[pick % len(changes(zone))]
    schedule = parse(text, zone)
    whole = between(schedule, change - timedelta(days=40), change + timedelta(days=40))
    check_sound(schedule, whole)
    start = change - timedelta(minutes=1500) + timedelta(minutes=early)
    expected = tuple(one for one in whole if one.at > start)
    assert between(schedule, start, change + timedelta(days=40)) == expected


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("every day at 12:00", lambda _: True),
        ("weekdays at 12:00", lambda day: day.weekday() < 5),
        ("weekends at 12:00", lambda day: day.weekday() >= 5),
        ("mondays and thursdays at 12:00", lambda day: day.weekday() in {0, 3}),
        ("first monday of the month at 12:00", lambda day: day.weekday() == 0 and day.day <= 7),
        ("third friday of the month at 12:00", lambda day: day.weekday() == 4 and 15 <= day.day <= 21),
        ("last friday of the month at 12:00", lambda d: d.weekday() == 4 and (d + timedelta(days=7)).month != d.month),
        ("last day of the month at 12:00", lambda day: (day + timedelta(days=1)).day == 1),
        ("1st and 15th of the month at 12:00", lambda day: day.day in {1, 15}),
        ("31st of the month at 12:00", lambda day: day.day == 31),
        ("every 3 days at 12:00", lambda day: (day - date(1970, 1, 5)).days % 3 == 0),
        ("every second friday at 12:00", lambda d: d.weekday() == 4 and (d - date(1970, 1, 5)).days // 7 % 2 == 0),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15;BYHOUR=12", lambda day: day.day == 15 and day.month in {1, 4, 7, 10}),
        ("FREQ=DAILY;BYDAY=TU;BYMONTHDAY=1,2,3;BYHOUR=12", lambda day: day.weekday() == 1 and day.day <= 3),
        ("FREQ=MONTHLY;BYDAY=WE;BYHOUR=12", lambda day: day.weekday() == 2),
        (
            "first weekday of the month at 12:00",
            lambda d: d.weekday() < 5 and (d.day == 1 or (d.day <= 3 and d.weekday() == 0)),
        ),
    ],
)
def test_rules_mean_the_days_that_a_calendar_shows(text: str, matches: object) -> None:
    """Every day of four years is due exactly when a plain look at the calendar says so."""
    assert callable(matches)
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 12, 31, 23, tzinfo=UTC)
    found = {one.local.date() for one in between(parse(text, "UTC"), start, end)}
    days = (start.date() + timedelta(days=n) for n in range((end - start).days + 1))
    assert found == {day for day in days if matches(day)}


def test_by_hand_never_falls_due() -> None:
    """An empty schedule is a newsletter sent by hand."""
    schedule = parse("  ", "Europe/Prague")
    assert schedule.by_hand
    assert next_after(schedule, NOON) is None


def test_single_dates_fall_due_once() -> None:
    """A one-off time falls due at its moment and never again, a past one not at all."""
    schedule = parse("2026-12-01 07:30", "Europe/Prague")
    found = next_after(schedule, NOON)
    assert found is not None
    assert found.local == datetime.fromisoformat("2026-12-01 07:30")
    assert found.at == datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
    assert next_after(schedule, found.at) is None


def test_holidays_are_left_out() -> None:
    """Nothing falls due on a holiday, by the local day."""
    schedule = parse("every day at 00:30", "Asia/Tokyo", holidays=[date(2026, 11, 24)])
    found = occurrences(schedule, NOON, 2)
    assert [one.local.day for one in found] == [23, 25]


def test_the_same_words_in_the_zone_of_a_reader() -> None:
    """A schedule moved to another zone keeps its times on the wall."""
    schedule = parse("every day at 07:30", "Europe/Prague").in_zone("America/New_York")
    found = next_after(schedule, NOON)
    assert found is not None
    assert found.at == datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


def test_an_anchor_decides_which_second_week_is_meant() -> None:
    """The day from which "every second" counts comes with the newsletter where the words name none."""
    weeks = [parse("every second friday at 9:00", "UTC", anchor=date(2026, 11, day)) for day in (2, 9)]
    days = [one.local.day for week in weeks if (one := next_after(week, datetime(2026, 11, 1, tzinfo=UTC)))]
    assert days == [6, 13]


def test_an_old_rule_is_as_quick_as_a_new_one() -> None:
    """A rule is not followed from its first day on: one without an end gives its next day in a few steps."""
    schedule = parse("DTSTART:19000101T073000\nRRULE:FREQ=DAILY;INTERVAL=2", "UTC")
    found = next_after(schedule, datetime(2999, 1, 1, tzinfo=UTC))
    assert found is not None
    assert (found.local.date() - date(1900, 1, 1)).days % 2 == 0


def test_a_day_that_never_comes_ends_the_search() -> None:
    """The 31st of every twelfth February is found out to be no day at all."""
    schedule = parse("DTSTART:20260201T073000\nRRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", "UTC")
    assert next_after(schedule, NOON) is None


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_time_are_no_trap(moment: datetime) -> None:
    """Moments at which no calendar works give an answer, not an overflow."""
    found = next_after(parse("every day at 07:30", "Pacific/Kiritimati"), moment)
    assert found is not None


@pytest.mark.parametrize("zone", ["Europe/Pragu", "", "../etc/passwd", "Europe", "\0", "Mars/Base"])
def test_unknown_zones_are_named(zone: str) -> None:
    """A zone that IANA does not know is a mistake that says so."""
    with pytest.raises(FormatError, match="IANA"):
        parse("every day at 07:30", zone)


def test_the_nearest_zone_is_offered() -> None:
    """A misspelt zone is answered with the one that was meant."""
    with pytest.raises(FormatError, match="Did you mean 'Europe/Prague'"):
        parse("", "Europe/Pragu")
