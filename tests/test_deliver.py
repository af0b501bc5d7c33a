"""Delivering an edition: each person once, whatever goes wrong on the way."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from publisher.delivery.fuse import UNANSWERED, FusedTransport
from publisher.delivery.ses import SesOptions, SesTransport
from publisher.errors import StoreError
from publisher.jobs.sending import deliver
from publisher.jobs.sending.deliver import Limits, Policy, Route, Verdict
from publisher.jobs.sending.links import Links, load_keys
from publisher.jobs.sending.marker import Marker
from publisher.jobs.sending.setback import Setback
from publisher.model import Claim, Counts, DeliveryState, EditionState, Envelope, Subscriber
from publisher.sandbox import Faults, Rules, Sandbox
from publisher.store import doubt, editions, ledger, log, newsletters, people, quota
from publisher.store.database import close_database, unit
from publisher.store.models import AccountRow, AttemptRow, LeaseRow, SubscriptionRow
from tests.store_builders import NOW, make_sending

RATE = 100_000.0
SECOND = timedelta(seconds=1)


@pytest.fixture
def ses() -> Iterator[Sandbox]:
    """Run an SES that allows everything."""
    with Sandbox(rules=Rules(max_send_rate=RATE, keep=1_000_000)) as sandbox:
        yield sandbox


def connect(url: str, *, read_seconds: float = 30) -> SesTransport:
    """Send to an SES."""
    options = SesOptions(
        region="eu-west-1", endpoint_url=url, read_seconds=read_seconds, access_key="AKIDEXAMPLE", secret_key="x"
    )
    return SesTransport(options)


@pytest.fixture
def transport(ses: Sandbox) -> Iterator[SesTransport]:
    """Send to that SES."""
    with closing(connect(ses.url)) as made:
        yield made


def make_route(transport: SesTransport, home: Path) -> Route:
    """Make a way out of a new home, at no particular pace; the database is open."""
    marker = Marker(home)
    keys = load_keys(home / "keys" / "links.json")
    quota.open_account("test", 0, datetime.now(UTC))
    return Route(
        transport=transport,
        account="test",
        links=Links(site="https://news.example.org", keys=keys),
        marker=marker,
        threads=4,
        limits=Limits(lease=5 * SECOND),
        setback=Setback(random.Random(1)),  # noqa: S311 - a test repeats
    )


@pytest.fixture
def route(transport: SesTransport, tmp_path: Path, sqlite: str) -> Iterator[Route]:
    """Make a way out of a new home with a new database."""
    del sqlite
    made = make_route(transport, tmp_path / "home")
    yield made
    made.marker.close()


@pytest.fixture
def any_route(transport: SesTransport, tmp_path: Path, store: str) -> Iterator[Route]:
    """Make a way out of a new home with a new database, on both engines."""
    del store
    made = make_route(transport, tmp_path / "home")
    yield made
    made.marker.close()


@pytest.fixture
def postgres_route(transport: SesTransport, tmp_path: Path, postgres: str) -> Iterator[Route]:
    """Make a way out of a new home with a new Postgres database."""
    del postgres
    made = make_route(transport, tmp_path / "home")
    yield made
    made.marker.close()


def run(edition: str, route: Route, stop: threading.Event | None = None, *, rounds: int = 20) -> Verdict:
    """Send chunk after chunk, waiting for nothing that takes longer than a moment."""
    verdict = Verdict(again_at=None)
    for _ in range(rounds):
        verdict = deliver.deliver_chunk(edition, route, stop or threading.Event())
        if verdict.again_at is None or verdict.again_at > datetime.now(UTC) + 2 * SECOND:
            return verdict
    return verdict


def received(ses: Sandbox) -> Counter[str]:
    """Count what each address was sent."""
    return Counter(address for message in ses.messages for address in message.recipients)


def test_everybody_gets_it_once(any_route: Route, ses: Sandbox) -> None:
    """A list is sent whole, each person once, with links and tags of their own; a second run sends nothing."""
    route = any_route
    edition = make_sending(120)
    assert run(edition, route).reason == "sent"
    assert received(ses) == {f"reader{n}@example.org": 1 for n in range(120)}
    assert editions.count(edition) == Counts(accepted=120)
    assert editions.get(edition).state is EditionState.SENT
    one = ses.messages[7]
    assert one.tags["edition"] == edition
    assert one.tags["attempt"] == "1"
    assert b"https://news.example.org/u/" in one.raw
    assert run(edition, route) == Verdict(again_at=None)
    assert ses.received == 120


@pytest.mark.parametrize(
    "fault",
    [Faults(drop=1), Faults(reset=1), Faults(hang=1), Faults(error_500=1), Faults(empty=1), Faults(proxy=1)],
    ids=["drop", "reset", "hang", "500", "empty", "proxy"],
)
def test_a_lost_answer_is_one_request_and_doubt(route: Route, ses: Sandbox, fault: Faults) -> None:
    """Whatever hides the answer: each request is made once, the row is in doubt, and the edition ends."""
    edition = make_sending(4)
    ses.faults = fault
    with closing(connect(ses.url, read_seconds=0.5)) as route.transport:
        assert run(edition, route).reason == "sent"
    assert ses.received == 4
    assert editions.count(edition) == Counts(in_doubt=4)
    ses.faults = Faults()
    assert run(edition, route) == Verdict(again_at=None)
    assert ses.received == 4


def test_an_outage_puts_a_few_in_doubt(route: Route, ses: Sandbox) -> None:
    """Where nobody answers, the edition waits: all others stay pending, and get it once there are answers again."""
    edition = make_sending(40)
    route.threads = 1
    route.transport = FusedTransport(route.transport)
    ses.faults = Faults(error_500=1)
    verdict = run(edition, route, rounds=2)
    assert "3 requests in a row had no answer" in verdict.reason
    counts = editions.count(edition)
    assert counts.in_doubt == ses.received
    assert (counts.in_doubt + counts.pending, counts.in_doubt <= UNANSWERED + 2) == (40, True)
    ses.faults = Faults()
    run(edition, replace(route, transport=FusedTransport(route.transport.transport)))
    assert editions.count(edition) == replace(counts, pending=0, accepted=counts.pending)


def test_a_throttle_sends_later_and_slower(route: Route, ses: Sandbox) -> None:
    """A throttled request goes back to pending, the rest of the batch is not asked for, and the pace is halved."""
    edition = make_sending(30)
    quota.open_account("test", RATE, datetime.now(UTC))
    AccountRow.objects.update(changed_at=datetime.now(UTC) - 10 * SECOND)
    ses.faults = Faults(throttle=1)
    verdict = deliver.deliver_chunk(edition, route, threading.Event())
    assert verdict.again_at is not None
    assert "TooManyRequests" in verdict.reason
    assert ses.received <= route.threads
    assert editions.count(edition) == Counts(pending=30)
    assert quota.speed_of("test").rate == pytest.approx(RATE / 2, rel=0.01)
    ses.faults = Faults(throttle=0.2, seed=3)
    run(edition, route, rounds=60)
    assert editions.count(edition) == Counts(accepted=30)
    assert set(received(ses).values()) == {1}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (("SendingPausedException", 400, "paused"), EditionState.PAUSED),
        (("MailFromDomainNotVerifiedException", 400, "dns"), EditionState.HELD),
        (("NotFoundException", 404, "configuration set"), EditionState.HELD),
        (("AccessDeniedException", 403, "ses:SendRawEmail"), EditionState.HELD),
        (("AccountSuspendedException", 400, "suspended"), EditionState.HELD),
        (("MessageRejected", 400, "bad content"), EditionState.HELD),
        (("LimitExceededException", 400, "Daily message quota exceeded."), EditionState.SENDING),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
def test_what_concerns_everybody_stops_at_once(
    route: Route,
    ses: Sandbox,
    answer: tuple[str, int, str],
    state: EditionState,
) -> None:
    """What SES says to everybody stops the edition, with the reason, and an alert; nobody is written off for it."""
    code, status, text = answer
    route.threads = 1
    edition, other = make_sending(30), make_sending(1, newsletter="weekly")
    ses.faults = Faults(refuse=1, code=code, status=status, message=text)
    verdict = deliver.deliver_chunk(edition, route, threading.Event())
    assert editions.get(edition).state is state
    counts = editions.count(edition)
    assert counts.recipients == 30
    assert code in verdict.reason or "daily quota" in verdict.reason
    if code == "MessageRejected":
        assert (ses.received, counts.failed) == (5, 5)
        assert "5 messages in a row were refused" in editions.get(edition).reason
        assert text not in editions.get(edition).reason, "it may name a reader"
        assert doubt.retry_failed(edition, "editor", datetime.now(UTC)) == 5
    else:
        assert (ses.received, counts.pending) == (1, 30)
    everybody = code in {"SendingPausedException", "AccountSuspendedException"}
    assert editions.get(other).state is (state if everybody else EditionState.SENDING)
    if state is EditionState.SENDING:
        assert verdict.again_at is not None
        assert verdict.again_at > datetime.now(UTC) + timedelta(minutes=9)
        return
    assert {line.subject for line in log.untold()} <= {edition, other}
    assert log.untold()
    ses.faults = Faults()
    editions.act(edition, "resume", "editor", datetime.now(UTC))
    assert run(edition, route).reason == "sent"
    assert editions.count(edition) == Counts(accepted=30)


def test_one_bad_address_fails_alone(route: Route, ses: Sandbox) -> None:
    """An address that cannot be mailed fails for good; the others get theirs."""
    newsletters.declare("daily", "Daily", [], NOW)
    people.add("daily", [Subscriber(address="bad address@example.org")], NOW)
    edition = make_sending(3)
    run(edition, route)
    assert editions.count(edition) == Counts(accepted=3, failed=1)
    (line,) = doubt.lines(edition, DeliveryState.FAILED)
    assert "cannot be mailed" in line.reason
    assert ses.received == 3


def test_ses_that_cannot_be_reached(route: Route) -> None:
    """No connection is no doubt: everybody stays pending, and after ten minutes of it the edition pauses."""
    edition = make_sending(3)
    with closing(connect("http://127.0.0.1:9")) as nowhere:
        route.transport = nowhere
        assert deliver.deliver_chunk(edition, route, threading.Event()).again_at is not None
        assert editions.count(edition) == Counts(pending=3)
        route.now = lambda: datetime.now(UTC) + 700 * SECOND
        verdict = deliver.deliver_chunk(edition, route, threading.Event())
    assert "nothing was accepted for 10 minutes" in verdict.reason
    assert editions.get(edition).state is EditionState.PAUSED
    assert editions.count(edition) == Counts(pending=3)


def test_unsubscribing_takes_effect_in_a_running_edition(route: Route, ses: Sandbox) -> None:
    """Who leaves between two chunks is skipped, with the reason."""
    edition = make_sending(20)
    route.limits = Limits(batch=5, batches=1, lease=5 * SECOND)
    deliver.deliver_chunk(edition, route, threading.Event())
    SubscriptionRow.objects.update(state="unsubscribed")
    run(edition, route)
    assert editions.count(edition) == Counts(accepted=5, skipped=15)
    assert ses.received == 5


def test_pause_acts_at_the_next_batch(route: Route, ses: Sandbox) -> None:
    """A pause while a batch is on its way lets that batch end, and no other begin."""
    edition = make_sending(200)
    route.limits = Limits(batch=10, lease=5 * SECOND)
    line = threading.Event()

    def address(claim: Claim, number: str) -> Envelope:
        if not line.is_set():
            line.set()
            editions.act(edition, "pause", "editor", NOW)
            close_database()
        return links.address(claim, number)

    links = route.links
    route.links = Paused(address=address)  # type: ignore[assignment]  # only its one method is asked for
    route.threads = 1
    verdict = run(edition, route)
    assert verdict.again_at is None
    assert editions.count(edition) == Counts(accepted=10, pending=190)
    route.links = links
    editions.act(edition, "resume", "editor", NOW)
    assert run(edition, route).reason == "sent"
    assert set(received(ses).values()) == {1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """Links that do something when they are asked for."""

    address: Callable[[Claim, str], Envelope]


def test_stopping_commits_what_is_known(any_route: Route, ses: Sandbox) -> None:
    """A stop lets requests on their way end, requests nothing more, and leaves nothing in doubt."""
    route = any_route
    edition = make_sending(50)
    route.threads = 1
    stop = threading.Event()
    links, asked = route.links, Counter[str]()

    def address(claim: Claim, number: str) -> Envelope:
        asked.update([claim.address])
        if asked.total() == 3:
            stop.set()
        return links.address(claim, number)

    route.links = Paused(address=address)  # type: ignore[assignment]  # only its one method is asked for
    run(edition, route, stop)
    assert ses.received == 3
    assert editions.count(edition) == Counts(accepted=3, pending=47)


def test_no_request_is_made_before_its_slot(route: Route, ses: Sandbox) -> None:
    """The account's pace holds from the first request to the last: the n-th one comes n slots after the beginning."""
    began = datetime.now(UTC).timestamp()
    quota.open_account("test", 40, datetime.now(UTC))
    edition = make_sending(60)
    run(edition, route)
    times = sorted(message.at.timestamp() for message in ses.messages)
    assert len(times) == 60
    assert [place for place, at in enumerate(times) if at < began + place / 40 - 0.002] == []


@pytest.mark.parametrize("policy", ["hold", "reconcile", "resend"])
def test_policies(route: Route, ses: Sandbox, policy: Policy) -> None:
    """Only `resend` sends again unasked; it says so in the log, and gives up after three attempts."""
    edition = make_sending(6)
    route.policy = policy
    ses.faults = Faults(drop=1)
    run(edition, route)
    attempts = AttemptRow.objects.all()
    assert attempts.count() == (18 if policy == "resend" else 6)
    assert ses.received == attempts.filter(outcome="in_doubt").count()
    assert editions.count(edition) == Counts(in_doubt=6)
    assert ("doubt-resend" in [line.action for line in log.lines(edition)]) is (policy == "resend")


def test_stopping_again_and_again_uses_up_no_attempt(route: Route, ses: Sandbox) -> None:
    """Who was claimed four times and never asked for still has all the attempts that `resend` allows."""
    edition = make_sending(5)
    route.policy = "resend"
    route.threads = 1
    links = route.links
    stop = threading.Event()

    def address(claim: Claim, number: str) -> Envelope:
        stop.set()
        return links.address(claim, number)

    route.links = Paused(address=address)  # type: ignore[assignment]  # only its one method is asked for
    for _ in range(4):
        stop.clear()
        deliver.deliver_chunk(edition, route, stop)
    assert editions.count(edition) == Counts(accepted=4, pending=1)
    route.links = links
    ses.faults = Faults(drop=1)
    run(edition, route)
    assert editions.count(edition) == Counts(accepted=4, in_doubt=1)
    assert ses.received == 4 + 3


def test_a_long_list_takes_no_more_memory(route: Route) -> None:
    """While an edition is sent, SQLite keeps four megabytes of a file of any size."""
    run(make_sending(3), route)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        assert cursor.fetchone() == (-4000,)


def test_a_dead_process_leaves_doubt(any_route: Route, ses: Sandbox) -> None:
    """What a process claimed and never told about is in doubt at the next start, and is not sent again."""
    route = any_route
    edition = make_sending(10)
    with unit():
        lost = ledger.claim(ledger.key_of(edition), ledger.open_lease(route.marker.owner, NOW), 4, NOW)
    assert deliver.start_sending(route) == 4
    run(edition, route)
    assert editions.count(edition) == Counts(in_doubt=4, accepted=6)
    assert not set(received(ses)) & {claim.address for claim in lost}


def test_a_restored_backup_mails_nobody(route: Route, ses: Sandbox) -> None:
    """A database that is older than what was sent from this home refuses, and says what to do."""
    edition = make_sending(3)
    deliver.start_sending(route)
    run(edition, route)
    AccountRow.objects.update(epoch=1)
    with pytest.raises(StoreError, match="was a backup restored"):
        deliver.start_sending(route)
    assert ses.received == 3
    route.marker.close()
    again = Marker(route.marker.folder)
    assert again.owner == route.marker.owner
    with pytest.raises(StoreError, match="publisher doubt reconcile"):
        again.check("test")


@pytest.mark.postgres
def test_a_lease_that_ran_out_in_the_middle(postgres_route: Route, ses: Sandbox) -> None:
    """A worker that was thought dead requests nothing more from that batch, and goes on under another lease."""
    route = postgres_route
    edition = make_sending(12)
    route.limits = Limits(batch=6, lease=5 * SECOND)
    route.threads = 1
    links, seen = route.links, threading.Event()

    def address(claim: Claim, number: str) -> Envelope:
        if not seen.is_set():
            seen.set()
            with unit():
                LeaseRow.objects.update(ended=True)
            ledger.recover(NOW, owner="another")
            close_database()
        return links.address(claim, number)

    route.links = Paused(address=address)  # type: ignore[assignment]  # only its one method is asked for
    run(edition, route)
    counts = editions.count(edition)
    assert counts.recipients == 12
    assert counts.accepted == ses.received
    assert counts.open == 0
    assert set(received(ses).values()) == {1}


def test_two_workers_share_an_edition(any_route: Route, ses: Sandbox) -> None:
    """Two workers at one edition: everybody once, whoever claims whom."""
    route = any_route
    edition = make_sending(300)
    route.limits = Limits(batch=7, lease=30 * SECOND)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            run(edition, route)
        except BaseException as failure:  # noqa: BLE001 - shown below
            failures.append(failure)
        finally:
            close_database()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures
    assert editions.count(edition) == Counts(accepted=300)
    assert set(received(ses).values()) == {1}
