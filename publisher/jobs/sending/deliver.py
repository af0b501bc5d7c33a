"""One edition, each person once: a chunk of batches, then the next chunk.

    recover      what a dead sender was sending is in doubt
    reserve      the next free slots of the account
    turn         ONE transaction: outcomes of the last batch, intents of the next one, slots for the one after
    send         outside of any transaction
    react        slow down, wait, hold or pause
    finish       the edition is sent when nobody is pending

The eight rules that keep everybody from being mailed twice stand where they are obeyed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Final, Literal, TypeVar

from publisher.delivery.breaker import Level, Tally, judge
from publisher.delivery.quota import Pace, batch_size, slow_down, speed_up
from publisher.delivery.transport import Transport
from publisher.errors import StoreError
from publisher.jobs.sending.crew import LATE, Crew
from publisher.jobs.sending.links import Links
from publisher.jobs.sending.marker import Marker
from publisher.jobs.sending.setback import Advice, Setback
from publisher.model import Accepted, Claim, EditionState, Message, NotAccepted, Outcome, Reaction, Result
from publisher.store import doubt, editions, ledger, log, quota, schedules
from publisher.store.database import close_database, is_sqlite, keep_little, unit

T = TypeVar("T")

Policy = Literal["hold", "reconcile", "resend"]

_AT_ONCE: Final = 50
_AHEAD: Final = timedelta(seconds=1)  # in which people are claimed before their slot begins
_PATIENCE: Final = 0.05  # seconds of waiting for a slot that are not worth a commit of their own
_RESENDS: Final = 3  # requests without an answer after which even `resend` leaves a row in doubt
_SLEEP: Final = 1.0
_SLOWER_AFTER: Final = 2.0  # seconds: one overload throttles many requests
_FASTER_AFTER: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one chunk does, how long a lease lasts, and how long a database that is away is waited for."""

    batch: int = _AT_ONCE
    batches: int = 40
    chunk: timedelta = timedelta(seconds=60)
    lease: timedelta = timedelta(seconds=20)
    away: timedelta = timedelta(minutes=10)


@dataclass(slots=True, kw_only=True)
class Route:
    """How messages leave: by what, from which account, under whose name, how fast, and what doubt means.

    `tell` gets a line for people whenever something keeps the edition waiting.
    """

    transport: Transport
    account: str
    links: Links
    marker: Marker
    policy: Policy = "hold"
    threads: int = 16
    limits: Limits = field(default_factory=Limits)
    setback: Setback = field(default_factory=Setback)
    tell: Callable[[str], None] = lambda _line: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a chunk ended. `again_at` None: this edition needs no more work until somebody changes its state."""

    again_at: datetime | None
    reason: str = ""


def start_sending(route: Route, stop: Event | None = None) -> int:
    """Begin to send from this home, with its lock held: gives how many rows a dead sender left in doubt.

    A database that is away is waited for until `stop` is set.

    Raises `StoreError` when the database is an old backup.
    """

    def begin() -> int:
        route.marker.check(route.account)
        return ledger.recover(route.now(), owner=route.marker.owner)

    return patiently(begin, route, stop or Event())


def deliver_chunk(edition: str, route: Route, stop: Event) -> Verdict:
    """Send the next part of an edition. Raises `UsageError`, `IntegrityError`, `StoreError`."""
    if patiently(lambda: editions.get(edition), route, stop).state is not EditionState.SENDING:
        patiently(lambda: editions.finish(edition, route.now()), route, stop)
        return Verdict(again_at=None)
    if route.policy == "resend":
        patiently(lambda: doubt.resend_lost(edition, route.now(), most=_RESENDS), route, stop)
    chunk = patiently(lambda: _Chunk(edition, route, stop), route, stop)
    try:
        verdict = chunk.run()
    finally:
        chunk.close()
    if route.policy == "resend" and not stop.is_set():
        again = patiently(lambda: doubt.resend_lost(edition, route.now(), most=_RESENDS), route, stop)
        if again:
            return Verdict(again_at=verdict.again_at or route.now(), reason=verdict.reason)
    if patiently(lambda: editions.finish(edition, route.now()), route, stop):
        return Verdict(again_at=None, reason="sent")
    if patiently(lambda: editions.get(edition), route, stop).state is not EditionState.SENDING:
        return Verdict(again_at=None, reason=verdict.reason)
    return verdict


def patiently(work: Callable[[], T], route: Route, stop: Event, failed: Callable[[], None] = lambda: None) -> T:
    """Do something with the database, again and again while it is away: what is known must not be lost.

    `failed` is called after each failure. Raises `StoreError` when it stays away or there is no more time, and at once
    when only a person can mend it.
    """
    gives_up = route.now() + route.limits.away
    while True:
        try:
            return work()
        except StoreError as failure:
            failed()
            close_database()
            if not failure.retry or route.now() >= gives_up or stop.is_set():
                raise
            route.tell(f"waiting: {failure}")
            stop.wait(_SLEEP)


class _Chunk:
    """One chunk under one lease."""

    def __init__(self, edition: str, route: Route, stop: Event) -> None:
        self._edition = edition
        self._key = ledger.key_of(edition)
        self._route = route
        self._stop = stop
        self._messages: dict[int, Message] = {content.key: content.message for content in editions.contents(edition)}
        self._crew = Crew(self._send, stop, route.now, most=route.threads)
        self._results: list[Result] = []
        self._unsure = False
        self._speed = quota.speed_of(route.account)
        keep_little()
        self._lease, self._until = self._open_lease()

    def _open_lease(self) -> tuple[int, datetime]:
        """Take the right to send (rule 4: the number of the lease fences every commit)."""
        until = self._route.now() + self._route.limits.lease
        return ledger.open_lease(self._route.marker.owner, until), until

    def _send(self, claim: Claim) -> Outcome:
        """Make the one request for a recipient (rule 5: its tags say which delivery and which attempt it was)."""
        return self._route.transport.send(
            self._messages[claim.content],
            self._route.links.address(claim, self._edition),
        )

    def run(self) -> Verdict:
        """Send batch after batch."""
        route = self._route
        slot = self._persist(self._reserve)
        ends = route.now() + route.limits.chunk
        verdict: Verdict | None = None
        for _ in range(route.limits.batches):
            self._wait_for(slot)
            if self._stop.is_set() or route.now() >= ends:
                break
            if self._persist(lambda: schedules.must_yield(self._key, self._route.now())):
                verdict = Verdict(again_at=route.now() + timedelta(seconds=_SLEEP), reason="an alert goes first")
                break
            claims, after = self._turn(slot)
            if not claims:
                self._give_back(after)
                return self._later()
            self._results = self._work(claims, self._in_time(slot))
            verdict = self._persist(self._react)
            slot = after
            if verdict is not None:
                break
        self._give_back(slot)
        return verdict or Verdict(again_at=route.now())

    def _in_time(self, slot: quota.Slot) -> quota.Slot:
        """Give the slot, or another one when claiming took so long that half of this one belongs to the past."""
        length = slot.recipients * slot.interval / quota.SECOND
        if slot.interval and (self._route.now() - slot.start).total_seconds() > length / 2 + LATE:
            return self._persist(lambda: quota.reserve(self._route.account, slot.recipients, self._route.now()))
        return slot

    def _give_back(self, slot: quota.Slot) -> None:
        """Give back the slots that were reserved ahead."""
        self._persist(lambda: quota.give_back(self._route.account, slot))

    def _later(self) -> Verdict:
        """Come back when the next reader is due; what is pending and due is held by others."""
        soon = self._route.now() + timedelta(seconds=_SLEEP)
        due = self._persist(lambda: schedules.next_waiting(self._edition))
        if due is None or due <= soon:
            return Verdict(again_at=soon, reason="others hold the rest")
        return Verdict(again_at=due, reason="it is not time yet where the others live")

    def _reserve(self) -> quota.Slot:
        """Reserve the slots of one batch: never more than one second of the pace."""
        most = self._route.limits.batch
        size = batch_size(self._speed.rate, most) if self._speed.rate else most
        return quota.reserve(self._route.account, size, self._route.now())

    def _wait_for(self, slot: quota.Slot) -> None:
        """Wait until a moment before the slot, in which to claim; what is known already is committed before."""
        ready = slot.start - _AHEAD
        waiting = (ready - self._route.now()).total_seconds()
        if waiting > _PATIENCE:
            self._persist(self._settle)
            while waiting > 0 and not self._stop.is_set():
                self._stop.wait(min(waiting, self._route.limits.lease.total_seconds() / 3))
                self._persist(self._beat)
                waiting = (ready - self._route.now()).total_seconds()

    def _turn(self, slot: quota.Slot) -> tuple[tuple[Claim, ...], quota.Slot]:
        """Commit outcomes and intents together (rule 2), and say how far we are outside of the database (rule 8)."""
        claims, after = self._persist(lambda: self._turn_once(slot.recipients))
        self._results = []
        self._persist(lambda: self._route.marker.note(self._route.account, after.epoch))
        return claims, after

    def _turn_once(self, size: int) -> tuple[tuple[Claim, ...], quota.Slot]:
        """Do all that `_turn` commits, in one transaction."""
        now = self._route.now()
        until = now + self._route.limits.lease
        with unit():
            alive = ledger.extend_lease(self._lease, until, now)
            self._commit(now)
            if alive:
                claims = ledger.claim(self._key, self._lease, size, now)
                after = self._reserve()
        if alive:
            self._until = until
            return claims, after
        # Somebody thought us dead and put our claims in doubt (rule 3). What we saw is committed; go on under another.
        self._results = []
        self._lease, self._until = self._open_lease()
        return self._turn_once(size)

    def _commit(self, now: datetime) -> None:
        """Write the outcomes; after an answer of the database was lost, free what was claimed and never requested."""
        ledger.commit(self._lease, self._results, now)
        if self._unsure:
            ledger.release(self._lease, [], now)

    def _settle(self) -> None:
        """Commit the outcomes alone."""
        with unit():
            self._commit(self._route.now())
        self._results = []

    def _beat(self) -> datetime:
        """Keep the lease; gives its end."""
        now = self._route.now()
        if ledger.extend_lease(self._lease, now + self._route.limits.lease, now):
            self._until = now + self._route.limits.lease
        return self._until

    def _work(self, claims: Sequence[Claim], slot: quota.Slot) -> list[Result]:
        """Make the requests. Where one process writes at a time, its lock is the lease, and nothing has to be kept."""
        if is_sqlite():
            return self._crew.work(claims, slot, until=None, beat=None)
        return self._crew.work(claims, slot, until=self._until, beat=self._beat_softly)

    def _beat_softly(self) -> datetime:
        """Keep the lease while requests are on their way; when the database is away, it runs out by itself."""
        try:
            return self._beat()
        except StoreError as failure:
            self._unsure = True
            close_database()
            self._route.tell(f"waiting: {failure}")
            return self._until

    def _persist(self, work: Callable[[], T]) -> T:
        """Do something with the database, however long it is away; afterwards nothing is unsure any more."""
        done = patiently(work, self._route, self._stop, self._doubt_commit)
        self._unsure = False
        return done

    def _doubt_commit(self) -> None:
        """Remember that a commit may or may not have taken place."""
        self._unsure = True

    def _react(self) -> Verdict | None:
        """Decide how to go on after a batch; None: with the next one."""
        outcomes = [result.outcome for result in self._results]
        refused = [outcome for outcome in outcomes if isinstance(outcome, NotAccepted)]
        judgement = judge(Tally(failures=self._crew.refusals))
        if judgement.level is Level.BREAK:
            # What the server said may name a reader; it stands with the reader alone.
            return self._hold(f"{judgement.reason} (the last one: {refused[-1].code})")
        if any(isinstance(outcome, Accepted) for outcome in outcomes):
            self._route.setback.clear()
        for outcome in refused:
            if outcome.reaction is not Reaction.FAIL:
                return self._obey(self._route.setback.advise(outcome, self._route.now()))
        self._change_pace(_FASTER_AFTER, speed_up)
        return None

    def _obey(self, advice: Advice) -> Verdict:
        """Slow down, wait, pause or hold."""
        now = self._route.now()
        if advice.slower:
            self._change_pace(_SLOWER_AFTER, lambda pace, _quiet: slow_down(pace))
        if advice.step == "hold":
            return self._hold(advice.reason)
        if advice.step in {"pause-all", "hold-all"}:
            return self._stop_all("hold" if advice.step == "hold-all" else "pause", advice.reason)
        if advice.step == "pause":
            return self._stop_one(self._edition, "pause", advice.reason)
        self._route.tell(f"waiting {advice.delay.total_seconds():.0f} s: {advice.reason}")
        return Verdict(again_at=now + advice.delay, reason=advice.reason)

    def _change_pace(self, after: float, change: Callable[[Pace, float], Pace]) -> None:
        """Change the pace of the account, unless somebody just has; without a limit there is nothing to change."""
        now = self._route.now()
        speed = self._speed = quota.speed_of(self._route.account)
        quiet = (now - speed.changed).total_seconds()
        if speed.ceiling and quiet >= after:
            pace = change(Pace(rate=speed.rate, ceiling=speed.ceiling), quiet)
            if pace.rate != speed.rate:
                quota.change_rate(self._route.account, pace.rate, speed, now)

    def _hold(self, reason: str) -> Verdict:
        """Stop this edition until a person mends something."""
        return self._stop_one(self._edition, "hold", reason)

    def _stop_all(self, action: str, reason: str) -> Verdict:
        """Stop everything that is being sent."""
        for other in editions.in_state(EditionState.SENDING):
            self._stop_one(other.id, action, reason)
        return Verdict(again_at=None, reason=reason)

    def _stop_one(self, edition: str, action: str, reason: str) -> Verdict:
        """Stop an edition, unless a person was faster, and see to it that somebody is told."""
        now = self._route.now()
        with unit():
            if editions.get(edition).state is EditionState.SENDING:
                editions.act(edition, action, "publisher", now, reason=reason)
                log.alert(now, action, edition, reason=reason)
        return Verdict(again_at=None, reason=reason)

    def close(self) -> None:
        """Commit what is known and give back the lease (rule 6); what could not be committed will be in doubt."""
        try:
            self._persist(self._settle)
            self._persist(lambda: ledger.end_lease(self._lease))
        finally:
            self._crew.close()
