"""The schedules of the settings, read: which newsletter falls due when, and for whom.

A newsletter has up to three: its own, and those of its daily and weekly roll-ups.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from publisher.errors import FormatError, SettingsError
from publisher.model import Audience
from publisher.schedule import Occurrence, Schedule, between, next_after, parse, zones
from publisher.settings import Newsletter, Settings

Key = Literal["schedule", "daily", "weekly"]

_AUDIENCES: Final[tuple[tuple[Key, Audience], ...]] = (("schedule", "each"), ("daily", "daily"), ("weekly", "weekly"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One schedule of a newsletter. `cut_off`: how long before its time an edition is built."""

    newsletter: str
    audience: Audience
    schedule: Schedule
    cut_off: timedelta
    lateness: timedelta
    reader_time: bool

    @property
    def key(self) -> str:
        """Name this schedule as it is written now: a changed one counts from the moment of its change."""
        written = f"{self.schedule.text}|{self.schedule.zone}|{self.cut_off}|{self.reader_time}"
        return f"schedule {self.newsletter} {self.audience} {hashlib.sha256(written.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One occurrence of an entry. `build_at`: when its edition is made; `send_at`: when the first reader gets it."""

    occurrence: Occurrence
    local: str
    build_at: datetime
    send_at: datetime


def read(settings: Settings, file: Path) -> tuple[Entry, ...]:
    """Read every schedule that a newsletter has. Raises `SettingsError` that names file and key."""
    return tuple(
        entry
        for name, newsletter in settings.newsletters.items()
        for key, audience in _AUDIENCES
        if (entry := _read(settings, file, name, newsletter, key, audience)) is not None
    )


def _read(  # noqa: PLR0913, PLR0917 - what says which schedule it is, and where it stands
    settings: Settings,
    file: Path,
    name: str,
    newsletter: Newsletter,
    key: Key,
    audience: Audience,
) -> Entry | None:
    """Read one schedule; None: there is none, or only by hand."""
    subject = f"{file}: newsletters.{name}.{key}"
    zone = newsletter.zone or settings.site.time_zone
    try:
        schedule = parse(getattr(newsletter, key), zone, holidays=newsletter.holidays, subject=subject)
    except FormatError as failure:
        raise SettingsError(subject, failure.reason, failure.fix) from failure
    if schedule.by_hand:
        return None
    return Entry(
        newsletter=name,
        audience=audience,
        schedule=schedule,
        cut_off=newsletter.cut_off,
        lateness=newsletter.lateness,
        reader_time=newsletter.reader_time,
    )


def slots(entry: Entry, reader_zones: Iterable[str], after: datetime, until: datetime) -> tuple[Slot, ...]:
    """Give the slots whose editions are to be built later than one moment and not later than another."""
    known = tuple(reader_zones) if entry.reader_time else ()
    found = (
        _slot(entry, occurrence, known)
        for occurrence in between(entry.schedule, after, until + entry.cut_off + (_WORLD if known else timedelta()))
    )
    return tuple(slot for slot in found if after < slot.build_at <= until)


# The clocks of the world differ by 26 hours at most.
_WORLD: Final = timedelta(hours=26)


def next_look(entry: Entry, now: datetime) -> datetime | None:
    """Say when the entry has to be looked at next; None: at every tick, as readers' own zones come and go."""
    found = next_after(entry.schedule, now + entry.cut_off)
    return None if entry.reader_time or found is None else found.at - entry.cut_off


def _slot(entry: Entry, occurrence: Occurrence, reader_zones: tuple[str, ...]) -> Slot:
    """Say when an occurrence begins: where the reader's own time counts, with the reader who is farthest east."""
    moments = (occurrence.at, *(zones.first_moment(occurrence.local, zones.load(zone)) for zone in reader_zones))
    first = min(moments)
    written = occurrence.local.isoformat(timespec="minutes")
    local = written if entry.audience == "each" else f"{entry.audience} {written}"
    return Slot(occurrence=occurrence, local=local, build_at=first - entry.cut_off, send_at=first)
