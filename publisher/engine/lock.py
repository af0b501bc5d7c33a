"""One process per home: two senders on one SQLite ledger would each think the other dead."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from publisher.errors import OutsideError


class HeldError(OutsideError):
    """Another process holds the lock of this home."""


@contextmanager
def holding(file: Path) -> Iterator[None]:
    """Hold the lock of a home; it is free again when this process ends, however it ends.

    Raises `HeldError` when another process holds it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file, timeout=0)
    try:
        lock.acquire()
    except Timeout as failure:
        reason = f"another process works here already (process {_holder(file)})"
        raise HeldError(f"home {file.parent}", reason, "Let it work, end it, or choose another --home") from failure
    try:
        _note(file)
        yield
    finally:
        lock.release()


def is_held(file: Path) -> bool:
    """Say whether some process works in this home now."""
    try:
        with holding(file):
            return False
    except HeldError:
        return True


def _note(file: Path) -> None:
    """Leave our number beside the lock, for people."""
    file.with_name(f"{file.name}.pid").write_text(f"{os.getpid()}\n", encoding="ascii")


def _holder(file: Path) -> str:
    """Read whose number lies beside the lock."""
    try:
        return file.with_name(f"{file.name}.pid").read_text(encoding="ascii").strip() or "unknown"
    except OSError:
        return "unknown"
