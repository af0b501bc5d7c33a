"""Editors write: a manuscript in Markdown with its pictures becomes a post, in a source that the desk keeps.

    manuscript -> check -> compose (front matter + Markdown -> sources.markdown) -> keep, as a version of its own

A picture that was uploaded is believed in nothing: its type is read from its bytes, its pixels are written anew, so
that nothing of what the camera noted is left in it. A draft may have pictures that nobody described; what is published
may not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Final

import yaml

from publisher.errors import FormatError, UsageError
from publisher.jobs.newsroom.declaration import declare
from publisher.jobs.posts.catalogue import is_undescribed
from publisher.media import Store, keep_bytes
from publisher.model import AltOrigin, Document, Image, Post, Status
from publisher.settings import Settings, desk_source
from publisher.sources import markdown
from publisher.store import edits, manuscripts
from publisher.store.edits import History
from publisher.store.manuscripts import Manuscript, Placed

LONGEST: Final[Mapping[str, int]] = {  # characters
    "headline": 200,
    "kicker": 60,
    "summary": 500,
    "author": 200,
    "text": 100_000,
}
MOST_PICTURES: Final = 20
_LONGEST_WORDS: Final = 2_000
_TOO_LONG: Final = "This is too long: at most %(n)s characters."
_PLACE: Final = re.compile(r"!\[[^\]\n]*\]\((\d{1,2})\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What cannot be kept or published as it is: the field, the picture (None: none), and why; `%(n)s` is `most`."""

    field: str
    reason: str
    picture: int | None = None
    most: int = 0


def check(manuscript: Manuscript, *, publish: bool) -> tuple[Refused, ...]:
    """Find what stands in the way: texts without end, nothing at all, pictures that nobody described."""
    found = [
        Refused(field=name, reason=_TOO_LONG, most=most)
        for name, most in LONGEST.items()
        if len(getattr(manuscript, name)) > most
    ]
    if publish and not manuscript.headline and not manuscript.text.strip() and not manuscript.pictures:
        found.append(Refused(field="text", reason="Write a headline or a text first."))
    for place, picture in enumerate(manuscript.pictures):
        found += _check_picture(place, picture, publish=publish)
    if publish and not found:
        found += _check_text(manuscript)
    return tuple(found)


def _check_picture(place: int, picture: Placed, *, publish: bool) -> list[Refused]:
    """Find what stands in the way at one picture."""
    found = [
        Refused(field=name, picture=place, reason=_TOO_LONG, most=_LONGEST_WORDS)
        for name in ("alt", "reason", "caption", "credit")
        if len(getattr(picture, name) or "") > _LONGEST_WORDS
    ]
    if picture.decorative and picture.alt:
        found.append(Refused(field="alt", picture=place, reason="A decorative picture has no description: keep one."))
    if publish and picture.decorative and not picture.reason:
        found.append(Refused(field="reason", picture=place, reason="Say why it may be passed over in silence."))
    if publish and not picture.decorative and is_undescribed(_image(picture)):
        found.append(
            Refused(field="alt", picture=place, reason="Say what this picture shows, or that it is decorative.")
        )
    return found


def _check_text(manuscript: Manuscript) -> list[Refused]:
    """Find pictures that the text names by an address of their own and does not describe."""
    own = {picture.url for picture in manuscript.pictures}
    post = _parse(manuscript, "check", "check", None)
    if any(image.url not in own and (is_undescribed(image) or image.alt == "") for image in post.images):
        return [Refused(field="text", reason="A picture in the text has no description: ![what it shows](address).")]
    return []


# --- pictures ---------------------------------------------------------------------------------------------------------


def take_in(content: bytes, name: str, site: str, store: Store, language: str) -> Placed:
    """Keep a picture that somebody uploaded, without what the camera noted; gives it with what its file says of itself.

    Raises `UsageError` for what is no picture that a mail can show, `OutsideError` where nothing can be kept.
    """
    url = f"{site}/pictures/{hashlib.sha256(content).hexdigest()[:32]}"
    try:
        kept = keep_bytes(url, content, store)
    except FormatError as failure:
        raise UsageError("the picture", failure.reason, failure.fix) from failure
    return Placed(
        url=url,
        name=" ".join(name.split())[:200],
        inside=kept.words.alt_in(language) or "",
        width=kept.width,
        height=kept.height,
    )


def _image(picture: Placed) -> Image:
    """Give a picture as posts have it."""
    alt = "" if picture.decorative else picture.alt or None
    return Image(
        url=picture.url,
        alt=alt,
        alt_origin=None if alt is None else AltOrigin.EDITOR,
        decorative=picture.decorative,
        decorative_reason=picture.reason or None if picture.decorative else None,
        caption=picture.caption or None,
        credit=picture.credit or None,
        width=picture.width or None,
        height=picture.height or None,
    )


# --- composing --------------------------------------------------------------------------------------------------------


def compose(manuscript: Manuscript, source: str, uid: str, published: datetime, *, is_draft: bool) -> Post:
    """Make the post of a manuscript. Pictures that the text does not place lead it (the first) or follow it."""
    post = _parse(manuscript, source, uid, published)
    own = {picture.url: _image(picture) for picture in manuscript.pictures}
    images = tuple(own.get(image.url or "", image) for image in post.images)
    return replace(post, images=images, status=Status.WITHHELD if is_draft else Status.USABLE)


def _parse(manuscript: Manuscript, source: str, uid: str, published: datetime | None) -> Post:
    """Read a manuscript as the Markdown file that it could be."""
    text, placed = _place(manuscript)
    rest = [picture for place, picture in enumerate(manuscript.pictures) if place not in placed]
    front: dict[str, object] = {
        "id": uid,
        "title": manuscript.headline,
        "kicker": manuscript.kicker,
        "summary": manuscript.summary,
        "author": manuscript.author,
        "lang": manuscript.language,
        "date": published,
    }
    if rest:
        lead = _image(rest[0])
        front |= {"image": lead.url, "alt": lead.alt, "caption": lead.caption, "credit": lead.credit}
    body = "\n\n".join([text, *map(_figure, rest[1:])])
    written = yaml.safe_dump({name: value for name, value in front.items() if value is not None}, allow_unicode=True)
    document = Document(source=source, content=f"---\n{written}---\n\n{body}\n".encode(), media_type="text/markdown")
    (post,) = markdown.parse(document, language=manuscript.language or None).posts
    return replace(post, source=source)


def _place(manuscript: Manuscript) -> tuple[str, set[int]]:
    """Put pictures where the text wants them, `![](2)` the second; gives the text, and the places of those in it."""
    placed: set[int] = set()

    def put(found: re.Match[str]) -> str:
        place = int(found[1]) - 1
        if not 0 <= place < len(manuscript.pictures) or place in placed:
            return ""
        placed.add(place)
        return f"\n\n{_figure(manuscript.pictures[place])}\n\n"

    return _PLACE.sub(put, manuscript.text), placed


def _figure(picture: Placed) -> str:
    """Write a picture as a block of a Markdown text."""
    image = _image(picture)
    alt = "" if image.alt is None else f' alt="{escape(image.alt)}"'
    caption = f"<figcaption>{escape(image.caption)}</figcaption>" if image.caption else ""
    return f'<figure><img src="{escape(image.url or "")}"{alt}>{caption}</figure>'


# --- keeping ----------------------------------------------------------------------------------------------------------


def begin(  # noqa: PLR0913 - what is written for which newsletter, by whom and when
    settings: Settings, newsletter: str, manuscript: Manuscript, *, uid: str, actor: str, now: datetime, is_draft: bool
) -> int:
    """Keep what somebody began to write for a newsletter; gives the row of its post. Raises `UsageError`."""
    _refuse(manuscript, publish=not is_draft)
    declare(settings, now)
    source = desk_source(newsletter)
    post = compose(manuscript, source, uid, now, is_draft=is_draft)
    return manuscripts.begin(source, _sign(post, settings), manuscript, actor, now)


def keep(  # noqa: PLR0913 - as above, and which version they saw
    settings: Settings, key: int, manuscript: Manuscript, *, actor: str, now: datetime, based_on: int, is_draft: bool
) -> None:
    """Keep what somebody wrote on; a draft gets its date when it is published. Raises `UsageError`."""
    _refuse(manuscript, publish=not is_draft)
    before = edits.history(key)
    current = before.current
    if current.status is Status.CANCELED:
        raise UsageError("this post", "it was killed, and stays so", "write a new one")
    was_draft = current.status is Status.WITHHELD
    published = now if was_draft or current.published is None else current.published
    post = compose(manuscript, before.source, current.id, published, is_draft=is_draft)
    updated = None if was_draft else now
    manuscripts.keep(key, replace(_sign(post, settings), updated=updated), manuscript, actor, now, based_on=based_on)


def _sign(post: Post, settings: Settings) -> Post:
    """Say who published it."""
    return replace(post, source_title=settings.site.name)


def _refuse(manuscript: Manuscript, *, publish: bool) -> None:
    """Refuse what cannot be kept. Raises `UsageError`."""
    refused = check(manuscript, publish=publish)
    if refused:
        raise UsageError(f"the {refused[0].field}", refused[0].reason.replace("%(n)s", str(refused[0].most)))


def open_manuscript(history: History) -> Manuscript:
    """Give what was written last, with what was said of its pictures since. Raises `UsageError`."""
    found = manuscripts.read(history.key)
    now = {image.url: image for image in history.current.images}
    return replace(found, pictures=tuple(_renew(one, now.get(one.url)) for one in found.pictures))


def _renew(picture: Placed, image: Image | None) -> Placed:
    """Take over what was said of a picture on the page of its post."""
    if image is None:
        return picture
    return replace(
        picture,
        alt=image.alt or None,
        decorative=image.decorative,
        reason=image.decorative_reason or "",
        caption=image.caption or "",
        credit=image.credit or "",
    )
