"""What became of messages: events come in, settle doubt, mark deliveries, suppress addresses, and stop what goes wrong.

poll        up to ten messages of the queue
record      each event once, committed
judge       too many bounces or complaints pause the edition
delete      from the queue, after the commit
reconcile   once the queue is empty: what stayed silent was never sent, as far as events can say
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Literal, Protocol

from publisher.delivery import feedback as rules
from publisher.delivery.breaker import Level, Tally, judge
from publisher.delivery.feedback import FeedbackEvent
from publisher.delivery.queue import Polled
from publisher.errors import UsageError
from publisher.jobs.sending.deliver import Policy
from publisher.model import EditionState, Skipped
from publisher.store import doubt, editions, feedback, log, notices
from publisher.store.database import unit
from publisher.store.feedback import Heard


class Queue(Protocol):
    """Where events come from."""

    def poll(self, handle: Callable[[Sequence[FeedbackEvent]], None], *, wait_seconds: int = ...) -> Polled:
        """Hand over some events, and delete them once `handle` came back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciling:
    """What doubt means, how long silence must last, and what then becomes of a row that nobody told about."""

    policy: Policy = "hold"
    then: Literal["hold", "resend"] = "hold"
    window: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What one round brought: new events, messages that could not be read, rows that go out again."""

    events: int
    skipped: tuple[Skipped, ...]
    resent: int


def settle(
    queue: Queue,
    reconciling: Reconciling,
    stop: Event,
    *,
    wait_seconds: int = 1,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Settled:
    """Take events until the queue is empty. Raises `TransportError` and `StoreError`; then nothing is lost."""
    new = 0
    skipped: list[Skipped] = []
    touched: set[str] = set()

    def handle(events: Sequence[FeedbackEvent]) -> None:
        nonlocal new
        new += take(events, now())
        touched.update(_editions(events))

    is_empty = False
    while not stop.is_set():
        polled = queue.poll(handle, wait_seconds=wait_seconds)
        skipped += polled.skipped
        if not polled.events:
            is_empty = not polled.skipped  # what cannot be read may lie before what can
            break
    for edition in sorted(touched):
        watch(edition, now())
    resent = reconcile(reconciling, now()) if is_empty else 0
    return Settled(events=new, skipped=tuple(skipped), resent=resent)


def take(events: Iterable[FeedbackEvent], now: datetime) -> int:
    """Keep events and let each act once; gives how many were new."""
    heard = [(event, rules.judge(event)) for event in events]
    new = feedback.record([_hear(event, meaning) for event, meaning in heard], now)
    for event, meaning in heard:
        if meaning.alarm:
            _raise_alarm(event, now, halt=meaning.halt)
    return new


def hear(events: Sequence[FeedbackEvent], now: datetime) -> int:
    """Take events that came by another way than the queue, and watch the editions that they are about."""
    new = take(events, now)
    for edition in sorted(_editions(events)):
        watch(edition, now)
    return new


def _hear(event: FeedbackEvent, meaning: rules.Meaning) -> Heard:
    """Put an event and what it means into the words of the store."""
    return Heard(
        id=event.id,
        kind=event.kind.value,
        at=event.at,
        delivery=event.delivery,
        attempt=event.attempt,
        message_id=event.message_id,
        taken=meaning.taken,
        mark=meaning.mark,
        blame=meaning.blame,
        listed=event.sub_type in rules.LISTED,
        reason=event.reason or f"{event.kind.value} {event.type} {event.sub_type}".strip(),
        detail={"type": event.type, "sub_type": event.sub_type, "reason": event.reason},
    )


def _editions(events: Iterable[FeedbackEvent]) -> set[str]:
    """Name the editions that events are about."""
    return feedback.editions_of(event.delivery for event in events if event.delivery)


def _raise_alarm(event: FeedbackEvent, now: datetime, *, halt: bool) -> None:
    """Tell people that the message itself is at fault, and stop it where SES throws it away.

    They are told once, and again when that stops it: each of a thousand servers that refuse a message has words of its
    own, which may name the reader.
    """
    reason = f"{event.kind.value} {event.sub_type}".strip()
    if halt and event.reason:
        reason = f"{reason}: {event.reason}"
    for edition in _editions([event]):
        with unit():
            if halt and _stop(edition, "hold", reason, now):
                log.alert(now, "fault", edition, reason=reason)
            else:
                notices.alert_once(now, "fault", edition, reason=reason)


def _stop(edition: str, action: str, reason: str, now: datetime) -> bool:
    """Stop an edition that is being sent; False when none is."""
    if editions.get(edition).state is not EditionState.SENDING:
        return False
    editions.act(edition, action, "publisher", now, reason=reason)
    return True


def watch(edition: str, now: datetime) -> Level:
    """Pause an edition that bounces or is complained about too much, and tell people: once, and whenever it pauses."""
    counts = editions.count(edition)
    tally = Tally(results=counts.accepted, bounced=feedback.hard_bounces(edition), complained=counts.complained)
    judgement = judge(tally)
    if judgement.level is Level.GO:
        return judgement.level
    with unit():
        if judgement.level is Level.WARN:
            notices.alert_once(now, "warning", edition, reason=judgement.reason)
        elif _stop(edition, "pause", judgement.reason, now):
            log.alert(now, "breaker", edition, reason=judgement.reason)
        else:
            notices.alert_once(now, "breaker", edition, reason=judgement.reason)
    return judgement.level


def reconcile(reconciling: Reconciling, now: datetime) -> int:
    """Call it with the queue just found empty: settle what stayed silent; gives how many rows go out again."""
    if reconciling.policy != "reconcile":
        return 0
    resent = 0
    before = now - reconciling.window
    for edition in feedback.editions_in_doubt():
        silent = doubt.silent(edition, before)
        if not silent:
            continue
        if reconciling.then == "resend":
            resent += _resend(edition, before, now)
        else:
            with unit():
                notices.alert_change(now, "doubt", edition, rows=silent)
    return resent


def _resend(edition: str, before: datetime, now: datetime) -> int:
    """Return silent rows to pending, unless the edition was cancelled."""
    try:
        return doubt.resend_silent(edition, before, now)
    except UsageError:
        return 0
