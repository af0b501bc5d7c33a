"""What waits for somebody, what is on its way, who did what, and how everything is done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from publisher.jobs.posts.catalogue import catch_up
from publisher.model import EditionState
from publisher.store import audit, barriers, catalogue, editions, schedules
from publisher.store.catalogue import Wanted
from publisher.web.desk import deeds
from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.desk.barriers import scope_of
from publisher.web.pages import wording_of

_LINES = 100


@require_safe
@at_desk
def start(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what waits for somebody."""
    mine = set(desk.newsletters())
    sources = desk.sources()
    catch_up()
    states = (EditionState.DRAFT, EditionState.READY, EditionState.HELD)
    moving = (EditionState.APPROVED, EditionState.SENDING, EditionState.PAUSED)
    waiting = [one for one in editions.in_state(*states) if one.newsletter in mine]
    values = {
        "part": "start",
        "waiting": waiting,
        "urgent": schedules.urgent_among(one.id for one in waiting),
        "moving": [one for one in editions.in_state(*moving) if one.newsletter in mine],
        "undescribed": catalogue.count(Wanted(sources=sources, state="undescribed")),
        "total": catalogue.count(Wanted(sources=sources)),
        "barriers": barriers.count_open(scope_of(desk)),
        "failing": sum(1 for one in catalogue.health(sources) if one.failures),
    }
    return page(request, desk, "start.html", values)


@require_safe
@at_desk
def log(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show who did what, the newest first."""
    desk.require("log")
    catch_up()
    wanted = {name: request.GET.get(name, "").strip()[:200] for name in ("actor", "subject")}
    before = request.GET.get("before", "")
    lines = audit.lines(
        actor=wanted["actor"],
        subject=wanted["subject"],
        before=int(before) if before.isascii() and before.isdigit() else None,
        limit=_LINES + 1,
    )
    values = {
        "part": "log",
        "deeds": deeds.read(lines[:_LINES], wording_of(request)),
        "wanted": wanted,
        "older": lines[_LINES - 1].key if len(lines) > _LINES else None,
    }
    return page(request, desk, "log.html", values)


@require_safe
@at_desk
def explain(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say how everything is done."""
    return page(request, desk, "help.html", {"part": "help"})
