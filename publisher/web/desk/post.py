"""One post: its pictures with their descriptions, what the source said, and its versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from publisher.accessibility import alt as alts
from publisher.accessibility.alt import Relation
from publisher.digest import pictures
from publisher.digest.pictures import Beside
from publisher.digest.strings import wording
from publisher.errors import OutsideError
from publisher.jobs.posts import annotate as annotating
from publisher.jobs.posts import describe
from publisher.jobs.posts.catalogue import is_undescribed
from publisher.jobs.posts.describe import Refused, Words
from publisher.jobs.posts.pictures import open_gallery
from publisher.media import open_store, recall
from publisher.model import AltOrigin, Image, Post, Status
from publisher.store import barriers, edits, manuscripts, withdrawals
from publisher.store.edits import History, Remembered
from publisher.web.desk import about, deeds, mending
from publisher.web.desk.access import KEPT, Desk, at_desk, page
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of
from publisher.web.strings import PageWording

GOOD_LENGTH: Final = 150  # characters that people like to hear in one breath
_AT_ONCE: Final = 5  # pictures that are fetched while somebody waits
_ORIGINS: Final[Mapping[AltOrigin, str]] = {
    AltOrigin.SOURCE: "from the source",
    AltOrigin.FEED: "from the feed",
    AltOrigin.EDITOR: "written at the desk",
    AltOrigin.ALTS_FILE: "from alts.toml",
    AltOrigin.EMBEDDED: "from inside the picture",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A text that an editor may take: where it is from, and whether it says that the picture is decorative."""

    origin: str
    text: str
    decorative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody typed that is not kept: by place, what is wrong with it, whether there is a newer version."""

    words: Mapping[int, Words] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()
    overtaken: bool = False


_NOTHING: Final = Typed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One picture of the form, from 0: as it is written there now, as the source gave it, and what is wrong with it."""

    place: int
    image: Image
    words: Words
    original: Image | None
    origin: str
    heard: str
    warnings: tuple[str, ...]
    problems: Mapping[str, str]
    suggestions: tuple[Suggestion, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def post(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Show a post and its pictures, and keep what an editor writes about them."""
    history = edits.history(key)
    desk.require_source("look", history.source)
    if request.method != "POST":
        return _show(request, desk, history)
    desk.require_source("edit", history.source)
    changes = {place: _read_words(request, place) for place in range(len(history.current.images))}
    refused = describe.check(changes)
    based_on = _read_number(request, "version")
    if based_on != history.versions[0].number:
        words = _follow(history, based_on, changes)
        return _show(request, desk, history, typed=Typed(words=words, overtaken=True))
    if refused:
        return _show(request, desk, history, typed=Typed(words=changes, refused=refused))
    changed = describe.describe(key, changes, desk.name, datetime.now(UTC), based_on=based_on)
    say = wording_of(request).say
    messages.success(request, say("Kept.") if changed else say("Nothing was changed."), extra_tags=KEPT)
    return HttpResponseRedirect(f"/desk/posts/{key}/")


@require_POST
@at_desk
def annotate(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Keep what an editor says of a post besides its pictures: its language, and where its media can be read."""
    history = edits.history(key)
    desk.require_source("edit", history.source)
    wanted = about.read(request, history.current)
    problems = annotating.check(wanted)
    if problems:
        return _show(request, desk, history, about.describe(request, desk, history.current, wanted, problems))
    based_on = _read_number(request, "version")
    changed = annotating.annotate(key, wanted, desk.name, datetime.now(UTC), based_on=based_on)
    say = wording_of(request).say
    messages.success(request, say("Kept.") if changed else say("Nothing was changed."), extra_tags=KEPT)
    return HttpResponseRedirect(f"/desk/posts/{key}/#about")


def _follow(history: History, based_on: int, changes: Mapping[int, Words]) -> dict[int, Words]:
    """Give what somebody wrote over an older version by the places that its pictures have now."""
    seen = next((one.post.images for one in history.versions if one.number == based_on), ())
    places = {image.url: place for place, image in enumerate(history.current.images) if image.url}
    return {
        places[image.url]: changes[place]
        for place, image in enumerate(seen)
        if image.url in places and place in changes
    }


@require_POST
@at_desk
def withhold(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Keep a post out of editions that are built from now on, or let it in again."""
    history = edits.history(key)
    desk.require_source("edit", history.source)
    withheld = request.POST.get("status") == "withheld"
    describe.withhold(key, desk.name, datetime.now(UTC), withheld=withheld, based_on=_read_number(request, "version"))
    messages.success(request, wording_of(request).say("Kept."))
    return HttpResponseRedirect(f"/desk/posts/{key}/")


@require_POST
@at_desk
def hear(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Say how what somebody types is heard, and what could be better about it; nothing is kept."""
    history = edits.history(key)
    desk.require_source("look", history.source)
    images = history.current.images
    changes = {place: _read_words(request, place) for place in range(len(images))}
    words = wording_of(request)
    maker = _Maker(history=history, words=words, written=changes, refused=describe.check(changes))
    found = [maker.make(place, image) for place, image in enumerate(images)]
    told = [
        {"heard": one.heard, "warnings": [*one.problems.values(), *(words.say(warning) for warning in one.warnings)]}
        for one in found
    ]
    return JsonResponse({"pictures": told})


@require_POST
@at_desk
def look_inside(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Fetch the pictures that nobody described, to see whether their files say what they show (IPTC, XMP)."""
    history = edits.history(key)
    desk.require_source("edit", history.source)
    language = history.current.language or newsroom().settings.site.language
    gallery = open_gallery(newsroom().settings, newsroom().home)
    bare = [one.url for one in history.current.images if one.url and is_undescribed(one)][:_AT_ONCE]
    for url in bare:
        gallery.show(url)
    n = sum(1 for url in bare if _inside(url, language))
    words = wording_of(request)
    one, many = "%(n)s picture says itself what it shows.", "%(n)s pictures say themselves what they show."
    messages.success(request, words.count(one, many, n) if n else words.say("No picture says itself what it shows."))
    return HttpResponseRedirect(f"/desk/posts/{key}/#pictures")


def _read_number(request: HttpRequest, name: str) -> int:
    """Read a whole number of a form; 0 for what is none."""
    text = str(request.POST.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - fits any column


def _read_words(request: HttpRequest, place: int) -> Words:
    """Read what the form says of one picture; an empty description is none, unless there was an empty one."""

    def read(name: str) -> str:
        return str(request.POST.get(f"{name}-{place}", "")).replace("\0", "")

    decorative = f"decorative-{place}" in request.POST
    alt = " ".join(read("alt").split())
    return Words(
        alt=alt or ("" if decorative or f"empty-{place}" in request.POST else None),
        decorative=decorative,
        reason=read("reason"),
        caption=read("caption"),
        credit=read("credit"),
        long_description=read("long"),
    )


def _show(
    request: HttpRequest,
    desk: Desk,
    history: History,
    besides: Mapping[str, Any] | None = None,
    *,
    typed: Typed = _NOTHING,
) -> HttpResponse:
    """Show the forms, as they are kept or as somebody just filled them in; `besides` is that of `about`."""
    now = history.current
    maker = _Maker(history=history, words=wording_of(request), written=typed.words, refused=typed.refused)
    shown = [maker.make(place, image) for place, image in enumerate(now.images)]
    values = {
        "part": "inbox",
        "history": history,
        "post": now,
        "shown": shown,
        "refused": maker.refused,
        "overtaken": typed.overtaken,
        "version": history.versions[0].number,
        "versions": deeds.tell_versions(history, wording_of(request)),
        "open": sum(1 for one in now.images if is_undescribed(one)),
        "paragraphs": [part for part in (now.text or now.summary or "").split("\n\n") if part.strip()],
        "may_edit": history.source in desk.sources("edit"),
        "may_withdraw": desk.may_everywhere("withdraw", history.source),
        "barriers": barriers.about(post=now.id),
        "is_ours": manuscripts.is_written(history.key),
        "said": withdrawals.said_of(history.key),
        "is_withheld": now.status is Status.WITHHELD,
        "is_gone": now.status is Status.CANCELED,
        "good_length": GOOD_LENGTH,
    }
    values |= besides or about.describe(request, desk, now)
    values |= mending.describe_readers(desk, history.key)
    status = 409 if typed.overtaken else 422 if maker.refused or values["about_problems"] else 200
    return page(request, desk, "post.html", values, status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Makes the parts of the form: `written` is what somebody just wrote, `refused` what is wrong with it."""

    history: History
    words: PageWording
    written: Mapping[int, Words]
    refused: tuple[Refused, ...]

    def make(self, place: int, image: Image) -> Shown:
        """Make the part of one picture."""
        post = self.history.current
        words = self.written.get(place) or describe.words_of(image)
        original = next((one for one in self.history.original.images if one.url and one.url == image.url), None)
        shown = describe.mend(post, {place: words}).images[place] if not self.refused else image
        return Shown(
            place=place,
            image=image,
            words=words,
            original=original,
            origin=self.words.say(_ORIGINS[image.alt_origin]) if image.alt_origin and image.alt else "",
            heard=self._hear(shown, post),
            warnings=tuple(self._warn(shown, post)),
            problems={one.field: self.words.say(one.reason) for one in self.refused if one.place == place},
            suggestions=tuple(self._suggest(image, post)),
        )

    def _hear(self, image: Image, post: Post) -> str:
        """Say what somebody who does not see the picture comes across in the mail."""
        language = post.language or newsroom().settings.site.language
        beside = Beside(
            post=post.id,
            headline=post.title or "",
            words=wording(language),
            missing_alt=newsroom().settings.accessibility.missing_alt,
        )
        decided = pictures.decide(image, beside)
        if decided.picture is None:
            return self.words.say("Nothing: the picture is left out of the mail.")
        parts = [f"{self.words.say('graphic')}, {decided.picture.alt}"] if decided.picture.alt else []
        parts += [decided.picture.caption] if decided.picture.caption else []
        return ". ".join(parts) or self.words.say("Nothing: the picture is passed over in silence.")

    def _warn(self, image: Image, post: Post) -> Iterable[str]:
        """Say what could be better about a description."""
        text = image.alt or ""
        if is_undescribed(image):
            yield "Nobody has said what this picture shows."
        if not text:
            return
        if alts.is_too_long(text):
            yield "It is longer than people like to hear in one breath; what is left belongs into the text."
        if alts.redundant_lead(text):
            yield "That it is a picture is said anyway: begin with what it shows."
        if alts.credit_in(text):
            yield "Who took the picture belongs into the credit."
        if alts.relation(text, image.caption) is Relation.SAME:
            yield "It says what the caption says: everybody hears it twice."
        if post.title and alts.are_alike(text, post.title):
            yield "It says what the headline says: everybody hears it twice."
        if post.language and alts.is_in_another_script(text, post.language):
            yield "It is not written in the script of the post's language."

    def _suggest(self, image: Image, post: Post) -> Iterable[Suggestion]:
        """Offer what was written about the same picture earlier, and what the file says about itself."""
        if image.url is None:
            return
        earlier = edits.recall([image.url]).get(image.url)
        if earlier is not None and (earlier.alt, earlier.decorative) != (image.alt or "", image.decorative):
            yield self._earlier(earlier)
        if is_undescribed(image):
            inside = _inside(image.url, post.language or newsroom().settings.site.language)
            if inside:
                yield Suggestion(origin=self.words.say("from inside the picture"), text=inside)

    def _earlier(self, earlier: Remembered) -> Suggestion:
        """Offer what somebody wrote about the picture elsewhere."""
        origin = self.words.say("written earlier by %(name)s", name=earlier.actor)
        return Suggestion(origin=origin, text=earlier.reason or earlier.alt, decorative=earlier.decorative)


def _inside(url: str, language: str) -> str:
    """Give the description that the file of a picture carries, where we keep the file; "" for none."""
    room = newsroom()
    try:
        kept = recall(url, open_store(room.settings.media, room.home))
    except OutsideError:
        return ""
    return (kept.words.alt_in(language) or "") if kept else ""
