"""A post is corrected or killed: what that would reach is spelled out first, then somebody confirms it.

It reaches every newsletter and channel that reads the source, so it needs the right in each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from publisher.jobs.outlets import withdraw as withdrawing
from publisher.jobs.outlets.shelf import open_shelf
from publisher.store import corrections, edits, withdrawals
from publisher.store.edits import History
from publisher.store.withdrawals import Kind
from publisher.web.desk.access import KEPT, Desk, at_desk, page
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of

KINDS: Final = ("correction", "kill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the form says: the kind, the note, and what is wrong with either; "" for nothing."""

    kind: str = ""
    note: str = ""
    kind_problem: str = ""
    note_problem: str = ""

    @property
    def is_whole(self) -> bool:
        """Say whether it can be done."""
        return not self.kind_problem and not self.note_problem


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def withdraw(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Ask what is wrong, spell out what it reaches, and do it once that is confirmed."""
    history = edits.history(key)
    if not desk.may_everywhere("withdraw", history.source):
        raise PermissionDenied
    if request.method != "POST":
        asked = request.GET.get("kind", "")
        return _show(request, desk, history, Written(kind=asked if asked in KINDS else ""), step="write")
    written = _read(request)
    if not written.is_whole:
        return _show(request, desk, history, written, step="write")
    if "back" in request.POST:
        return _show(request, desk, history, written, step="write")
    if "sure" not in request.POST:
        return _show(request, desk, history, written, step="confirm")
    return _do(request, desk, key, written)


def _read(request: HttpRequest) -> Written:
    """Read the form; the note is one paragraph."""
    say = wording_of(request).say
    kind, note = (
        str(request.POST.get("kind", "")),
        " ".join(str(request.POST.get("note", "")).replace("\0", "").split()),
    )
    problem = ""
    if not note:
        problem = say("Say to partners and readers what was wrong.")
    elif len(note) > withdrawing.LONGEST_NOTE:
        problem = say("This is too long: at most 2,000 characters.")
    return Written(
        kind=kind if kind in KINDS else "",
        note=note,
        kind_problem="" if kind in KINDS else say("Choose one of the two."),
        note_problem=problem,
    )


def _show(request: HttpRequest, desk: Desk, history: History, written: Written, *, step: str) -> HttpResponse:
    """Show the form, or what is to be confirmed, with all that it reaches."""
    said = withdrawals.said_of(history.key)
    values = {
        "part": "inbox",
        "history": history,
        "post": history.current,
        "written": written,
        "step": step,
        "reach": withdrawals.reach(history.key),
        "said": said,
        "is_killed": any(one.kind == "kill" for one in said),
        "longest": withdrawing.LONGEST_NOTE,
    }
    return page(request, desk, "withdraw.html", values, status=200 if written.is_whole else 422)


def _do(request: HttpRequest, desk: Desk, key: int, written: Written) -> HttpResponse:
    """Withdraw or correct the post everywhere, and say what that did."""
    room = newsroom()
    shelf = open_shelf(room.home, room.settings.folder)
    kind = cast("Kind", written.kind)
    done = withdrawing.withdraw(room.settings, shelf, key, kind, written.note, actor=desk.name, now=datetime.now(UTC))
    words = wording_of(request)
    killed, corrected = (
        words.say("The post is killed. Partners and the archive say so."),
        words.say("The correction is published. Partners and the archive say so."),
    )
    messages.success(request, killed if kind == "kill" else corrected, extra_tags=KEPT)
    if done.paused:
        one, many = "%(n)s edition was paused.", "%(n)s editions were paused."
        messages.warning(request, words.count(one, many, len(done.paused)))
    if done.ended:
        one, many = "%(n)s edition must be made again.", "%(n)s editions must be made again."
        messages.warning(request, words.count(one, many, len(done.ended)))
    has_readers = any(name in desk.newsletters("build") for name in corrections.concerned(corrections.latest(key).key))
    return HttpResponseRedirect(f"/desk/posts/{key}/" + ("#readers" if has_readers else ""))
