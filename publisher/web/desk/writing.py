"""Posts that editors write: Markdown with pictures, kept as drafts until they are published to a newsletter.

The pictures of a form travel with it, signed, so that nothing that was uploaded is lost when something is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from publisher.errors import UsageError
from publisher.jobs.posts import write
from publisher.jobs.posts.write import Refused
from publisher.media import open_store
from publisher.media.keep import MAX_PICTURE
from publisher.model import Status
from publisher.settings import desk_source
from publisher.store import editions, edits, manuscripts
from publisher.store.edits import History
from publisher.store.manuscripts import Manuscript, Placed
from publisher.web.desk import galley
from publisher.web.desk.access import KEPT, Desk, at_desk, page
from publisher.web.newsroom import newsroom
from publisher.web.pages import wording_of
from publisher.web.strings import PageWording

_SALT: Final = "desk.writing.pictures"
_LINES: Final = ("headline", "kicker", "summary", "author", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What somebody writes, for which newsletter; `key` is the row of the post, 0 for one that is not kept yet.

    `overtaken`: somebody else kept a newer version meanwhile.
    """

    newsletter: str
    manuscript: Manuscript
    key: int = 0
    version: int = 0
    is_published: bool = False
    overtaken: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def begin(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Write a new post, or choose a draft to write on."""
    names = desk.newsletters("edit")
    if not names:
        raise PermissionDenied
    if request.method != "POST":
        asked = request.GET.get("newsletter", "")
        name = asked if asked in names else names[0]
        return _show(request, desk, Form(newsletter=name, manuscript=Manuscript(language=languages_of(name)[0])))
    name = str(request.POST.get("newsletter", ""))
    if newsroom().newsletter(name) is None:
        raise UsageError("the newsletter", "there is none of this name", "choose one of the list")
    desk.require_newsletter("edit", name)
    form = Form(newsletter=name, manuscript=_read(request, name))
    return _preview(request, desk, form) if _is_preview(request) else _keep(request, desk, form)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def go_on(request: HttpRequest, desk: Desk, key: int) -> HttpResponseBase:
    """Write on at a post of the desk."""
    history = edits.history(key)
    name = _newsletter_of(history)
    desk.require_newsletter("edit", name)
    current = history.current
    form = Form(
        newsletter=name,
        manuscript=write.open_manuscript(history),
        key=key,
        version=history.versions[0].number,
        is_published=current.status is Status.USABLE,
    )
    if current.status is Status.CANCELED:
        raise UsageError(f"post {key}", "it was killed, and stays so", "write a new one")
    if request.method != "POST":
        return _show(request, desk, form)
    version = str(request.POST.get("version", ""))
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0  # noqa: PLR2004 - fits any column
    if _is_preview(request):
        return _preview(request, desk, replace(form, manuscript=_read(request, name), version=seen))
    if seen != form.version:
        return _show(request, desk, replace(form, manuscript=_read(request, name), overtaken=True))
    return _keep(request, desk, replace(form, manuscript=_read(request, name)))


def _newsletter_of(history: History) -> str:
    """Give the newsletter that a post was written for. Raises `Http404`."""
    for name in newsroom().settings.newsletters:
        if desk_source(name) == history.source:
            return name
    raise Http404


def languages_of(newsletter: str) -> tuple[str, ...]:
    """Give the languages in which something can be written for a newsletter, its own first."""
    settings = newsroom().settings
    return settings.newsletters[newsletter].languages or (settings.site.language,)


# --- reading the form -------------------------------------------------------------------------------------------------


def _read(request: HttpRequest, newsletter: str) -> Manuscript:
    """Read the form; a picture that is to go is left out, one that was chosen comes in. Raises `UsageError`."""

    def line(name: str) -> str:
        return " ".join(str(request.POST.get(name, "")).replace("\0", "").split())

    values = {name: line(name) for name in _LINES}
    if values["language"] not in languages_of(newsletter):
        values["language"] = languages_of(newsletter)[0]
    pictures = [
        _read_picture(line, one, place, decorative=f"decorative-{place}" in request.POST)
        for place, one in enumerate(_carried(request))
        if f"remove-{place}" not in request.POST
    ]
    text = str(request.POST.get("text", "")).replace("\0", "").replace("\r\n", "\n")
    pictures += _uploaded(request, values["language"], len(pictures))
    return Manuscript(text=text, pictures=tuple(pictures), **values)


def _carried(request: HttpRequest) -> list[Placed]:
    """Give the pictures that the form came with, as we signed them. Raises `UsageError`."""
    written = str(request.POST.get("pictures", ""))
    if not written:
        return []
    try:
        return [Placed(**one) for one in signing.loads(written, salt=_SALT)]
    except signing.BadSignature as failure:
        raise UsageError("the pictures", "this form is not as we sent it", "open the page again") from failure


def _read_picture(line: Any, picture: Placed, place: int, *, decorative: bool) -> Placed:  # noqa: ANN401 - the reader of the form
    """Read what the form says of one picture."""
    return replace(
        picture,
        alt=line(f"alt-{place}") or None,
        decorative=decorative,
        reason=line(f"reason-{place}"),
        caption=line(f"caption-{place}"),
        credit=line(f"credit-{place}"),
    )


def _uploaded(request: HttpRequest, language: str, known: int) -> Iterator[Placed]:
    """Take in the picture that was chosen, if one was. Raises `UsageError`."""
    sent = request.FILES.get("file")
    if sent is None:
        return
    if (sent.size or 0) > MAX_PICTURE:
        raise UsageError("the picture", "it is larger than 25 MB", "make it smaller")
    if known >= write.MOST_PICTURES:
        raise UsageError("the picture", f"there are {known} already", "remove one first")
    room = newsroom()
    store = open_store(room.settings.media, room.home)
    yield write.take_in(sent.read(), sent.name or "", room.url, store, language)


def _is_preview(request: HttpRequest) -> bool:
    """Say whether somebody only wants to see how it reads."""
    return request.POST.get("do") == "preview"


# --- answering --------------------------------------------------------------------------------------------------------


def _keep(request: HttpRequest, desk: Desk, form: Form) -> HttpResponse:
    """Keep the form as a draft or publish it; what is refused is shown with everything that was typed."""
    wanted = str(request.POST.get("do", "draft"))
    words = wording_of(request)
    if form.is_published and wanted != "publish":
        return _show(request, desk, form, more={"note": words.say("The change is not published yet.")})
    refused = write.check(form.manuscript, publish=False)
    if refused:
        return _show(request, desk, form, refused)
    missing = write.check(form.manuscript, publish=True) if wanted == "publish" else ()
    if missing and form.is_published:
        return _show(request, desk, form, missing)
    key = _save(desk, form, is_draft=wanted != "publish" or bool(missing))
    if missing:
        kept = replace(form, key=key, version=edits.history(key).versions[0].number)
        return _show(request, desk, kept, missing, {"note": words.say("It is kept as a draft.")})
    if wanted == "publish":
        title = newsroom().settings.newsletters[form.newsletter].title
        messages.success(
            request, words.say("Published: it stands in the next edition of %(name)s.", name=title), extra_tags=KEPT
        )
        return HttpResponseRedirect(f"/desk/posts/{key}/")
    messages.success(request, words.say("The draft is kept."), extra_tags=KEPT)
    place = "#pictures" if wanted == "add" else ""
    return HttpResponseRedirect(f"/desk/write/{key}/{place}")


def _save(desk: Desk, form: Form, *, is_draft: bool) -> int:
    """Write it down; gives the row of the post."""
    settings, now = newsroom().settings, datetime.now(UTC)
    if not form.key:
        uid = f"desk-{editions.new_id(now, secrets.randbits(80))}"
        return write.begin(
            settings, form.newsletter, form.manuscript, uid=uid, actor=desk.name, now=now, is_draft=is_draft
        )
    write.keep(settings, form.key, form.manuscript, actor=desk.name, now=now, based_on=form.version, is_draft=is_draft)
    return form.key


def _preview(request: HttpRequest, desk: Desk, form: Form) -> HttpResponse:
    """Show how it reads and what is still to be mended, beside everything that was typed; nothing is kept."""
    words = wording_of(request)
    too_long = write.check(form.manuscript, publish=False)
    if too_long:
        return _show(request, desk, form, too_long)
    set_up = galley.pull(form.manuscript, form.newsletter, words, datetime.now(UTC))
    missing = () if set_up.problem else write.check(form.manuscript, publish=True)
    open_fields = [(_anchor(one), _tell(words, one), one.picture) for one in missing]
    things = len(open_fields) + len(set_up.told)
    return _show(request, desk, form, more={"galley": set_up, "open_fields": open_fields, "open_things": things})


def _show(
    request: HttpRequest,
    desk: Desk,
    form: Form,
    refused: tuple[Refused, ...] = (),
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show the form, as it is kept or as somebody just filled it in; `more` is what the page shows besides."""
    words = wording_of(request)
    names = desk.newsletters("edit")
    values = {
        "part": "write",
        "form": form,
        "one": form.manuscript,
        "title": newsroom().settings.newsletters[form.newsletter].title,
        "newsletters": [(name, newsroom().settings.newsletters[name].title) for name in names],
        "languages": sorted({tag for name in names for tag in languages_of(name)})
        if not form.key
        else languages_of(form.newsletter),
        "pictures": [
            {
                "place": place,
                "picture": picture,
                "src": picture.url.removeprefix(newsroom().url),
                "problems": _problems(words, refused, place),
            }
            for place, picture in enumerate(form.manuscript.pictures)
        ],
        "carried": signing.dumps([asdict(one) for one in form.manuscript.pictures], salt=_SALT, compress=True),
        "problems": _problems(words, refused, None),
        "refused": [(_anchor(one), _tell(words, one), one.picture) for one in refused],
        "limits": write.LONGEST,
        "drafts": manuscripts.listed(tuple(map(desk_source, names))) if not form.key else (),
        **(more or {}),
    }
    return page(request, desk, "write.html", values, status=409 if form.overtaken else 422 if refused else 200)


def _problems(words: PageWording, refused: tuple[Refused, ...], picture: int | None) -> dict[str, str]:
    """Say what is wrong with the fields of one picture, or of the rest of the form."""
    return {one.field: _tell(words, one) for one in refused if one.picture == picture}


def _tell(words: PageWording, one: Refused) -> str:
    """Say why something is refused."""
    return words.say(one.reason, n=words.digits(str(one.most)))


def _anchor(one: Refused) -> str:
    """Give the id of the field that something is wrong with."""
    return one.field if one.picture is None else f"{one.field}-{one.picture}"
