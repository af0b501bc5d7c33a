"""A list of people from a file of another program or of our own: who can be subscribed is, every other row is kept.

bytes -> rows.decode -> roster.read -> people.add
                                    -> the rows that were left out, wholly or in part, each with its reason
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from publisher.errors import OutsideError
from publisher.jobs.lists import roster, rows
from publisher.jobs.lists.roster import Rejected
from publisher.jobs.newsroom.declaration import declare
from publisher.model import Imported, Subscriber
from publisher.settings import Settings
from publisher.store import log, people
from publisher.store.database import unit

_TOLD_EVERY: Final = 10_000  # rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What an import changed: `rejected` rows did not come in, of `ignored` ones something was left out.

    `file` names the file of both below the folder; "" where there are none.
    """

    total: Imported
    rejected: int
    ignored: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a list is read: whose `shape` it has, whether somebody vouches that all agreed, and who imports it.

    `columns` says what some columns hold, as `shapes.choose` reads it; None: what their names tell. `tell` is told now
    and then how many rows were read.
    """

    shape: str
    confirmed: bool
    actor: str
    columns: Mapping[str, str] | None = None
    tell: Callable[[int], None] = lambda _rows: None


def enrol(  # noqa: PLR0913, PLR0917 - what is read, how, for whom, and where the rest goes
    settings: Settings, source: BinaryIO, newsletter: str, file: Path, manner: Manner, now: datetime
) -> Enrolled:
    """Subscribe the people of a list; what was left out goes into a file, which is made only if there is any.

    Raises `FormatError` when it is no such list, `UsageError` for columns that it does not have, `OutsideError` when
    the file cannot be written.
    """
    declare(settings, now)
    text = rows.decode(source)
    found = roster.read(rows.split_lines(text), manner.shape, confirmed=manner.confirmed, chosen=manner.columns)
    with closing(Bin(file, found.columns)) as bin_:
        total = people.add(newsletter, bin_.sift(_count(found.rows, manner.tell)), now)
    text.detach()
    with unit():
        numbers = {"added": total.added, "kept": total.kept, "blocked": total.blocked, "rejected": bin_.rejected}
        log.note(now, manner.actor, "import", f"newsletters.{newsletter}", confirmed=manner.confirmed, **numbers)
    return Enrolled(
        total=total,
        rejected=bin_.rejected,
        ignored=bin_.ignored,
        file=file.name if bin_.rejected or bin_.ignored else "",
    )


def _count(found: Iterable[Subscriber | Rejected], tell: Callable[[int], None]) -> Iterator[Subscriber | Rejected]:
    """Let rows through, and tell how many they were."""
    for number, row in enumerate(found, 1):
        yield row
        if number % _TOLD_EVERY == 0:
            tell(number)


class Bin:
    """The file of what was left out; an older one of its name goes. Only its owner may read it.

    Raises: OutsideError when it cannot be written.
    """

    def __init__(self, file: Path, columns: tuple[str, ...]) -> None:
        self.rejected = 0
        self.ignored = 0
        self._file = file
        self._columns = columns
        self._stream: TextIO | None = None
        with self._minding():
            file.unlink(missing_ok=True)

    def sift(self, found: Iterable[Subscriber | Rejected]) -> Iterator[Subscriber]:
        """Let people through, and write down the rest."""
        for row in found:
            if isinstance(row, Subscriber):
                yield row
                continue
            if row.imported:
                self.ignored += 1
            else:
                self.rejected += 1
            with self._minding():
                self._write(row)

    def _write(self, row: Rejected) -> None:
        """Write a row with its reason, safe to open in a spreadsheet; the first time below the names of the columns."""
        stream = self._stream or self._begin()
        missing = max(0, len(self._columns) - len(row.cells))
        csv.writer(stream).writerow(map(roster.disarm, (*row.cells, *[""] * missing, row.reason)))

    def _begin(self) -> TextIO:
        """Make the file."""
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._stream = os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="")
        csv.writer(self._stream).writerow(map(roster.disarm, (*self._columns, "reason")))
        return self._stream

    @contextmanager
    def _minding(self) -> Iterator[None]:
        """Say which file cannot be written."""
        try:
            yield
        except OSError as failure:
            raise OutsideError(str(self._file), f"cannot be written: {failure.strerror}") from failure

    def close(self) -> None:
        """Write what is left, and close the file."""
        if self._stream is not None:
            with self._minding():
                self._stream.close()


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
