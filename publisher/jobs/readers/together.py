"""Many threads, one transaction: what they wish for is done together, and each gets its own answer.

A commit waits for the disk. Whoever comes while one is under way goes along with the next, so that the disk sets the
pace of transactions and not of wishes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Final, Generic, TypeVar

from publisher.errors import PublisherError

W = TypeVar("W")
R = TypeVar("R")

_MOST: Final = 100  # wishes in one transaction


class Together(Generic[W, R]):
    """Does what threads wish for. `do` fulfils some wishes in one transaction and answers each, in their order."""

    def __init__(self, do: Callable[[Sequence[W]], Sequence[R]]) -> None:
        self._do = do
        self._waiting: deque[tuple[W, Future[R]]] = deque()
        self._turn = Lock()

    @property
    def waiting(self) -> int:
        """Count the wishes that go along with the next round."""
        return len(self._waiting)

    def ask(self, wish: W) -> R:
        """Have a wish fulfilled, alone or along with others; raises what it met with."""
        mine: Future[R] = Future()
        self._waiting.append((wish, mine))
        with self._turn:
            # Mostly somebody else did it while this thread waited for its turn.
            while not mine.done():
                self._fulfil([self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST))])
        return mine.result()

    def _fulfil(self, some: Sequence[tuple[W, Future[R]]]) -> None:
        """Fulfil some wishes; when that fails for good, each alone, so that nobody suffers from another one's wish."""
        try:
            answers = self._do([wish for wish, _ in some])
        except PublisherError as failure:
            if len(some) == 1 or getattr(failure, "retry", False):
                for _, future in some:
                    future.set_exception(failure)
            else:
                for one in some:
                    self._fulfil([one])
        else:
            for (_, future), answer in zip(some, answers, strict=True):
                future.set_result(answer)
        finally:
            for _, future in some:
                future.cancel()  # whoever has no answer yet must not wait for one
