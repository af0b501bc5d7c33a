"""`publisher work` and `publisher tick`: the machine keeps what editors scheduled."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import click

from publisher.cli.means import hire, right_to_work
from publisher.cli.newsroom import open_store, tell
from publisher.cli.options import Run, common
from publisher.errors import PublisherError
from publisher.jobs.worker import tick as clock
from publisher.jobs.worker.duty import Duty
from publisher.store.database import close_database

_EVERY: Final = 5.0  # seconds between two ticks
_ROUNDS: Final = 100


@click.command(epilog="Example: publisher work")
@click.option("--workers", default=8, show_default=True, type=click.IntRange(1, 64), help="Jobs at a time.")
@common
def work(run: Run, workers: int) -> None:
    """Pull, build, send and tell people what needs them, until it is stopped.

    With SQLite one process works in a home; with Postgres as many as you like, on as many machines. SIGTERM and Ctrl-C
    let what is on its way end; what is left goes on when it is started again.
    """
    open_store(run, required=True)
    with stoppable() as stop, working(run, workers=workers) as lost:
        tell(f"Working: {len(run.declared.newsletters)} newsletters, {len(run.declared.sources)} sources. Stop: Ctrl-C")
        while not stop.wait(_LOOK) and not lost.is_set():
            continue


_LOOK: Final = 0.5


@contextmanager
def working(run: Run, *, workers: int = 8) -> Iterator[threading.Event]:
    """Work in threads of this process until the block is left; gives an event that is set if the work ends early.

    The database is open. Raises `HeldError` where another process works, and `SettingsError`.
    """
    stop, lost = threading.Event(), threading.Event()
    with right_to_work(run) as place:
        duty = hire(run, place, stop, tell)
        threads = [
            threading.Thread(target=_guarded, args=(step, lost), name=name)
            for name, step in (
                ("engine", lambda: duty.engine.run(workers=workers, stop=stop)),
                ("clock", lambda: _tick_on(duty, stop)),
            )
        ]
        for thread in threads:
            thread.start()
        try:
            yield lost
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            duty.close()


def _guarded(step: Callable[[], object], lost: threading.Event) -> None:
    """Do something in a thread, and let the process know when it ended."""
    try:
        step()
    except PublisherError as failure:
        tell(f"publisher: {failure}")
    finally:
        lost.set()
        close_database()


def _tick_on(duty: Duty, stop: threading.Event) -> None:
    """Tick every few seconds; a failure is told once, and the next tick tries again."""
    last = ""
    while not stop.is_set():
        try:
            clock.tick(duty)
            last = ""
        except PublisherError as failure:
            if str(failure) != last:
                last = str(failure)
                tell(f"tick: {failure}")
            close_database()
        stop.wait(_EVERY)


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """Let SIGTERM and Ctrl-C end the work after what is on its way; a second one ends the process."""
    stop = threading.Event()

    def end(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)
        tell("stopping: what is on its way ends first")

    before = {one: signal.signal(one, end) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@click.command(epilog="Example: publisher tick")
@common
def tick(run: Run) -> None:
    """Do one round of due work, for cron: pull, build, send what is due now, and tell people.

    It ends when nothing is due any more. Where `publisher work` runs, nothing is left for it.
    """
    open_store(run, required=True)
    with stoppable() as stop, right_to_work(run) as place:
        duty = hire(run, place, stop, tell)
        try:
            done = _round(duty, stop)
        finally:
            duty.close()
    click.echo(f"{done} jobs done")


def _round(duty: Duty, stop: threading.Event) -> int:
    """Tick and work until nothing is due but what never ends, which comes once more: there may be news for it."""
    done = 0
    for number in range(_ROUNDS):
        endless = clock.tick(duty)
        now = 0 if stop.is_set() else duty.engine.run_due()
        done += now
        if not now or (number and now <= endless):
            break
    return done
