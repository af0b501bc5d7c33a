"""A test of an edition to a few addresses leaves no trace in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.jobs.editions import trial
from publisher.jobs.sending.links import Links, load_keys
from publisher.model import Accepted, Counts
from publisher.settings import Settings
from publisher.store import editions, log
from tests.store_builders import NOW, make_sending

SETTINGS = Settings.model_validate({"site": {"name": "News"}, "ses": {"transport": "outbox"}})


def test_everybody_named_gets_it(tmp_path: Path, sqlite: str) -> None:
    """Each address is told apart, the ledger stays as it was, and the log says how many there were."""
    del sqlite
    edition = make_sending(2)
    links = Links(site="https://news.example.org", keys=load_keys(tmp_path / "links.json"))
    with trial.opening(SETTINGS, tmp_path) as transport:
        told = [*trial.send_test(edition, ("a@example.org", "b@nový.example"), (transport, links), "ann", NOW)]
    assert [to for to, _ in told] == ["a@example.org", "b@xn--nov-noa.example"]
    assert all(isinstance(outcome, Accepted) for _, outcome in told)
    assert len([*(tmp_path / "outbox").glob("*.eml")]) == 2
    assert editions.count(edition) == Counts(pending=2)
    assert log.lines(edition)[-1].detail == {"recipients": 2}


def test_a_wrong_address_stops_before_the_first(tmp_path: Path, sqlite: str) -> None:
    """Nobody is written to where one of those named is no address."""
    del sqlite
    edition = make_sending(1)
    links = Links(site="https://news.example.org", keys=load_keys(tmp_path / "links.json"))
    with trial.opening(SETTINGS, tmp_path) as transport, pytest.raises(UsageError, match="not an address"):
        next(trial.send_test(edition, ("a@example.org", "nobody"), (transport, links), "ann", NOW))
    assert [*(tmp_path / "outbox").glob("*.eml")] == []


@pytest.mark.parametrize("written", ["", " , ;", ",".join(["a@example.org"] * 11)])
def test_one_to_ten_addresses(written: str) -> None:
    """A test is no way to mail a list."""
    with pytest.raises(UsageError, match="one to 10 addresses"):
        trial.split(written)


def test_addresses_in_a_field() -> None:
    """Commas, semicolons and spaces part them."""
    assert trial.split("a@example.org, b@example.org;c@example.org d@example.org") == tuple(
        f"{letter}@example.org" for letter in "abcd"
    )
