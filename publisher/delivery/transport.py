"""The seam between an edition and the world: one message to one recipient, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from publisher.delivery.message import splice
from publisher.model import Envelope, Message, NotAccepted, Outcome, Reaction


class Transport(Protocol):
    """A way out. `send` may be called from several threads, makes one attempt, and never raises for one recipient."""

    def send(self, message: Message, envelope: Envelope) -> Outcome:
        """Send an edition to one recipient."""
        ...

    def close(self) -> None:
        """Give back connections; a closed transport sends no more."""
        ...


def prepare(
    message: Message, envelope: Envelope, write: Callable[[Message, Envelope], bytes] = splice
) -> bytes | NotAccepted:
    """Write a message for one recipient, or say why this recipient cannot be mailed."""
    try:
        return write(message, envelope)
    except ValueError as error:
        return NotAccepted(reaction=Reaction.FAIL, code="BadEnvelope", reason=str(error))
