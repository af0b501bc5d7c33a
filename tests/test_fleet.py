"""Workers on one Postgres: the pace is kept by all of them together, deaths cost nobody, alerts overtake.

The sizes of the promises are `make proof`; here are small ones.
"""

from __future__ import annotations

import pytest

from bench.fleet import kill_some, make_database, measure_pace, overtake, worst_second
from bench.scale import Costs, Setting, simulate
from publisher.store import database


@pytest.fixture
def server(postgres_server: str, _ours: None) -> str:
    """Give a server for databases of our own."""
    return postgres_server


def test_the_worst_second_begins_anywhere() -> None:
    """Three within a second that begins between two full ones are three."""
    assert worst_second([0.0, 0.9, 1.0, 1.8, 5.0]) == 3
    assert worst_second([]) == 0


def test_the_simulation_agrees_with_arithmetic() -> None:
    """Where nothing but the account sets the pace, it takes recipients / (0.9 x rate)."""
    costs = Costs(turn=0.0, flush=0.0, reserve=0.0, request=0.0, answer=0.0)
    found = simulate(Setting(recipients=9_000, workers=2, rate=100), costs)
    assert found.seconds == pytest.approx(100)
    assert found.bottleneck == "the account's pace"
    slow = simulate(Setting(recipients=9_000, workers=2, rate=100_000), Costs(turn=0.1))
    assert slow.bottleneck == "the database"
    deaths = Setting(recipients=9_000, workers=2, rate=100, deaths=3)
    assert simulate(deaths, costs).seconds >= found.seconds


@pytest.mark.postgres
def test_two_workers_send_everybody_once(server: str) -> None:
    """Two processes at one edition, at no particular pace: as many messages as recipients."""
    found = measure_pace(make_database(server), 2, 2_000, 0, limit=60)
    database.close_database()
    assert found.sent == 2_000


@pytest.mark.proof
@pytest.mark.postgres
def test_fourteen_a_second_over_four_workers(server: str) -> None:
    """On average 0.9 times what is allowed, and in no second more than that."""
    found = measure_pace(make_database(server), 4, 600, 14 * 0.9)
    database.close_database()
    assert found.worst <= 14
    assert found.average == pytest.approx(12.6, rel=0.05)


@pytest.mark.proof
@pytest.mark.postgres
def test_a_thousand_a_second_over_four_workers(server: str) -> None:
    """900 a second within five per cent."""
    found = measure_pace(make_database(server), 4, 40_000, 1000 * 0.9)
    database.close_database()
    assert found.average == pytest.approx(900, rel=0.05)


@pytest.mark.proof
@pytest.mark.postgres
def test_killed_and_frozen_workers(server: str) -> None:
    """100,000 recipients, kill -9 five times, SIGSTOP twice: nobody twice, all settled, others go on within 30 s."""
    found = kill_some(make_database(server), 100_000, kills=5, stops=2, pace=1500)
    database.close_database()
    assert (found.duplicates, found.open) == (0, 0)
    assert found.accepted + found.in_doubt == found.recipients == 100_000
    assert found.take_over < 30


@pytest.mark.proof
@pytest.mark.postgres
def test_an_alert_overtakes_a_digest(server: str) -> None:
    """While a digest to 100,000 runs at 14 a second, an alert begins within two batches."""
    found = overtake(make_database(server), 100_000, 12.6)
    database.close_database()
    assert found.between <= 2 * found.batch
