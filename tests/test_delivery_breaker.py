"""When an edition stops by itself."""

from __future__ import annotations

import pytest

from publisher.delivery.breaker import Level, Tally, count_failures, judge
from publisher.model import Accepted, InDoubt, NotAccepted, Outcome, Reaction

GO, WARN, BREAK = Level.GO, Level.WARN, Level.BREAK


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (Tally(), GO),
        (Tally(failures=4), GO),
        (Tally(failures=5), BREAK),
        (Tally(results=199, bounced=199, complained=199), GO),
        (Tally(results=200, bounced=4), GO),
        (Tally(results=200, bounced=5), WARN),
        (Tally(results=200, bounced=10), WARN),
        (Tally(results=200, bounced=11), BREAK),
        (Tally(results=1000, complained=1), GO),
        (Tally(results=1000, complained=2), WARN),
        (Tally(results=1000, complained=3), WARN),
        (Tally(results=1000, complained=4), BREAK),
        (Tally(results=10_000, bounced=501), BREAK),
    ],
)
def test_limits(tally: Tally, expected: Level) -> None:
    """5 failures in a row, over 5 % bounces or 0.3 % complaints break; over 2 % and 0.1 % warn; never before 200."""
    judgement = judge(tally)
    assert judgement.level is expected
    assert bool(judgement.reason) == (expected is not GO)


def test_reason_has_the_numbers() -> None:
    """The editor reads what happened, not that something did."""
    assert judge(Tally(results=400, bounced=40, complained=2)).reason == (
        "10.0% bounced and 0.50% complained, of 400 messages"
    )


FAILED = NotAccepted(reaction=Reaction.FAIL, code="x", reason="x")
THROTTLED = NotAccepted(reaction=Reaction.RETRY, code="x", reason="x")


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([FAILED] * 3, 3),
        ([FAILED, Accepted(message_id="1"), FAILED], 1),
        ([FAILED, THROTTLED, FAILED], 2),
        ([FAILED, InDoubt(code="x", reason="x"), FAILED], 2),
    ],
)
def test_failures_in_a_row(outcomes: list[Outcome], expected: int) -> None:
    """Only an accepted message ends the row."""
    count = 0
    for outcome in outcomes:
        count = count_failures(count, outcome)
    assert count == expected
