"""A list of people from a file of another program or of our own: who can be subscribed is, every other row is kept.

lines -> roster.read -> people.add
                     -> the rejected rows, each with its reason
"""

from __future__ import annotations

import csv
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TextIO

from publisher.errors import OutsideError
from publisher.jobs import roster
from publisher.jobs.declaration import declare
from publisher.jobs.roster import Rejected
from publisher.model import Imported, Subscriber
from publisher.settings import Settings
from publisher.store import log, people
from publisher.store.database import unit

_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What an import changed; `file` names the rejected rows below `folder`, "" where there are none."""

    total: Imported
    rejected: int
    file: str


def enrol(  # noqa: PLR0913 - what is read, how, for whom, and where the rest goes
    settings: Settings,
    lines: Iterable[str],
    newsletter: str,
    folder: Path,
    *,
    shape: str,
    confirmed: bool,
    actor: str,
    now: datetime,
) -> Enrolled:
    """Subscribe the people of a list. `confirmed`: somebody vouches that all of them agreed.

    Raises `FormatError` when it has no column of addresses, `OutsideError` when the folder cannot be written.
    """
    declare(settings, now)
    found = roster.read(lines, shape, confirmed=confirmed)
    name = f"{secrets.token_hex(8)}.rejected.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _forget_old(folder, now)
        with (folder / name).open("x", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            (folder / name).chmod(0o600)
            bin_ = _Bin(stream, found.columns)
            total = people.add(newsletter, bin_.sift(found.rows), now)
        if not bin_.count:
            (folder / name).unlink()
    except OSError as failure:
        raise OutsideError(str(folder), f"cannot be written: {failure.strerror}") from failure
    with unit():
        numbers = {"added": total.added, "kept": total.kept, "blocked": total.blocked, "rejected": bin_.count}
        log.note(now, actor, "import", f"newsletters.{newsletter}", confirmed=confirmed, **numbers)
    return Enrolled(total=total, rejected=bin_.count, file=name if bin_.count else "")


class _Bin:
    """Takes the rows that cannot be used."""

    def __init__(self, stream: TextIO, columns: tuple[str, ...]) -> None:
        self.count = 0
        self._rows = csv.writer(stream)
        self._rows.writerow([*(roster.disarm(cell) for cell in columns), "reason"])

    def sift(self, rows: Iterable[Subscriber | Rejected]) -> Iterator[Subscriber]:
        """Let people through, and write down the rest."""
        for row in rows:
            if isinstance(row, Subscriber):
                yield row
            else:
                self.count += 1
                self._rows.writerow([*(roster.disarm(cell) for cell in row.cells), row.reason])


def _forget_old(folder: Path, now: datetime) -> None:
    """Remove what nobody fetched within a day: there are addresses in it."""
    for file in folder.glob("*.rejected.csv"):
        if now.timestamp() - file.stat().st_mtime > _KEPT.total_seconds():
            file.unlink(missing_ok=True)


def note_export(newsletter: str, actor: str, now: datetime) -> None:
    """Write down that somebody took a list of people out."""
    with unit():
        log.note(now, actor, "export", f"newsletters.{newsletter}")


def erase(address: str, actor: str, now: datetime) -> bool:
    """Forget a person; False when they were not known: they are never written to either way."""
    known = people.erase(address, now)
    with unit():
        log.note(now, actor, "ask-erase", people.fingerprint(address), known=known)
    return known
