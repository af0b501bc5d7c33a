"""How fast and how much: the arithmetic of limits that count recipients."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.quota import (
    Allowance,
    Pace,
    Sent,
    back_off,
    batch_size,
    plan_day,
    reserve,
    slow_down,
    speed_up,
    start_pace,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@settings(deadline=None)
@given(
    st.floats(0.5, 500),
    st.lists(st.tuples(st.floats(0, 3), st.integers(1, 50)), min_size=1, max_size=60),
)
def test_reservations_never_exceed_the_rate(rate: float, asks: list[tuple[float, int]]) -> None:
    """Whenever somebody asks, what starts within any span is at most the rate times the span, plus one batch."""
    free_at, now = 0.0, 0.0
    starts: list[tuple[float, int]] = []
    for pause, recipients in asks:
        now += pause
        reservation = reserve(free_at, now=now, recipients=recipients, rate=rate)
        assert reservation.start >= now
        free_at = reservation.free_at
        starts.append((reservation.start, recipients))
    for first, (begin, _) in enumerate(starts):
        sent = 0
        for start, recipients in starts[first:]:
            assert sent <= (start - begin) * rate + 1e-6 * (1 + sent)
            sent += recipients


def test_burst_after_a_quiet_time() -> None:
    """With a burst allowed, so many start at once after a pause, and then the rate holds again."""
    free_at, starts = 0.0, []
    for _ in range(4):
        reservation = reserve(free_at, now=100.0, recipients=10, rate=10, burst=20)
        free_at = reservation.free_at
        starts.append(reservation.start)
    assert starts == [100.0, 100.0, 100.0, 101.0]


@pytest.mark.parametrize(("recipients", "rate"), [(0, 10), (1, 0), (-1, 1)])
def test_impossible_reservations_are_refused(recipients: int, rate: float) -> None:
    """Nobody, or a standstill, cannot be reserved."""
    with pytest.raises(ValueError, match="cannot reserve"):
        reserve(0, now=0, recipients=recipients, rate=rate)


@pytest.mark.parametrize(("rate", "expected"), [(0.5, 1), (1, 1), (14, 14), (49.9, 49), (500, 50)])
def test_batch_is_a_second_worth(rate: float, expected: int) -> None:
    """A slow account never bursts, a fast one claims fifty at a time."""
    assert batch_size(rate) == expected


def test_pace_halves_on_a_throttle_and_comes_back() -> None:
    """Additive increase, multiplicative decrease, between a hundredth of the ceiling and the ceiling."""
    pace = start_pace(100)
    assert pace == Pace(rate=90, ceiling=90)
    assert slow_down(pace).rate == 45
    slowest = pace
    for _ in range(20):
        slowest = slow_down(slowest)
    assert slowest.rate == pytest.approx(0.9)
    assert speed_up(slow_down(pace), 1).rate == pytest.approx(49.5)
    assert speed_up(slow_down(pace), 3600) == pace


@pytest.mark.parametrize(
    ("failures", "jitter", "expected"),
    [(0, 1, 1), (1, 1, 1), (1, 0, 0.5), (2, 1, 2), (6, 1, 32), (7, 1, 60), (7, 0, 30), (10_000, 1, 60)],
)
def test_waiting_doubles_up_to_a_minute(failures: int, jitter: float, expected: float) -> None:
    """1, 2, 4 ... 60 seconds, with up to half of it taken away at random."""
    assert back_off(failures, jitter) == expected


def test_plan_within_the_quota() -> None:
    """What is free today goes at once, at nine tenths of the rate."""
    plan = plan_day(900, Allowance(max_24_hour=50_000, max_send_rate=10, sent_24_hour=100), NOW)
    assert (plan.at_once, plan.waits, plan.finish) == (900, False, NOW + timedelta(seconds=100))


def test_plan_without_a_limit() -> None:
    """-1 means without limit."""
    plan = plan_day(9_000, Allowance(max_24_hour=-1, max_send_rate=10, sent_24_hour=10**9), NOW)
    assert (plan.at_once, plan.finish) == (9_000, NOW + timedelta(seconds=1000))


def test_plan_waits_for_what_was_sent_yesterday() -> None:
    """42,000 with 31,000 free: the rest goes when yesterday's edition is counted no more."""
    yesterday = NOW - 20 * HOUR
    plan = plan_day(
        42_000,
        Allowance(max_24_hour=50_000, max_send_rate=100, sent_24_hour=19_000),
        NOW,
        [Sent(at=yesterday, recipients=19_000)],
    )
    assert plan.at_once == 31_000
    assert plan.waits
    assert plan.finish is not None
    freed = yesterday + 24 * HOUR
    assert freed < plan.finish <= freed + timedelta(seconds=11_000 / 90 + 60)


def test_plan_takes_unknown_sends_as_fresh() -> None:
    """What others sent from the account is counted for the whole day to come."""
    plan = plan_day(200, Allowance(max_24_hour=200, max_send_rate=1, sent_24_hour=100), NOW)
    assert plan.at_once == 100
    assert plan.finish is not None
    assert NOW + 24 * HOUR < plan.finish < NOW + 25 * HOUR


def test_plan_over_several_days() -> None:
    """An edition larger than the daily quota takes days, and the plan says which."""
    plan = plan_day(1_000, Allowance(max_24_hour=200, max_send_rate=1, sent_24_hour=0), NOW)
    assert plan.at_once == 200
    assert plan.finish is not None
    assert NOW + 4 * 24 * HOUR < plan.finish < NOW + 4 * 24 * HOUR + HOUR


@pytest.mark.parametrize(
    "allowance",
    [
        Allowance(max_24_hour=0, max_send_rate=10, sent_24_hour=0),
        Allowance(max_24_hour=100, max_send_rate=0, sent_24_hour=0),
        Allowance(max_24_hour=1, max_send_rate=1, sent_24_hour=0),
    ],
)
def test_plan_that_never_ends(allowance: Allowance) -> None:
    """A quota of nothing, or one that needs more than a year, has no end."""
    assert plan_day(1_000, allowance, NOW).finish is None


def test_plan_for_nobody() -> None:
    """Nobody to send to is done now."""
    assert plan_day(0, Allowance(max_24_hour=0, max_send_rate=0, sent_24_hour=0), NOW).finish == NOW


@settings(deadline=None)
@given(
    st.integers(1, 5_000),
    st.integers(50, 2_000),
    st.integers(1, 50),
    st.lists(st.tuples(st.integers(1, 1_439), st.integers(1, 500)), max_size=5),
)
def test_plan_never_breaks_the_window(recipients: int, quota: int, rate: int, sent: list[tuple[int, int]]) -> None:
    """However the last day went, the plan ends, and not before the quota can have allowed it."""
    history = [Sent(at=NOW - timedelta(minutes=ago), recipients=number) for ago, number in sent]
    used = sum(number for _, number in sent)
    plan = plan_day(recipients, Allowance(max_24_hour=quota, max_send_rate=rate, sent_24_hour=used), NOW, history)
    assert plan.at_once == min(recipients, max(quota - used, 0))
    assert plan.finish is not None
    assert plan.finish >= NOW + timedelta(seconds=recipients / (rate * 0.9)) - timedelta(microseconds=1)
    whole_days = max(recipients - 1, 0) // quota
    assert plan.finish >= NOW + whole_days * timedelta(hours=24)
