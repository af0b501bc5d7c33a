"""Many slow things at a time: none waits because another hangs."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from publisher.jobs.posts.spread import Width, spread


def test_results_come_from_all_things() -> None:
    """Each thing gives as many results as it has, whichever comes first."""

    def work(thing: int) -> Iterator[int]:
        return iter(range(thing))

    found = [result for some in spread(work, range(60), Width(young=4)) for result in some]
    assert sorted(found) == sorted(number for thing in range(60) for number in range(thing))


def test_the_others_go_on_while_some_hang() -> None:
    """Twenty things hang with two places for beginners: the other hundred come before any of them is let go."""
    gate = threading.Event()
    done: list[int] = []

    def work(thing: int) -> Iterator[int]:
        if thing % 6 == 0:
            gate.wait(20)
        yield thing

    for some in spread(work, range(120), Width(young=2, patience=0.01)):
        done += some
        if len(done) >= 100:
            gate.set()
    assert all(thing % 6 for thing in done[:100])
    assert sorted(done) == list(range(120))


def test_never_more_threads_than_allowed() -> None:
    """However many hang, the number of threads has an end."""
    running = threading.Semaphore(5)
    broken: list[int] = []

    def work(thing: int) -> Iterator[int]:
        if not running.acquire(blocking=False):
            broken.append(thing)
        threading.Event().wait(0.005)
        running.release()
        yield thing

    assert sum(len(some) for some in spread(work, range(60), Width(young=5, patience=0.0, most=5))) == 60
    assert broken == []


def test_a_failure_is_raised_where_somebody_waits() -> None:
    """What a thread raises is not lost."""

    def work(thing: int) -> Iterator[int]:
        if thing == 3:
            raise LookupError(thing)
        yield thing

    with pytest.raises(LookupError):
        for _ in spread(work, range(6)):
            pass


def test_nothing_to_do_is_done() -> None:
    """Without things there is nothing."""
    assert list(spread(iter, [])) == []
