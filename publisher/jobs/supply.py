"""The round of a worker for partners: channels brought up to date, then everything that is pushed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from publisher.jobs import push, syndicate
from publisher.jobs.duty import Duty
from publisher.jobs.push import Courier
from publisher.jobs.shelf import open_shelf
from publisher.net import Guard
from publisher.store import schedules

_FORGOTTEN: Final = "partners-forget"
_FORGET_EVERY: Final = timedelta(hours=1)


def supply(duty: Duty) -> None:
    """Tell partners what changed, fetch media, write bundles, push. Raises `StoreError` and what stops all of it."""
    means = duty.means
    settings, now = means.settings, means.now()
    shelf = open_shelf(means.home, settings.folder)
    syndicate.run(settings, shelf, duty.client(), now, means.tell)
    courier = Courier(
        settings=settings,
        shelf=shelf,
        keys=means.home / "keys",
        way=duty.client(),
        guard=Guard.allowing(settings.network.allow_private),
    )
    push.run(courier, means.now(), means.tell)
    last = schedules.milestone(_FORGOTTEN)
    if last is None or now - last >= _FORGET_EVERY:
        syndicate.forget(now)
        schedules.reach(_FORGOTTEN, now)
