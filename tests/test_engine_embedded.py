"""The engine of one process: work is done at least once, and a failure never ends the loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.engine import lock
from publisher.engine.embedded import EmbeddedEngine
from publisher.engine.retry import retry_after
from publisher.errors import FetchError, OutsideError, StoreError, UsageError
from publisher.store import jobs
from publisher.store.database import close_database, unit

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def wait_until(done: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    gate = threading.Event()
    for _ in range(400):
        if done():
            return
        gate.wait(0.025)
    pytest.fail("it did not happen within ten seconds")


@pytest.mark.usefixtures("store")
def test_work_is_done_once_and_its_row_goes() -> None:
    """What is due is done in order; what is not due waits; the same work that waits is not added twice."""
    done: list[int] = []
    engine = EmbeddedEngine({"note": lambda **args: done.append(args["n"])}, now=lambda: NOW)
    engine.submit("note", {"n": 2}, run_at=NOW)
    engine.submit("note", {"n": 1}, run_at=NOW - MINUTE)
    engine.submit("note", {"n": 1})
    engine.submit("note", {"n": 3}, run_at=NOW + MINUTE)
    assert engine.run_due() == 2
    assert done == [1, 2]
    assert jobs.waiting("note") == 1
    assert jobs.next_due() == NOW + MINUTE


@pytest.mark.usefixtures("store")
def test_work_belongs_to_the_transaction_that_asks_for_it() -> None:
    """A transaction that fails asked for nothing."""
    engine = EmbeddedEngine({"note": print}, now=lambda: NOW)

    def fail() -> None:
        with unit():
            engine.submit("note", {})
            raise StoreError("database", "gone")

    with pytest.raises(StoreError):
        fail()
    assert jobs.waiting() == 0
    with pytest.raises(ValueError, match="known: note"):
        engine.submit("nota", {})


@pytest.mark.usefixtures("sqlite")
def test_what_was_running_runs_again() -> None:
    """Work that a dead process had begun is done by the next one."""
    done: list[int] = []
    engine = EmbeddedEngine({"note": lambda **args: done.append(args["n"])}, now=lambda: NOW)
    engine.submit("note", {"n": 1})
    assert jobs.take(NOW) is not None
    assert engine.run_due() == 0
    assert jobs.reset() == 1
    assert engine.run_due() == 1
    assert done == [1]


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(
    ("failure", "again"),
    [
        (ValueError("a bug"), True),
        (OutsideError("SES", "away"), True),
        (UsageError("edition", "unknown"), False),
    ],
)
def test_failed_work(failure: Exception, again: bool) -> None:  # noqa: FBT001 - a column of the table
    """What may pass is tried again later; what a person must mend is kept with its reason; both are told."""
    lines: list[str] = []

    def fail() -> None:
        raise failure

    engine = EmbeddedEngine({"fail": fail}, now=lambda: NOW, tell=lines.append)
    engine.submit("fail", {})
    assert engine.run_due() == 1
    assert jobs.waiting() == again
    assert len(jobs.given_up()) == (not again)
    assert len(lines) == 1
    assert (jobs.next_due() == NOW + timedelta(seconds=5)) is again


@pytest.mark.usefixtures("store")
def test_the_loop_works_until_it_is_stopped() -> None:
    """Threads do what comes; a job that fails does not end the loop; a stop lets what began end."""
    done: list[int] = []
    stop = threading.Event()

    def note(n: int) -> None:
        if n == 2:
            message = "a bug"
            raise ValueError(message)
        done.append(n)

    engine = EmbeddedEngine({"note": note})
    engine.submit("note", {"n": 1})
    close_database()
    loop = threading.Thread(target=lambda: engine.run(workers=2, stop=stop))
    loop.start()
    for number in range(2, 6):
        engine.submit("note", {"n": number})
    wait_until(lambda: sorted(done) == [1, 3, 4, 5])
    stop.set()
    loop.join()
    assert jobs.waiting() == 1


def test_two_processes_on_one_home(tmp_path: Path) -> None:
    """The second is refused with who works there; the lock is free again afterwards."""
    file = tmp_path / "home" / "lock"
    with lock.holding(file):
        assert lock.is_held(file)
        with pytest.raises(OutsideError, match="another process works here already"), lock.holding(file):
            pytest.fail("two at once")
    assert not lock.is_held(file)


@pytest.mark.parametrize(
    ("failure", "attempt", "seconds"),
    [
        (ValueError("a bug"), 1, 5),
        (ValueError("a bug"), 4, 40),
        (ValueError("a bug"), 8, None),
        (OutsideError("SES", "away"), 30, 900),
        (FetchError("feed", "404", retry=False), 1, None),
        (FetchError("feed", "time-out"), 1, 5),
        (UsageError("edition", "unknown"), 1, None),
    ],
)
def test_retries(failure: Exception, attempt: int, seconds: int | None) -> None:
    """Waits double; mistakes of people wait for people; the world outside is tried for good."""
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after(failure, attempt) == expected
