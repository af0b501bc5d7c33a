"""What is done once something that was said since makes an edition wrong: made anew for the rest, told to the others.

What is made here waits for approval like every edition; whom it goes to is read from the ledger.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from publisher.errors import UsageError
from publisher.jobs.editions import correct as mending
from publisher.jobs.editions.correct import Made
from publisher.jobs.newsroom.declaration import declare
from publisher.model import Counts, Edition, EditionState
from publisher.store import corrections, editions, edits
from publisher.store.corrections import Correction
from publisher.web.desk.access import Desk, at_desk
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of

_STOPPED: Final = frozenset({EditionState.PAUSED, EditionState.HELD})


def describe(desk: Desk, found: Edition, counts: Counts) -> dict[str, Any]:
    """Give what the page of an edition on its way says of stories that were corrected or killed since."""
    troubles = corrections.troubles(found.id)
    sources = desk.sources()
    return {
        "troubles": [
            {
                "said": one,
                "may_look": one.kept.post.source in sources,
                "mails": [mail for mail in editions.telling_of(one.key) if mail.newsletter == found.newsletter],
            }
            for one in troubles
        ],
        "rebuilt": editions.continuing(found.id),
        "is_stopped": found.state in _STOPPED,
        "has_killed": any(one.kind == "kill" for one in troubles),
        "waiting": counts.pending,
        "reached": counts.accepted + counts.in_doubt,
        "may_build": desk.may("build", f"newsletters.{found.newsletter}"),
    }


def describe_readers(desk: Desk, key: int) -> dict[str, Any]:
    """Give what the page of a post says of readers who have it as it was before the newest word on it."""
    said = corrections.newest(key)
    if said is None:
        return {"told": None}
    concerned = corrections.concerned(said.key)
    mine = desk.newsletters()
    return {
        "told": said,
        "concerned": [name for name in concerned if name in mine],
        "mails": [mail for mail in editions.telling_of(said.key) if mail.newsletter in mine],
        "may_tell": bool(set(concerned) & set(desk.newsletters("build"))),
    }


@require_POST
@at_desk
def rebuild(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Make a stopped edition anew for those for whom it is still pending."""
    found = editions.get(ulid)
    desk.require_newsletter("build", found.newsletter)
    settings, now = newsroom().settings, datetime.now(UTC)
    declare(settings, now)
    made = mending.rebuild(settings, ulid, actor=desk.name, now=now, noise=secrets.randbits(80))
    return _lead_to(request, (made,))


@require_POST
@at_desk
def correct(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Make the mail that tells the readers of an edition's newsletter what was said of a story since."""
    found = editions.get(ulid)
    desk.require_newsletter("build", found.newsletter)
    asked = str(request.POST.get("post", ""))
    said = next((one for one in corrections.troubles(ulid) if str(one.post) == asked), None)
    if said is None:
        raise UsageError("the story", "nobody corrected or killed it since", "choose one of the page")
    return _lead_to(request, _tell(desk, said, (found.newsletter,)))


@require_POST
@at_desk
def tell(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Make the mails that tell readers what was said of a post, for each newsletter where somebody may make one."""
    source, said = edits.history(key).source, corrections.newest(key)
    concerned = corrections.concerned(said.key) if said else ()
    read_by = newsroom().settings.read_by
    mine = [name for name in desk.newsletters("build") if name in concerned or source in read_by(name)]
    if not mine:
        raise PermissionDenied
    return _lead_to(request, _tell(desk, said or corrections.latest(key), mine), key)


def _tell(desk: Desk, said: Correction, names: Collection[str]) -> tuple[Made, ...]:
    """Make the mails for the readers of some newsletters. Raises `UsageError` and others as the job does."""
    settings, now = newsroom().settings, datetime.now(UTC)
    declare(settings, now)
    return mending.correct(
        settings, said.post, actor=desk.name, now=now, noise=lambda: secrets.randbits(80), only=names
    )


def _lead_to(request: HttpRequest, made: tuple[Made, ...], post: int = 0) -> HttpResponse:
    """Say what was made, and lead to it: one edition, or the page of the post, which lists several."""
    words = wording_of(request)
    for one in made:
        if one.report.passed:
            text = words.count(
                "The edition was made, for %(n)s person. It waits for approval.",
                "The edition was made, for %(n)s people. It waits for approval.",
                one.recipients,
            )
            messages.success(request, f"{one.newsletter}: {text}")
        else:
            text = words.say("The edition was made; something in it must be fixed before it can be approved.")
            messages.error(request, f"{one.newsletter}: {text}")
    if len(made) == 1:
        return HttpResponseRedirect(f"/desk/editions/{made[0].edition}/")
    return HttpResponseRedirect(f"/desk/posts/{post}/#readers")
