"""Who may have a letter sent today: so many for an address, a domain and a network, and not a word about addresses."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publisher.delivery.unsubscribe import Keys
from publisher.settings import SignUp as Limits
from publisher.store import people, rations


class Answer(StrEnum):
    """What a form is answered with."""

    LOOK = "look"  # look into your mailbox; said whether a letter was sent or not
    BUSY = "busy"  # too much came from this network or for this domain today


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Where a letter is asked for and where it would go; `network` "": from no place that could be counted."""

    address: str
    network: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """How somebody is answered, and whether the letter is sent."""

    answer: Answer
    mail: bool


def ration(askers: Sequence[Asker], limits: Limits, keys: Keys, now: datetime) -> tuple[Ruling, ...]:
    """Say who is answered how; call it in a transaction. Who comes first has first claim on what is left.

    What a domain or a network has used up is told; what an address has used up is not: it would say that it is known.
    """
    networks = _count(keys, "network", [one.network for one in askers], now)
    welcome = [number <= limits.per_network for number in networks]
    domains = [one.address.rpartition("@")[2] if open_ else "" for one, open_ in zip(askers, welcome, strict=True)]
    numbers = _count(keys, "domain", domains, now)
    welcome = [open_ and number <= limits.per_domain for open_, number in zip(welcome, numbers, strict=True)]
    marks = [people.fingerprint(one.address) if open_ else "" for one, open_ in zip(askers, welcome, strict=True)]
    letters = _count(keys, "address", marks, now)
    return tuple(
        Ruling(answer=Answer.LOOK, mail=number <= limits.per_address)
        if open_
        else Ruling(answer=Answer.BUSY, mail=False)
        for open_, number in zip(welcome, letters, strict=True)
    )


def _count(keys: Keys, kind: str, names: Sequence[str], now: datetime) -> list[int]:
    """Count one more for each, under a name that nobody can read; gives how many it was then. "" is not counted."""
    hidden = [key_of(keys, kind, name, now) if name else "" for name in names]
    asked = Counter(filter(None, hidden))
    reached = rations.count(asked, now)
    so_far = {key: reached[key] - number for key, number in asked.items()}
    found = []
    for key in hidden:
        so_far[key] = so_far.get(key, -1) + 1
        found.append(so_far[key] if key else 0)
    return found


def key_of(keys: Keys, kind: str, name: str, now: datetime) -> str:
    """Name what is counted today of somebody, so that nobody can read who it is."""
    said = f"ration\0{kind}\0{rations.day_of(now)}\0{name}".encode()
    return urlsafe_b64encode(hmac.digest(keys.secrets[keys.current], said, "sha256")).decode("ascii")[:43]
