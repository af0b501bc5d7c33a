"""What goes wrong on purpose, each with a share between 0 and 1 of the requests or events that it hits."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self


class Fault(StrEnum):
    """What happens to one send."""

    DROP = "drop"  # accepted, then the connection is closed without an answer
    RESET = "reset"  # accepted, then the connection is reset (RST)
    HANG = "hang"  # accepted, and never answered
    ERROR_500 = "error_500"  # accepted, and answered with 500
    ERROR_503 = "error_503"  # not accepted, answered with 503
    EMPTY = "empty"  # accepted, and answered with an empty 200
    PROXY = "proxy"  # not accepted: something in between answers 200 with a page of its own
    THROTTLE = "throttle"  # not accepted, answered with 429
    REFUSE = "refuse"  # not accepted, answered with the error named in `code`


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Shares of requests that fail, and what happens to events.

    `hang_seconds` ends a hanging request; `code`, `status` and `message` are the answer of `refuse`. Events:
    `event_delay` seconds late, up to `event_jitter` more at random (which reorders them), shares duplicated and lost.
    `bounce` and `complaint`: shares of accepted messages. `seed` makes a run repeatable.
    """

    drop: float = 0
    reset: float = 0
    hang: float = 0
    error_500: float = 0
    error_503: float = 0
    empty: float = 0
    proxy: float = 0
    throttle: float = 0
    refuse: float = 0
    hang_seconds: float = 600
    code: str = "MessageRejected"
    status: int = 400
    message: str = "Email rejected by the sandbox."
    event_delay: float = 0
    event_jitter: float = 0
    event_duplicate: float = 0
    event_lost: float = 0
    bounce: float = 0
    complaint: float = 0
    seed: int | None = None

    def __post_init__(self) -> None:
        for name in (*Fault, "event_duplicate", "event_lost", "bounce", "complaint"):
            if not 0 <= getattr(self, name) <= 1:
                message = f"{name} must be a share between 0 and 1, not {getattr(self, name)!r}"
                raise ValueError(message)
        if sum(getattr(self, name) for name in Fault) > 1:
            message = "the shares of the faults add up to more than 1"
            raise ValueError(message)

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Read faults from JSON.

        Raises: ValueError for an unknown name or a share out of range, TypeError for a value of the wrong type.
        """
        kinds = {one.name: one.default for one in fields(cls)}
        for name, value in given.items():
            if name not in kinds:
                message = f"there is no fault {name!r}; known are {', '.join(kinds)}"
                raise ValueError(message)
            wanted = str if isinstance(kinds[name], str) else (int, float)
            if not isinstance(value, wanted) or isinstance(value, bool):
                message = f"{name} has a value of the wrong type: {value!r}"
                raise TypeError(message)
        return cls(**given)


class Dice:
    """Decides, request by request and event by event, what goes wrong; may be thrown from any thread."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._random = random.Random(faults.seed)  # noqa: S311 - faults need no secrecy, but a seed
        self._lock = threading.Lock()

    def throw_send(self) -> Fault | None:
        """Choose what happens to a send; None: nothing wrong."""
        number = self._throw()
        for fault in Fault:
            share: float = getattr(self.faults, fault)
            if number < share:
                return fault
            number -= share
        return None

    def throw_share(self, share: float) -> bool:
        """Say whether something hits, that hits a share of cases."""
        return share > 0 and self._throw() < share

    def throw_delay(self) -> float:
        """Choose how many seconds an event comes late."""
        return self.faults.event_delay + self.faults.event_jitter * self._throw()

    def _throw(self) -> float:
        with self._lock:
            return self._random.random()
