"""To whom an edition goes: everybody who reads the newsletter, or those with some tags or languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from publisher.jobs.editions import segment as segments
from publisher.model import Edition
from publisher.store import editions, people
from publisher.web.desk.access import Desk, at_desk
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of

_OFFERED: Final = 60  # tags, those of most people


def describe(found: Edition, *, is_open: bool) -> dict[str, Any]:
    """Give a page what it says about an edition's readers, and what an editor can choose among."""
    chosen, settings = found.segment, newsroom().settings
    declared = settings.newsletters.get(found.newsletter)
    fixed = found.withdrawal is not None or found.continues is not None
    if not is_open or fixed or declared is None:
        return {"segment": chosen, "may_narrow": False}
    spoken = dict.fromkeys((*(declared.languages or (settings.site.language,)), *chosen.languages))
    known = dict(sorted(people.tags((found.newsletter,)), key=lambda one: -one[1])[:_OFFERED])
    offered = {**known, **{tag: 0 for tag in chosen.tags if tag not in known}}
    return {
        "segment": chosen,
        "may_narrow": bool(offered) or len(spoken) > 1,
        "segment_tags": sorted(offered.items()),
        "segment_languages": tuple(spoken),
    }


@require_POST
@at_desk
def choose(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Let an edition go to some of its newsletter's readers, or to all of them again."""
    found = editions.get(ulid)
    desk.require_newsletter("edit", found.newsletter)
    asked = (request.POST.getlist("language"), request.POST.getlist("tag"))
    segments.narrow(ulid, *asked, desk.name, datetime.now(UTC))
    number = editions.expected_recipients(ulid)
    text = wording_of(request).count("It goes to %(n)s person.", "It goes to %(n)s people.", number)
    messages.success(request, text)
    return HttpResponseRedirect(f"/desk/editions/{ulid}/#way-out")
