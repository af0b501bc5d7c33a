"""The pace of an account, shared by everybody who sends."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from publisher.store import quota
from publisher.store.database import close_database

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


def second(number: float) -> datetime:
    """Give a moment some seconds later."""
    return NOW + timedelta(seconds=number)


@pytest.mark.usefixtures("store")
def test_reservations_follow_each_other() -> None:
    """A slot begins where the last one ends; after a quiet time it begins now; the epoch rises with each."""
    quota.open_account("a", 10, NOW)
    first, after = quota.reserve("a", 10, NOW), quota.reserve("a", 5, NOW)
    assert (first.start, after.start, first.interval) == (NOW, second(1), 100_000)
    assert quota.reserve("a", 1, second(60)).start == second(60)
    assert (first.epoch, quota.epoch_of("a"), quota.epoch_of("b")) == (1, 3, 0)


@pytest.mark.usefixtures("store")
def test_slots_are_given_back() -> None:
    """What was reserved last and is not needed is free again; what others stand behind is not."""
    quota.open_account("a", 10, NOW)
    first, after = quota.reserve("a", 10, NOW), quota.reserve("a", 10, NOW)
    quota.give_back("a", first)
    quota.give_back("a", after)
    assert quota.reserve("a", 1, NOW).start == second(1)


@pytest.mark.usefixtures("store")
def test_an_account_without_a_limit() -> None:
    """No limit: every slot begins now."""
    quota.open_account("a", 0, NOW)
    quota.reserve("a", 1000, NOW)
    assert quota.reserve("a", 1000, NOW).start == NOW
    assert quota.speed_of("a").rate == 0


@pytest.mark.usefixtures("store")
def test_the_pace_changes_once_per_observation() -> None:
    """Two who saw the same pace change it once; a new limit is taken over, by a pace that was slowed only downwards."""
    quota.open_account("a", 100, NOW)
    seen = quota.speed_of("a")
    assert quota.change_rate("a", 50, seen, second(1))
    assert not quota.change_rate("a", 25, seen, second(1))
    quota.open_account("a", 100, second(2))
    assert quota.speed_of("a").rate == 50
    quota.open_account("a", 200, second(3))
    assert (quota.speed_of("a").rate, quota.speed_of("a").ceiling) == (50, 200)
    quota.open_account("a", 40, second(4))
    quota.open_account("a", 80, second(5))
    assert (quota.speed_of("a").rate, quota.speed_of("a").ceiling) == (80, 80)
    quota.open_account("a", 0, second(6))
    assert (quota.speed_of("a").rate, quota.speed_of("a").ceiling) == (0, 0)
    assert quota.accounts() == ("a",)


@pytest.mark.usefixtures("store")
def test_many_reserve_at_once() -> None:
    """No two reservations overlap, whoever asks when."""
    quota.open_account("a", 1000, NOW)
    starts: list[datetime] = []

    def work() -> None:
        starts.extend(quota.reserve("a", 3, NOW).start for _ in range(10))
        close_database()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(starts) == [NOW + timedelta(milliseconds=3 * n) for n in range(40)]


@pytest.mark.usefixtures("store")
def test_raising_the_epoch() -> None:
    """The epoch is only ever lifted."""
    quota.open_account("a", 1, NOW)
    quota.raise_epoch("a", 7)
    quota.raise_epoch("a", 3)
    assert quota.epoch_of("a") == 7
