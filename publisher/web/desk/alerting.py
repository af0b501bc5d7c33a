"""An alert by hand, short enough for a telephone: headline, text, to whom; then whoever may lets it go.

Three steps: write it; look at what it says and to how many people; type that number. It can be taken back for some
seconds.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from publisher.errors import UsageError
from publisher.jobs.editions import announce, release
from publisher.jobs.posts import write
from publisher.jobs.posts.write import Refused
from publisher.model import Edition, EditionState, Gate
from publisher.store import editions, results, schedules, wishes
from publisher.store.manuscripts import Manuscript
from publisher.web.desk import findings
from publisher.web.desk.access import KEPT, Desk, at_desk, page
from publisher.web.desk.edition import require_as_seen
from publisher.web.desk.writing import languages_of
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of

_LONGEST_TEXT = 2_000


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def begin(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Write an alert."""
    names = desk.newsletters("edit")
    if not names:
        raise PermissionDenied
    if request.method != "POST":
        return _ask(request, desk, names[0], Manuscript(language=languages_of(names[0])[0]))
    name = str(request.POST.get("newsletter", ""))
    if newsroom().newsletter(name) is None:
        raise UsageError("the newsletter", "there is none of this name", "choose one of the list")
    desk.require_newsletter("edit", name)
    written = _read(request, name)
    refused = _check(written)
    if refused:
        return _ask(request, desk, name, written, refused)
    now = datetime.now(UTC)
    built = announce.announce(
        newsroom().settings,
        name,
        written,
        uid=f"desk-{editions.new_id(now, secrets.randbits(80))}",
        noise=secrets.randbits(80),
        actor=desk.name,
        now=now,
    )
    messages.success(request, wording_of(request).say("It is written. Nothing is sent yet."), extra_tags=KEPT)
    return HttpResponseRedirect(f"/desk/alerts/{built.edition}/")


def _read(request: HttpRequest, newsletter: str) -> Manuscript:
    """Read the form; a language that the newsletter does not have is its first."""
    language = str(request.POST.get("language", ""))
    known = languages_of(newsletter)
    return Manuscript(
        headline=" ".join(str(request.POST.get("headline", "")).replace("\0", "").split()),
        text=str(request.POST.get("text", "")).replace("\0", "").replace("\r\n", "\n").strip(),
        language=language if language in known else known[0],
    )


def _check(written: Manuscript) -> tuple[Refused, ...]:
    """Find what is missing or too long."""
    missing = [
        Refused(field=name, reason="An alert needs a headline and a text.")
        for name in ("headline", "text")
        if not getattr(written, name)
    ]
    if len(written.text) > _LONGEST_TEXT:
        missing.append(Refused(field="text", reason="This is too long: at most %(n)s characters.", most=_LONGEST_TEXT))
    return (*missing, *(() if missing else write.check(written, publish=True)))


def _ask(
    request: HttpRequest, desk: Desk, name: str, written: Manuscript, refused: tuple[Refused, ...] = ()
) -> HttpResponse:
    """Show the form, with the number of people that each newsletter has."""
    words = wording_of(request)
    names = desk.newsletters("edit")
    readers = results.readers(names)
    declared = newsroom().settings.newsletters
    told = {one.field: words.say(one.reason, n=words.digits(str(one.most))) for one in refused}
    values = {
        "part": "write",
        "chosen": name,
        "one": written,
        "newsletters": [(one, declared[one].title, readers[one].get("active", 0)) for one in names],
        "languages": sorted({tag for one in names for tag in languages_of(one)}),
        "problems": told,
        "limits": {"headline": write.LONGEST["headline"], "text": _LONGEST_TEXT},
    }
    return page(request, desk, "alert.html", values, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def alert(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Show an alert as people get it, with their number; let it go, take it back, or drop it."""
    found = editions.get(ulid)
    desk.require_newsletter("look", found.newsletter)
    if not schedules.is_urgent(ulid):
        raise Http404
    if request.method == "POST":
        _act(request, desk, found)
        return HttpResponseRedirect(f"/desk/alerts/{ulid}/")
    return _show(request, desk, found)


def _act(request: HttpRequest, desk: Desk, found: Edition) -> None:
    """Do what a button says. Raises `PermissionDenied`, `UsageError`."""
    now, words = datetime.now(UTC), wording_of(request)
    action = str(request.POST.get("do", "send"))
    for right in {"send": ("approve", "send"), "undo": ("schedule",)}.get(action, ("stop",)):
        desk.require_newsletter(right, found.newsletter)
    if action == "undo":
        release.take_back(found.id, desk.name, now)
        messages.success(request, words.say("Taken back: nobody gets it before you choose again."))
    elif action == "drop":
        announce.drop(found.id, desk.name, now)
        messages.success(request, words.say("Dropped: nobody gets it. What was written is a draft again."))
    else:
        require_as_seen(request, found.id)
        typed = str(request.POST.get("people", ""))
        more = release.approve_and_send(newsroom().settings, found.id, typed, desk.name, now)
        if more:
            one, many = (
                "Approved by you; %(n)s more person must approve it.",
                "Approved by you; %(n)s more people must approve it.",
            )
            messages.warning(request, words.count(one, many, more))
        else:
            seconds = str(int(release.URGENT_UNDO.total_seconds()))
            text = "It goes out in %(seconds)s seconds. Until then you can take it back."
            messages.success(request, words.say(text, seconds=words.digits(seconds)))


def _show(request: HttpRequest, desk: Desk, found: Edition) -> HttpResponse:
    """Show an alert."""
    scope = f"newsletters.{found.newsletter}"
    settings = newsroom().settings
    declared = settings.newsletters.get(found.newsletter)
    content = editions.contents(found.id)[0]
    author = wishes.of_edition(found.id).author
    groups = findings.group(found.report, wishes.places(found.id), wording_of(request))
    needs_other = release.needed(settings, found.newsletter) > 1 and author == desk.name
    values = {
        "part": "write",
        "edition": found,
        "title": declared.title if declared else found.newsletter,
        "subject": content.rendered.subject,
        "language": content.language,
        "posts": [place.post for place in wishes.places(found.id) if place.position is not None],
        "people": editions.expected_recipients(found.id),
        "author": author,
        "seen": wishes.version(found.id),
        "approvals": wishes.approvals(found.id),
        "blocking": next(told for gate, _, told in groups if gate == Gate.BLOCK.value),
        "waits": found.state in {EditionState.READY, EditionState.APPROVED} and found.send_at is None,
        "going": found.state is EditionState.APPROVED and found.send_at is not None,
        "may_send": desk.may("approve", scope) and desk.may("send", scope) and not needs_other,
        "may_stop": desk.may("stop", scope)
        and found.state in {EditionState.DRAFT, EditionState.READY, EditionState.APPROVED},
        "needs_other": needs_other,
        "undo_seconds": int(release.URGENT_UNDO.total_seconds()),
    }
    return page(request, desk, "alert_out.html", values)
