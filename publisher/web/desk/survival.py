"""What of our posts survived on the pages of a partner that agreed to be looked at: which words, and what was lost.

Looking again is left to the worker: a partner's server may take its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from publisher.jobs.outlets import survival
from publisher.jobs.posts.catalogue import catch_up
from publisher.store import outlets, republished
from publisher.store.outlets import Outlet
from publisher.store.republished import Page
from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.pages import wording_of

KINDS: Final = ("alt", "caption", "credit", "correction", "kill")
_SHOWN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """How many things of one kind were looked for on all pages, and how many are there."""

    kind: str
    sought: int
    survived: int

    @property
    def lost(self) -> int:
        """Count those that are not as they should be."""
        return self.sought - self.survived


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One page as it was found: `traces` are what was looked for, `lost` those of them that did not survive."""

    page: Page
    title: str
    traces: tuple[Mapping[str, Any], ...]
    lost: tuple[Mapping[str, Any], ...]

    @property
    def survived(self) -> int:
        """Count what is as it should be."""
        return len(self.traces) - len(self.lost)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def survived(request: HttpRequest, desk: Desk, name: str) -> HttpResponseBase:
    """Show what was found on the pages of an outlet, and have them looked at again."""
    outlet = outlets.find(name)
    catch_up()
    _require(desk, "look", outlet)
    if request.method != "POST":
        return _show(request, desk, outlet)
    _require(desk, "audit", outlet)
    survival.ask(name, desk.name, datetime.now(UTC))
    messages.success(request, wording_of(request).say("Asked for: a worker looks at the pages, one after the other."))
    return HttpResponseRedirect(f"/desk/outlets/{name}/")


def may(desk: Desk, action: str, outlet: Outlet) -> bool:
    """Say whether somebody may do something in every channel of an outlet; its pages are not told apart by these."""
    return desk.may(action) or (bool(outlet.channels) and set(outlet.channels) <= set(desk.channels(action)))


def _require(desk: Desk, action: str, outlet: Outlet) -> None:
    """Refuse whoever may not. Raises `PermissionDenied`."""
    if not may(desk, action, outlet):
        raise PermissionDenied


def _show(request: HttpRequest, desk: Desk, outlet: Outlet) -> HttpResponse:
    """Show sums by kind, then the pages, those that lost something first."""
    found = republished.pages(outlet)
    ranked = sorted(
        found, key=lambda one: (not one.reason and not _lost(_traces(one)), one.checked is not None, one.key)
    )
    shown = ranked[:_SHOWN]
    titles = republished.titles(shown)
    values = {
        "part": "outlets",
        "outlet": outlet,
        "sums": _add_up(found),
        "pages": [_look_at(one, titles.get(one.post, "")) for one in shown],
        "all": len(found),
        "unread": sum(1 for one in found if one.reason),
        "waiting": sum(1 for one in found if one.checked is None),
        "latest": max((one.checked for one in found if one.checked), default=None),
        "is_asked": survival.is_asked(outlet.name),
        "may_audit": may(desk, "audit", outlet),
    }
    return page(request, desk, "survival.html", values)


def _look_at(found: Page, title: str) -> Looked:
    """Give what was found on one page."""
    traces = _traces(found)
    return Looked(page=found, title=title or found.item, traces=traces, lost=_lost(traces))


def _traces(found: Page) -> tuple[Mapping[str, Any], ...]:
    """Give what was looked for on a page, as it was kept."""
    kept = found.report.get("traces", [])
    return tuple(one for one in kept if isinstance(one, dict)) if isinstance(kept, list) else ()


def _lost(traces: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Give what did not survive."""
    return tuple(one for one in traces if not one.get("survived"))


def _add_up(found: Iterable[Page]) -> tuple[Sum, ...]:
    """Count by kind what was looked for on all pages; kinds of which there is nothing are left out."""
    counted = {kind: [0, 0] for kind in KINDS}
    for one in found:
        for trace in _traces(one):
            numbers = counted.get(str(trace.get("what")))
            if numbers:
                numbers[0] += 1
                numbers[1] += bool(trace.get("survived"))
    return tuple(Sum(kind=kind, sought=all_, survived=good) for kind, (all_, good) in counted.items() if all_)
