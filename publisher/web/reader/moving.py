"""A change of address, confirmed from both mailboxes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from publisher.jobs.readers import consent
from publisher.web.middleware import speak
from publisher.web.pages import show
from publisher.web.reader.office import office, say_nothing

_HALVES = {"o": "old", "n": "new"}


@csrf_exempt  # the link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: HttpRequest, half: str, token: str) -> HttpResponse:
    """Show one button; confirm this half of the change when it is pressed."""
    purpose = _HALVES[half]
    found = consent.find_pass(office(), purpose, token)
    if found is None:
        return say_nothing(request)
    if found.language and "lang" not in request.GET:
        speak(request, found.language)
    if request.method == "POST":
        outcome = consent.confirm_move(office(), purpose, token)
        return show(request, "reader/moved.html", {"outcome": outcome}) if outcome else say_nothing(request)
    return show(request, "reader/move.html", {"purpose": purpose})
