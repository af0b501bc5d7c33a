"""Many slow things at a time: threads whose number grows while some of them hang.

A thread that has waited long for its server takes no place from the others: only those that began a moment ago count.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Final, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_LOOK: Final = 0.02  # seconds
_AT_ONCE: Final = 50  # results


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How many begin at a time, for how many seconds each of them counts, and how many there may be at all."""

    young: int = 32
    patience: float = 0.5
    most: int = 1000


@dataclass(slots=True)
class _Running(Generic[R]):
    """What is on its way: results as they come, and when each thread began."""

    results: SimpleQueue[tuple[bool, R | BaseException]] = field(default_factory=SimpleQueue)
    ended: SimpleQueue[int] = field(default_factory=SimpleQueue)
    begun: dict[int, float] = field(default_factory=dict)


def spread(
    work: Callable[[T], Iterable[R]],
    things: Iterable[T],
    width: Width = Width(),
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Sequence[R]]:
    """Do work on each thing in threads of its own, and give results as they come: what is there, in any order.

    What a thread raises is raised here, once.
    """
    waiting = deque(things)
    running: _Running[R] = _Running()
    number = 0
    while waiting or running.begun:
        while waiting and _has_room(running, width, clock()):
            number += 1
            running.begun[number] = clock()
            arguments = (work, waiting.popleft(), number, running)
            threading.Thread(target=_do, args=arguments, name=f"pull-{number}", daemon=True).start()
        if found := _take(running):
            yield found
    if found := _drain(running):
        yield found


def _do(work: Callable[[T], Iterable[R]], thing: T, number: int, running: _Running[R]) -> None:
    """Work in a thread; hand over each result as soon as it is there."""
    try:
        for result in work(thing):
            running.results.put((True, result))
    except BaseException as failure:  # noqa: BLE001 - raised again where somebody waits for it
        running.results.put((False, failure))
    finally:
        running.ended.put(number)


def _has_room(running: _Running[R], width: Width, now: float) -> bool:
    """Say whether another thread may begin."""
    _forget_ended(running)
    if len(running.begun) >= width.most:
        return False
    return sum(1 for begun in running.begun.values() if now - begun < width.patience) < width.young


def _forget_ended(running: _Running[R]) -> None:
    """Stop counting threads that have ended."""
    try:
        while True:
            del running.begun[running.ended.get_nowait()]
    except Empty:
        return


def _take(running: _Running[R]) -> list[R]:
    """Give what has come, waiting a moment for the first."""
    try:
        first = _open(running.results.get(timeout=_LOOK))
    except Empty:
        _forget_ended(running)
        return []
    return [first, *_drain(running, _AT_ONCE - 1)]


def _drain(running: _Running[R], most: int | None = None) -> list[R]:
    """Give what is there already."""
    found: list[R] = []
    try:
        while most is None or len(found) < most:
            found.append(_open(running.results.get_nowait()))
    except Empty:
        _forget_ended(running)
    return found


def _open(result: tuple[bool, R | BaseException]) -> R:
    """Give a result, or raise what was raised in its place."""
    is_good, value = result
    if not is_good:
        raise value  # type: ignore[misc]  # what is not good was raised
    return value  # type: ignore[return-value]  # what is good is a result
