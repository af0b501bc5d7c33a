"""Barriers that readers report become tasks of the desk; somebody takes each, mends it, and says what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from publisher.errors import UsageError
from publisher.jobs.readers.consent import Office
from publisher.jobs.readers.ration import key_of
from publisher.store import barriers, rations
from publisher.store.barriers import Barrier
from publisher.store.database import unit

LONGEST_ANSWER: Final = 2_000  # characters
_A_DAY: Final = 100  # reports from one network: more is no reader


def report(office: Office, barrier: Barrier, network: str) -> bool:
    """Keep a report for the desk; False when too many came from one network today."""
    now = office.now()
    key = key_of(office.keys, "barrier", network, now)
    with unit():
        if rations.count({key: 1}, now)[key] > _A_DAY:
            return False
        barriers.report(barrier, now)
    return True


def take(key: int, who: str, actor: str, now: datetime) -> None:
    """Say who looks into a barrier, "" nobody any more. Raises `UsageError` where it is settled."""
    if not barriers.take(key, who, actor, now):
        found = barriers.find(key)
        if found is None or found.done is not None:
            raise UsageError(f"barrier {key}", "it is settled", "nothing is left to do")


def settle(key: int, actor: str, answer: str, now: datetime) -> None:
    """Say what was done about a barrier. Raises `UsageError` where somebody said so before."""
    if not barriers.settle(key, actor, answer, now):
        raise UsageError(f"barrier {key}", "somebody else settled it meanwhile", "look at it again")
