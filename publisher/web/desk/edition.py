"""One edition: its order, its words, its report beside them, and its way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from publisher.errors import UsageError
from publisher.jobs.editions import release, rework, trial
from publisher.jobs.editions.rework import Order
from publisher.jobs.newsroom import deputize
from publisher.jobs.sending.links import Links
from publisher.model import Accepted, Edition, EditionState, Gate
from publisher.settings import Newsletter
from publisher.store import barriers, corrections, editions, log, wishes
from publisher.store.wishes import Texts
from publisher.web.desk import deeds, findings, preview, segment
from publisher.web.desk.access import KEPT, Desk, at_desk, page
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of
from publisher.web.strings import PageWording

_OPEN: Final = frozenset({EditionState.DRAFT, EditionState.READY, EditionState.APPROVED})
_FAR: Final = 10_000
_OFFERED: Final = 50  # posts that were left out


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def edition(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Show an edition, and keep what an editor changes."""
    found = editions.get(ulid)
    desk.require_newsletter("look", found.newsletter)
    if request.method == "POST":
        desk.require_newsletter("edit", found.newsletter)
        order = _read_order(request, found)
        if not _is_as_seen(request, ulid):
            return _show(request, desk, found, order.texts)
        return _keep(request, desk, found, order)
    return _show(request, desk, found)


def _is_as_seen(request: HttpRequest, ulid: str) -> bool:
    """Say whether an edition is still the one on the page that a form stands on."""
    return str(request.POST.get("seen", "")) in {"", str(wishes.version(ulid))}


def require_as_seen(request: HttpRequest, ulid: str) -> None:
    """Refuse to let out what somebody has not looked at. Raises `UsageError`."""
    if not _is_as_seen(request, ulid):
        raise UsageError(
            "this edition", "somebody changed it while you looked at it", "look at it as it is now, then approve it"
        )


def _keep(request: HttpRequest, desk: Desk, found: Edition, order: Order) -> HttpResponse:
    """Make an edition anew, and lead back to what was pressed."""
    moved, _, named = str(request.POST.get("move", "")).partition(":")
    post = next((place.post_key for place in wishes.places(found.id) if str(place.key) == named), 0)
    passes = rework.rework(newsroom().settings, found.id, order, desk.name, datetime.now(UTC))
    say = wording_of(request).say
    if passes:
        messages.success(request, say("The edition was made anew and passes the audit."), extra_tags=KEPT)
    else:
        messages.error(request, say("The edition was made anew; something in it must be fixed."), extra_tags=KEPT)
    return HttpResponseRedirect(f"/desk/editions/{found.id}/{_tell_place(request, found.id, moved, post)}")


def _tell_place(request: HttpRequest, ulid: str, moved: str, post: int) -> str:
    """Say where a post stands that was moved; gives the place on the page from which it is moved on, with its #."""
    if not post:
        return ""
    shown = [place for place in wishes.places(ulid) if place.position is not None]
    at = next((n for n, place in enumerate(shown, 1) if place.post_key == post), 0)
    if not at:
        return "#order"
    words, one = wording_of(request), shown[at - 1]
    text = words.say(
        "%(title)s stands at place %(n)s of %(all)s.",
        title=one.post.title or one.post.id,
        n=words.digits(str(at)),
        all=words.digits(str(len(shown))),
    )
    messages.info(request, text)
    stays = {"up": at > 1, "down": at < len(shown)}.get(moved, False)
    return f"#{moved if stays else 'position'}-{one.key}"


def _show(request: HttpRequest, desk: Desk, found: Edition, typed: Mapping[str, Texts] | None = None) -> HttpResponse:
    """Show the page of an edition; `typed` are words over a version that somebody else has changed."""
    places = wishes.places(found.id)
    left_out = [place for place in places if place.position is None]
    groups = findings.group(found.report, places, wording_of(request))
    scope = f"newsletters.{found.newsletter}"
    settings = newsroom().settings
    declared = settings.newsletters.get(found.newsletter)
    is_open = found.state in _OPEN
    values: dict[str, Any] = {
        "part": "newsletters",
        "edition": found,
        "title": declared.title if declared else found.newsletter,
        "shown": [place for place in places if place.position is not None],
        "left_out": left_out[:_OFFERED],
        "left_out_more": max(0, len(left_out) - _OFFERED),
        "newer": sum(1 for place in places if place.newer and place.position is not None),
        "texts": _texts(found, declared, typed or {}),
        "overtaken": typed is not None,
        "seen": wishes.version(found.id),
        "limits": rework.LONGEST,
        "groups": groups,
        "open_findings": sum(len(members) for gate, _, members in groups if gate != Gate.INFO.value),
        "barriers": barriers.about(edition=found.id),
        "troubles": len(corrections.troubles(found.id)),
        "told": corrections.get(found.withdrawal) if found.withdrawal is not None else None,
        "repairs": found.report.get("repairs", ()),
        "is_open": is_open,
        "may_edit": is_open and declared is not None and desk.may("edit", scope),
        "may_test": desk.may("test", scope),
        "may_approve": desk.may("approve", scope),
        "may_stop": desk.may("stop", scope),
        "approvals": wishes.approvals(found.id),
        "author": wishes.of_edition(found.id).author,
        "missing": release.missing(settings, found.id),
        "deputy": deputize.deputy_of(settings, found.newsletter) if found.approved is None else None,
        "people": editions.expected_recipients(found.id),
        "history": deeds.read(tuple(reversed(log.lines(found.id)))[:20], wording_of(request)),
        "zone": (declared.zone if declared else None) or settings.site.time_zone,
        "undo_seconds": int(release.UNDO.total_seconds()),
    }
    values |= segment.describe(found, is_open=is_open) | preview.tabs(request, found.id)
    return page(request, desk, "edition.html", values, status=200 if typed is None else 409)


def _texts(found: Edition, declared: Newsletter | None, typed: Mapping[str, Texts]) -> list[dict[str, Any]]:
    """Give the words of an edition in each of its languages, and what the program wrote where nobody did."""
    wanted = wishes.of_edition(found.id)
    rendered = {content.language: content.rendered for content in editions.contents(found.id)}
    languages = (declared.languages if declared else ()) or tuple(rendered)
    return [
        {
            "language": language,
            "wish": typed.get(language) or wanted.of(language),
            "subject": rendered[language].subject if language in rendered else "",
        }
        for language in languages
    ]


# --- what an editor asks for ------------------------------------------------------------------------------------------


def _read_order(request: HttpRequest, found: Edition) -> Order:
    """Read the order of the form, and the one step that a button asks for beside it."""
    places = wishes.places(found.id)
    shown = [place.key for place in places if place.position is not None]
    left_out = [place.key for place in places if place.position is None]
    ranked = sorted(shown, key=lambda key: (_position(request, key, shown), shown.index(key)))
    action, _, named = str(request.POST.get("move", "")).partition(":")
    key = int(named) if named.isascii() and named.isdigit() else -1
    ranked, left_out = _move(ranked, left_out, action, key)
    declared = newsroom().settings.newsletters.get(found.newsletter)
    languages = (declared.languages if declared else ()) or (newsroom().settings.site.language,)
    texts = {
        language: Texts(
            subject=_text(request, f"subject-{language}"),
            preheader=_text(request, f"preheader-{language}"),
            intro=str(request.POST.get(f"intro-{language}", "")).replace("\0", "").replace("\r\n", "\n").strip(),
        )
        for language in languages
    }
    return Order(chosen=tuple(ranked), left_out=tuple(left_out), texts=texts)


def _position(request: HttpRequest, key: int, shown: list[int]) -> float:
    """Give the place that the form says for a post; a post that is moved to a place stands before who was there."""
    text = str(request.POST.get(f"position-{key}", ""))
    before = shown.index(key) + 1
    if not (text.isascii() and text.isdigit() and len(text) < 6):  # noqa: PLR2004 - no edition has so many
        return before
    wanted = min(max(1, int(text)), _FAR)
    if wanted == before:
        return before
    return wanted - 0.5 if wanted < before else wanted + 0.5


def _move(ranked: list[int], left_out: list[int], action: str, key: int) -> tuple[list[int], list[int]]:
    """Take one step: up, down, out or in."""
    ranked, left_out = list(ranked), list(left_out)
    if action in {"up", "down"} and key in ranked:
        place = ranked.index(key)
        other = place - 1 if action == "up" else place + 1
        if 0 <= other < len(ranked):
            ranked[place], ranked[other] = ranked[other], ranked[place]
    elif action == "out" and key in ranked:
        ranked.remove(key)
        left_out.insert(0, key)
    elif action == "in" and key in left_out:
        left_out.remove(key)
        ranked.append(key)
    return ranked, left_out


def _text(request: HttpRequest, name: str) -> str:
    """Read a text of one line."""
    return " ".join(str(request.POST.get(name, "")).replace("\0", "").split())


# --- its way out ------------------------------------------------------------------------------------------------------


@require_POST
@at_desk
def approve(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Approve an edition."""
    found = editions.get(ulid)
    desk.require_newsletter("approve", found.newsletter)
    require_as_seen(request, ulid)
    if found.state is EditionState.DRAFT:
        _refuse_blocked(found, wording_of(request))
    missing = release.approve(newsroom().settings, ulid, desk.name, datetime.now(UTC))
    words = wording_of(request)
    if missing:
        text = words.count(
            "Approved by you; %(n)s more person must approve it.",
            "Approved by you; %(n)s more people must approve it.",
            missing,
        )
        messages.success(request, text)
    else:
        messages.success(request, words.say("Approved. Content and recipients are fixed; now choose when it goes out."))
    return HttpResponseRedirect(f"/desk/editions/{ulid}/#way-out")


def _refuse_blocked(found: Edition, words: PageWording) -> None:
    """Say what blocks an edition. Raises `UsageError`."""
    blocking = [one for one in findings.findings_of(found.report) if one.get("gate") == Gate.BLOCK.value]
    told = (findings.phrase(one, words) for one in blocking[:3])
    said = "; ".join(": ".join(part for part in one if part) for one in told)
    raise UsageError("this edition", f"something must be fixed first: {said}", "follow the links in the report")


@require_POST
@at_desk
def withdraw(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Take back the approvals of an edition."""
    found = editions.get(ulid)
    desk.require_newsletter("approve", found.newsletter)
    release.withdraw(ulid, desk.name, datetime.now(UTC))
    messages.success(request, wording_of(request).say("The approval is withdrawn."))
    return HttpResponseRedirect(f"/desk/editions/{ulid}/#way-out")


@require_POST
@at_desk
def schedule(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Let an approved edition go out at a moment, or take that back."""
    found = editions.get(ulid)
    desk.require_newsletter("schedule", found.newsletter)
    now = datetime.now(UTC)
    words = wording_of(request)
    if "undo" in request.POST:
        release.take_back(ulid, desk.name, now)
        messages.success(request, words.say("Taken back: nobody gets it before you choose again."))
    else:
        declared = newsroom().settings.newsletters.get(found.newsletter)
        zone = ZoneInfo((declared.zone if declared else None) or newsroom().settings.site.time_zone)
        at = _read_moment(str(request.POST.get("at", "")), zone)
        release.schedule(ulid, at, desk.name, now)
        said = f"{words.moment(at.astimezone(zone))} ({words.city(zone.key)})"
        messages.success(request, words.say("It goes out at %(at)s.", at=said))
    return HttpResponseRedirect(f"/desk/editions/{ulid}/#way-out")


def _read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a local date and time. Raises `UsageError`."""
    try:
        local = datetime.fromisoformat(text)
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as failure:
        raise UsageError("the time", f"{text!r} is no date with a time", "choose a day and an hour") from failure


@require_POST
@at_desk
def send(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Let an approved edition go out now, once the number of people is typed; it can be taken back for a while."""
    found = editions.get(ulid)
    desk.require_newsletter("send", found.newsletter)
    release.send_now(ulid, str(request.POST.get("people", "")), desk.name, datetime.now(UTC))
    text = wording_of(request).say(
        "It goes out in %(seconds)s seconds. Until then you can take it back.",
        seconds=str(int(release.UNDO.total_seconds())),
    )
    messages.success(request, text)
    return HttpResponseRedirect(f"/desk/editions/{ulid}/sending/")


@require_POST
@at_desk
def test(request: HttpRequest, desk: Desk, ulid: str) -> HttpResponseBase:
    """Send an edition to a few addresses."""
    found = editions.get(ulid)
    desk.require_newsletter("test", found.newsletter)
    room = newsroom()
    links = Links(site=room.url, keys=room.keys, mailbox=room.settings.mailbox.address or None)
    written = str(request.POST.get("addresses", ""))
    with trial.opening(room.settings, room.home) as transport:
        named = trial.split(written)
        outcomes = [*trial.send_test(ulid, named, (transport, links), desk.name, datetime.now(UTC))]
    words = wording_of(request)
    for address, outcome in outcomes:
        if isinstance(outcome, Accepted):
            messages.success(request, words.say("Sent to %(address)s.", address=address))
        else:
            messages.error(request, f"{address}: {outcome.code}: {outcome.reason}")
    return HttpResponseRedirect(f"/desk/editions/{ulid}/#test")
