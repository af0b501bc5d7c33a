"""What the account may do, what it has sent, and whom it may not reach: the memory of the sandbox."""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from publisher.sandbox.contract import RefusedError

SIMULATOR: Final = "simulator.amazonses.com"
_DAY: Final = 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How the account behaves.

    `identities` and `configuration_sets`: those that exist; None: any name does. `production` False: recipients must be
    identities too. `max_24_hour` -1 means without limit. `events`: how they reach the queue, as they are ("raw"), in
    SNS envelopes ("sns") or not at all ("none"). `keep`: of how many messages the bytes stay in memory. `denied`: the
    operations that the caller's IAM policy does not allow.
    """

    max_send_rate: float = 10_000
    max_24_hour: float = 1_000_000
    production: bool = True
    sending_enabled: bool = True
    enforcement: str = "HEALTHY"
    identities: frozenset[str] | None = None
    configuration_sets: frozenset[str] | None = None
    account_id: str = "123456789012"
    region: str = "eu-west-1"
    events: Literal["raw", "sns", "none"] = "raw"
    keep: int = 1_000
    denied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message that was accepted; `raw` is as it was received, b"" when it has been forgotten to save memory.

    `number` counts from 1 in the order of acceptance. `access_key` is who signed the request.
    """

    number: int
    id: str
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    tags: Mapping[str, str] = field(default_factory=dict)
    configuration_set: str | None = None
    access_key: str = ""


class Account:
    """The state of the account; every method may be called from any thread.

    `folder` takes the bytes of every message as a file; `clock` gives seconds.
    """

    def __init__(
        self,
        rules: Rules,
        *,
        folder: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.rules = rules
        self.suppressed: dict[str, tuple[str, float]] = {}
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._messages: list[SentMessage] = []
        self._by_id: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._tokens = max(rules.max_send_rate, 1.0)
        self._filled = clock()
        self._sent: deque[tuple[float, int]] = deque()
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def messages(self) -> tuple[SentMessage, ...]:
        """Give every accepted message, oldest first."""
        with self._lock:
            return tuple(self._messages)

    def count(self) -> int:
        """Count the accepted messages."""
        with self._lock:
            return len(self._messages)

    def find(self, message_id: str) -> SentMessage | None:
        """Find an accepted message by its id."""
        with self._lock:
            at = self._by_id.get(message_id)
            return None if at is None else self._messages[at]

    def latest(self, number: int) -> tuple[SentMessage, ...]:
        """Give the newest messages, newest first."""
        with self._lock:
            return tuple(self._messages[: -number - 1 : -1])

    def forget(self) -> None:
        """Forget every message, suppression and used quota."""
        with self._lock:
            self._messages.clear()
            self._numbers = itertools.count(1)
            self._by_id.clear()
            self._sent.clear()
            self.suppressed.clear()
            self._tokens = max(self.rules.max_send_rate, 1.0)

    def change(self, rules: Rules) -> None:
        """Put other rules into force; the bucket starts full."""
        with self._lock:
            self.rules = rules
            self._tokens = max(rules.max_send_rate, 1.0)

    def suppress(self, address: str, reason: str) -> None:
        """Put an address on the account's suppression list."""
        with self._lock:
            self.suppressed[address] = (reason, self._clock())

    def sent_last_day(self) -> int:
        """Count the recipients of the last 24 hours, simulator left out."""
        with self._lock:
            return self._sent_last_day()

    def _sent_last_day(self) -> int:
        oldest = self._clock() - _DAY
        while self._sent and self._sent[0][0] <= oldest:
            self._sent.popleft()
        return sum(number for _, number in self._sent)

    def take_quota(self, recipients: tuple[str, ...]) -> None:
        """Use up rate and daily quota, counted in recipients; the simulator's count against the rate only.

        Raises: RefusedError when one of them is used up; then nothing was taken.
        """
        counted = sum(not one.endswith(f"@{SIMULATOR}") for one in recipients)
        with self._lock:
            now = self._clock()
            rate = self.rules.max_send_rate
            self._tokens = min(self._tokens + (now - self._filled) * rate, max(rate, 1.0))
            self._filled = now
            if self._tokens < min(len(recipients), max(rate, 1.0)):
                raise RefusedError("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
            limit = self.rules.max_24_hour
            if limit >= 0 and self._sent_last_day() + counted > limit:
                raise RefusedError("LimitExceededException", "Daily message quota exceeded.")
            self._tokens -= len(recipients)
            self._add_to_day(now, counted)

    def _add_to_day(self, now: float, counted: int) -> None:
        """Count into buckets of a second, so that a million sends stay small."""
        if self._sent and now - self._sent[-1][0] < 1:
            at, number = self._sent.pop()
            self._sent.append((at, number + counted))
        else:
            self._sent.append((now, counted))

    def accept(self, message: SentMessage) -> SentMessage:
        """Keep a message under a fresh id."""
        with self._lock:
            number = next(self._numbers)
            moment = datetime.fromtimestamp(self._clock(), UTC)
            identifier = f"01{secrets.token_hex(7)}-{secrets.token_hex(4)}-{number:08x}-000000"
            kept = replace(message, number=number, id=identifier, at=moment)
            self._by_id[identifier] = len(self._messages)
            self._messages.append(kept)
            forgotten = len(self._messages) - 1 - self.rules.keep
            if forgotten >= 0:
                self._messages[forgotten] = replace(self._messages[forgotten], raw=b"")
        if self._folder:
            (self._folder / f"{number:08d}-{identifier}.eml").write_bytes(message.raw)
        return kept
