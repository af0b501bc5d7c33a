"""The knobs over HTTP, for tests whose sandbox runs in another process.

GET  state, messages                  what came in, what was accepted
POST faults, rules, events, reset     what goes wrong, what the account may do, one more event, from the start
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from publisher.sandbox.account import Account, SentMessage
from publisher.sandbox.contract import Call, RefusedError
from publisher.sandbox.faults import Fault, Faults
from publisher.sandbox.sqs import Queue


class Knobbed(Protocol):
    """The sandbox as those see it who serve it."""

    host: str
    account: Account
    queue: Queue
    faults: Faults

    @property
    def queue_url(self) -> str:
        """Give the address of the queue of events."""
        ...

    @property
    def messages(self) -> tuple[SentMessage, ...]:
        """Give the accepted messages, oldest first."""
        ...

    @property
    def received(self) -> int:
        """Count the send requests that came in."""
        ...

    def count_send(self) -> Fault | None:
        """Count a send request, and choose what goes wrong with it."""
        ...

    def perform(self, call: Call, body: bytes, access_key: str) -> dict[str, Any]:
        """Perform a call."""
        ...

    def publish(self, kind: str, message_id: str, **detail: object) -> None:
        """Tell one more thing about a message."""
        ...

    def reset(self) -> None:
        """Forget everything."""
        ...


def administer(sandbox: Knobbed, method: str, what: str, given: object) -> object:
    """Answer a request below /_sandbox/."""
    action = _KNOBS.get((method, what))
    if action is None:
        known = ", ".join(f"{one} /_sandbox/{path}" for one, path in _KNOBS)
        raise RefusedError("NotFoundException", f"There is no {method} /_sandbox/{what}; there are {known}.", 404)
    if not isinstance(given, dict):
        raise RefusedError("BadRequestException", "Send a JSON object.")
    try:
        return action(sandbox, given)
    except (ValueError, TypeError) as error:
        raise RefusedError("BadRequestException", str(error)) from error


def _tell_state(sandbox: Knobbed, _given: Mapping[str, Any]) -> object:
    return {"received": sandbox.received, "accepted": sandbox.account.count(), "queued": sandbox.queue.count()}


def _tell_messages(sandbox: Knobbed, _given: Mapping[str, Any]) -> object:
    return [
        {"id": one.id, "number": one.number, "recipients": list(one.recipients), "tags": dict(one.tags)}
        for one in sandbox.messages
    ]


def _set_faults(sandbox: Knobbed, given: Mapping[str, Any]) -> object:
    sandbox.faults = Faults.read(given)
    return {}


def _set_rules(sandbox: Knobbed, given: Mapping[str, Any]) -> object:
    sets = {name: frozenset(value) for name, value in given.items() if isinstance(value, list)}
    sandbox.account.change(replace(sandbox.account.rules, **{**given, **sets}))
    return {}


def _publish(sandbox: Knobbed, given: Mapping[str, Any]) -> object:
    sandbox.publish(str(given.get("kind")), str(given.get("message")), **given.get("detail", {}))
    return {}


def _reset(sandbox: Knobbed, _given: Mapping[str, Any]) -> object:
    sandbox.reset()
    return {}


_KNOBS: Final[Mapping[tuple[str, str], Callable[[Knobbed, Mapping[str, Any]], object]]] = {
    ("GET", "state"): _tell_state,
    ("GET", "messages"): _tell_messages,
    ("POST", "faults"): _set_faults,
    ("POST", "rules"): _set_rules,
    ("POST", "events"): _publish,
    ("POST", "reset"): _reset,
}
