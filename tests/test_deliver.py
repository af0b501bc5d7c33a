"""Delivering an edition: each person once, whatever goes wrong on the way."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.delivery.ses import SesOptions, SesTransport
from publisher.errors import StoreError
from publisher.jobs import deliver
from publisher.jobs.deliver import Limits, Policy, Route, Verdict
from publisher.jobs.links import Links, load_keys
from publisher.jobs.marker import Marker
from publisher.jobs.setback import Setback
from publisher.model import Counts, DeliveryState, EditionState
from publisher.sandbox import Faults, Rules, Sandbox
from publisher.store import doubt, editions, ledger, log, newsletters, people, quota
from publisher.store.database import unit
from publisher.store.models import AccountRow, SubscriptionRow
from tests.builders import make_sending

RATE = 100_000.0
SECOND = timedelta(seconds=1)


@pytest.fixture
def ses() -> Iterator[Sandbox]:
    """Run an SES that allows everything."""
    with Sandbox(rules=Rules(max_send_rate=RATE, keep=1_000_000)) as sandbox:
        yield sandbox


@pytest.fixture
def transport(ses: Sandbox) -> Iterator[SesTransport]:
    """Send to that SES, with little patience."""
    made = SesTransport(
        SesOptions(
            region="eu-west-1", endpoint_url=ses.url, read_seconds=0.5, access_key="AKIDEXAMPLE", secret_key="x"
        ),
    )
    yield made
    made.close()


@pytest.fixture
def route(transport: SesTransport, tmp_path: Path, store: str) -> Iterator[Route]:
    """Make a way out of a new home with a new database."""
    del store
    marker = Marker(tmp_path / "home")
    keys = load_keys(tmp_path / "home" / "keys" / "links.json")
    quota.open_account("test", RATE, datetime.now(UTC))
    yield Route(
        transport=transport,
        account="test",
        links=Links(site="https://news.example.org", keys=keys),
        marker=marker,
        threads=4,
        limits=Limits(lease=5 * SECOND),
        setback=Setback(random.Random(1)),  # noqa: S311 - a test repeats
    )
    marker.close()


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


def test_everybody_gets_it_once(route: Route, ses: Sandbox) -> None:
    """A list is sent whole, each person once, with links and tags of their own; a second run sends nothing."""
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
