"""Send an edition until nobody is left, and take events meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Final

from publisher.errors import OutsideError
from publisher.jobs.sending import settle
from publisher.jobs.sending.deliver import Route, Verdict, deliver_chunk
from publisher.jobs.sending.settle import Queue, Reconciling
from publisher.store.database import close_database

_POLL: Final = 5  # seconds between two looks at an empty queue
_SOON: Final = timedelta(seconds=5)


def send_all(edition: str, route: Route, stop: Event, *, patient: bool, seen: Callable[[], None]) -> Verdict:
    """Send chunk after chunk; `seen` is called after each.

    Ends when nobody is left, when the edition is stopped, when `stop` is set, and, unless `patient`, when it would have
    to wait long.
    """
    while True:
        verdict = deliver_chunk(edition, route, stop)
        seen()
        if verdict.again_at is None or stop.is_set():
            return verdict
        wait = verdict.again_at - route.now()
        if wait > _SOON and not patient:
            return verdict
        stop.wait(max(0.0, wait.total_seconds()))


@contextmanager
def listening(queue: Queue | None, reconciling: Reconciling, tell: Callable[[str], None]) -> Iterator[None]:
    """Take events in a thread of its own while something else goes on; None: there is no queue."""
    if queue is None:
        yield
        return
    stop = Event()

    def listen() -> None:
        while not stop.is_set():
            try:
                for one in settle.settle(queue, reconciling, stop, wait_seconds=1).skipped:
                    tell(f"events: {one.source}: {one.reason}")
            except OutsideError as failure:
                tell(f"events: {failure}")
            finally:
                close_database()
            stop.wait(_POLL)

    thread = Thread(target=listen, name="events", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
