"""The engine of many machines: work in the caller's transaction, once while it waits, taken over from the dead."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from publisher.engine.procrastinate import ProcrastinateEngine, Timing, lock_of
from publisher.engine.seam import Job
from publisher.errors import OutsideError, StoreError, UsageError
from publisher.store import procrastinate as store
from publisher.store.database import close_database, unit

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("postgres")]

QUICK = Timing(heartbeat=0.3, stalled=1.0, reap=0.4, look=0.2)
VICTIM = """
import sys, threading
from publisher.engine.procrastinate import ProcrastinateEngine, Timing
from publisher.store import database
database.open_database(sys.argv[1])
def hang():
    print("begun", flush=True)
    threading.Event().wait()
engine = ProcrastinateEngine({"once": hang}, {"once": "send"}, timing=Timing(heartbeat=0.3, stalled=1.0, look=0.2))
engine.run(workers=1, stop=threading.Event())
"""


def make_engine(table: Mapping[str, Job], lines: list[str] | None = None) -> ProcrastinateEngine:
    """Make an engine that looks often; all its jobs wait in one queue."""
    tell = (lines if lines is not None else []).append
    engine = ProcrastinateEngine(table, dict.fromkeys(table, "send"), timing=QUICK, tell=tell)
    engine.install()
    return engine


@contextmanager
def running(engine: ProcrastinateEngine) -> Iterator[None]:
    """Let an engine work for a while."""
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, kwargs={"workers": 2, "stop": stop})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def wait_for(done: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    gate = threading.Event()
    for _ in range(1200):
        if done():
            return
        gate.wait(0.025)
    pytest.fail("it did not happen within thirty seconds")


def count() -> int:
    """Count the rows of work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


def note(done: list[int], n: int) -> None:
    """Do some work."""
    done.append(n)


def test_work_is_done_and_its_row_goes() -> None:
    """What waits with the same arguments is not added; what is not due waits; what is done is forgotten."""
    done: list[int] = []
    engine = make_engine({"note": lambda n: note(done, n)})
    engine.submit("note", {"n": 1})
    engine.submit("note", {"n": 1})
    engine.submit("note", {"n": 2}, run_at=datetime.now(UTC) + timedelta(hours=1))
    assert count() == 2
    assert engine.run_due() == 1
    assert done == [1]
    assert count() == 1
    assert engine.is_known("note", {"n": 2})
    assert not engine.is_known("note", {"n": 1})


def test_work_belongs_to_the_transaction_that_asks_for_it() -> None:
    """A transaction that fails asked for nothing; one that goes on after a double request is whole."""
    engine = make_engine({"note": print})

    def fail() -> None:
        with unit():
            engine.submit("note", {})
            raise StoreError("database", "gone")

    with pytest.raises(StoreError):
        fail()
    assert count() == 0
    with unit():
        engine.submit("note", {})
        engine.submit("note", {})
    assert count() == 1


def test_unknown_work_is_refused() -> None:
    """A name that is in no table is a mistake of ours."""
    with pytest.raises(ValueError, match="known: note"):
        make_engine({"note": print}).submit("nothing", {})


def test_a_failure_is_tried_again_and_told() -> None:
    """The world outside comes back: the same work waits with its next attempt."""
    lines: list[str] = []

    def fail() -> None:
        raise OutsideError("SES", "is away")

    engine = make_engine({"send": fail}, lines)
    engine.submit("send", {})
    engine.run_due()
    assert lines == ["send: SES: is away; again in 5 s"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, args FROM procrastinate_jobs")
        ((status, args),) = cursor.fetchall()
    assert status == "todo"
    assert '"attempt": 2' in str(args).replace("'", '"')


def test_what_people_must_mend_is_given_up_until_the_next_start() -> None:
    """A wrong setting is not tried again and again; a new start, after it was mended, does."""

    def fail() -> None:
        raise UsageError("settings", "are wrong")

    engine = make_engine({"build": fail})
    engine.submit("build", {})
    engine.run_due()
    assert engine.is_known("build", {})
    make_engine({"build": fail})
    assert not engine.is_known("build", {})


def test_anything_may_happen_in_a_job() -> None:
    """A fault of ours is told and tried again, and the worker goes on."""
    lines: list[str] = []
    done: list[bool] = []

    def fail() -> None:
        raise ZeroDivisionError("oh")

    engine = make_engine({"bad": fail, "good": lambda: done.append(True)}, lines)
    engine.submit("bad", {})
    engine.submit("good", {})
    with running(engine):
        wait_for(lambda: bool(done and lines))
    assert lines[0].startswith("bad: job bad: ZeroDivisionError: oh; again in")


def test_a_stop_lets_what_has_begun_end() -> None:
    """SIGTERM sets the event: the job that runs ends, and the engine with it."""
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(20)
        ended.set()

    engine = make_engine({"work": work})
    engine.submit("work", {})
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, kwargs={"workers": 1, "stop": stop})
    thread.start()
    assert begun.wait(20)
    stop.set()
    assert thread.is_alive()
    go_on.set()
    thread.join(20)
    assert ended.is_set()
    assert not thread.is_alive()
    assert count() == 0


def test_work_of_a_killed_worker_runs_elsewhere(postgres: str, tmp_path: Path) -> None:
    """Kill -9 in the middle of a job: another worker notices the missing heartbeat and does it."""
    done: list[bool] = []
    lines: list[str] = []
    engine = make_engine({"once": lambda: done.append(True)}, lines)
    engine.submit("once", {})
    script = tmp_path / "victim.py"
    script.write_text(VICTIM, encoding="utf-8")
    victim = subprocess.Popen([sys.executable, str(script), postgres], stdout=subprocess.PIPE)  # noqa: S603 - our own
    assert victim.stdout is not None
    assert victim.stdout.readline() == b"begun\n"
    victim.kill()
    victim.communicate()
    with running(engine):
        wait_for(lambda: bool(done))
    assert any("taking over once" in line for line in lines)
    assert count() == 0


def test_a_database_that_goes_away_is_waited_for(postgres: str) -> None:
    """Every connection is cut: the engine tells it, connects again, and goes on."""
    done: list[int] = []
    engine = make_engine({"note": lambda n: note(done, n)})
    with running(engine):
        engine.submit("note", {"n": 1})
        wait_for(lambda: done == [1])
        close_database()
        with psycopg.connect(postgres, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        close_database()
        engine.submit("note", {"n": 2})
        wait_for(lambda: done == [1, 2])


def test_the_schema_follows_the_library() -> None:
    """Newer statements run once, in order; those that are there already do not."""
    make_engine({})
    with unit(), connection.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE procrastinate_jobs IS 'procrastinate 1.0.0'")
    new = "CREATE TABLE IF NOT EXISTS upgrade_probe (id int)"
    store.install("SELECT broken", [((0, 9, 0), "SELECT broken"), ((1, 1, 0), new)], (1, 1, 0))
    store.install("SELECT broken", [((1, 1, 0), "SELECT broken")], (1, 1, 0))
    with unit(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE upgrade_probe")
        cursor.execute("COMMENT ON TABLE procrastinate_jobs IS 'procrastinate 99.0.0'")  # nothing is newer


def test_the_same_work_has_the_same_name() -> None:
    """The order of arguments does not count, their values do."""
    assert lock_of("a", {"x": 1, "y": 2}) == lock_of("a", {"y": 2, "x": 1})
    assert lock_of("a", {"x": 1}) != lock_of("a", {"x": 2})
