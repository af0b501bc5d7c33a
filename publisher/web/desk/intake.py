"""A list of people on its way in: sent, looked at, its columns chosen, taken in by the worker, what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from publisher.errors import FormatError, UsageError
from publisher.jobs.lists import intake, shapes
from publisher.jobs.lists.enrol import Manner
from publisher.jobs.lists.intake import Intake
from publisher.web.desk.access import Desk, at_desk, page
from publisher.web.desk.people import chosen_newsletter
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of

_PIECE: Final = 1024 * 1024
_SHOWN: Final = 50  # columns that somebody can say something about


@require_POST
@at_desk
def receive(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Keep a list that somebody sends, until they have said what its columns hold."""
    name = chosen_newsletter(request, desk)
    sent = request.FILES.get("file")
    if sent is None:
        raise UsageError("the file", "there is none", "choose a file with one person a line")
    now = datetime.now(UTC)
    key = intake.receive(_folder(), sent.chunks(_PIECE), name, sent.name or "", desk.name, now)
    return HttpResponseRedirect(f"/desk/people/import/{key}/")


def _folder() -> Path:
    """Give the folder of lists."""
    return intake.place(newsroom().home)


def _find(desk: Desk, key: str) -> Intake:
    """Give a list to whoever may see its newsletter. Raises `PermissionDenied`, `Http404`."""
    if not desk.newsletters("people"):
        desk.require("people")
    found = intake.find(_folder(), key)
    if found is None:
        raise Http404
    desk.require_newsletter("people", found.newsletter)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def show(request: HttpRequest, desk: Desk, key: str) -> HttpResponseBase:
    """Show a list and how far it is, and take it in as somebody says."""
    found = _find(desk, key)
    if request.method == "POST":
        return _act(request, desk, found)
    values: dict[str, Any] = {"part": "people", "list": found, "shapes": tuple(shapes.SHAPES)}
    if found.state == "new":
        values |= _look(found, str(request.GET.get("shape", "")))
    return page(request, desk, "intake.html", values)


def _look(found: Intake, asked: str) -> dict[str, Any]:
    """Give the columns of a list with what each holds, as its names or somebody say."""
    try:
        sight = intake.look(_folder(), found.key, asked if asked in shapes.SHAPES else "")
    except FormatError as failure:
        return {"problem": failure.explanation, "columns": (), "shape": "own"}
    values = tuple(zip_longest(*sight.rows, fillvalue=""))
    columns = [
        {
            "number": number,
            "name": name,
            "field": field,
            "is_told": field == shapes.TOLD,
            "values": values[number - 1] if number <= len(values) else (),
        }
        for number, (name, field) in enumerate(zip(sight.columns, sight.fields, strict=True), 1)
    ]
    return {
        "columns": columns[:_SHOWN],
        "more": max(0, len(columns) - _SHOWN),
        "fields": shapes.FIELDS,
        "shape": sight.shape,
        "is_recognised": not asked and sight.shape != "own",
    }


def _act(request: HttpRequest, desk: Desk, found: Intake) -> HttpResponse:
    """Take a list in, or forget it. Raises `UsageError`."""
    say = wording_of(request).say
    if request.POST.get("action") == "discard":
        intake.discard(_folder(), found)
        messages.success(request, say("The list is deleted; nobody in it was added."))
        return HttpResponseRedirect("/desk/people/")
    shape = str(request.POST.get("shape", "own"))
    if shape not in shapes.SHAPES:
        raise UsageError("the program", f"{shape[:40]!r} is none that is known", ", ".join(shapes.SHAPES))
    manner = Manner(
        shape=shape,
        confirmed="confirmed" in request.POST,
        actor=desk.name,
        columns=_columns(request),
    )
    intake.ask(_folder(), found, manner, datetime.now(UTC))
    return HttpResponseRedirect(f"/desk/people/import/{found.key}/")


def _columns(request: HttpRequest) -> Mapping[str, str]:
    """Read what columns hold, by their places."""
    asked = {f"#{number}": request.POST.get(f"column-{number}") for number in range(1, _SHOWN + 1)}
    return {place: field for place, field in asked.items() if field is not None}


@require_safe
@at_desk
def rejected(request: HttpRequest, desk: Desk, key: str) -> HttpResponseBase:
    """Give the file of the rows that were left out, with the reasons."""
    del request
    found = _find(desk, key)
    file = intake.rejected_file(_folder(), found.key)
    if not file.is_file():
        raise Http404
    response = FileResponse(file.open("rb"), as_attachment=True, filename="rejected.csv", content_type="text/csv")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
