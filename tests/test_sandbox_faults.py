"""What goes wrong on purpose, and how often."""

from __future__ import annotations

from collections import Counter

import pytest

from publisher.sandbox.faults import Dice, Fault, Faults


def test_shares_are_kept() -> None:
    """Each fault hits its share of the requests, and the rest goes well."""
    dice = Dice(Faults(drop=0.1, hang=0.2, throttle=0.3, seed=7))
    found = Counter(dice.throw_send() for _ in range(10_000))
    assert set(found) == {Fault.DROP, Fault.HANG, Fault.THROTTLE, None}
    for fault, share in ((Fault.DROP, 0.1), (Fault.HANG, 0.2), (Fault.THROTTLE, 0.3), (None, 0.4)):
        assert abs(found[fault] / 10_000 - share) < 0.02


def test_seed_repeats_a_run() -> None:
    """The same seed gives the same faults in the same order."""
    first, second = (Dice(Faults(drop=0.5, seed=1)) for _ in range(2))
    assert [first.throw_send() for _ in range(50)] == [second.throw_send() for _ in range(50)]


def test_nothing_goes_wrong_by_default() -> None:
    """Without faults the sandbox is a good SES."""
    dice = Dice(Faults())
    assert {dice.throw_send() for _ in range(100)} == {None}
    assert not any(dice.throw_share(0) for _ in range(100))
    assert dice.throw_delay() == 0


def test_delay_is_fixed_plus_random() -> None:
    """Events come `event_delay` late, and up to `event_jitter` later, which reorders them."""
    dice = Dice(Faults(event_delay=1, event_jitter=2, seed=3))
    delays = [dice.throw_delay() for _ in range(100)]
    assert min(delays) >= 1
    assert max(delays) <= 3
    assert delays != sorted(delays)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"drop": 1.5}, ValueError),
        ({"drop": -0.1}, ValueError),
        ({"drop": 0.6, "hang": 0.6}, ValueError),
        ({"event_lost": 2}, ValueError),
        ({"typo": 1}, ValueError),
        ({"drop": "1"}, TypeError),
        ({"drop": True}, TypeError),
        ({"code": 5}, TypeError),
    ],
)
def test_impossible_faults_are_refused(given: dict[str, object], error: type[Exception]) -> None:
    """A misspelled or impossible fault is told, never ignored."""
    with pytest.raises(error, match=r"share|no fault|wrong type"):
        Faults.read(given)


def test_faults_are_read_from_json() -> None:
    """Every name may be set."""
    assert Faults.read({"drop": 1, "code": "X", "status": 418}) == Faults(drop=1, code="X", status=418)
