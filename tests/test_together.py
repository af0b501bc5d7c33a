"""Wishes of many threads, fulfilled together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from publisher.errors import StoreError, UsageError
from publisher.jobs.readers.together import Together


def test_everybody_gets_their_own_answer() -> None:
    """Whoever wishes for something at the same time shares a round, and no answer goes to somebody else."""
    rounds: list[int] = []

    def double(numbers: Sequence[int]) -> list[int]:
        rounds.append(len(numbers))
        return [2 * number for number in numbers]

    together = Together(double)
    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(together.ask, range(2000))) == [2 * number for number in range(2000)]
    assert sum(rounds) == 2000
    assert max(rounds) <= 100


def test_whoever_comes_meanwhile_goes_along() -> None:
    """While one round is under way the others wait, and then share the next one."""
    begun, go_on = Event(), Event()
    rounds: list[int] = []

    def wait(numbers: Sequence[int]) -> Sequence[int]:
        rounds.append(len(numbers))
        begun.set()
        assert go_on.wait(60)
        return numbers

    together = Together(wait)
    arrived = Barrier(9)

    def ask(number: int) -> int:
        arrived.wait(60)
        return together.ask(number)

    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(together.ask, -1)
        assert begun.wait(60)
        others = [pool.submit(ask, number) for number in range(8)]
        arrived.wait(60)
        ends = time.monotonic() + 60
        while together.waiting < 8:
            assert time.monotonic() < ends
        go_on.set()
        assert first.result() == -1
        assert [other.result() for other in others] == list(range(8))
    assert rounds == [1, 8]


def test_a_wish_that_fails_harms_nobody_else() -> None:
    """A round that fails for good is done again wish by wish: only the one at fault meets its error."""
    tried: list[int] = []

    def refuse(numbers: Sequence[int]) -> Sequence[int]:
        tried.append(len(numbers))
        if 3 in numbers:
            raise UsageError("three", "nobody wants it")
        return numbers

    together = Together(refuse)

    def ask(number: int) -> int | str:
        try:
            return together.ask(number)
        except UsageError as failure:
            return failure.subject

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [0, 1, 2, "three", 4, 5, 6, 7]
    assert tried.count(8) <= 1


def test_a_failure_that_passes_is_told_to_all() -> None:
    """A database that is away is asked once for everybody of a round, not once for each."""
    together: Together[int, int] = Together(lambda _: _raise(StoreError("database", "is away")))
    with pytest.raises(StoreError):
        together.ask(1)


def test_nobody_waits_for_a_round_that_broke() -> None:
    """A mistake of ours ends in an error for all who waited."""
    together: Together[int, int] = Together(lambda _: _raise(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        together.ask(1)
    with pytest.raises(ValueError, match="zip"):
        Together[int, int](lambda _: []).ask(1)


def _raise(failure: Exception) -> Sequence[int]:
    raise failure
