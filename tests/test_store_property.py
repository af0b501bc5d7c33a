"""No two accepted requests for one edition and recipient under `hold`, whatever happens in which order."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from publisher.errors import UsageError
from publisher.model import Accepted, Claim, InDoubt, NotAccepted, Outcome, Reaction, Result
from publisher.store import editions, ledger, people
from publisher.store.database import is_sqlite, unit
from publisher.store.feedback import Heard, record
from publisher.store.models import DeliveryRow, SubscriberRow
from tests.store_builders import NOW, make_sending

READERS = 2
LEASE = timedelta(seconds=20)
# How often each step comes: mostly work, so that stories get somewhere.
STEPS = (
    *("turn",) * 6,
    *("request",) * 6,
    *("aim", "wait") * 2,
    *("resume",) * 2,
    *("start", "take over", "end", "kill", "pause", "leave", "return", "hear", "finish"),
)
FATES = ("accepted", "accepted-but-lost", "lost", "throttled", "refused")
_names = itertools.count(1)


@dataclass(slots=True, kw_only=True)
class Worker:
    """A process that sends: its lease, what it has claimed, and what it has learnt but not committed.

    `aimed` are requests that nothing can call back any more, however long the process is stopped before they leave.
    `unsure`: the answer of the database to its last commit was lost.
    """

    lease: int
    until: datetime
    claims: list[Claim] = field(default_factory=list)
    aimed: list[Claim] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    unsure: bool = False


class Sending(RuleBasedStateMachine):
    """Two workers, an editor, readers who leave, events, kills, and processes that stand still for any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.edition = make_sending(READERS, newsletter=f"letter{next(_names)}")
        self.key = ledger.key_of(self.edition)
        self.workers: list[Worker | None] = [None, None]
        self.accepted: Counter[str] = Counter()
        self.events: list[Heard] = []

    @rule(what=st.sampled_from(STEPS), place=st.integers(0, 1), data=st.data())
    def step(self, what: str, place: int, data: st.DataObject) -> None:
        """Let something happen, to one of the workers or to both."""
        if what == "turn":
            self.turn(place, data.draw(st.integers(1, READERS)), answered=data.draw(st.booleans()))
        elif what == "request":
            self.request(place, data.draw(st.sampled_from(FATES)))
        elif what in {"start", "aim", "end", "kill"}:
            getattr(self, what)(place)
        elif what == "take over":
            self.take_over(place)
        else:
            self.happen(what, data)

    def start(self, place: int) -> None:
        """Start a worker, killing the one before it; on SQLite only one process is alive: the one with the lock."""
        self.kill(place)
        if is_sqlite():
            self.kill(1 - place)
        ledger.recover(self.now, owner=f"home{place}")
        lease = ledger.open_lease(f"home{place}", self.now + LEASE)
        self.workers[place] = Worker(lease=lease, until=self.now + LEASE)

    def kill(self, place: int) -> None:
        """Kill a worker, with all that it knew."""
        self.workers[place] = None

    def turn(self, place: int, size: int, *, answered: bool) -> None:
        """Let a worker commit what it knows and claim more, in one transaction, and perhaps not hear that it did.

        Its lease may have run out long ago, and others may have taken over.
        """
        worker = self.workers[place]
        if worker is None:
            self.start(place)
            return
        if worker.claims or worker.aimed:
            self.aim(place)
            self.request(place, "accepted")
            return
        with unit():
            alive = ledger.extend_lease(worker.lease, self.now + LEASE, self.now)
            self._commit(worker)
            claims = ledger.claim(self.key, worker.lease, size, self.now) if alive else ()
        if not answered:
            worker.unsure = True
            return
        worker.results, worker.unsure = [], False
        if alive:
            worker.until = self.now + LEASE
            worker.claims = list(claims)
        else:
            worker.lease, worker.until = ledger.open_lease(f"home{place}", self.now + LEASE), self.now + LEASE

    def _commit(self, worker: Worker) -> None:
        """Commit what a worker knows; the first time, it must become the truth, whoever has taken over meanwhile."""
        ledger.commit(worker.lease, worker.results, self.now)
        if worker.unsure:
            ledger.release(worker.lease, [], self.now)
            return
        for result in worker.results:
            state = DeliveryRow.objects.get(pk=result.claim.key).state
            assert state in _states(result.outcome), f"{result.outcome} became {state}"

    def aim(self, place: int) -> None:
        """Let a worker see that its lease still holds; from here on the request leaves, sooner or later."""
        worker = self.workers[place]
        if worker is None or not worker.claims:
            return
        claim = worker.claims.pop(0)
        if self.now < worker.until or is_sqlite():
            worker.aimed.append(claim)
        else:
            worker.results.append(Result(claim=claim, outcome=None))

    def request(self, place: int, fate: str) -> None:
        """Let a request leave, and its answer come or not."""
        worker = self.workers[place]
        if worker is None:
            return
        if not worker.aimed:
            self.aim(place)
        if worker.aimed:
            claim = worker.aimed.pop(0)
            worker.results.append(Result(claim=claim, outcome=self._fate(claim, fate)))

    def end(self, place: int) -> None:
        """End a worker as SIGTERM does: nothing more is requested, and what is known is committed."""
        worker = self.workers[place]
        if worker is None:
            return
        while worker.aimed:
            self.request(place, "accepted")
        worker.results += [Result(claim=claim, outcome=None) for claim in worker.claims]
        with unit():
            self._commit(worker)
        ledger.end_lease(worker.lease)
        self.kill(place)

    def take_over(self, place: int) -> None:
        """Let a living worker look for dead ones: on Postgres, those whose lease has run out."""
        if not is_sqlite():
            ledger.recover(self.now, owner=f"nobody{place}")

    def _fate(self, claim: Claim, fate: str) -> Outcome:
        """Let SES do something with a request."""
        if fate.startswith("accepted"):
            self.accepted[claim.address] += 1
            name = f"{claim.delivery}-{claim.attempt}"
            event = Heard(id=name, kind="Send", at=self.now, delivery=claim.delivery, attempt=claim.attempt)
            self.events.append(event)
        if fate == "accepted":
            return Accepted(message_id="m")
        if fate == "throttled":
            return NotAccepted(reaction=Reaction.RETRY, code="Throttling", reason="slow down")
        if fate == "refused":
            return NotAccepted(reaction=Reaction.FAIL, code="MessageRejected", reason="no")
        return InDoubt(code="ReadTimeoutError", reason="no answer")

    def happen(self, what: str, data: st.DataObject) -> None:
        """Let something else happen: time, an editor, a reader, an event."""
        if what == "wait":
            self.now += timedelta(seconds=data.draw(st.sampled_from([1, 15, 40])))
        elif what in {"pause", "resume"}:
            self._edit(what)
        elif what in {"leave", "return"}:
            row = SubscriberRow.objects.get(address=f"reader{data.draw(st.integers(0, READERS - 1))}@example.org")
            people.set_status(row.pk, None, "unsubscribed" if what == "leave" else "active", "reader", self.now)
        elif what == "hear" and self.events:
            record([data.draw(st.sampled_from(self.events))], self.now)
        else:
            editions.finish(self.edition, self.now)

    def _edit(self, action: str) -> None:
        """Let an editor pause or resume."""
        try:
            editions.act(self.edition, action, "editor", self.now)
        except UsageError:
            return

    @invariant()
    def nobody_twice(self) -> None:
        """Find at most one accepted request for each recipient."""
        assert max(self.accepted.values(), default=0) <= 1

    @invariant()
    def everybody_counted(self) -> None:
        """Add up the states of the recipients; nobody is called accepted who was not."""
        counts = editions.count(self.edition)
        assert counts.recipients == READERS
        assert counts.duplicates == 0
        rows = DeliveryRow.objects.filter(edition=self.key, state="accepted")
        addresses = dict(SubscriberRow.objects.values_list("pk", "address"))
        assert {addresses[row.subscriber_id or 0] for row in rows} <= set(self.accepted)


def _states(outcome: Outcome | None) -> set[str]:
    """Name the states that a row may be in right after its outcome was committed; an event may have been faster."""
    match outcome:
        case Accepted():
            return {"accepted"}
        case InDoubt():
            return {"in_doubt", "accepted"}
        case NotAccepted(reaction=Reaction.FAIL):
            return {"failed"}
        case _:
            return {"pending"}


def _explore(examples: int, steps: int) -> None:
    """Look for an order in which somebody gets it twice."""
    run_state_machine_as_test(
        Sending,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.usefixtures("store")
def test_nobody_gets_it_twice() -> None:
    """Any interleaving of two workers, kills, pauses, stale leases, lost commits, readers who leave, and events."""
    _explore(12, 25)


@pytest.mark.proof
@pytest.mark.usefixtures("store")
def test_nobody_gets_it_twice_in_many_more_orders() -> None:
    """The same with a thousand long stories."""
    _explore(1000, 50)


@pytest.mark.postgres
@pytest.mark.usefixtures("postgres")
def test_a_worker_that_stood_still() -> None:
    """Stopped before its request and its commit, taken over, and woken: its outcomes fold in, and nobody asks again."""
    story = Sending()
    story.start(0)
    story.turn(0, READERS, answered=True)
    story.aim(0)
    story.now += 2 * LEASE
    story.start(1)
    assert editions.count(story.edition).in_doubt == READERS
    story.turn(1, READERS, answered=True)
    story.request(0, "accepted")
    story.request(0, "accepted")
    story.turn(0, READERS, answered=False)
    story.turn(1, READERS, answered=True)
    story.request(1, "accepted")
    story.turn(0, READERS, answered=True)
    story.end(1)
    story.end(0)
    story.nobody_twice()
    story.everybody_counted()
    assert story.accepted.total() == READERS
    assert editions.count(story.edition).accepted == READERS
