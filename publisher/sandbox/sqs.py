"""A queue that answers as Amazon SQS does (AWS JSON 1.0), enough for a consumer: receive, delete, ask, send.

At least once, unordered, and a message that was received and not deleted comes back: as the real one.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from publisher.sandbox.contract import RefusedError

_MOST: Final = 10
_LONGEST_WAIT: Final = 20
_VISIBILITY: Final = 30


@dataclass(slots=True, kw_only=True)
class _Queued:
    """A message in the queue; `handle` is the receipt of its last reception."""

    id: str
    body: str
    sent: float
    visible: float
    received: int = 0
    handle: str = ""


class Queue:
    """A queue in memory; every method may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._messages: dict[str, _Queued] = {}
        self._order: list[tuple[float, int, str]] = []
        self._handles: dict[str, str] = {}
        self._numbers = itertools.count()
        self._closed = False

    def put(self, body: str, *, delay: float = 0) -> str:
        """Add a message that becomes visible after so many seconds; gives its id."""
        now = time.monotonic()
        queued = _Queued(id=secrets.token_hex(16), body=body, sent=time.time(), visible=now + delay)
        with self._changed:
            self._messages[queued.id] = queued
            self._push(queued)
            self._changed.notify()
        return queued.id

    def _push(self, queued: _Queued) -> None:
        heapq.heappush(self._order, (queued.visible, next(self._numbers), queued.id))

    def receive(self, *, most: int = 1, wait: float = 0, visibility: float = _VISIBILITY) -> list[dict[str, Any]]:
        """Take up to `most` visible messages, waiting for the first; they come back unless they are deleted."""
        deadline = time.monotonic() + wait
        with self._changed:
            while True:
                taken = self._take(most, visibility)
                left = deadline - time.monotonic()
                if taken or left <= 0 or self._closed:
                    return taken
                soonest = self._order[0][0] - time.monotonic() if self._order else left
                self._changed.wait(max(min(left, soonest), 0.001))

    def _take(self, most: int, visibility: float) -> list[dict[str, Any]]:
        now = time.monotonic()
        taken: list[dict[str, Any]] = []
        while self._order and self._order[0][0] <= now and len(taken) < most:
            visible, _, identifier = heapq.heappop(self._order)
            queued = self._messages.get(identifier)
            if queued is None or queued.visible != visible:
                continue
            queued.received += 1
            queued.visible = now + visibility
            self._handles.pop(queued.handle, None)
            queued.handle = secrets.token_hex(24)
            self._handles[queued.handle] = identifier
            self._push(queued)
            taken.append(_describe(queued))
        return taken

    def delete(self, handle: str) -> bool:
        """Delete a received message; False for a receipt that is not known, which is no mistake."""
        with self._changed:
            identifier = self._handles.pop(handle, None)
            return identifier is not None and self._messages.pop(identifier, None) is not None

    def count(self) -> int:
        """Count the messages that are not deleted."""
        with self._changed:
            return len(self._messages)

    def clear(self) -> None:
        """Delete every message."""
        with self._changed:
            self._messages.clear()
            self._order.clear()
            self._handles.clear()

    def close(self) -> None:
        """Wake those who wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def _describe(queued: _Queued) -> dict[str, Any]:
    """Write a received message as SQS does."""
    return {
        "MessageId": queued.id,
        "ReceiptHandle": queued.handle,
        "MD5OfBody": hashlib.md5(queued.body.encode(), usedforsecurity=False).hexdigest(),
        "Body": queued.body,
        "Attributes": {
            "SentTimestamp": str(int(queued.sent * 1000)),
            "ApproximateReceiveCount": str(queued.received),
        },
    }


# --- the protocol -------------------------------------------------------------------------------------------------


def answer(queue: Queue, url: str, target: str, body: bytes) -> dict[str, Any]:
    """Answer a request whose X-Amz-Target is `target`; `url` is the queue's address.

    Raises: RefusedError for an action or a queue that is not there, and for wrong input.
    """
    action = _ACTIONS.get(target.removeprefix("AmazonSQS."))
    if action is None:
        raise RefusedError("UnknownOperationException", f"The sandbox has no {target}.")
    try:
        given = json.loads(body or b"{}")
    except ValueError as error:
        raise RefusedError("SerializationException", "the body is not JSON") from error
    if not isinstance(given, dict):
        raise RefusedError("SerializationException", "the body must be a JSON object")
    asked = str(given.get("QueueUrl", url)).rstrip("/").rpartition("/")[2]
    if asked != url.rpartition("/")[2]:
        raise RefusedError("QueueDoesNotExist", "The specified queue does not exist.")
    return action(queue, url, given)


def _number(given: Mapping[str, Any], name: str, default: int, most: int) -> int:
    """Read a whole number from 0 to `most`."""
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or not 0 <= value <= most:
        raise RefusedError("InvalidParameterValue", f"Value {value} for parameter {name} is invalid.")
    return value


def _receive(queue: Queue, _url: str, given: Mapping[str, Any]) -> dict[str, Any]:
    messages = queue.receive(
        most=max(_number(given, "MaxNumberOfMessages", 1, _MOST), 1),
        wait=_number(given, "WaitTimeSeconds", 0, _LONGEST_WAIT),
        visibility=_number(given, "VisibilityTimeout", _VISIBILITY, 43_200),
    )
    return {"Messages": messages} if messages else {}


def _delete(queue: Queue, _url: str, given: Mapping[str, Any]) -> dict[str, Any]:
    queue.delete(str(given.get("ReceiptHandle", "")))
    return {}


def _delete_batch(queue: Queue, _url: str, given: Mapping[str, Any]) -> dict[str, Any]:
    done = []
    for entry in given.get("Entries", []):
        queue.delete(str(entry.get("ReceiptHandle", "")))
        done.append({"Id": entry.get("Id", "")})
    return {"Successful": done, "Failed": []}


def _send(queue: Queue, _url: str, given: Mapping[str, Any]) -> dict[str, Any]:
    body = str(given.get("MessageBody", ""))
    identifier = queue.put(body, delay=_number(given, "DelaySeconds", 0, 900))
    return {"MessageId": identifier, "MD5OfMessageBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()}


def _attributes(queue: Queue, _url: str, _given: Mapping[str, Any]) -> dict[str, Any]:
    return {"Attributes": {"ApproximateNumberOfMessages": str(queue.count()), "QueueArn": "arn:aws:sqs:sandbox"}}


def _url_of(_queue: Queue, url: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if given.get("QueueName") != url.rpartition("/")[2]:
        raise RefusedError("QueueDoesNotExist", "The specified queue does not exist.")
    return {"QueueUrl": url}


def _purge(queue: Queue, _url: str, _given: Mapping[str, Any]) -> dict[str, Any]:
    queue.clear()
    return {}


_ACTIONS: Final[Mapping[str, Callable[[Queue, str, Mapping[str, Any]], dict[str, Any]]]] = {
    "ReceiveMessage": _receive,
    "DeleteMessage": _delete,
    "DeleteMessageBatch": _delete_batch,
    "SendMessage": _send,
    "GetQueueAttributes": _attributes,
    "GetQueueUrl": _url_of,
    "PurgeQueue": _purge,
}
