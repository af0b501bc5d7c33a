"""Messages as .eml files in a folder: for a look before the first real send, and for tests."""

from __future__ import annotations

import os
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

from publisher.delivery.message import stamp
from publisher.delivery.transport import prepare
from publisher.errors import TransportError
from publisher.model import Accepted, Envelope, Message, NotAccepted, Outcome, Reaction


class OutboxTransport:
    """Writes each message into a folder under a name of its own; a file is there whole or not at all.

    Raises: TransportError when the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fix = "Choose another home with --home"
            raise TransportError(str(folder), f"cannot be used as outbox ({error.strerror})", fix) from error
        self.folder = folder

    def send(self, message: Message, envelope: Envelope) -> Outcome:
        """Write the message; its id is the file's name without the suffix."""
        raw = prepare(message, envelope)
        if isinstance(raw, NotAccepted):
            return raw
        moment = datetime.now(UTC)
        address = re.sub(r"[^A-Za-z0-9@._+-]", "_", envelope.address)[:80]
        name = f"{moment:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}-{address}"
        identifier = f"{moment:%Y%m%d%H%M%S%f}.{secrets.token_hex(8)}@outbox.invalid"
        try:
            self._write(name, stamp(raw, moment=moment, message_id=identifier))
        except FileNotFoundError as error:
            return NotAccepted(reaction=Reaction.STOP, code="NoFolder", reason=f"{self.folder}: {error.strerror}")
        except OSError as error:
            return NotAccepted(reaction=Reaction.PAUSE, code="CannotWrite", reason=f"{self.folder}: {error.strerror}")
        return Accepted(message_id=name)

    def _write(self, name: str, content: bytes) -> None:
        """Write beside the final name, then move: a reader never sees half a message."""
        part = self.folder / f".{name}.part"
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.folder / f"{name}.eml")
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        """Do nothing: files are closed already."""
