"""How often a source is asked: what operator, server, feed and its own habits say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.sources.fetch import max_age
from publisher.sources.interval import Habits, next_pull, stated

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HALF = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("habits", "expected"),
    [
        (Habits(every=HALF), HALF),
        (Habits(every=HALF, fresh=2 * HOUR), 2 * HOUR),
        (Habits(every=HALF, fresh=timedelta(minutes=1)), HALF),
        (Habits(every=HALF, fresh=timedelta(days=9)), timedelta(days=1)),
        (Habits(every=HALF, arrivals=(NOW - timedelta(minutes=5), NOW - timedelta(minutes=10))), HALF),
        (Habits(every=HALF, arrivals=(NOW - HOUR, NOW - 3 * HOUR)), timedelta(minutes=45)),
        (Habits(every=HALF, arrivals=(NOW - timedelta(days=30),)), 2 * HOUR),
        (Habits(every=HALF, failures=1), HALF),
        (Habits(every=timedelta(seconds=30), failures=1), timedelta(minutes=1)),
        (Habits(every=HALF, failures=20), 6 * HOUR),
    ],
)
def test_when_a_source_is_asked_again(habits: Habits, expected: timedelta) -> None:
    """Never more often than the operator wants; less often where everybody says so."""
    assert next_pull(habits, NOW) == expected
    assert expected < next_pull(habits, NOW, jitter=1.0) <= expected * 1.1


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"<rss><channel><ttl>60</ttl>", HOUR),
        (b"<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", HALF),
        (b"<sy:updatePeriod>daily</sy:updatePeriod>", timedelta(days=1)),
        (b"<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", timedelta(days=1)),
        (b"<ttl>999999</ttl>", timedelta(days=1)),
        (b"<ttl>soon</ttl>", None),
        (b"", None),
    ],
)
def test_what_a_feed_says_itself(head: bytes, expected: timedelta | None) -> None:
    """Ttl of RSS, updatePeriod of its syndication module; nonsense is silence."""
    assert stated(head) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("max-age=600", timedelta(minutes=10)),
        ('public, MAX-AGE="60", must-revalidate', timedelta(minutes=1)),
        ("s-maxage=600", None),
        ("no-cache", None),
        (None, None),
        ("max-age=99999999999999999999", timedelta(days=1)),
    ],
)
def test_for_how_long_an_answer_is_fresh(value: str | None, expected: timedelta | None) -> None:
    """Cache-Control says it in seconds; more than a day is a day."""
    assert max_age(value) == expected


@given(
    every=st.timedeltas(timedelta(seconds=1), timedelta(days=1)),
    fresh=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    failures=st.integers(0, 10_000),
    arrivals=st.lists(st.timedeltas(timedelta(0), timedelta(days=4000)), max_size=8),
    jitter=st.floats(0, 1),
)
def test_the_wait_has_bounds(
    *, every: timedelta, fresh: timedelta | None, failures: int, arrivals: list[timedelta], jitter: float
) -> None:
    """At least what the operator chose, and never much longer than a day."""
    moments = sorted((NOW - ago for ago in arrivals), reverse=True)
    wait = next_pull(Habits(every=every, fresh=fresh, failures=failures, arrivals=moments), NOW, jitter=jitter)
    assert every <= wait <= max(timedelta(days=1), 4 * every) * 1.1


@given(content=st.binary(max_size=400))
def test_any_bytes_are_a_wait_or_silence(content: bytes) -> None:
    """A head of a document that is anything at all."""
    found = stated(content)
    assert found is None or timedelta(0) <= found <= timedelta(days=1)
