"""Barriers that readers report become tasks of the desk."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from typing import Final

from publisher.jobs.consent import Office
from publisher.store import barriers, rations
from publisher.store.barriers import Barrier
from publisher.store.database import unit

_A_DAY: Final = 100  # reports from one network: more is no reader


def report(office: Office, barrier: Barrier, network: str) -> bool:
    """Keep a report for the desk; False when too many came from one network today."""
    now = office.now()
    secret = office.keys.secrets[office.keys.current]
    said = f"ration\0barrier\0{rations.day_of(now)}\0{network}".encode()
    with unit():
        if rations.count(urlsafe_b64encode(hmac.digest(secret, said, "sha256")).decode("ascii")[:43], now) > _A_DAY:
            return False
        barriers.report(barrier, now)
    return True
