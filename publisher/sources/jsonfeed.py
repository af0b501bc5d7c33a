"""JSON Feed 1.0 and 1.1, with what our own feeds add to it: `_a11y` for pictures and media, `_release` for rights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from publisher.errors import FormatError
from publisher.language import normalise
from publisher.model import AltOrigin, Direction, Document, Image, Media, Posts, Skipped, Status, Track
from publisher.sources import dates, finish, markup, mediarss, players
from publisher.sources.addresses import resolve
from publisher.sources.characters import unescape
from publisher.sources.credits import find_credit
from publisher.sources.finish import Draft, Origin
from publisher.sources.trees import printable

Item = dict[str, Any]  # what JSON holds; every value is checked where it is read

_DIRECTIONS: Final[Mapping[str, Direction]] = {"ltr": "ltr", "rtl": "rtl"}
_TRACKS: Final = frozenset({"text/vtt", "application/x-subrip", "application/srt"})


def is_jsonfeed(value: object) -> bool:
    """Say whether a JSON value is a JSON Feed."""
    if not isinstance(value, dict):
        return False
    return "jsonfeed.org" in str(value.get("version", ""))[:200] or isinstance(value.get("items"), list)


def parse(document: Document, feed: Item, *, language: str | None = None, default_language: str = "en") -> Posts:
    """Read a JSON Feed that is parsed already.

    Raises: FormatError when it has no list of items.
    """
    items = feed.get("items")
    if not isinstance(items, list):
        raise FormatError(document.source, "the JSON Feed has no list of items", "ask its publisher to mend it")
    origin = Origin(
        source=document.source,
        title=unescape(_text(feed, "title")),
        language=language,
        declared=_text(feed, "language"),
        default_language=default_language,
        modified=document.modified,
    )
    base = document.url or resolve(_text(feed, "feed_url"), None) or resolve(_text(feed, "home_page_url"), None)
    authors = tuple(_authors(feed))
    posts, skipped = [], []
    for position, item in enumerate(items):
        if isinstance(item, dict):
            posts.append(finish.post(_draft(item, position, base, authors), origin))
        else:
            skipped.append(Skipped(source=document.source, reason=f"item {position + 1}: it is no JSON object"))
    return Posts(
        source=document.source,
        title=finish.one_line(origin.title),
        url=resolve(_text(feed, "home_page_url"), base),
        language=origin.declared,
        posts=tuple(posts),
        skipped=tuple(skipped),
    )


def _draft(item: Item, position: int, base: str | None, authors: tuple[str, ...]) -> Draft:
    """Read one item."""
    url = resolve(_text(item, "url") or _text(item, "external_url"), base)
    html = _text(item, "content_html") or markup.paragraphs(_text(item, "content_text") or "")
    cleaned = markup.clean(html, base=url or base)
    attached = tuple(_attached(item, url or base))
    pictures = (*_described(item, url or base), *(thing for thing in attached if isinstance(thing, Image)))
    media = tuple(thing for thing in attached if isinstance(thing, Media))
    published = dates.from_value(item.get("date_published"))
    updated = dates.from_value(item.get("date_modified"))
    release = _object(item, "_release")
    return Draft(
        position=position,
        id=_identity(item),
        url=url,
        title=unescape(_text(item, "title")),
        kicker=_text(release, "kicker"),
        language=_text(item, "language"),
        direction=_DIRECTIONS.get(_text(_object(item, "_a11y"), "direction") or ""),
        authors=tuple(_authors(item)) or authors,
        published=published or updated,
        updated=updated,
        summary=markup.plain(_text(item, "summary")),
        html=cleaned.html,
        text=cleaned.text,
        tags=tuple(tag for tag in _list(item, "tags") if isinstance(tag, str)),
        images=mediarss.overrule_images(cleaned.images, pictures),
        media=_media(item, media, url or base, cleaned.media),
        status=_status(release),
        embargo=dates.from_value(release.get("embargoed_until")),
        rights=_text(release, "rights"),
    )


def _object(holder: Item, key: str) -> Item:
    """Give an object; an empty one where there is none."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _status(release: Item) -> Status | None:
    """Give the publishing status; None for what is none."""
    said = release.get("status")
    return Status(said) if isinstance(said, str) and said in set(Status) else None


def _identity(item: Item) -> str | None:
    """Give the id of an item; a number is one too, though the specification wants a text."""
    value = item.get("id")
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _authors(holder: Item) -> Iterator[str]:
    """Go through the authors, in the words of 1.1 and of 1.0."""
    people = _list(holder, "authors") or [holder.get("author")]
    for person in people:
        name = _text(person, "name") if isinstance(person, dict) else person
        if isinstance(name, str) and name:
            yield name


def _attached(item: Item, base: str | None) -> Iterator[Image | Media]:
    """Go through the item's main picture and its attachments."""
    main = resolve(_text(item, "image") or _text(item, "banner_image"), base)
    if main:
        yield Image(url=main)
    for thing in _list(item, "attachments"):
        url = resolve(_text(thing, "url"), base) if isinstance(thing, dict) else None
        if url is None:
            continue
        kind = (_text(thing, "mime_type") or players.guess_type(url) or "").lower()
        if kind.startswith("image/"):
            yield Image(url=url)
        elif kind.startswith(("video/", "audio/")):
            yield Media(url=url, type=kind, title=_text(thing, "title"), duration=_seconds(thing))


def _media(item: Item, attached: tuple[Media, ...], base: str | None, shown: tuple[Media, ...]) -> tuple[Media, ...]:
    """Put media together: what the accessibility extension says of them, what is attached, what the text shows."""
    described = tuple(_described_media(item, base))
    if described:
        return mediarss.merge_media(mediarss.merge_media(described, attached), shown)
    return mediarss.merge_media(shown, _with_tracks(attached, item, base))


def _described_media(item: Item, base: str | None) -> Iterator[Media]:
    """Go through the films and sounds that the accessibility extension describes (`_a11y.media`)."""
    for thing in _list(_object(item, "_a11y"), "media"):
        url = resolve(_text(thing, "url"), base) if isinstance(thing, dict) else None
        if url is None:
            continue
        words = _text(thing, "transcript_text")
        yield Media(
            url=url,
            title=_text(thing, "title"),
            captions=tuple(
                Track(url=address, type=_text(track, "type"), language=normalise(_text(track, "language")))
                for track in _list(thing, "captions")
                if isinstance(track, dict) and (address := resolve(_text(track, "url"), base))
            ),
            transcript=resolve(_text(thing, "transcript"), base),
            transcript_text=words.strip() or None if words else None,
        )


def _with_tracks(media: tuple[Media, ...], item: Item, base: str | None) -> tuple[Media, ...]:
    """Give the first medium the captions files among the attachments."""
    tracks = []
    for thing in _list(item, "attachments"):
        kind = (_text(thing, "mime_type") or "").lower() if isinstance(thing, dict) else ""
        url = resolve(_text(thing, "url"), base) if kind in _TRACKS else None
        if url:
            tracks.append(Track(url=url, type=kind))
    if not (media and tracks):
        return media
    return (players.merge(media[0], Media(url=media[0].url, captions=tuple(tracks))), *media[1:])


def _described(item: Item, base: str | None) -> Iterator[Image]:
    """Go through the pictures that the accessibility extension describes (`_a11y.images`)."""
    for thing in _list(_object(item, "_a11y"), "images"):
        url = resolve(_text(thing, "url"), base) if isinstance(thing, dict) else None
        if url is None:
            continue
        decorative = thing.get("decorative") is True
        alt = "" if decorative else _text(thing, "alt")
        caption = _text(thing, "caption")
        yield Image(
            url=url,
            alt=alt,
            alt_origin=None if alt is None else AltOrigin.FEED,
            caption=caption,
            credit=_text(thing, "credit") or find_credit(caption),
            decorative=decorative,
            long_description=_text(thing, "long_description"),
        )


def _seconds(thing: Item) -> int | None:
    """Give the duration of an attachment."""
    value = thing.get("duration_in_seconds")
    return int(value) if isinstance(value, int | float) and 0 <= value < 10**7 else None


def _list(holder: Item, key: str) -> list[Any]:
    """Give a list; empty where there is none."""
    value = holder.get(key)
    return value if isinstance(value, list) else []


def _text(holder: Item, key: str) -> str | None:
    """Give a text without what cannot be written; None where there is none."""
    value = holder.get(key)
    return printable(value) or None if isinstance(value, str) else None
