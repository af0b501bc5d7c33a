"""Subscribers: found, exported, erased; and those whom nobody writes to any more."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from publisher.delivery.address import write_ascii
from publisher.errors import UsageError
from publisher.jobs.lists import enrol, roster
from publisher.store import people, results
from publisher.store.results import Sought
from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of

_PER_PAGE: Final = 50
_TAGS: Final = 200
_STATES: Final = ("active", "pending", "unsubscribed", "bounced", "complained")


@require_safe
@at_desk
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List subscribers."""
    names = _require(desk)
    asked = {
        name: request.GET.get(name, "").strip()[:200] for name in ("words", "state", "language", "newsletter", "tag")
    }
    chosen = tuple(name for name in names if asked["newsletter"] in {"", name})
    sought = Sought(words=asked["words"], state=asked["state"], language=asked["language"], tag=asked["tag"])
    written = request.GET.get("after", "")
    after = int(written) if written.isascii() and written.isdigit() and len(written) < 18 else 0  # noqa: PLR2004 - fits the column
    found = results.people(chosen, sought, after=after, limit=_PER_PAGE + 1)
    values: dict[str, Any] = {
        "part": "people",
        "people": found[:_PER_PAGE],
        "asked": asked,
        "states": _STATES,
        "languages": _languages(names),
        "tags": _tags(chosen, asked["tag"]),
        "newsletters": names,
        "next": found[_PER_PAGE - 1].key if len(found) > _PER_PAGE else None,
        "is_admin": desk.may("people"),
        "suppressed": results.suppressions(limit=_PER_PAGE) if desk.may("people") else (),
        "suppressed_total": results.count_suppressions() if desk.may("people") else 0,
    }
    return page(request, desk, "people.html", values)


def _require(desk: Desk) -> tuple[str, ...]:
    """Give the newsletters whose lists somebody may see; refuse who may see none. Raises `PermissionDenied`."""
    names = desk.newsletters("people")
    if not names:
        desk.require("people")
    return names


def _tags(newsletters: tuple[str, ...], asked: str) -> list[str]:
    """Give the tags that most people have, in the order of the alphabet, and the one that is asked for."""
    known = sorted(people.tags(newsletters), key=lambda one: -one[1])[:_TAGS]
    return sorted({*(tag for tag, _ in known), *filter(None, [asked])})


def _languages(names: tuple[str, ...]) -> list[str]:
    """Give the languages that the newsletters of somebody are written in."""
    settings = newsroom().settings
    spoken = (settings.newsletters[name].languages or (settings.site.language,) for name in names)
    return sorted({tag for tags in spoken for tag in tags})


def chosen_newsletter(request: HttpRequest, desk: Desk) -> str:
    """Give the newsletter that a form is about. Raises `PermissionDenied`."""
    name = str(request.POST.get("newsletter", ""))
    if newsroom().newsletter(name) is None:
        desk.require("people")
        raise UsageError(f"newsletter {name}", "there is none of this name")
    desk.require_newsletter("people", name)
    return name


@require_POST
@at_desk
def export(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Give everybody who ever subscribed to a newsletter as a file."""
    name = chosen_newsletter(request, desk)
    enrol.note_export(name, desk.name, datetime.now(UTC))
    response = StreamingHttpResponse(_write(name), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="subscribers.csv"'
    return response


def _write(newsletter: str) -> Iterator[str]:
    """Write the people of a newsletter, line by line."""
    line = io.StringIO()
    rows = csv.writer(line)
    rows.writerow(roster.COLUMNS)
    for person in people.export(newsletter):
        rows.writerow(roster.write_cells(person))
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


@require_POST
@at_desk
def erase(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Forget a person in every newsletter."""
    desk.require("people")
    written = str(request.POST.get("address", "")).strip()
    if "sure" not in request.POST:
        raise UsageError("this person", "nothing can bring them back", "tick the box to forget them")
    try:
        address = write_ascii(written)
    except ValueError as failure:
        raise UsageError(f"address {written}", str(failure)) from failure
    known = enrol.erase(address, desk.name, datetime.now(UTC))
    say = wording_of(request).say
    if known:
        messages.success(request, say("Forgotten. Nobody writes to this address again."))
    else:
        messages.warning(request, say("This address was not known. Nobody will write to it."))
    return HttpResponseRedirect("/desk/people/")
