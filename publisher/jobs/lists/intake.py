"""A list of people that somebody sent to the desk: kept, looked at, then read by the worker.

receive   the bytes into a file that only its owner may read
look      its columns and first rows, for somebody to say what they hold
ask       the worker reads it
work      enrol.enrol; the list itself is deleted, what was left out can be fetched for a day
forget    whatever is older than a day

Beside each list lies a note that says whose newsletter it is for: nobody gets any of it who may not see that one.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from publisher.errors import FormatError, NothingUsableError, OutsideError, PublisherError, UsageError
from publisher.jobs.lists import enrol, roster, rows
from publisher.jobs.lists.enrol import Enrolled, Manner
from publisher.jobs.lists.roster import Sight
from publisher.settings import Settings
from publisher.store import jobs, log
from publisher.store.database import unit

JOB: Final = "enrol"
LARGEST: Final = 1024 * 1024 * 1024  # bytes

_KEPT: Final = timedelta(days=1)
_KEY: Final = re.compile(r"[0-9a-f]{32}")
_ROOM: Final = 200  # characters of a name of a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A list that was sent: for which newsletter, by whom, and how far it is.

    `state`: "new" until somebody has said what its columns hold, "waiting" for the worker, then "done" or "failed" for
    a `reason`. `rows` were read so far; `numbers` are those of the whole import.
    """

    key: str
    newsletter: str
    name: str
    actor: str
    at: datetime
    size: int
    state: str = "new"
    rows: int = 0
    reason: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)
    shape: str = "own"
    columns: Mapping[str, str] = field(default_factory=dict)
    confirmed: bool = False

    @property
    def has_rejected(self) -> bool:
        """Say whether there is a file of rows that were left out, wholly or in part."""
        return bool(self.numbers.get("rejected", 0) or self.numbers.get("ignored", 0))


def receive(folder: Path, pieces: Iterable[bytes], newsletter: str, name: str, actor: str, now: datetime) -> str:  # noqa: PLR0913, PLR0917 - what came, where it goes, and whose it is
    """Keep a list; gives its key. Raises `UsageError` when it is empty or too large, `OutsideError`."""
    key = secrets.token_hex(16)
    with _minding(folder):
        forget(folder, now)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            size = _write(list_file(folder, key), pieces)
        except UsageError:
            list_file(folder, key).unlink(missing_ok=True)
            raise
    shown = " ".join(name.split())[:_ROOM]
    _note(folder, Intake(key=key, newsletter=newsletter, name=shown, actor=actor, at=now, size=size))
    return key


def _write(file: Path, pieces: Iterable[bytes]) -> int:
    """Write a file that only its owner may read; gives its size. Raises `UsageError`."""
    size = 0
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        for piece in pieces:
            size += len(piece)
            if size > LARGEST:
                raise UsageError("the file", "it is larger than 1 GB", "use: publisher subscribers import")
            stream.write(piece)
    if not size:
        raise UsageError("the file", "there is nothing in it", "choose a file with one person a line")
    return size


def list_file(folder: Path, key: str) -> Path:
    """Name the file of a list."""
    return folder / f"{key}.csv"


def rejected_file(folder: Path, key: str) -> Path:
    """Name the file of what was left out of a list."""
    return folder / f"{key}.rejected.csv"


def find(folder: Path, key: str) -> Intake | None:
    """Give what is known of a list; None: there is none of this key, or it was forgotten."""
    if not _KEY.fullmatch(key):
        return None
    try:
        found: dict[str, Any] = json.loads((folder / f"{key}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as failure:
        raise OutsideError(str(folder / f"{key}.json"), "cannot be read") from failure
    return Intake(**{**found, "at": datetime.fromtimestamp(found["at"], UTC)})


def _note(folder: Path, intake: Intake) -> None:
    """Write down how far a list is, whole or not at all."""
    written = {**asdict(intake), "at": intake.at.timestamp()}
    with _minding(folder):
        made = folder / f"{intake.key}.{secrets.token_hex(4)}.note"
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(written, stream)
        made.replace(folder / f"{intake.key}.json")


def look(folder: Path, key: str, shape: str = "") -> Sight:
    """Look at the beginning of a list; `shape` "" finds out whose export it is.

    Raises `FormatError`, `OutsideError`.
    """
    with _reading(folder, key) as lines:
        return roster.look(lines, shape)


@contextmanager
def _reading(folder: Path, key: str) -> Iterator[Iterable[str]]:
    """Open a list; gives its lines."""
    with _minding(folder), list_file(folder, key).open("rb") as source, closing(rows.decode(source)) as text:
        yield rows.split_lines(text)


def ask(folder: Path, intake: Intake, manner: Manner, now: datetime) -> None:
    """Let the worker read a list. Raises `UsageError` where its columns cannot be what somebody says, `FormatError`."""
    if intake.state != "new":
        raise UsageError("this list", "it was taken in before", "send it again")
    columns = dict(manner.columns or {})
    with _reading(folder, intake.key) as lines:
        roster.read(lines, manner.shape, confirmed=False, chosen=columns)
    _note(
        folder,
        replace(intake, state="waiting", shape=manner.shape, columns=columns, confirmed=manner.confirmed),
    )
    with unit():
        log.note(now, manner.actor, "ask-import", f"newsletters.{intake.newsletter}", confirmed=manner.confirmed)
        jobs.submit(JOB, {"key": intake.key}, now)


def work(settings: Settings, home: Path, key: str, clock: Callable[[], datetime]) -> None:
    """Read a list that waits; one that was read in part already is read again, and nobody comes in twice.

    Raises `StoreError`, and `UsageError` where the file is on another machine.
    """
    folder = place(home)
    intake = find(folder, key)
    if intake is None:
        raise UsageError(str(folder), f"holds no list {key}", "let every machine that works share one home")
    if intake.state != "waiting":
        return
    manner = Manner(
        shape=intake.shape,
        confirmed=intake.confirmed,
        actor=intake.actor,
        columns=intake.columns,
        tell=lambda read: _note(folder, replace(intake, rows=read)),
    )
    try:
        with list_file(folder, key).open("rb") as source:
            done = enrol.enrol(settings, source, intake.newsletter, rejected_file(folder, key), manner, clock())
    except (UsageError, FormatError, NothingUsableError) as failure:
        _note(folder, replace(intake, state="failed", reason=failure.explanation))
    else:
        _note(folder, replace(intake, state="done", numbers=_numbers(done)))
    list_file(folder, key).unlink(missing_ok=True)


def _numbers(done: Enrolled) -> dict[str, int]:
    """Give what an import came to."""
    return {**asdict(done.total), "rejected": done.rejected, "ignored": done.ignored}


def place(home: Path) -> Path:
    """Give the folder of the lists that were sent."""
    return home / "imports"


def discard(folder: Path, intake: Intake) -> None:
    """Forget a list that nobody wants to take in. Raises `UsageError` once the worker has it."""
    if intake.state == "waiting":
        raise UsageError("this list", "it is being taken in")
    _remove(folder, intake.key)


def forget(folder: Path, now: datetime) -> None:
    """Forget every list of more than a day ago, and what was left out of it."""
    with suppress(FileNotFoundError):
        for file in list(folder.iterdir()):
            with suppress(FileNotFoundError):
                if now.timestamp() - file.stat().st_mtime > _KEPT.total_seconds():
                    file.unlink()


def _remove(folder: Path, key: str) -> None:
    """Delete everything about a list."""
    for file in (list_file(folder, key), rejected_file(folder, key), folder / f"{key}.json"):
        file.unlink(missing_ok=True)


@contextmanager
def _minding(folder: Path) -> Iterator[None]:
    """Say which folder cannot be used."""
    try:
        yield
    except PublisherError:
        raise
    except OSError as failure:
        raise OutsideError(str(folder), f"cannot be used: {failure.strerror or failure}") from failure
