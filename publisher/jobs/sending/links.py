"""Each reader's own links and tags: a claim becomes an envelope."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher.delivery import unsubscribe
from publisher.delivery.unsubscribe import Keys, Purpose
from publisher.model import Claim, Envelope, Slot

_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where readers' links lead, and what signs them. `mailbox` takes unsubscriptions by mail; None: there is none."""

    site: str
    keys: Keys
    mailbox: str | None = None

    def address(self, claim: Claim, edition: str) -> Envelope:
        """Address an edition to somebody."""
        who = (claim.subscriber, claim.newsletter)
        leave = unsubscribe.issue(self.keys, Purpose.UNSUBSCRIBE, *who)
        values = {
            Slot.UNSUBSCRIBE: unsubscribe.unsubscribe_url(self.site, leave),
            Slot.PREFERENCES: unsubscribe.preferences_url(
                self.site,
                unsubscribe.issue(self.keys, Purpose.PREFERENCES, *who),
            ),
            Slot.DELIVERY: claim.delivery,
        }
        if self.mailbox is not None:
            values[Slot.UNSUBSCRIBE_MAIL] = unsubscribe.mail_link(self.mailbox, leave)
        tags = {"delivery": claim.delivery, "attempt": str(claim.attempt), "edition": edition}
        return Envelope(address=claim.address, values=values, tags=tags)


def load_keys(file: Path) -> Keys:
    """Read the keys of readers' links; the first time, make them. Raises `IntegrityError` when the file is damaged."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        made = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(unsubscribe.write_keys(unsubscribe.rotate(None, secrets.token_bytes(_SECRET_BYTES))))
        _publish(made, file)
    return unsubscribe.read_keys(file.read_text(encoding="ascii"))


def _publish(made: Path, file: Path) -> None:
    """Give a new file its name, unless another process was first: its keys may have signed already."""
    try:
        os.link(made, file)
    except FileExistsError:
        pass
    finally:
        made.unlink()
