"""An outage puts a few people in doubt, not a whole list."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from publisher.delivery.fuse import UNANSWERED, FusedTransport
from publisher.model import Accepted, Envelope, InDoubt, Message, NotAccepted, Outcome, Reaction

MESSAGE = Message(parts=(b"raw",), slots=(), sender="news@example.org")
ENVELOPE = Envelope(address="reader@example.org", values={})
LOST = InDoubt(code="ReadTimeoutError", reason="no answer came")
TAKEN = Accepted(message_id="1")
BAD = NotAccepted(reaction=Reaction.FAIL, code="BadRequestException", reason="no address")


class Scripted:
    """A way out whose outcomes are written down before."""

    def __init__(self, outcomes: Sequence[Outcome], during: Callable[[], None] = lambda: None) -> None:
        self.outcomes: Iterator[Outcome] = iter(outcomes)
        self.requests = 0
        self.is_closed = False
        self._during = during

    def send(self, _message: Message, _envelope: Envelope) -> Outcome:
        """Give the next outcome."""
        self.requests += 1
        self._during()
        return next(self.outcomes)

    def close(self) -> None:
        """Note that nothing more is sent."""
        self.is_closed = True


def refused(outcome: Outcome) -> bool:
    """Say whether the fuse refused a request."""
    return isinstance(outcome, NotAccepted) and outcome.code == "NoAnswer"


def test_requests_without_answer_end_the_asking() -> None:
    """After three in a row the next is refused: it waits, nothing was asked, and the last failure is named."""
    way = Scripted([LOST] * 9)
    fused = FusedTransport(way, clock=lambda: 0.0)
    outcomes = [fused.send(MESSAGE, ENVELOPE) for _ in range(6)]
    assert outcomes[:UNANSWERED] == [LOST] * UNANSWERED
    assert way.requests == UNANSWERED
    last = outcomes[-1]
    assert isinstance(last, NotAccepted)
    assert last.reaction is Reaction.RETRY
    assert last.reason == "3 requests in a row had no answer, the last one: ReadTimeoutError: no answer came"


@pytest.mark.parametrize("answer", [TAKEN, BAD])
def test_any_answer_counts_anew(answer: Outcome) -> None:
    """Now and then a lost answer is no outage, whatever is said in between."""
    way = Scripted([LOST, LOST, answer] * 4)
    fused = FusedTransport(way, clock=lambda: 0.0)
    assert not any(refused(fused.send(MESSAGE, ENVELOPE)) for _ in range(12))


def test_one_trial_at_a_time() -> None:
    """After a moment one request goes through; without an answer the next waits again, with one all go on."""
    now = [0.0]
    way = Scripted([LOST, LOST, LOST, LOST, TAKEN, LOST, TAKEN])
    fused = FusedTransport(way, clock=lambda: now[0])
    for _ in range(3):
        fused.send(MESSAGE, ENVELOPE)
    now[0] = 1.0
    assert fused.send(MESSAGE, ENVELOPE) == LOST
    assert refused(fused.send(MESSAGE, ENVELOPE))
    now[0] = 2.0
    assert [fused.send(MESSAGE, ENVELOPE) for _ in range(3)] == [TAKEN, LOST, TAKEN]


def test_others_do_not_join_a_trial() -> None:
    """While a trial waits for its answer, nobody else asks."""
    now = [0.0]
    others: list[Outcome] = []

    def ask_beside() -> None:
        if now[0]:
            thread = threading.Thread(target=lambda: others.append(fused.send(MESSAGE, ENVELOPE)))
            thread.start()
            thread.join()

    way = Scripted([LOST, LOST, LOST, TAKEN], ask_beside)
    fused = FusedTransport(way, clock=lambda: now[0])
    for _ in range(3):
        fused.send(MESSAGE, ENVELOPE)
    now[0] = 1.0
    assert fused.send(MESSAGE, ENVELOPE) == TAKEN
    assert [refused(one) for one in others] == [True]
    assert way.requests == 4


def test_closing_closes_what_is_behind() -> None:
    """The fuse holds nothing of its own."""
    way = Scripted([])
    FusedTransport(way).close()
    assert way.is_closed
