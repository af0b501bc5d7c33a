"""An edition on its way: numbers, who has not got it and why, and what can be done about it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from publisher.errors import UsageError
from publisher.jobs.editions import release
from publisher.jobs.editions.release import Settlement, Step
from publisher.model import Counts, DeliveryLine, DeliveryState, Edition, EditionState
from publisher.store import doubt, editions
from publisher.web.desk import mending, pace
from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of
from publisher.web.strings import PageWording

_STATES: Final = ("pending", "sending", "accepted", "in_doubt", "failed", "skipped")
_MARKS: Final = ("delivered", "bounced", "complained")
_MISSED: Final = (DeliveryState.IN_DOUBT, DeliveryState.FAILED, DeliveryState.SKIPPED)
_SHOWN: Final = 200
_EVERY: Final = 2.0  # seconds between two looks
_PACED: Final = 5  # looks between two looks at the pace
_LONGEST: Final = 60.0  # seconds that one answer stays open: it holds a thread; browsers ask again by themselves
_OVER: Final = frozenset({EditionState.SENT, EditionState.CANCELLED})


@require_safe
@at_desk
def sending(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponse:
    """Show how far an edition is."""
    found = editions.get(ulid)
    desk.require_newsletter("look", found.newsletter)
    counts = editions.count(ulid)
    scope = f"newsletters.{found.newsletter}"
    may_settle = desk.may("settle", scope)
    declared = newsroom().settings.newsletters.get(found.newsletter)
    now = datetime.now(UTC)
    values = {
        "part": "newsletters",
        "edition": found,
        "title": declared.title if declared else found.newsletter,
        "counts": [(name, getattr(counts, name)) for name in _STATES],
        "marks": [(name, getattr(counts, name)) for name in _MARKS],
        "recipients": counts.recipients,
        "done": counts.recipients - counts.open,
        "said": _say(wording_of(request), found, counts),
        "zone": (declared.zone if declared else None) or newsroom().settings.site.time_zone,
        "missed": _missed(ulid) if may_settle else (),
        "most": _SHOWN,
        "in_doubt": counts.in_doubt,
        "failed": counts.failed,
        "may_stop": desk.may("stop", scope),
        "may_settle": may_settle,
        "can_pause": found.state in {EditionState.APPROVED, EditionState.SENDING},
        "can_resume": found.state in {EditionState.PAUSED, EditionState.HELD},
        "can_cancel": found.state not in _OVER,
        "can_undo": found.state is EditionState.APPROVED and found.send_at is not None,
        "is_live": found.state in {EditionState.SENDING, EditionState.APPROVED},
    }
    values |= {**pace.describe(found, counts, now), **mending.describe(desk, found, counts)}
    return page(request, desk, "sending.html", values)


def _say(words: PageWording, found: Edition, counts: Counts) -> str:
    """Say in one sentence how far an edition is."""
    done, total = words.number(counts.recipients - counts.open), words.number(counts.recipients)
    if found.state is EditionState.SENT:
        return words.say("Sent: %(done)s of %(total)s are done.", done=done, total=total)
    if found.state is EditionState.SENDING:
        return words.say("On its way: %(done)s of %(total)s are done.", done=done, total=total)
    return words.say("%(done)s of %(total)s are done.", done=done, total=total)


def _missed(ulid: str) -> list[DeliveryLine]:
    """Give the first of those who have not got it, or of whom nobody knows."""
    found = []
    for line in doubt.lines(ulid, *_MISSED):
        found.append(line)
        if len(found) == _SHOWN:
            break
    return found


@require_safe
@at_desk
def follow(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Tell the numbers of an edition as they change (server-sent events)."""
    found = editions.get(ulid)
    desk.require_newsletter("look", found.newsletter)
    response = StreamingHttpResponse(_follow(request, ulid), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _follow(request: HttpRequest, ulid: str) -> Iterator[bytes]:
    """Write an event whenever a number has changed, until the edition is over or a minute has passed."""
    ends, looks = time.monotonic() + _LONGEST, 0
    last = ""
    parts: dict[str, str] = {}
    yield b"retry: 3000\n\n"
    while True:
        found, counts = editions.get(ulid), editions.count(ulid)
        over = found.state not in {EditionState.SENDING, EditionState.APPROVED}
        if looks % _PACED == 0:  # a pace is measured over minutes, and costs another look at every recipient
            parts = pace.write(request, found, counts, datetime.now(UTC))
        told = {**_tell(wording_of(request), found, counts), "parts": parts, "over": over}
        written = json.dumps(told)
        if written != last:
            yield f"event: counts\ndata: {written}\n\n".encode()
            last = written
        if over or time.monotonic() >= ends:
            return
        looks += 1
        time.sleep(_EVERY)


def _tell(words: PageWording, found: Edition, counts: Counts) -> dict[str, object]:
    """Write the numbers of an edition as its page writes them."""
    numbers = {name: words.number(getattr(counts, name)) for name in (*_STATES, *_MARKS)}
    done = counts.recipients - counts.open
    return {**numbers, "total": counts.recipients, "done": done, "said": _say(words, found, counts)}


@require_POST
@at_desk
def step(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Pause, resume or cancel an edition."""
    found = editions.get(ulid)
    desk.require_newsletter("stop", found.newsletter)
    action = str(request.POST.get("action", ""))
    if action not in {"pause", "resume", "cancel"}:
        raise UsageError("the action", f"{action!r} is none", "choose to pause, to resume or to cancel")
    words = wording_of(request)
    if action == "cancel" and "sure" not in request.POST:
        raise UsageError("this edition", "nobody who has not got it yet would get it", "tick the box to cancel it")
    release.step(ulid, cast("Step", action), desk.name, datetime.now(UTC))
    messages.success(request, words.say(_DONE[action]))
    return HttpResponseRedirect(f"/desk/editions/{ulid}/sending/")


_DONE: Final = {
    "pause": "Paused: what is on its way ends first.",
    "resume": "It goes on.",
    "cancel": "Cancelled: nobody else gets it.",
}


@require_POST
@at_desk
def settle(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Settle doubt, or return those who failed to the queue."""
    found = editions.get(ulid)
    desk.require_newsletter("settle", found.newsletter)
    answer = str(request.POST.get("answer", ""))
    chosen = [str(one)[:26] for one in request.POST.getlist("only")] or None
    now = datetime.now(UTC)
    if answer not in {"sent", "resend", "abandon", "retry"}:
        raise UsageError("the answer", f"{answer!r} is none", "choose one of those on the page")
    moved = release.settle(ulid, cast("Settlement", answer), desk.name, now, only=chosen)
    text = wording_of(request).count("%(n)s person was settled.", "%(n)s people were settled.", moved)
    messages.success(request, text)
    return HttpResponseRedirect(f"/desk/editions/{ulid}/sending/")
