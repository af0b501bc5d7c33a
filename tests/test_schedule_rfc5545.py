"""Recurrence rules as calendars write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import FormatError
from publisher.schedule import Schedule, occurrences, parse, rfc5545

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday


def local_times(text: str, zone: str = "UTC", count: int = 4) -> list[str]:
    """Give the next local times of a rule."""
    return [f"{one.local:%Y-%m-%d %H:%M}" for one in occurrences(parse(text, zone), NOON, count)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=DAILY;BYHOUR=7;BYMINUTE=30", ["2026-11-23 07:30", "2026-11-24 07:30"]),
        ("RRULE:FREQ=DAILY;BYHOUR=7", ["2026-11-23 07:00", "2026-11-24 07:00"]),
        ("freq=weekly;byday=mo,th;byhour=7,18;byminute=30", ["2026-11-23 07:30", "2026-11-23 18:30"]),
        ("FREQ=MONTHLY;BYDAY=1MO;BYHOUR=8", ["2026-12-07 08:00", "2027-01-04 08:00"]),
        ("FREQ=MONTHLY;BYDAY=-1FR,+2TU;BYHOUR=8", ["2026-11-27 08:00", "2026-12-08 08:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1,15;BYHOUR=8", ["2026-11-30 08:00", "2026-12-15 08:00"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=8", ["2026-11-30 08:00", "2026-12-31 08:00"]),
        ("FREQ=HOURLY;INTERVAL=6", ["2026-11-22 18:00", "2026-11-23 00:00"]),
        ("FREQ=HOURLY;INTERVAL=12;BYHOUR=12,13;BYMINUTE=15", ["2026-11-22 12:15", "2026-11-23 12:15"]),
        ("DTSTART:20261122T013000\nRRULE:FREQ=HOURLY;INTERVAL=12", ["2026-11-22 13:30", "2026-11-23 01:30"]),
        ("DTSTART:20261126T073000\nRRULE:FREQ=WEEKLY;INTERVAL=2", ["2026-11-26 07:30", "2026-12-10 07:30"]),
        ("DTSTART:20261126T073000\nFREQ=MONTHLY", ["2026-11-26 07:30", "2026-12-26 07:30"]),
        ("DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=DAILY;BYHOUR=9", ["2026-11-26 09:00", "2026-11-27 09:00"]),
        ("DTSTART:20261126T073000\nRRULE:FREQ=DAILY;COUNT=1", ["2026-11-26 07:30"]),
        ("DTSTART:20261120T073000\nRRULE:FREQ=DAILY;COUNT=4", ["2026-11-23 07:30"]),
        ("FREQ=DAILY;BYHOUR=7;UNTIL=20261123", ["2026-11-23 07:00"]),
        ("FREQ=DAILY;BYHOUR=7;UNTIL=20261123T070000", ["2026-11-23 07:00"]),
        ("FREQ=DAILY;BYHOUR=7;UNTIL=20261123T065959", []),
        ("FREQ=DAILY;BYHOUR=7;UNTIL=20261123T070000Z", ["2026-11-23 07:00"]),
        (
            "RRULE:FREQ=DAILY;BYHOUR=7;UNTIL=20261124\nRRULE:FREQ=DAILY;BYHOUR=9;UNTIL=20261123",
            ["2026-11-23 07:00", "2026-11-23 09:00"],
        ),
    ],
)
def test_rules(text: str, expected: list[str]) -> None:
    """Each part that is kept means what RFC 5545 says."""
    assert local_times(text, count=2) == expected


def test_the_start_may_name_its_zone() -> None:
    """TZID in DTSTART wins over the zone of the newsletter, since the rule says it itself."""
    schedule = parse('DTSTART;TZID="America/New_York":20261201T073000\nRRULE:FREQ=DAILY', "Europe/Prague")
    assert schedule.zone == "America/New_York"
    assert occurrences(schedule, NOON, 1)[0].at == datetime(2026, 12, 1, 12, 30, tzinfo=UTC)


def test_utc_in_a_rule_becomes_local_time() -> None:
    """A moment in UTC is the local time of the zone at that moment."""
    assert local_times("DTSTART:20261201T063000Z\nRRULE:FREQ=DAILY", "Europe/Prague", 1) == ["2026-12-01 07:30"]


def test_weeks_may_begin_on_sunday() -> None:
    """WKST decides which Sunday belongs to every second week (the example of RFC 5545, 3.8.5.3)."""
    monday = "DTSTART:20261124T070000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO"
    sunday = "DTSTART:20261124T070000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU"
    assert local_times(monday, count=2) == ["2026-11-24 07:00", "2026-11-29 07:00"]
    assert local_times(sunday, count=2) == ["2026-11-24 07:00", "2026-12-06 07:00"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("FREQ=YEARLY;BYHOUR=7", "FREQ=YEARLY"),
        ("RRULE:BYHOUR=7", "FREQ is missing"),
        ("FREQ=DAILY", "no time of the day"),
        ("FREQ=WEEKLY;BYHOUR=7", "BYDAY is missing"),
        ("FREQ=MONTHLY;BYHOUR=7", "BYDAY or BYMONTHDAY"),
        ("FREQ=DAILY;BYHOUR=7;BYYEARDAY=1", "BYYEARDAY is not understood"),
        ("FREQ=DAILY;BYHOUR=7;nonsense", "'nonsense'"),
        ("FREQ=DAILY;BYHOUR=7;BYHOUR=8", "BYHOUR stands twice"),
        ("FREQ=DAILY;BYHOUR=", "BYHOUR has no value"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR=24"),
        ("FREQ=DAILY;BYHOUR=seven", "BYHOUR=SEVEN"),
        ("FREQ=DAILY;BYHOUR=7;BYMINUTE=60", "BYMINUTE=60"),
        ("FREQ=DAILY;BYHOUR=7;BYSECOND=30", "BYSECOND"),
        ("FREQ=DAILY;BYHOUR=7;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=HOURLY;INTERVAL=5", "does not divide"),
        ("FREQ=HOURLY;INTERVAL=12;BYHOUR=7", "leave no hour"),
        ("FREQ=WEEKLY;BYDAY=XX;BYHOUR=7", "'XX'"),
        ("FREQ=WEEKLY;BYDAY=1MO;BYHOUR=7", "needs FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYDAY=0MO;BYHOUR=7", "BYDAY=0"),
        ("FREQ=MONTHLY;BYDAY=6MO;BYHOUR=7", "BYDAY=6"),
        ("FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=1;BYHOUR=7", "together"),
        ("FREQ=WEEKLY;BYDAY=MO;BYMONTHDAY=1;BYHOUR=7", "not for weekly"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1;BYHOUR=7", "cannot be kept"),
        ("FREQ=MONTHLY;BYMONTHDAY=0;BYHOUR=7", "BYMONTHDAY=0"),
        ("FREQ=WEEKLY;BYDAY=MO;WKST=XX;BYHOUR=7", "WKST=XX"),
        ("FREQ=DAILY;BYHOUR=7;COUNT=3", "COUNT needs"),
        ("DTSTART:20261201T073000\nRRULE:FREQ=DAILY;COUNT=3;UNTIL=20271201", "exclude each other"),
        ("DTSTART:20261201T073000\nRRULE:FREQ=DAILY;COUNT=99999", "COUNT=99999"),
        ("DTSTART:20261201T073000", "no RRULE"),
        ("DTSTART:soon\nRRULE:FREQ=DAILY", "soon"),
        ("DTSTART:20261301T073000\nRRULE:FREQ=DAILY", "cannot be kept"),
        ("DTSTART:00010101T000000Z\nRRULE:FREQ=DAILY", "years"),
        ("DTSTART;TZID=Mars/Base:20261201T073000\nRRULE:FREQ=DAILY", "IANA"),
        ("DTSTART;X-ODD=1:20261201T073000\nRRULE:FREQ=DAILY", "X-ODD=1"),
        ("RRULE:FREQ=DAILY;BYHOUR=7\nEXDATE:20261225T070000", "EXDATE"),
    ],
)
def test_mistakes_name_the_part(text: str, named: str) -> None:
    """A part that is not kept is refused by name, never ignored."""
    with pytest.raises(FormatError) as caught:
        parse(text, "America/New_York")
    assert named in caught.value.reason or named in caught.value.fix
    assert caught.value.fix


def test_every_example_of_the_message_is_understood() -> None:
    """What a mistake offers as an example works."""
    for text in rfc5545.EXAMPLES.split('"')[1::2]:
        assert occurrences(parse(text, "Europe/Prague"), NOON, 1)


PARTS = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]), "BYHOUR": st.sampled_from(["7", "0,23", "2,3"])},
    optional={
        "INTERVAL": st.integers(1, 9).map(str),
        "BYMINUTE": st.sampled_from(["0", "30", "0,30"]),
        "BYDAY": st.sampled_from(["MO", "SU", "MO,WE,FR", "SA,SU"]),
        "UNTIL": st.sampled_from(["20261231T235959", "20270301T000000"]),
        "WKST": st.sampled_from(["MO", "SU"]),
    },
)


@settings(max_examples=100, deadline=None)
@given(PARTS, st.datetimes(datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2026-12-01")))
def test_rules_agree_with_dateutil(parts: dict[str, str], start: datetime) -> None:
    """What we find by looking ahead from anywhere is what following the whole rule from its start finds."""
    start = start.replace(second=0, microsecond=0)
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    text = f"DTSTART:{start:%Y%m%dT%H%M%S}\nRRULE:{rule}"
    naive = NOON.replace(tzinfo=None)
    expected = list(rrulestr(f"{text};BYSECOND=0").xafter(naive, count=3))
    assert [one.local for one in occurrences(parse(text, "UTC"), NOON, 3)] == expected


@settings(max_examples=200, deadline=timedelta(milliseconds=500))
@given(
    st.lists(
        st.sampled_from(
            "FREQ= DAILY WEEKLY MONTHLY HOURLY ; , = : BYDAY= MO -1FR BYHOUR= 7 99 -1 INTERVAL= 2 COUNT= UNTIL= "
            "20261201T073000 20261201T073000Z DTSTART: RRULE: TZID= BYMONTHDAY= BYSETPOS= 00000000 LINE".split(),
        ),
        max_size=14,
    ).map(lambda pieces: "FREQ=DAILY;" + "".join(pieces).replace("LINE", "\n")),
)
def test_any_rule_is_a_schedule_or_a_mistake(text: str) -> None:
    """Whatever a rule is made of, the answer is a schedule or a message."""
    try:
        schedule = parse(text, "Europe/Prague")
    except FormatError:
        return
    assert isinstance(schedule, Schedule)
    assert len(occurrences(schedule, NOON, 2)) <= 2
