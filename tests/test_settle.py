"""Events from SES settle doubt, suppress addresses and stop what goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.delivery.breaker import Level
from publisher.delivery.queue import EventQueue, QueueOptions
from publisher.delivery.ses import SesOptions, SesTransport
from publisher.jobs.sending import deliver, settle
from publisher.jobs.sending.deliver import Route
from publisher.jobs.sending.links import Links, load_keys
from publisher.jobs.sending.marker import Marker
from publisher.jobs.sending.settle import Reconciling, Settled
from publisher.model import Counts, EditionState
from publisher.sandbox import Faults, Rules, Sandbox
from publisher.store import editions, log, people, quota
from publisher.store.models import DeliveryRow, EventRow
from tests.store_builders import make_sending

WINDOW = timedelta(minutes=15)


@pytest.fixture
def ses() -> Iterator[Sandbox]:
    """Run an SES that allows everything."""
    with Sandbox(rules=Rules(max_send_rate=100_000)) as sandbox:
        yield sandbox


@pytest.fixture
def route(ses: Sandbox, tmp_path: Path, sqlite: str) -> Iterator[Route]:
    """Make a way to that SES, with a new database."""
    del sqlite
    keys = load_keys(tmp_path / "keys" / "links.json")
    options = SesOptions(region="eu-west-1", endpoint_url=ses.url, read_seconds=1, access_key="AKID", secret_key="x")
    quota.open_account("test", 0, datetime.now(UTC))
    with closing(SesTransport(options)) as transport, closing(Marker(tmp_path / "home")) as marker:
        yield Route(
            transport=transport,
            account="test",
            links=Links(site="https://news.example.org", keys=keys),
            marker=marker,
            threads=1,
        )


def send(edition: str, route: Route) -> None:
    """Send an edition."""
    deliver.deliver_chunk(edition, route, threading.Event())


def settle_all(
    ses: Sandbox,
    reconciling: Reconciling | None = None,
    later: timedelta = timedelta(),
) -> Settled:
    """Take every event that waits, at some later time."""
    options = QueueOptions(queue_url=ses.queue_url, region="eu-west-1", access_key="AKID", secret_key="x")
    with closing(EventQueue(options)) as queue:
        return settle.settle(
            queue,
            reconciling or Reconciling(),
            threading.Event(),
            wait_seconds=0,
            now=lambda: datetime.now(UTC) + later,
        )


def test_events_settle_doubt_under_every_policy(route: Route, ses: Sandbox) -> None:
    """What was accepted although its answer was lost is accepted once its events come; twice changes nothing."""
    edition = make_sending(20)
    ses.faults = Faults(drop=0.5, event_duplicate=0.5, seed=5)
    send(edition, route)
    assert editions.count(edition).in_doubt > 0
    found = settle_all(ses)
    assert found.events == EventRow.objects.count() == 40
    assert editions.count(edition) == Counts(accepted=20, delivered=20)
    assert settle_all(ses).events == 0


def test_bounces_and_complaints_suppress(route: Route, ses: Sandbox) -> None:
    """An address that bounced for good and a reader who complained are not written to again."""
    edition = make_sending(3)
    send(edition, route)
    bounced, complained, _ = ses.messages
    ses.publish("Bounce", bounced.id)
    ses.publish("Complaint", complained.id)
    settle_all(ses)
    assert editions.count(edition) == Counts(accepted=3, delivered=2, bounced=1, complained=1)
    assert people.is_suppressed(bounced.recipients[0])
    assert people.is_suppressed(complained.recipients[0])
    assert sorted(person.status for person in people.export("daily")) == ["active", "bounced", "complained"]


def test_a_message_that_ses_throws_away_stops_the_edition(route: Route, ses: Sandbox) -> None:
    """A Reject holds an edition that is on its way, fails the row, and is an alert."""
    edition = make_sending(3)
    route.limits = deliver.Limits(batch=1, batches=1)
    send(edition, route)
    ses.publish("Reject", ses.messages[0].id)
    settle_all(ses)
    assert editions.get(edition).state is EditionState.HELD
    assert editions.count(edition) == Counts(failed=1, pending=2)
    assert [line.action for line in log.untold()] == ["fault"]
    log.mark_told(tuple(line.key for line in log.untold()), datetime.now(UTC))
    assert log.untold() == ()


@pytest.mark.parametrize(("bounces", "level"), [(3, Level.GO), (6, Level.WARN), (12, Level.BREAK)])
def test_too_many_bounces_pause_the_edition(route: Route, ses: Sandbox, bounces: int, level: Level) -> None:
    """After 200 results, more than five hard bounces in a hundred pause the edition, more than two are told."""
    edition = make_sending(220)
    route.limits = deliver.Limits(batch=50, batches=4)
    send(edition, route)
    for message in ses.messages[:bounces]:
        ses.publish("Bounce", message.id)
    settle_all(ses)
    assert editions.get(edition).state is (EditionState.PAUSED if level is Level.BREAK else EditionState.SENDING)
    assert len(log.untold()) == (level is not Level.GO)


def test_people_are_told_once(route: Route, ses: Sandbox) -> None:
    """Bounces that go on coming, each with a server's own words, are one alert of a kind, and name no reader."""
    edition = make_sending(220)
    send(edition, route)
    for number, message in enumerate(ses.messages[:8]):
        refused = {
            "bounceType": "Transient",
            "bounceSubType": "ContentRejected",
            "bouncedRecipients": [
                {"emailAddress": message.recipients[0], "diagnosticCode": f"550 <{message.recipients[0]}> {number}"}
            ],
        }
        ses.publish("Bounce", message.id, **refused)
        ses.publish("Bounce", ses.messages[20 + number].id)
        settle_all(ses)
    told = log.untold()
    assert sorted(line.action for line in told) == ["fault", "warning"]
    assert {line.detail["reason"] for line in told if line.action == "fault"} == {"Bounce ContentRejected"}
    for message in ses.messages[30:40]:
        ses.publish("Bounce", message.id)
        settle_all(ses)
    assert sorted(line.action for line in log.untold()) == ["breaker", "fault", "warning"]


def test_reconcile_then_hold(route: Route, ses: Sandbox) -> None:
    """What no event speaks of after the window stays in doubt, and people are told; before, nobody is."""
    edition = make_sending(10)
    ses.faults = Faults(drop=0.5, event_lost=0, seed=2)
    send(edition, route)
    lost = DeliveryRow.objects.filter(state="in_doubt").values_list("pk", flat=True)[0]
    settle_all(ses)
    DeliveryRow.objects.filter(pk=lost).update(state="in_doubt")
    EventRow.objects.filter(delivery_id=lost).delete()
    wanted = Reconciling(policy="reconcile")
    assert settle_all(ses, wanted).resent == 0
    assert log.untold() == ()
    assert settle_all(ses, wanted, later=2 * WINDOW).resent == 0
    assert editions.count(edition).in_doubt == 1
    assert [line.action for line in log.untold()] == ["doubt"]


def test_reconcile_then_resend(route: Route, ses: Sandbox) -> None:
    """With complete events, what stays silent was never sent: it goes out again, and nobody gets it twice."""
    edition = make_sending(60)
    ses.faults = Faults(proxy=0.3, drop=0.3, seed=4)
    send(edition, route)
    ses.faults = Faults()
    assert editions.count(edition).in_doubt > 0
    wanted = Reconciling(policy="reconcile", then="resend")
    assert settle_all(ses, wanted).resent == 0
    silent = editions.count(edition).in_doubt
    assert settle_all(ses, wanted, later=2 * WINDOW).resent == silent > 0
    send(edition, route)
    assert editions.count(edition).accepted == 60
    assert sorted(message.recipients for message in ses.messages) == sorted(
        (f"reader{n}@example.org",) for n in range(60)
    )


def test_what_cannot_be_read_hides_what_can(route: Route, ses: Sandbox) -> None:
    """A queue that begins with what is no event is not empty: nothing is judged before what lies behind it came."""
    edition = make_sending(20)
    ses.faults = Faults(drop=0.5, seed=5)
    send(edition, route)
    settle_all(ses)
    DeliveryRow.objects.filter(edition__ulid=edition).update(state="in_doubt")
    EventRow.objects.filter(delivery_id=DeliveryRow.objects.values_list("pk", flat=True)[0]).delete()
    ses.queue.put("no JSON")
    wanted = Reconciling(policy="reconcile", then="resend")
    found = settle_all(ses, wanted, later=2 * WINDOW)
    assert (found.resent, [one.reason for one in found.skipped]) == (0, ["is none that SES sends (it is not JSON)"])
    assert settle_all(ses, wanted, later=2 * WINDOW).resent == 1


def test_reconcile_says_nothing_where_no_events_come(route: Route, ses: Sandbox) -> None:
    """Without any event for the edition the queue may be broken: silence proves nothing."""
    edition = make_sending(3)
    ses.faults = Faults(drop=1, event_lost=1)
    send(edition, route)
    wanted = Reconciling(policy="reconcile", then="resend")
    assert settle_all(ses, wanted, later=4 * WINDOW).resent == 0
    assert editions.count(edition) == Counts(in_doubt=3)
