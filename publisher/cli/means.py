"""What a worker needs, made of settings and home; and the right to work there."""

from __future__ import annotations

import importlib
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Final

from publisher.cli.newsroom import ask_allowance, open_queue, open_route
from publisher.cli.options import Run
from publisher.cli.reading import read_alts
from publisher.engine import lock
from publisher.engine.embedded import EmbeddedEngine
from publisher.engine.seam import Engine
from publisher.errors import OutsideError, SettingsError
from publisher.jobs.newsroom.declaration import declare
from publisher.jobs.sending.deliver import Route
from publisher.jobs.sending.settle import Queue
from publisher.jobs.worker import tick, timetable
from publisher.jobs.worker.duty import Duty, Means
from publisher.jobs.worker.table import QUEUES, jobs_of
from publisher.net import Client, Limits, open_client
from publisher.store import jobs
from publisher.store.database import is_sqlite

_CONNECTIONS: Final = 1200
_SEATS: Final = 256


def hire(run: Run, place: str, stop: threading.Event, tell: Callable[[str], None]) -> Duty:
    """Prepare a worker of this newsroom; the database is open. Raises `SettingsError` for a schedule that is none."""
    settings = run.declared
    entries = timetable.read(settings, run.file)

    def enter_route(stack: ExitStack) -> Route:
        route = open_route(run, stack, tell)[0]
        route.marker.owner += place
        return route

    def enter_client(stack: ExitStack) -> Client:
        return stack.enter_context(open_client(settings, Limits(connections=_CONNECTIONS)))

    def enter_queue(stack: ExitStack) -> Queue | None:
        queue = open_queue(settings)
        if queue is not None:
            stack.callback(queue.close)
        return queue

    duty = Duty(
        Means(
            settings=settings,
            home=run.home.path,
            entries=entries,
            open_route=enter_route,
            open_client=enter_client,
            open_queue=enter_queue,
            allowance=lambda: ask_allowance(settings),
            noise=lambda: secrets.randbits(80),
            alts=lambda: read_alts(settings.folder),
            tell=tell,
            stop=stop,
        ),
    )
    duty.take_on(_engine(duty, tell))
    declare(settings, datetime.now(UTC))
    tick.prepare(duty)
    return duty


def _engine(duty: Duty, tell: Callable[[str], None]) -> Engine:
    """Choose who runs the jobs, by the database. Raises `SettingsError` where a part is not installed."""
    if is_sqlite():
        jobs.retry_given_up()
        return EmbeddedEngine(jobs_of(duty), tell=tell)
    try:
        distributed = importlib.import_module("publisher.engine.procrastinate")
    except ModuleNotFoundError as failure:
        fix = "install it: pip install 'publisher[postgres]'"
        raise SettingsError("database.url", f"Postgres needs {failure.name}", fix) from failure
    engine: Engine = distributed.ProcrastinateEngine(jobs_of(duty), QUEUES, tell=tell)
    distributed.ProcrastinateEngine.install(engine)
    return engine


@contextmanager
def right_to_work(run: Run) -> Iterator[str]:
    """Hold what one process at a time may hold: on SQLite the home, else a place in it; gives the mark of the place.

    Raises `HeldError`.
    """
    run.home.path.mkdir(parents=True, exist_ok=True)
    if is_sqlite():
        with lock.holding(run.home.lock):
            yield ""
        return
    with ExitStack() as stack:
        yield _take_seat(run, stack)


def _take_seat(run: Run, stack: ExitStack) -> str:
    """Take a place of a home in which several workers may work: who dies is known by it when it is taken again."""
    for number in range(_SEATS):
        try:
            stack.enter_context(lock.holding(run.home.path / f"worker-{number}.lock"))
        except lock.HeldError:
            continue
        return f"-{number}"
    raise OutsideError(f"home {run.home.path}", f"{_SEATS} workers work here already", "choose another --home")
