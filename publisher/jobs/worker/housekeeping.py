"""What is over is forgotten: unconfirmed sign-ups, links, counts, events, lists that were sent, changes told to all.

The worker does it once an hour, whatever else happens; what was forgotten is in no backup made afterwards.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from publisher.jobs.lists import intake
from publisher.jobs.outlets import syndicate
from publisher.jobs.worker.duty import Duty
from publisher.store import feedback, passes, rations
from publisher.store.database import scrub, unit

EVERY: Final = timedelta(hours=1)
# Complaints come for weeks; what events did to the ledger and to addresses stays for good.
_EVENTS: Final = timedelta(days=90)


def forget(duty: Duty) -> None:
    """Forget what is over. Raises `StoreError`."""
    now = duty.means.now()
    with unit():
        rations.forget(now)
        passes.forget(now)
    feedback.forget_before(now - _EVENTS)
    syndicate.forget(now)
    intake.forget(intake.place(duty.means.home), now)
    scrub()
