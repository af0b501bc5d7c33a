"""What comes after a refusal that concerns everybody."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from publisher.jobs.sending.setback import Setback
from publisher.model import NotAccepted, Reaction

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


def refuse(reaction: Reaction, code: str = "Code") -> NotAccepted:
    """Make a refusal."""
    return NotAccepted(reaction=reaction, code=code, reason="why")


@pytest.mark.parametrize(
    ("reaction", "code", "step"),
    [
        (Reaction.STOP, "NotFoundException", "hold"),
        (Reaction.STOP_ALL, "AccountSuspendedException", "hold-all"),
        (Reaction.PAUSE, "SendingPausedException", "pause-all"),
        (Reaction.PAUSE, "DailyQuota", "wait"),
        (Reaction.RETRY, "Throttling", "wait"),
    ],
)
def test_steps(reaction: Reaction, code: str, step: str) -> None:
    """Each reaction has its step, with the reason in words."""
    advice = Setback().advise(refuse(reaction, code), NOW)
    assert advice.step == step
    assert "why" in advice.reason


def test_the_daily_quota_is_asked_again_after_ten_minutes() -> None:
    """The quota comes back by itself."""
    assert Setback().advise(refuse(Reaction.PAUSE, "DailyQuota"), NOW).delay == timedelta(minutes=10)


def test_waits_grow_and_end() -> None:
    """Waits double up to a minute; after ten minutes without success the edition pauses; that and success forget."""
    setback = Setback(random.Random(3))  # noqa: S311 - a test repeats
    delays = [setback.advise(refuse(Reaction.RETRY), NOW).delay.total_seconds() for _ in range(9)]
    assert 0.5 <= delays[0] <= 1
    assert all(30 <= delay <= 60 for delay in delays[7:])
    assert setback.advise(refuse(Reaction.RETRY), NOW + timedelta(minutes=10)).step == "pause"
    resumed = setback.advise(refuse(Reaction.RETRY), NOW + timedelta(hours=1))
    assert (resumed.step, resumed.delay <= timedelta(seconds=1)) == ("wait", True)
    setback.clear()
    assert setback.advise(refuse(Reaction.RETRY), NOW + timedelta(hours=1, minutes=10)).step == "wait"


@pytest.mark.parametrize(("code", "slower"), [("TooManyRequestsException", True), ("EndpointConnectionError", False)])
def test_only_a_throttle_slows_down(code: str, slower: bool) -> None:  # noqa: FBT001 - a column of the table
    """A host that cannot be reached says nothing about the pace."""
    assert Setback().advise(refuse(Reaction.RETRY, code), NOW).slower is slower
