"""What of our posts survived on the pages of partners that agreed to be looked at: fetched, compared, kept.

agreed -> pages that were told -> fetch (guarded) -> look -> keep

The desk asks for it and the worker does it: a partner's server may take its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

from publisher.errors import FetchError, UsageError
from publisher.jobs.outlets.channels import post_of
from publisher.model import Status
from publisher.net import Client
from publisher.store import channels, jobs, log, outlets, republished
from publisher.store.channels import Item
from publisher.store.database import unit
from publisher.store.outlets import Outlet
from publisher.store.republished import Page
from publisher.syndication.survival import Told, Trace, look

JOB: Final = "survival"
_GONE: Final = frozenset({404, 410})
_MOST_BYTES: Final = 5 * 1024 * 1024
_EXPECTED: Final = frozenset({200, *_GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One page that was looked at: what was looked for, or why it could not be read ("" where it could)."""

    outlet: str
    item: str
    title: str
    url: str
    traces: tuple[Trace, ...] = ()
    reason: str = ""

    @property
    def lost(self) -> tuple[Trace, ...]:
        """Give what did not survive."""
        return tuple(trace for trace in self.traces if not trace.survived)


def require_agreement(name: str) -> Outlet:
    """Give an outlet that lets its pages be looked at. Raises `UsageError` for every other."""
    found = outlets.find(name)
    if not found.site:
        fix = f'with its consent, set site = "https://..." in [outlets.{name}], or: publisher outlet agree {name} URL'
        raise UsageError(f"outlet {name}", "it has not agreed that its pages are looked at", fix)
    return found


def ask(name: str, actor: str, now: datetime) -> None:
    """Let a worker look at every page of an outlet. Raises `UsageError` for one that did not agree."""
    require_agreement(name)
    with unit():
        log.note(now, actor, "look-again", f"outlet {name}")
        jobs.submit(JOB, {"outlet": name}, now)


def is_asked(name: str) -> bool:
    """Say whether a worker is to look, or looks, at the pages of an outlet; not where it gave up."""
    args = {"outlet": name}
    return jobs.is_known(JOB, args) and all((job, dict(of)) != (JOB, args) for job, of, _ in jobs.given_up())


def work(client: Client, name: str, now: datetime) -> None:
    """Look at every page of an outlet; one that took its agreement back meanwhile is left alone."""
    if outlets.find(name).site:
        for _ in check(client, name, now):
            pass


def check(client: Client, name: str, now: datetime) -> Iterator[Checked]:
    """Look at every page that an outlet told, and keep what was found. Raises `UsageError` before the first."""
    outlet = require_agreement(name)
    return _check(client, outlet, republished.pages(outlet), now)


def _check(client: Client, outlet: Outlet, pages: Iterable[Page], now: datetime) -> Iterator[Checked]:
    """Look at pages, one after the other: a partner's server is not there for us."""
    for page in pages:
        item = channels.find([page.channel], page.item)
        if item is None:
            continue
        done = _look_at(client, outlet, page, item)
        report = {"traces": [asdict(trace) for trace in done.traces]}
        republished.keep(page.key, item.change.revision, report, done.reason, now)
        yield done


def _look_at(client: Client, outlet: Outlet, page: Page, item: Item) -> Checked:
    """Look at one page."""
    told = _told(item)
    found = Checked(outlet=outlet.name, item=page.item, title=told.post.title or item.change.uri, url=page.url)
    if not republished.is_below(page.url, outlet.site):
        return replace(found, reason=f"it lies no longer below {outlet.site}")
    try:
        answer = client.get(page.url, max_bytes=_MOST_BYTES, expect=_EXPECTED)
    except FetchError as failure:
        return replace(found, reason=failure.explanation)
    if not republished.is_below(answer.url, outlet.site):
        return replace(found, reason=f"it leads to {answer.url}, which is not below {outlet.site}")
    if answer.status in _GONE and not told.killed:
        return replace(found, reason="the page is not there any more")
    return replace(found, traces=look(told, None if answer.status in _GONE else answer.content))


def _told(item: Item) -> Told:
    """Say what partners know of a post; what was taken back, as they had it before."""
    if item.change.status is Status.USABLE:
        note = item.change.note
        return Told(post=post_of(item), corrected=bool(note), note=note)
    before = republished.before_kill(item.change)
    return Told(post=before or item.post, killed=True, note=item.change.note)
