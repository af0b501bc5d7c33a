"""A transport that asks nobody while nobody answers: an outage must not put a whole list in doubt.

Each request that stays without an answer is a person in doubt. After a few in a row the next ones are refused before
they are made, which provably sends nothing, so that they wait as after any refusal. One at a time goes through to try;
the first whose fate is known, whatever it is, ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from publisher.delivery.transport import Transport
from publisher.model import Envelope, InDoubt, Message, NotAccepted, Outcome, Reaction

UNANSWERED: Final = 3  # requests in a row
_PAUSE: Final = 0.4  # seconds between two trials: less than the shortest wait after a refusal
CODE: Final = "NoAnswer"


@dataclass(slots=True, kw_only=True)
class _Silence:
    """How many requests in a row had no answer, what was last seen, and when the next trial may begin."""

    requests: int = 0
    last: str = ""
    until: float = 0.0
    trying: bool = False


class FusedTransport:
    """Another transport behind a fuse. `clock` gives seconds that only rise."""

    def __init__(self, transport: Transport, clock: Callable[[], float] = time.monotonic) -> None:
        self.transport = transport
        self._clock = clock
        self._lock = Lock()
        self._silence = _Silence()

    def send(self, message: Message, envelope: Envelope) -> Outcome:
        """Send to one recipient, once, or refuse to while there are no answers."""
        refused = self._begin()
        if refused is not None:
            return refused
        outcome = self.transport.send(message, envelope)
        self._note(outcome)
        return outcome

    def _begin(self) -> NotAccepted | None:
        """Let a request through, or say why not."""
        with self._lock:
            silence = self._silence
            if silence.requests < UNANSWERED:
                return None
            if silence.trying or self._clock() < silence.until:
                reason = f"{silence.requests} requests in a row had no answer, the last one: {silence.last}"
                return NotAccepted(reaction=Reaction.RETRY, code=CODE, reason=reason)
            silence.trying = True
            return None

    def _note(self, outcome: Outcome) -> None:
        """Learn from an outcome; one that comes late from before a trial counts like any other."""
        with self._lock:
            if not isinstance(outcome, InDoubt):
                self._silence = _Silence()
                return
            silence = self._silence
            silence.requests += 1
            silence.last = f"{outcome.code}: {outcome.reason}"
            silence.until = self._clock() + _PAUSE
            silence.trying = False

    def close(self) -> None:
        """Close what is behind."""
        self.transport.close()
