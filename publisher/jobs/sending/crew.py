"""A few threads that make the requests of one batch, each at its own moment.

The pace is kept per recipient, so that no second sees more than the account allows. More threads come only while they
bring more: they hide the time that answers take, and cost when there is none to hide.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Final

from publisher.delivery.breaker import FAILURES_IN_A_ROW, count_failures
from publisher.model import Claim, NotAccepted, Outcome, Reaction, Result
from publisher.store.quota import SECOND, Slot

# Requests of one second may have been due in a second and this: 1.1 times the pace, which is 0.9 of what is allowed.
LATE: Final = 0.1
_MOST_THREADS: Final = 64
_WORTH: Final = 1.15  # another thread must bring this much
_TRIALS: Final = 3  # batches per trial


@dataclass(slots=True, kw_only=True)
class Batch:
    """One batch on its way. `until` is the moment after which nothing may be requested any more: the lease ends."""

    claims: deque[tuple[int, Claim]]
    slot: Slot
    until: datetime | None
    results: list[Result] = field(default_factory=list)
    halted: bool = False
    seconds: float = 0.0


class Crew:
    """Sends batches. `send` makes one request; it is called from several threads and never raises."""

    def __init__(
        self, send: Callable[[Claim], Outcome], stop: Event, now: Callable[[], datetime], *, most: int
    ) -> None:
        self._send = send
        self._stop = stop
        self._now = now
        self._most = min(most, _MOST_THREADS)
        self._pool: ThreadPoolExecutor | None = None
        self._refusals = 0
        self._trial = _Trial(most=self._most)

    @property
    def refusals(self) -> int:
        """Count the recipients in a row that were refused for good."""
        return self._refusals

    def work(
        self,
        claims: Sequence[Claim],
        slot: Slot,
        *,
        until: datetime | None,
        beat: Callable[[], datetime | None] | None,
    ) -> list[Result]:
        """Send to everybody who was claimed; gives a result for each.

        Stops requesting when it is told to, when the lease ends, at the first outcome that concerns everybody, and
        after some refusals in a row. With `beat`, which keeps the lease and gives its new end, threads always do the
        work.
        """
        batch = Batch(claims=deque(enumerate(claims)), slot=slot, until=until)
        threads = self._threads(slot)
        began = time.perf_counter()
        if threads == 1 and beat is None:
            self._run(batch)
        else:
            self._spread(batch, threads, beat)
        self._trial.note(len(claims), time.perf_counter() - began, batch.seconds)
        return batch.results

    def _threads(self, slot: Slot) -> int:
        """Say how many threads the next batch needs: as many as the pace asks for, or as many as have paid so far."""
        if slot.interval:
            return min(self._most, math.ceil(self._trial.latency * SECOND / slot.interval) + 1)
        return self._trial.size

    def _spread(self, batch: Batch, threads: int, beat: Callable[[], datetime | None] | None) -> None:
        """Let threads take from the batch, and keep the lease meanwhile."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._most, thread_name_prefix="send")
        waiting: set[Future[None]] = {self._pool.submit(self._run, batch) for _ in range(threads)}
        while waiting:
            done, waiting = wait(waiting, timeout=1 if beat else None)
            for future in done:
                future.result()
            if beat and waiting:
                batch.until = beat()

    def _run(self, batch: Batch) -> None:
        """Take recipients until none is left."""
        while True:
            try:
                place, claim = batch.claims.popleft()
            except IndexError:
                return
            outcome = self._send_in_time(batch, place, claim)
            batch.results.append(Result(claim=claim, outcome=outcome))

    def _send_in_time(self, batch: Batch, place: int, claim: Claim) -> Outcome | None:
        """Make one request at its moment; None when it must not be made any more."""
        now = self._now()
        due = batch.slot.start.timestamp() + place * batch.slot.interval / SECOND
        if due > now.timestamp() and not batch.halted:
            self._stop.wait(due - now.timestamp())
            now = self._now()
        if batch.halted or self._stop.is_set() or (batch.until is not None and now >= batch.until):
            return None
        if batch.slot.interval and now.timestamp() - due > LATE:
            return None  # its slot has passed, and the next ones belong to others: it is claimed again
        began = time.perf_counter()
        outcome = self._send(claim)
        batch.seconds += time.perf_counter() - began
        self._judge(batch, outcome)
        return outcome

    def _judge(self, batch: Batch, outcome: Outcome) -> None:
        """Stop the batch at what concerns everybody."""
        self._refusals = count_failures(self._refusals, outcome)
        if isinstance(outcome, NotAccepted) and outcome.reaction is not Reaction.FAIL:
            batch.halted = True
        if self._refusals >= FAILURES_IN_A_ROW:
            batch.halted = True

    def close(self) -> None:
        """End the threads; none is at work."""
        if self._pool is not None:
            self._pool.shutdown()


class _Trial:
    """Finds how many threads pay: doubles while that brings more, goes back once it does not."""

    def __init__(self, *, most: int) -> None:
        self.size = 1
        self.latency = 0.0
        self._most = most
        self._before = 0.0
        self._settled = most == 1
        self._rates: list[float] = []

    def note(self, sent: int, seconds: float, busy: float) -> None:
        """Learn from a batch: how many recipients, how long it took, how long the requests took together."""
        if not sent or seconds <= 0:
            return
        latest = busy / sent
        self.latency = latest if not self.latency else 0.7 * self.latency + 0.3 * latest
        if self._settled:
            return
        self._rates.append(sent / seconds)
        if len(self._rates) == _TRIALS:
            self._decide(sorted(self._rates)[_TRIALS // 2])
            self._rates = []

    def _decide(self, rate: float) -> None:
        """Take more threads, or go back and stay there."""
        if rate < self._before * _WORTH:
            self.size = max(1, self.size // 2)
            self._settled = True
        elif self.size * 2 > self._most:
            self._settled = True
        else:
            self._before = rate
            self.size *= 2
