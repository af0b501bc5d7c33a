"""What becomes of an occurrence: sent, waited for, held or let go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from publisher.schedule import LOOK_BACK, Occurrence, Verdict, between, blind_until, decide, missed, parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SIX_HOURS = timedelta(hours=6)


def due(**before: float) -> Occurrence:
    """Make an occurrence that was due some time before now."""
    at = NOW - timedelta(**before)
    return Occurrence(local=at.replace(tzinfo=None), at=at)


@pytest.mark.parametrize(
    ("occurrence", "verdict", "said"),
    [
        (due(minutes=-1), Verdict.WAIT, "not come"),
        (due(), Verdict.DUE, "has come"),
        (due(hours=6), Verdict.DUE, "has come"),
        (due(hours=6, minutes=1), Verdict.LATE, "6 hours and 1 minute ago, and may be at most 6 hours late"),
        (due(days=2, minutes=5), Verdict.LATE, "2 days and 5 minutes ago"),
        (due(days=7), Verdict.LATE, "7 days ago"),
        (due(days=7, minutes=1), Verdict.FORGOTTEN, "longer than anybody looks back"),
    ],
)
def test_lateness(occurrence: Occurrence, verdict: Verdict, said: str) -> None:
    """What is a little late goes out, what is too late is held, what is long ago is let go; each says why."""
    decision = decide(occurrence, NOW, lateness=SIX_HOURS)
    assert decision.verdict is verdict
    assert said in decision.reason
    assert decision.occurrence is occurrence
    assert decision.held == (verdict is Verdict.LATE)


def test_a_lateness_below_a_minute_can_be_spoken() -> None:
    """The shortest lateness is written in words as well."""
    assert "less than a minute" in decide(due(minutes=1), NOW, lateness=timedelta(seconds=5)).reason


def test_only_the_newest_of_several_due_ones_is_sent() -> None:
    """A machine that slept for days sends one newsletter, not all that it missed."""
    assert decide(due(hours=3), NOW, lateness=SIX_HOURS, newer=due(hours=1)).verdict is Verdict.OVERTAKEN
    assert decide(due(hours=3), NOW, lateness=SIX_HOURS, newer=due(hours=-1)).verdict is Verdict.DUE


def test_a_restored_database_sends_nothing_that_may_have_gone_out() -> None:
    """What was due before the database was put back is held, and the reason says so; what comes after is sent."""
    decision = decide(due(hours=1), NOW, lateness=SIX_HOURS, blind=NOW)
    assert decision.verdict is Verdict.RESTORED
    assert decision.held
    assert "restored from a backup" in decision.reason
    assert decide(due(hours=1), NOW, lateness=SIX_HOURS, blind=NOW - SIX_HOURS).verdict is Verdict.DUE


@pytest.mark.parametrize(
    ("stored", "kept", "expected"),
    [
        (None, None, None),  # a new home
        (NOW, NOW, None),  # as always
        (NOW - timedelta(minutes=4), NOW, None),  # two clocks
        (NOW, NOW - timedelta(days=3), None),  # the file was left behind, the database knows
        (NOW - timedelta(days=7), NOW - timedelta(hours=1), NOW - timedelta(hours=1)),  # a backup was put back
        (NOW - timedelta(days=7), None, NOW),  # a backup in a new home
        (None, NOW - timedelta(hours=1), NOW - timedelta(hours=1)),  # the database was lost and made anew
    ],
)
def test_a_database_behind_its_home_is_noticed(
    stored: datetime | None, kept: datetime | None, expected: datetime | None
) -> None:
    """The last tick stands in two places; a database that was restored is behind the other one."""
    assert blind_until(stored, kept, NOW) == expected


def test_nothing_new_and_pauses_leave_out_what_is_due() -> None:
    """An occurrence without a new post, or of a paused newsletter, is left out with its reason; one to come waits."""
    assert decide(due(), NOW, lateness=SIX_HOURS, new_posts=0).verdict is Verdict.EMPTY
    assert decide(due(), NOW, lateness=SIX_HOURS, new_posts=1).verdict is Verdict.DUE
    assert decide(due(), NOW, lateness=SIX_HOURS, paused=True, new_posts=3).verdict is Verdict.PAUSED
    assert decide(due(hours=-1), NOW, lateness=SIX_HOURS, paused=True).verdict is Verdict.WAIT
    assert decide(due(hours=9), NOW, lateness=SIX_HOURS, new_posts=0).verdict is Verdict.LATE


def test_the_look_back_finds_what_never_started() -> None:
    """Of the last seven days, those occurrences are given that have no edition."""
    schedule = parse("every day at 07:30", "Europe/Prague")
    all_of_them = between(schedule, NOW - LOOK_BACK, NOW)
    assert len(all_of_them) == 7
    started = {one.local for one in all_of_them[:3]} | {all_of_them[5].local}
    assert missed(schedule, NOW, started) == (all_of_them[3], all_of_them[4], all_of_them[6])
    assert missed(schedule, NOW, started, timedelta(days=1)) == (all_of_them[6],)
    assert missed(parse("", "UTC"), NOW, ()) == ()
