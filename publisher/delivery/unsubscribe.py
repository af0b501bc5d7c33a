"""Signed links that say who and which newsletter, and nothing that could be read or guessed (RFC 8058, 3.1).

A token is 29 bytes in 39 characters of base64url:

    version and key id (4 bits each) | subscriber (8 bytes) | newsletter (4 bytes) | HMAC-SHA256, first 16 bytes

The purpose stands in the MAC, so that a link to the choices cannot be posted as an unsubscription. Tokens never expire:
old mail must work. Keys are rotated by adding one; the old ones go on reading.
"""

from __future__ import annotations

import hmac
import json
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from publisher.delivery.address import write_ascii
from publisher.errors import IntegrityError

LENGTH: Final = 39
_VERSION: Final = 1
_MAC_BYTES: Final = 16
_KEY_IDS: Final = 16  # four bits
_LEAST_SECRET: Final = 32
_CLAIM: Final = struct.Struct(">BQL")
# The last character carries four bits of the MAC and two that are always zero: one spelling per token.
_TOKEN: Final = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH - 1}}}[AEIMQUYcgkosw048]")


class Purpose(StrEnum):
    """What the holder of a token may do; the text goes into the MAC and never changes."""

    UNSUBSCRIBE = "unsub-v1"
    PREFERENCES = "prefs-v1"
    CONFIRM = "confirm-v1"  # a sign-up: the number is that of the pass, as in the next three
    MAILBOX = "mailbox-v1"  # whoever holds it read the mailbox a moment ago
    OLD_ADDRESS = "old-address-v1"
    NEW_ADDRESS = "new-address-v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The ring of secrets: `current` signs, every one reads. Ids are 0 to 15, secrets at least 32 random bytes."""

    current: int
    secrets: Mapping[int, bytes]

    def __post_init__(self) -> None:
        object.__setattr__(self, "secrets", MappingProxyType(dict(self.secrets)))
        if self.current not in self.secrets:
            message = f"the key ring has no key {self.current} to sign with"
            raise ValueError(message)
        for number, secret in self.secrets.items():
            if not 0 <= number < _KEY_IDS or len(secret) < _LEAST_SECRET:
                message = f"key {number} must have an id from 0 to 15 and at least {_LEAST_SECRET} bytes"
                raise ValueError(message)

    def __repr__(self) -> str:
        """Keep secrets out of logs."""
        return f"Keys(current={self.current}, ids={sorted(self.secrets)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token that is genuine says."""

    purpose: Purpose
    subscriber: int
    newsletter: int


def rotate(keys: Keys | None, secret: bytes) -> Keys:
    """Add a secret and sign with it from now on; None begins a ring. The seventeenth key pushes out the oldest.

    Raises: ValueError when the secret is too short.
    """
    if keys is None:
        return Keys(current=0, secrets={0: secret})
    number = (keys.current + 1) % _KEY_IDS
    return Keys(current=number, secrets={**keys.secrets, number: secret})


def write_keys(keys: Keys) -> str:
    """Write a ring as the text of a file that only its owner may read."""
    secrets = {str(number): secret.hex() for number, secret in sorted(keys.secrets.items())}
    return json.dumps({"current": keys.current, "keys": secrets}, indent=1) + "\n"


def read_keys(text: str) -> Keys:
    """Read what `write_keys` wrote.

    Raises: IntegrityError when it is damaged.
    """
    try:
        found = json.loads(text)
        secrets = {int(number): bytes.fromhex(secret) for number, secret in found["keys"].items()}
        return Keys(current=found["current"], secrets=secrets)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        fix = "Restore it from a backup: without it the unsubscribe links in mail already sent stop working"
        raise IntegrityError("the file of link keys", f"it is damaged ({error})", fix) from error


def issue(keys: Keys, purpose: Purpose, subscriber: int, newsletter: int) -> str:
    """Sign a token.

    Raises: ValueError when an id is negative, or needs more than 8 and 4 bytes.
    """
    try:
        claim = _CLAIM.pack(_VERSION << 4 | keys.current, subscriber, newsletter)
    except struct.error as error:
        message = f"subscriber {subscriber} and newsletter {newsletter} do not fit into a token: {error}"
        raise ValueError(message) from error
    return urlsafe_b64encode(claim + _sign(keys.secrets[keys.current], purpose, claim))[:LENGTH].decode("ascii")


def read(keys: Keys, purpose: Purpose, token: str) -> Grant | None:
    """Give what a token says; None for one that is forged, damaged, of another purpose or signed by an unknown key."""
    if not _TOKEN.fullmatch(token):
        return None
    whole = urlsafe_b64decode(token + "=")
    claim, mac = whole[:-_MAC_BYTES], whole[-_MAC_BYTES:]
    head, subscriber, newsletter = _CLAIM.unpack(claim)
    secret = keys.secrets.get(head & 0x0F)
    if head >> 4 != _VERSION or secret is None or not hmac.compare_digest(mac, _sign(secret, purpose, claim)):
        return None
    return Grant(purpose=purpose, subscriber=subscriber, newsletter=newsletter)


def _sign(secret: bytes, purpose: Purpose, claim: bytes) -> bytes:
    """Compute the MAC of a claim for a purpose."""
    return hmac.digest(secret, purpose.value.encode("ascii") + b"\0" + claim, "sha256")[:_MAC_BYTES]


# --- where tokens stand -------------------------------------------------------------------------------------------


def unsubscribe_url(site: str, token: str) -> str:
    """Give the one-click address: GET shows a page with one button, POST unsubscribes. `site` without final slash."""
    return f"{site}/u/{token}"


def preferences_url(site: str, token: str) -> str:
    """Give the address of the page of choices."""
    return f"{site}/p/{token}"


def mail_link(mailbox: str, token: str) -> str:
    """Give the mailto twin: a mail to `local+TOKEN@domain` unsubscribes, whatever it says.

    Raises: ValueError when the mailbox is no address.
    """
    local, _, domain = write_ascii(mailbox).rpartition("@")
    return f"mailto:{local}+{token}@{domain}"
