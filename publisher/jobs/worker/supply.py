"""What a worker does for partners: channels are brought up to date, what changed is pushed, their pages are looked at.

A job each, so that a partner's server that hangs keeps no channel waiting.
"""

from __future__ import annotations

from publisher.jobs.outlets import push as pushing
from publisher.jobs.outlets import survival
from publisher.jobs.outlets import syndicate as syndication
from publisher.jobs.outlets.push import Courier
from publisher.jobs.outlets.shelf import open_shelf
from publisher.jobs.worker.duty import Duty
from publisher.net import Guard


def syndicate(duty: Duty) -> None:
    """Tell partners what changed, fetch media, write bundles. Raises `StoreError` and what stops all of it."""
    means = duty.means
    shelf = open_shelf(means.home, means.settings.folder)
    syndication.run(means.settings, shelf, duty.client(), means.now(), means.tell)


def push(duty: Duty) -> None:
    """Bring what changed to every place that asked for it. Raises `StoreError`."""
    means = duty.means
    courier = Courier(
        settings=means.settings,
        shelf=open_shelf(means.home, means.settings.folder),
        keys=means.home / "keys",
        way=duty.client(),
        guard=Guard.allowing(means.settings.network.allow_private),
    )
    pushing.run(courier, means.now(), means.tell)


def audit(duty: Duty, outlet: str) -> None:
    """See what of our posts survived on the pages of a partner. Raises `StoreError`, `UsageError`."""
    survival.work(duty.client(), outlet, duty.means.now())
