"""Posts that came in, and how each source fares."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from publisher.jobs.posts.catalogue import catch_up
from publisher.store import catalogue
from publisher.store.catalogue import STATES, Wanted
from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.newsroom import newsroom

_PER_PAGE = 40
_LAST = 1_000_000


@require_safe
@at_desk
def inbox(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List posts, the newest first, with what is wrong with each."""
    catch_up()
    asked = {name: request.GET.get(name, "").strip()[:200] for name in ("source", "language", "state", "words")}
    wanted = Wanted(sources=desk.sources(), **asked)
    written = request.GET.get("from", "")
    offset = min(int(written), _LAST) if written.isascii() and written.isdigit() else 0
    total = catalogue.count(wanted)
    values = {
        "part": "inbox",
        "wanted": wanted,
        "states": STATES,
        "languages": catalogue.languages(wanted.sources),
        "total": total,
        "posts": catalogue.listing(wanted, offset=offset, limit=_PER_PAGE),
        "first": offset + 1,
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "before": max(0, offset - _PER_PAGE) if offset else None,
        "after": offset + _PER_PAGE if offset + _PER_PAGE < total else None,
    }
    return page(request, desk, "inbox.html", values)


@require_safe
@at_desk
def sources(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show how each source fares."""
    catch_up()
    declared = newsroom().settings.sources
    fare = [one for one in catalogue.health(desk.sources()) if one.name in declared or one.posts]
    values = {"part": "sources", "sources": fare, "settings_file": "settings.toml"}
    return page(request, desk, "sources.html", values)
