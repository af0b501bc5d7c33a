"""Leaving: one click for mail clients (RFC 8058), one button for people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from publisher.delivery import unsubscribe
from publisher.delivery.unsubscribe import Purpose
from publisher.jobs.readers import consent
from publisher.store import newsletters
from publisher.web.newsroom import newsroom
from publisher.web.pages import show
from publisher.web.reader.office import office


@csrf_exempt  # RFC 8058, 3.2: the client sends no cookie and knows no page of ours
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribe by POST, whatever its body is; GET shows one button, and changes nothing.

    A token that is forged gets the same answers: nobody learns who is subscribed.
    """
    grant = unsubscribe.read(newsroom().keys, Purpose.UNSUBSCRIBE, token)
    if request.method == "POST":
        consent.leave(office(), token, _reason(request))
        return show(request, "reader/left.html", {"has_reason": _has_reason(request)})
    return show(request, "reader/leave.html", {"title": _title(grant.newsletter if grant else 0)})


def _title(number: int) -> str:
    """Name the newsletter of a link where it says one; "" else."""
    name = newsletters.name_of(number) if number else None
    chosen = newsroom().newsletter(name) if name else None
    return chosen.title if chosen else ""


def _reason(request: HttpRequest) -> str:
    """Read why somebody leaves, if they say so."""
    return request.POST.get("reason", "").strip()[:1000]


def _has_reason(request: HttpRequest) -> bool:
    """Say whether a reason was given."""
    return bool(_reason(request))
