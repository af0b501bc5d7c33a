"""When clocks are changed: in twenty zones, whatever the hour, every local day has its edition, and has it once."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from publisher.jobs.worker import tick
from publisher.model import Subscriber
from publisher.settings import Newsletter, Settings, Site, Source
from publisher.store import people, posts, schedules
from tests.clock_builders import DAY, HOUR, Room, bring, open_room

# Changes at midnight, at two, at three, by half an hour, by two hours, around Ramadan, on Fridays and on Saturdays;
# some that have not changed their clocks for years.
ZONES: Final = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Chisinau",
    "Atlantic/Azores",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "America/Asuncion",
    "America/Nuuk",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Gaza",
    "Asia/Beirut",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Antarctica/Troll",
)
HALF: Final = HOUR / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of clocks, and the local time in the middle of what occurs twice, or not at all."""

    zone: str
    at: datetime
    local: datetime

    @property
    def name(self) -> str:
        """Name the newsletter that is due at this time."""
        return f"{self.zone}-{self.at:%Y%m%d}".lower().replace("/", "-").replace("_", "-")

    def days(self) -> list[datetime]:
        """Give the local times of the day before, of the day itself and of the day after it."""
        return [self.local + n * DAY for n in (-1, 0, 1)]


def changes(year: int) -> list[Change]:
    """Give the changes of a year in all zones; where there was none, the day of one that was given up."""
    found = []
    for zone in ZONES:
        own = list(_changes(zone, year))
        given_up = datetime(year, 3, 21, 20, 30, tzinfo=UTC)
        found += own or [Change(zone=zone, at=given_up, local=given_up.astimezone(ZoneInfo(zone)).replace(tzinfo=None))]
    return found


def _changes(zone: str, year: int) -> Iterator[Change]:
    """Look for the changes of one zone."""
    clock = ZoneInfo(zone)
    moment = datetime(year, 1, 1, tzinfo=UTC)
    while moment.year == year:
        step = DAY if _offset(moment, clock) == _offset(moment + DAY, clock) else HALF
        shift = _offset(moment + step, clock) - _offset(moment, clock)
        moment += step
        if shift:
            wall = moment.astimezone(clock).replace(tzinfo=None)
            yield Change(zone=zone, at=moment, local=wall - shift / 2)


def _offset(moment: datetime, clock: ZoneInfo) -> timedelta:
    """Give how far the wall is ahead of UTC."""
    return moment.astimezone(clock).replace(tzinfo=None) - moment.replace(tzinfo=None)


def expected(local: datetime, zone: str) -> datetime:
    """Say when a local time comes: the first of two, or the first moment after it where it is left out."""
    moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local:
        return moment
    while (moment - HALF / 2).astimezone(ZoneInfo(zone)).replace(tzinfo=None) > local:
        moment -= HALF / 2
    return moment


def make_room(home: Path, some: list[Change], now: datetime) -> Room:
    """Open a newsroom with a newsletter for each change, which has one reader."""
    known = {"title": "News", "from": "News <news@example.org>", "sources": ["s"], "approval": "automatic"}
    settings = Settings(
        site=Site(name="Test News", postal_address="Street 1"),
        sources={"s": Source(path=Path("nowhere"), every=9000 * DAY)},
        newsletters={
            one.name: Newsletter.model_validate(
                {**known, "schedule": f"every day at {one.local:%H:%M}", "zone": one.zone, "max_posts": 1},
            )
            for one in some
        },
    )
    room = open_room(home, settings, now=now)
    posts.add_posts("s", [], now - DAY)
    for name in settings.newsletters:
        people.add(name, [Subscriber(address=f"{name}@example.org")], now)
    return room


def live_through(home: Path, year: int, words: Iterator[str] | None = None) -> Room:
    """Let the clock tick around each change of a year, and some hours late a day before and after; gives the last room.

    `words`: what to call a new post before each tick; None: nothing is ever new.
    """
    by_moment = sorted(changes(year), key=lambda one: one.at)
    for at, some in groupby(by_moment, key=lambda one: one.at):
        room = make_room(home, list(some), at - 36 * HOUR)
        spans = [n * HALF for n in (-42, *range(-4, 5), 54)]
        for moment in (at - 36 * HOUR, *(at + span for span in spans)):
            if words:
                bring(next(words), moment)
            room.moment = moment
            tick.tick(room.duty)
            room.duty.engine.run_due()
    return room


def check_days(one: Change, verdict: str) -> None:
    """Find each local day around a change decided once, at its moment, with one verdict."""
    found = {one.local: one for one in schedules.history(one.name, 100)}
    wanted = {local.isoformat(timespec="minutes"): local for local in one.days()}
    assert sorted(found) == sorted(wanted), one
    assert [found[local].at for local in wanted] == [expected(local, one.zone) for local in wanted.values()], one
    assert {decided.verdict for decided in found.values()} == {verdict}, one


def test_the_zones_change_their_clocks() -> None:
    """The test is about something: most of the zones change their clocks twice in both years, at many hours."""
    found = [one for year in (2025, 2026) for one in changes(year)]
    assert len(found) >= 2 * 36
    assert len({one.at.hour for one in found}) >= 9
    assert len({one.local.time() for one in found}) >= 8


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("year", [pytest.param(2025, marks=pytest.mark.proof), 2026])
def test_each_local_day_is_decided_once(tmp_path: Path, year: int) -> None:
    """At the hour that occurs twice or not at all: one build for each local day, at its moment; nothing was new."""
    live_through(tmp_path, year)
    for one in changes(year):
        check_days(one, "empty")


@pytest.mark.proof
@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("year", [2025, 2026])
def test_each_reader_gets_one_edition_a_local_day(tmp_path: Path, year: int) -> None:
    """Editions built, approved and sent through every change of a year: one mail for each local day."""
    words = "Harbour Bridge Mayor Ferry Choir Fish Rain School Market Tower".split()
    room = live_through(tmp_path, year, (" ".join(three) for three in itertools.product(words, repeat=3)))
    sent = Counter(room.mails())
    for one in changes(year):
        check_days(one, "due")
        assert sent[f"{one.name}@example.org"] == 3, one
