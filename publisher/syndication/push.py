"""Tell a partner's server that something changed: Standard Webhooks, and WebSub pings to hubs."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import urlencode

from publisher.errors import FetchError, UsageError
from publisher.net import SUCCESS, Answer

KEY_MARK: Final = "whsec_"
_SHORTEST_KEY: Final = 24  # bytes, as the specification demands
GONE: Final = 410


class Way(Protocol):
    """The part of `publisher.net.Client` that pushing needs."""

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
        expect: Container[int] = SUCCESS,
    ) -> Answer:
        """Fetch an address. Raises: FetchError."""
        ...

    def post(
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        expect: Container[int] = SUCCESS,
    ) -> Answer:
        """Send bytes to an address. Raises: FetchError."""
        ...


def sign(message_id: str, at: datetime, body: bytes, keys: Sequence[str]) -> dict[str, str]:
    """Give the headers of a Standard Webhook; with several keys (while they change) a signature by each.

    Raises: UsageError for a key that is none.
    """
    stamp = str(int(at.timestamp()))
    content = f"{message_id}.{stamp}.".encode() + body
    signatures = (hmac.new(_key(key), content, hashlib.sha256).digest() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signatures),
    }


def _key(text: str) -> bytes:
    """Read a key as Standard Webhooks writes it: whsec_ and base64. Raises: UsageError."""
    try:
        found = base64.b64decode(text.removeprefix(KEY_MARK), validate=True)
    except (binascii.Error, ValueError) as failure:
        raise UsageError("webhook key", "is no base64", f"write {KEY_MARK} and base64") from failure
    if len(found) < _SHORTEST_KEY:
        raise UsageError("webhook key", f"is shorter than {_SHORTEST_KEY} bytes")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said in a webhook; `id` is the same at every try, so that a receiver knows what it has."""

    id: str
    at: datetime
    document: Mapping[str, object]


def send_webhook(way: Way, url: str, message: Message, keys: Sequence[str]) -> None:
    """Send a signed webhook. Raises: FetchError, UsageError."""
    body = json.dumps(message.document, ensure_ascii=False).encode()
    signed = sign(message.id, message.at, body, keys)
    way.post(url, body, headers={"Content-Type": "application/json", **signed})


def ping_hub(way: Way, hub: str, topics: Sequence[str]) -> None:
    """Tell a WebSub hub that feeds have news. Raises: FetchError."""
    body = urlencode([("hub.mode", "publish"), *(("hub.url", topic) for topic in topics)]).encode()
    way.post(hub, body, headers={"Content-Type": "application/x-www-form-urlencoded"})


def is_gone(failure: FetchError) -> bool:
    """Say whether a receiver told us to stop for good (410)."""
    return failure.status == GONE
