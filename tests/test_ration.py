"""How many letters a day an address, a domain and a network may ask for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from publisher.delivery import unsubscribe
from publisher.jobs.readers.ration import Answer, Asker, key_of, ration
from publisher.settings import SignUp
from publisher.store.database import unit
from publisher.store.models import RationRow

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEYS = unsubscribe.rotate(None, b"k" * 32)


def ask(*askers: Asker, now: datetime = NOW, **limits: int) -> list[tuple[Answer, bool]]:
    """Ask for letters; gives how each is answered and whether it is mailed."""
    with unit():
        return [(one.answer, one.mail) for one in ration(askers, SignUp.model_validate(limits), KEYS, now)]


LOOK, SILENT, BUSY = (Answer.LOOK, True), (Answer.LOOK, False), (Answer.BUSY, False)


@pytest.mark.usefixtures("store")
def test_an_address_is_capped_without_a_word() -> None:
    """What is too much for an address is answered as if a letter were sent; its spellings are one."""
    askers = [Asker(address=one) for one in ("Ann@example.org", "ann@example.org", "ann@example.org")]
    assert ask(*askers, per_address=2) == [LOOK, LOOK, SILENT]
    assert ask(askers[0], per_address=2) == [SILENT]
    assert ask(askers[0], per_address=2, now=NOW + timedelta(days=1)) == [LOOK]


@pytest.mark.usefixtures("store")
def test_a_network_and_a_domain_are_told() -> None:
    """Whoever is refused for one has not used up anything of the next; who comes first has first claim."""
    askers = [Asker(address=f"{name}@example.org", network="192.0.2.0/24") for name in "abc"]
    assert ask(*askers, per_network=2) == [LOOK, LOOK, BUSY]
    elsewhere = [Asker(address=f"{name}@example.org", network="198.51.100.0/24") for name in "de"]
    assert ask(*elsewhere, per_domain=3) == [LOOK, BUSY]
    assert ask(Asker(address="f@example.net", network="198.51.100.0/24"), per_network=3) == [LOOK]


@pytest.mark.usefixtures("store")
def test_nobody_can_read_who_asked() -> None:
    """Only keyed hashes are kept, other ones each day, and nothing for whoever has no network."""
    ask(Asker(address="ann@example.org", network="192.0.2.0/24"), Asker(address="ann@example.org"))
    rows = list(RationRow.objects.values_list("key", "number"))
    assert sorted(number for _, number in rows) == [1, 2, 2]
    assert "example" not in repr(rows)
    assert key_of(KEYS, "network", "x", NOW) != key_of(KEYS, "network", "x", NOW + timedelta(days=1))
    assert ask() == []
