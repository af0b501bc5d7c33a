"""The engine of one process: a loop over a table in the same database, and a few threads.

What is in the table is still to be done; a row goes when its work is done. The process holds the lock of its home, so
what stands there as running when it starts was cut short, and runs again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

from publisher.engine.retry import retry_after
from publisher.engine.seam import Job, Json
from publisher.errors import OutsideError, PublisherError, StoreError
from publisher.store import jobs
from publisher.store.database import close_database

_LOOK: Final = 0.5  # seconds between two looks at the table


class EmbeddedEngine:
    """Runs jobs of a table of functions. `tell` gets a line for people when work failed."""

    def __init__(
        self,
        table: Mapping[str, Job],
        *,
        tell: Callable[[str], None] = lambda _line: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._table = table
        self._tell = tell
        self._now = now
        self._wake = threading.Event()

    def submit(self, job: str, args: Mapping[str, Json], *, run_at: datetime | None = None) -> None:
        """Ask for work, inside the caller's transaction. What waits already with the same arguments is not added."""
        if job not in self._table:
            message = f"there is no job {job!r}; known: {', '.join(sorted(self._table))}"
            raise ValueError(message)
        jobs.submit(job, args, run_at or self._now())
        self._wake.set()

    def is_known(self, job: str, args: Mapping[str, Json]) -> bool:
        """Say whether such work waits, runs, or was given up until people have looked at it."""
        return jobs.is_known(job, args)

    def run(self, *, workers: int, stop: threading.Event) -> None:
        """Work until `stop` is set; call it with the lock of the home held."""
        jobs.reset()
        with ThreadPoolExecutor(workers, thread_name_prefix="job") as pool:
            running: set[Future[None]] = set()
            while not stop.is_set():
                running = {future for future in running if not future.done()}
                if len(running) >= workers or not self._start_one(pool, running):
                    self._wake.wait(_LOOK)
                    self._wake.clear()
        close_database()

    def run_due(self) -> int:
        """Do everything that is due now, in this thread; gives how much that was."""
        done = 0
        while (job := jobs.take(self._now())) is not None:
            self._do(job)
            done += 1
        return done

    def _start_one(self, pool: ThreadPoolExecutor, running: set[Future[None]]) -> bool:
        """Hand the next job that is due to a thread; False when there is none."""
        try:
            job = jobs.take(self._now())
        except StoreError as failure:
            self._tell(f"waiting: {failure}")
            close_database()
            return False
        if job is None:
            return False
        running.add(pool.submit(self._do_and_wake, job))
        return True

    def _do_and_wake(self, job: jobs.Job) -> None:
        """Do a job in a thread of its own, with a connection of its own."""
        try:
            self._do(job)
        except StoreError as failure:
            # The row stays as running, and runs again when this process starts again.
            self._tell(f"{job.name}: {failure}")
        finally:
            close_database()
            self._wake.set()

    def _do(self, job: jobs.Job) -> None:
        """Do a job, and decide what becomes of its row."""
        try:
            self._table[job.name](**job.args)
        except PublisherError as failure:
            self._postpone(job, failure)
        except Exception as failure:  # noqa: BLE001 - a job may do anything; the loop goes on
            self._postpone(job, OutsideError(f"job {job.name}", f"{type(failure).__name__}: {failure}"))
        else:
            jobs.finish(job.key)

    def _postpone(self, job: jobs.Job, failure: PublisherError) -> None:
        """Try again later, or leave it to people."""
        if isinstance(failure, StoreError):
            close_database()
        wait = retry_after(failure, job.attempt)
        jobs.postpone(job.key, self._now() + wait if wait is not None else None, str(failure))
        self._tell(f"{job.name}: {failure}" + (f"; again in {wait.total_seconds():.0f} s" if wait else ""))
