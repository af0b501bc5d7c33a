"""Whether the database knows what was done from here: a restored backup does not.

Each tick notes its moment in the database and in a file beside it. What stands in one and not in the other is a time
about which nothing is known, and of which nothing is sent by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from publisher.errors import OutsideError
from publisher.jobs.worker.duty import Duty
from publisher.schedule import blind_until
from publisher.store import log, schedules
from publisher.store.database import is_sqlite, unit

_TICK: Final = "tick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the clock knows of the past: nothing up to `blind` (None: it knows all), and when it was looked at last."""

    blind: datetime | None
    last: datetime | None


def look(duty: Duty, now: datetime) -> Sight:
    """Say up to which moment this database may not know what was sent, and note this tick in it and beside it."""
    file = duty.means.home / "last-tick"
    stored, kept = schedules.milestone(_TICK), _read(file)
    # Another worker may join a database on a server at any time; only the file of its own home can be behind.
    kept = stored if kept is None and not is_sqlite() else kept
    blind = blind_until(stored, kept, now)
    if blind is not None and stored is not None:
        with unit():
            log.alert(now, "restored", "database", until=blind.isoformat(timespec="seconds"))
        duty.means.tell(
            f"the database is older than what was done from here until {blind:%Y-%m-%d %H:%M} UTC: was a backup "
            "restored? Nothing of that time is sent by itself",
        )
    schedules.reach(_TICK, now)
    _write(file, now)
    return Sight(blind=blind, last=stored)


def _read(file: Path) -> datetime | None:
    """Read the moment in a file; None: there is none."""
    try:
        return datetime.fromisoformat(file.read_text(encoding="ascii").strip()).astimezone(UTC)
    except (OSError, ValueError):
        return None


def _write(file: Path, now: datetime) -> None:
    """Write the moment into a file, whole or not at all."""
    made = file.with_suffix(".new")
    try:
        made.write_text(now.isoformat(), encoding="ascii")
        made.replace(file)
    except OSError as failure:
        raise OutsideError(
            str(file), f"cannot be written: {failure.strerror}", "make room or mend its rights"
        ) from failure
