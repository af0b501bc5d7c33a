"""What the account allows is asked again while something is sent, and the pace goes with it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from publisher.delivery.quota import Allowance
from publisher.jobs.sending.allotment import Allotment, follow
from publisher.store import quota
from tests.store_builders import NOW


class Account:
    """An account whose limits somebody may change, and a clock."""

    def __init__(self, allowance: Allowance | None) -> None:
        self.allowance = allowance
        self.asked = 0
        self.now = NOW

    def ask(self) -> Allowance | None:
        """Say what it allows."""
        self.asked += 1
        return self.allowance

    def tell_time(self) -> datetime:
        """Give the time."""
        return self.now


def allow(rate: float, used: float = 0) -> Allowance:
    """Make an allowance."""
    return Allowance(max_24_hour=50_000, max_send_rate=rate, sent_24_hour=used)


@pytest.mark.usefixtures("store")
def test_a_changed_limit_is_followed_within_a_minute() -> None:
    """A worker that began weeks ago sends at today's pace, and what is used of the day is noted."""
    account = Account(allow(10))
    allotment = Allotment(account.ask, account.tell_time)
    assert allotment.look("a") == allow(10)
    assert quota.speed_of("a").ceiling == pytest.approx(9, rel=0.001)
    account.allowance = allow(100, used=1_200)
    account.now = NOW + timedelta(seconds=59)
    assert allotment.look("a") == allow(10)
    account.now = NOW + timedelta(seconds=60)
    assert allotment.look("a") == allow(100, used=1_200)
    assert account.asked == 2
    assert quota.speed_of("a").rate == pytest.approx(90, rel=0.001)
    (day,) = quota.days()
    assert (day.account, day.limit, day.used, day.seen) == ("a", 50_000, 1_200, account.now)


@pytest.mark.usefixtures("sqlite")
def test_what_was_just_said_is_not_asked_again() -> None:
    """Whoever knows it already brings it along; whoever doubts it asks again."""
    account = Account(allow(10))
    allotment = Allotment(account.ask, account.tell_time, allow(20))
    assert allotment.look("a") == allow(20)
    allotment.forget()
    assert allotment.look(None) == allow(10)
    assert quota.accounts() == ()


@pytest.mark.usefixtures("sqlite")
def test_an_account_without_limits() -> None:
    """Where there is nothing to ask there is a row, and no limit."""
    follow("outbox", None, NOW)
    assert (quota.accounts(), quota.speed_of("outbox").rate, quota.days()) == (("outbox",), 0, ())
    account = Account(None)
    assert Allotment(account.ask, account.tell_time).look("outbox") is None
