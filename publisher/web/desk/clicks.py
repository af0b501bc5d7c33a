"""How often the links of an edition were followed: drawn, in a table, and as a file."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from publisher.jobs.lists.roster import disarm
from publisher.store import clicks, editions, wishes
from publisher.web.desk import chart
from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.pages import wording_of

_DRAWN: Final = 12
_LISTED: Final = 200


@require_safe
@at_desk
def show(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponse:
    """Show how often each link of an edition was followed."""
    found = editions.get(ulid)
    desk.require_newsletter("look", found.newsletter)
    links = clicks.of_edition(ulid)
    titles = _titles(ulid)
    mirrored = wording_of(request).direction == "rtl"
    groups = [(str(number), (one.clicks,)) for number, one in enumerate(links[:_DRAWN], 1)]
    values: dict[str, Any] = {
        "part": "results",
        "edition": found,
        "links": [
            {"number": number, "url": one.url, "title": titles.get(one.url, ""), "clicks": one.clicks}
            for number, one in enumerate(links[:_LISTED], 1)
        ],
        "more": max(0, len(links) - _LISTED),
        "total": sum(one.clicks for one in links),
        "chart": chart.draw(groups, ("a",), mirrored=mirrored) if links else None,
    }
    return page(request, desk, "clicks.html", values)


def _titles(ulid: str) -> dict[str, str]:
    """Give the titles of an edition's posts by where they are."""
    return {place.post.url: place.post.title or "" for place in wishes.places(ulid) if place.post.url}


@require_safe
@at_desk
def export(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Give how often each link of an edition was followed as a file for a spreadsheet."""
    del request
    found = editions.get(ulid)
    desk.require_newsletter("look", found.newsletter)
    titles = _titles(ulid)
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(("edition", "newsletter", "title", "url", "clicks"))
    for one in clicks.of_edition(ulid):
        facts = (found.id, found.newsletter, titles.get(one.url, ""), one.url)
        rows.writerow([*map(disarm, facts), one.clicks])
    response = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="clicks.csv"'
    return response
