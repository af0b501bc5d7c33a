"""How fast an edition goes, out of the ledger: who was done lately, who waits for an hour, since when it moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from publisher.jobs.editions import release
from publisher.model import Accepted, InDoubt, Outcome, Result
from publisher.store import editions, ledger, pace, results
from publisher.store.database import unit
from publisher.store.models import DeliveryRow, TallyRow
from publisher.store.moments import to_micros
from tests.store_builders import NOW, make_edition, make_sending

LATER = NOW + timedelta(minutes=10)


def _send(edition: str, at: int, *outcomes: Outcome) -> None:
    """Write to as many people as there are outcomes, some minutes after the beginning."""
    now = NOW + timedelta(minutes=at)
    lease = ledger.open_lease("test", now + timedelta(minutes=1))
    with unit():
        claims = ledger.claim(ledger.key_of(edition), lease, len(outcomes), now)
        ledger.commit(lease, [Result(claim=one, outcome=two) for one, two in zip(claims, outcomes, strict=True)], now)
    ledger.end_lease(lease)


@pytest.mark.usefixtures("store")
def test_those_are_counted_who_were_done_lately() -> None:
    """Accepted and in doubt, since the moment; not those before it, nor those who wait."""
    edition = make_sending(6)
    _send(edition, 1, Accepted(message_id="a"), Accepted(message_id="b"))
    _send(edition, 9, Accepted(message_id="c"), InDoubt(code="timeout", reason="no answer"))
    assert pace.settled_since(edition, NOW) == 4
    assert pace.settled_since(edition, NOW + timedelta(minutes=5)) == 2
    assert pace.settled_since(edition, LATER) == 0


@pytest.mark.usefixtures("store")
def test_the_last_hour_that_somebody_chose_is_known() -> None:
    """Of those who still wait; nobody waits for an hour of their own otherwise."""
    edition = make_sending(3)
    assert pace.last_due(edition) is None
    DeliveryRow.objects.filter(edition__ulid=edition).update(due_at=to_micros(LATER))
    assert pace.last_due(edition) == LATER
    DeliveryRow.objects.filter(edition__ulid=edition).update(state="accepted")
    assert pace.last_due(edition) is None


@pytest.mark.usefixtures("store")
def test_an_edition_moves_since_it_went_on() -> None:
    """Not before it was started; a pause does not count as its pace."""
    assert pace.moving_since(make_edition(1, newsletter="weekly")) is None
    edition = make_sending(1)
    assert pace.moving_since(edition) == NOW
    editions.act(edition, "pause", "ann", NOW + timedelta(minutes=1))
    editions.act(edition, "resume", "ann", LATER)
    assert pace.moving_since(edition) == LATER


@pytest.mark.usefixtures("store")
def test_what_a_cancelled_edition_came_to_is_kept_at_once() -> None:
    """Whoever looks at the results waits for no counting; later counting takes its place."""
    edition = make_sending(3)
    _send(edition, 1, Accepted(message_id="a"))
    release.step(edition, "cancel", "ann", LATER)
    kept = TallyRow.objects.get(edition__ulid=edition)
    assert (kept.counts["accepted"], kept.counts["skipped"], kept.at) == (1, 2, LATER)
    results.remember(edition, editions.count(edition), LATER + timedelta(hours=1))
    assert TallyRow.objects.get(edition__ulid=edition).at == LATER + timedelta(hours=1)
