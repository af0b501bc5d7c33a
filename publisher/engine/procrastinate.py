"""The engine of many machines: Procrastinate, in the same Postgres as everything else.

    submit   in the caller's transaction, on the caller's connection
    run      one worker a queue, so that a big edition never delays a pull; a heartbeat every five seconds
    reap     every ten seconds, beside the workers: work of a worker without a heartbeat runs again

Used of it: transactional defer, heartbeat, take-over. Not used: its cron, its locks, its retries.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import psycopg
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job as Deferred
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager

from publisher.engine.retry import retry_after
from publisher.engine.seam import Job, Json
from publisher.errors import OutsideError, PublisherError, StoreError
from publisher.store import procrastinate as store
from publisher.store.database import close_database, unit

_TASK: Final = "publisher"
_LOOK: Final = 0.2
_AGAIN: Final = 2.0  # seconds before a database that was away is tried again
_SMALL: Final = 2  # jobs at a time of a queue that is not the sending one


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds between two signs of life, without one until a worker counts as dead, between two looks for dead ones.

    `look`: between two looks for work whose time has come.
    """

    heartbeat: float = 5.0
    stalled: float = 15.0
    reap: float = 10.0
    look: float = 2.0


class ProcrastinateEngine:
    """Runs jobs of a table of functions. `queues` says in which queue each waits; "send" gets most of the workers."""

    def __init__(
        self,
        table: Mapping[str, Job],
        queues: Mapping[str, str],
        *,
        timing: Timing = Timing(),
        tell: Callable[[str], None] = lambda _line: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._table = table
        self._queues = queues
        self._timing = timing
        self._tell = tell
        self._now = now
        # Work is submitted on the caller's connection: this one is never opened.
        self._submitting = self._app(SyncPsycopgConnector())
        logging.getLogger("procrastinate").addHandler(logging.NullHandler())
        logging.getLogger("procrastinate").propagate = False

    def install(self) -> None:
        """Bring the tables of the library up to date, and let what was given up be tried again."""
        version = _version(metadata.version("procrastinate"))
        folder = Path(SchemaManager.get_migrations_path())
        found = sorted(file for file in folder.glob("*.sql"))
        migrations = [(_version(file.name.split("_")[0]), file.read_text(encoding="utf-8")) for file in found]
        store.install(SchemaManager.get_schema(), migrations, version)
        store.forget_given_up()

    def _app(self, connector: PsycopgConnector | SyncPsycopgConnector) -> App:
        """Make the library's own object, which knows one task: to call a job of the table."""
        app = App(connector=connector)
        app.task(name=_TASK)(self._call)
        return app

    # --- submitting -----------------------------------------------------------------------------------------------

    def submit(self, job: str, args: Mapping[str, Json], *, run_at: datetime | None = None) -> None:
        """Ask for work, inside the caller's transaction. What waits already with the same arguments is not added."""
        if job not in self._table:
            message = f"there is no job {job!r}; known: {', '.join(sorted(self._table))}"
            raise ValueError(message)
        self._defer(job, args, 1, run_at)

    def _defer(self, job: str, args: Mapping[str, Json], attempt: int, run_at: datetime | None) -> None:
        """Add work unless it waits already."""
        lock = lock_of(job, args)
        if store.is_waiting(lock):
            return
        with unit():  # a savepoint: somebody else may add the same in this moment
            try:
                self._submitting.configure_task(
                    _TASK,
                    queue=self._queues[job],
                    queueing_lock=lock,
                    schedule_at=run_at,
                    connection=store.raw_connection(),
                ).defer(job=job, args=dict(args), attempt=attempt)
            except (ConnectorException, psycopg.Error) as failure:
                raise _explain(failure) from failure

    def is_known(self, job: str, args: Mapping[str, Json]) -> bool:
        """Say whether such work waits, runs, or was given up until people have looked at it."""
        return store.is_known(lock_of(job, args))

    # --- doing ----------------------------------------------------------------------------------------------------

    def _call(self, job: str, args: dict[str, Json], attempt: int = 1) -> None:
        """Do a job in a thread; when it fails, ask for it again later, or leave it to people."""
        try:
            self._table[job](**args)
        except PublisherError as failure:
            self._postpone(job, args, attempt, failure)
        except Exception as failure:  # noqa: BLE001 - a job may do anything; the worker goes on
            self._postpone(job, args, attempt, OutsideError(f"job {job}", f"{type(failure).__name__}: {failure}"))
        finally:
            close_database()

    def _postpone(self, job: str, args: Mapping[str, Json], attempt: int, failure: PublisherError) -> None:
        """Try again later, or let the row stand as failed."""
        if isinstance(failure, StoreError):
            close_database()
        wait = retry_after(failure, attempt)
        self._tell(f"{job}: {failure}" + (f"; again in {wait.total_seconds():.0f} s" if wait else ""))
        if wait is None:
            raise failure
        self._defer(job, args, attempt + 1, self._now() + wait)

    # --- running --------------------------------------------------------------------------------------------------

    def run(self, *, workers: int, stop: threading.Event) -> None:
        """Work until `stop` is set, and let what has begun end."""
        asyncio.run(self._run(workers, stop, wait=True))

    def run_due(self) -> int:
        """Do what is due now, and what that brings at once; gives how much was due when it began."""
        due = store.count_due()
        if due:
            close_database()
            asyncio.run(self._run(1, threading.Event(), wait=False))
        return due

    async def _run(self, workers: int, stop: threading.Event, *, wait: bool) -> None:
        """Run a worker for each queue, and the reaper beside them."""
        seats = {queue: workers if queue == "send" else _SMALL for queue in dict.fromkeys(self._queues.values())}
        pool = ThreadPoolExecutor(sum(seats.values()) + 1, thread_name_prefix="job")
        asyncio.get_running_loop().set_default_executor(pool)
        work = [self._work(queue, seat, stop, wait=wait) for queue, seat in seats.items()]
        if not wait:
            await asyncio.gather(*work)
            return
        reaper = asyncio.create_task(self._again_and_again(self._reap, stop))
        try:
            await asyncio.gather(*work)
        finally:
            reaper.cancel()
            await asyncio.gather(reaper, return_exceptions=True)

    async def _work(self, queue: str, seats: int, stop: threading.Event, *, wait: bool) -> None:
        """Work on one queue; a database that goes away is waited for."""
        while not stop.is_set():
            connector = PsycopgConnector(kwargs=store.address(), min_size=1, max_size=seats + 3)
            try:
                async with self._app(connector).open_async() as app:
                    await _until(
                        stop,
                        app.run_worker_async(
                            queues=[queue],
                            name=f"{_TASK} {queue}",
                            concurrency=seats,
                            wait=wait,
                            install_signal_handlers=False,
                            delete_jobs="successful",
                            fetch_job_polling_interval=self._timing.look,
                            update_heartbeat_interval=self._timing.heartbeat,
                            stalled_worker_timeout=self._timing.stalled,
                        ),
                    )
                    if not wait:
                        return
            except (ConnectorException, psycopg.Error, OSError) as failure:
                self._tell(f"queue {queue}: waiting: {_explain(failure)}")
                await asyncio.sleep(_AGAIN)

    async def _again_and_again(self, step: Callable[[App], Coroutine[Any, Any, None]], stop: threading.Event) -> None:
        """Do something every few seconds; a database that goes away is waited for."""
        while not stop.is_set():
            try:
                connector = PsycopgConnector(kwargs=store.address(), min_size=1, max_size=2)
                async with self._app(connector).open_async() as app:
                    while not stop.is_set():
                        await step(app)
                        await asyncio.sleep(self._timing.reap)
            except (ConnectorException, psycopg.Error, OSError):
                await asyncio.sleep(_AGAIN)

    async def _reap(self, app: App) -> None:
        """Let work run again whose worker gives no sign of life."""
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._timing.stalled):
            self._tell(f"taking over {job.task_kwargs.get('job')}: its worker gives no sign of life")
            await _take_over(app, job)


async def _take_over(app: App, job: Deferred) -> None:
    """Return work to its queue; when the same waits there already, that is enough."""
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)


async def _until(stop: threading.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do something until it ends or `stop` is set; then let what has begun end."""
    task = asyncio.create_task(work)
    while not stop.is_set() and not task.done():
        await asyncio.wait({task}, timeout=_LOOK)
    if not task.done():
        task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return


def lock_of(job: str, args: Mapping[str, Json]) -> str:
    """Name a piece of work, so that the same waits once."""
    written = json.dumps(dict(args), sort_keys=True)
    return f"{job} {hashlib.sha256(written.encode()).hexdigest()[:32]}"


def _version(text: str) -> tuple[int, int, int]:
    """Read a version."""
    numbers = [int(part) for part in text.split(".")[:3] if part.isdigit()]
    first, second, third = (*numbers, 0, 0, 0)[:3]
    return first, second, third


def _explain(failure: Exception) -> StoreError:
    """Say in plain words that the queue cannot be used."""
    return StoreError(
        "the queue of jobs", " ".join(str(failure.__cause__ or failure).split()) or type(failure).__name__
    )
