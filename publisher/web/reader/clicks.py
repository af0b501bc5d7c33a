"""A link of a mail whose clicks are counted: it leads to where our table says, and nowhere else.

Nobody is recognised: no cookie, no address, no number of a reader. Programs that look at links before people do are not
counted where they say so; many do not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from publisher.errors import UsageError
from publisher.jobs.editions.clicks import Tally
from publisher.store import clicks, editions

# What scanners of mails, crawlers and makers of previews call themselves.
_MACHINE: Final = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan|monitor|headless|proofpoint|mimecast|barracuda|safelinks|symantec"
    r"|sophos|forcepoint|fortinet|ironport|trendmicro|facebookexternalhit|whatsapp|telegram|slack|discord|skype"
    r"|python|curl|wget|java/|okhttp|go-http|axios|libwww|httpclient|http_client|ruby|perl|php",
    re.IGNORECASE,
)
_AHEAD: Final = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


@lru_cache(maxsize=1)
def tally() -> Tally:
    """Give what counts in this process."""
    return Tally(clicks.add)


@require_safe
def follow(request: HttpRequest, edition: str, token: str) -> HttpResponse:
    """Lead on to where a link leads; one that is not ours, to the page of its edition."""
    found = clicks.find(edition, token)
    if found is None or not found.url.startswith("https://"):
        return _lead_to_edition(edition)
    if is_counted(request):
        tally().add(found.key)
    return HttpResponseRedirect(found.url, headers=_HEADERS)


def is_counted(request: HttpRequest) -> bool:
    """Say whether a person seems to follow a link."""
    agent = request.headers.get("User-Agent", "")
    is_ahead = any("pre" in request.headers.get(name, "").lower() for name in _AHEAD)
    return request.method == "GET" and bool(agent) and not is_ahead and not _MACHINE.search(agent)


def _lead_to_edition(edition: str) -> HttpResponse:
    """Lead to the page of an edition in the archive. Raises `Http404` where there is no such edition."""
    try:
        newsletter = editions.get(edition).newsletter
    except UsageError as failure:
        raise Http404 from failure
    return HttpResponseRedirect(reverse("edition", args=(newsletter, edition)), headers=_HEADERS)
