"""Barriers that readers reported, as tasks: where it is, who looks into it, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from publisher.errors import UsageError
from publisher.jobs.readers import barriers as mending
from publisher.store import archive, barriers, editions, wishes
from publisher.store.barriers import Barrier
from publisher.web.desk.access import KEPT, Desk, at_desk, page
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of

_PER_PAGE: Final = 50
_LAST: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a barrier is: titles for people, the row of the post (0 for none), and whether the archive shows it."""

    newsletter: str
    edition: str = ""
    title: str = ""
    language: str = ""
    post_key: int = 0
    in_archive: bool = False


@require_safe
@at_desk
def listed(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List what readers reported: what is open, or what is settled."""
    settled = request.GET.get("state") == "settled"
    written = request.GET.get("from", "")
    offset = min(int(written), _LAST) if written.isascii() and written.isdigit() else 0
    mine = scope_of(desk)
    found = barriers.listed(mine, settled=settled, offset=offset, limit=_PER_PAGE + 1)
    values = {
        "part": "barriers",
        "settled": settled,
        "tasks": [(one, _title(one.newsletter)) for one in found[:_PER_PAGE]],
        "open": barriers.count_open(mine),
        "before": max(0, offset - _PER_PAGE) if offset else None,
        "after": offset + _PER_PAGE if len(found) > _PER_PAGE else None,
    }
    return page(request, desk, "barriers.html", values)


def scope_of(desk: Desk) -> tuple[str, ...]:
    """Give the newsletters whose reports somebody sees; "" stands for the pages, which belong to all of them."""
    return (*(("",) if desk.may("look") else ()), *desk.newsletters())


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def barrier(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Show one report with the way to what it is about; take it, or say what was done."""
    found = barriers.find(key)
    if found is None:
        raise UsageError(f"barrier {key}", "there is none of this number")
    _require(desk, "look", found)
    if request.method == "POST":
        _require(desk, "mend", found)
        return _act(request, desk, found)
    return _show(request, desk, found)


def _require(desk: Desk, action: str, found: Barrier) -> None:
    """Refuse whoever has nothing to do with a report. Raises `PermissionDenied`."""
    scope = f"newsletters.{found.newsletter}" if found.newsletter else None
    if not desk.may(action, scope):
        raise PermissionDenied


def _act(request: HttpRequest, desk: Desk, found: Barrier) -> HttpResponse:
    """Do what a button says."""
    say, now = wording_of(request).say, datetime.now(UTC)
    action = str(request.POST.get("do", "settle"))
    if action == "settle":
        answer = " ".join(str(request.POST.get("answer", "")).replace("\0", "").split())
        if not answer:
            return _show(request, desk, found, problem=say("Say what was done, or why nothing can be done."))
        if len(answer) > mending.LONGEST_ANSWER:
            return _show(
                request, desk, found, problem=say("This is too long: at most 2,000 characters."), answer=answer
            )
        mending.settle(found.key, desk.name, answer, now)
        messages.success(request, say("Settled."), extra_tags=KEPT)
        return HttpResponseRedirect("/desk/barriers/")
    mending.take(found.key, desk.name if action == "take" else "", desk.name, now)
    messages.success(request, say("Kept."))
    return HttpResponseRedirect(f"/desk/barriers/{found.key}/")


def _show(request: HttpRequest, desk: Desk, found: Barrier, problem: str = "", answer: str = "") -> HttpResponse:
    """Show one report."""
    values = {
        "part": "barriers",
        "task": found,
        "place": _place(found),
        "problem": problem,
        "answer": answer,
        "longest": mending.LONGEST_ANSWER,
        "may_mend": found.done is None
        and desk.may("mend", f"newsletters.{found.newsletter}" if found.newsletter else None),
    }
    return page(request, desk, "barrier.html", values, status=422 if problem else 200)


def _place(found: Barrier) -> Place:
    """Find what a report is about."""
    if not found.edition:
        return Place(newsletter=_title(found.newsletter))
    post = next((one for one in wishes.places(found.edition) if one.post.id == found.post), None)
    return Place(
        newsletter=_title(found.newsletter),
        edition=editions.get(found.edition).title,
        title=(post.post.title or post.post.id) if post else "",
        language=(post.post.language or "") if post else "",
        post_key=post.post_key if post else 0,
        in_archive=archive.find(found.newsletter, found.edition) is not None,
    )


def _title(newsletter: str) -> str:
    """Give the title of a newsletter, its name where it is declared no more."""
    declared = newsroom().newsletter(newsletter)
    return declared.title if declared else newsletter
