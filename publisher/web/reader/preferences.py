"""Choices by the link in every mail. Mails are passed on: this page tells nothing about who it was sent to."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from publisher.errors import UsageError
from publisher.jobs.readers import consent
from publisher.jobs.readers.consent import FORMATS, FREQUENCIES
from publisher.store.readers import Reader
from publisher.web.newsroom import newsroom
from publisher.web.pages import show, wording_of
from publisher.web.reader.office import office, say_nothing
from publisher.web.reader.sign_up import answer_request
from publisher.web.visitor import network_of

PAUSES = {"7": timedelta(days=7), "14": timedelta(days=14), "30": timedelta(days=30), "90": timedelta(days=90)}


@csrf_exempt  # the link is the proof; no cookie says who somebody is
@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show and change how a newsletter comes: how often, in which form, from when on; or ask for more by mail."""
    held = consent.holder(office(), token)
    if held is None:
        return say_nothing(request)
    grant, reader = held
    done = ""
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "link":
            words = wording_of(request)
            answer = consent.ask_for_mailbox_link(office(), reader.address, words.catalogue, network_of(request))
            return answer_request(request, answer)
        done = _change(request, reader, grant.newsletter, action)
        reader = (consent.holder(office(), token) or held)[1]
    link = next((one for one in reader.subscriptions if one.newsletter == grant.newsletter), None)
    chosen = newsroom().newsletter(link.name) if link else None
    values = {
        "reader": reader,
        "link": link,
        "title": chosen.title if chosen else newsroom().settings.site.name,
        "counts": chosen is not None and chosen.count_clicks,
        "formats": FORMATS,
        "frequencies": FREQUENCIES,
        "pauses": PAUSES,
        "paused_until": local(reader.paused_until, reader) if is_paused(reader) else None,
        "done": done,
    }
    return show(request, "reader/preferences.html", values)


def is_paused(reader: Reader) -> bool:
    """Say whether a reader's pause is still on."""
    return reader.paused_until is not None and reader.paused_until > office().now()


def local(moment: datetime | None, reader: Reader) -> datetime | None:
    """Give a moment in the zone of a reader, else of the site."""
    if moment is None:
        return None
    return moment.astimezone(ZoneInfo(reader.zone or newsroom().settings.site.time_zone))


def _change(request: HttpRequest, reader: Reader, newsletter: int, action: str) -> str:
    """Do what was chosen; gives what to say about it, "" where nothing was."""
    try:
        if action == "leave":
            consent.stop(office(), reader, newsletter)
            return "You are unsubscribed. Nothing more will be sent."
        if action == "choices":
            consent.choose(office(), reader, {"format": request.POST.get("format", "html")})
            consent.choose_frequency(office(), reader, newsletter, request.POST.get("frequency", "each"))
            return "Your choices are saved."
        if action == "pause":
            wanted = PAUSES.get(request.POST.get("days", ""))
            consent.pause(office(), reader, office().now() + wanted if wanted else None)
            return "The pause is saved." if wanted else "The pause is over."
    except UsageError:
        return ""
    return ""
