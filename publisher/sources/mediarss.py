"""The pictures, videos and sounds that a feed names beside a post's text, with the words about each.

Media RSS (`media:content`, `media:thumbnail`, `media:group`), enclosures of RSS and Atom, `itunes:image`, the `image`
element of old feeds, `podcast:transcript`, captions linked from Atom. What a publisher means by which element follows
the mapping that our own feeds are written by: `media:description` is the alternative text (`AltOrigin.FEED`),
`media:title` the caption unless it is a file name, `media:credit` the credit, `media:text` the transcript of a video or
sound and the long description of a picture, `media:subTitle` a captions file. What stands in the object wins over its
group, the group over the post; a picture takes neither title nor description of the post, which speak of the post.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from publisher.language import normalise
from publisher.model import AltOrigin, Image, Media, Track
from publisher.sources import pictures, players
from publisher.sources.addresses import resolve
from publisher.sources.credits import find_credit
from publisher.sources.feedtree import base_of, is_media, local_name
from publisher.sources.markup import clean, plain

_PICTURE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)$", re.IGNORECASE)
_FILE_NAME: Final = re.compile(
    r"^\S+\.(?:jpe?g|png|gif|webp|avif|svg|mp[34])$|^(?:img|dscn?|pxl|image|photo|screenshot)[-_ ]?\d*$|^\w*\d{5,}\w*$",
    re.IGNORECASE,
)
_CAPTIONS: Final = frozenset(
    {"text/vtt", "application/x-subrip", "application/srt", "text/srt", "application/ttml+xml"}
)
_READABLE: Final = frozenset({"text/html", "text/plain", "application/xhtml+xml"})
_AVATARS: Final = ("gravatar.com",)
_FLASH: Final = "application/x-shockwave-flash"
_STREAM: Final = "application/vnd.apple.mpegurl"
_SAYS_NOTHING: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_LONGEST_ALT: Final = 1000
_MOST_DIGITS: Final = 6  # of a size in px
_CLOCK_PARTS: Final = 3  # hours, minutes, seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """What a post has beside its text, in the feed's order."""

    images: tuple[Image, ...] = ()
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    """One address that an item names; `scope` are the elements that speak of it, its own first."""

    element: Element
    url: str
    kind: str  # "image", "player" or "thumbnail"
    type: str | None
    scope: tuple[Element, ...] = ()


def read(item: Element, base: str | None, page: str | None) -> Attached:
    """Read what an item names beside its text; `page` is the post's address, where old players are replaced by it."""
    here = base_of(item, base)
    objects = list(_objects(item, here))
    media = [_player(thing, here, page) for thing in objects if thing.kind == "player"]
    images = [_picture(thing) for thing in objects if thing.kind == "image"]
    if not media and not images:
        images += [_picture(thing) for thing in _largest(thing for thing in objects if thing.kind == "thumbnail")]
    images += [] if images else list(_cover(item, here))
    told = _with_item_words(_merge_players(media), item, here)
    return Attached(images=merge_images((), images), media=told)


def entitle(item: Element) -> str | None:
    """Give what Media RSS calls the item itself, or its group."""
    return _said(_groups(item), "title")


def describe(item: Element) -> str | None:
    """Give what Media RSS says of the item itself, or its group: several paragraphs, plain."""
    for place in _groups(item):
        for child in place:
            if local_name(child) == "description" and is_media(child):
                words = clean("".join(child.itertext()), base=None).text
                if words:
                    return words
    return None


def _groups(item: Element) -> list[Element]:
    """Give the elements whose Media RSS speaks of the item: itself and its groups."""
    return [item, *(child for child in item if local_name(child) == "group" and is_media(child))]


def merge_images(first: Iterable[Image], second: Iterable[Image]) -> tuple[Image, ...]:
    """Put two lists of pictures together; the same picture in another size is the same picture."""
    merged = list(first)
    places: dict[tuple[str, str], int] = {}
    for at, known in enumerate(merged):
        if known.url is not None:
            places.setdefault(_file(known.url), at)
    for image in second:
        place = len(merged) if image.url is None else places.setdefault(_file(image.url), len(merged))
        if place == len(merged):
            merged.append(image)
        else:
            merged[place] = pictures.merge(merged[place], image)
    return tuple(merged)


def overrule_images(found: Iterable[Image], told: Iterable[Image]) -> tuple[Image, ...]:
    """Put pictures of a text together with what is told of them beside it, whose words win; the text's order stays."""
    every = merge_images((), told)
    waiting = {_file(image.url): image for image in every if image.url is not None}
    merged = []
    for image in found:
        known = None if image.url is None else waiting.pop(_file(image.url), None)
        merged.append(image if known is None else pictures.merge(known, image))
    return (*merged, *(image for image in every if image.url is None or _file(image.url) in waiting))


def merge_media(first: Iterable[Media], second: Iterable[Media]) -> tuple[Media, ...]:
    """Put two lists of media together; the same address is the same medium."""
    merged: dict[str, Media] = {}
    for medium in (*first, *second):
        merged[medium.url] = players.merge(merged[medium.url], medium) if medium.url in merged else medium
    return tuple(merged.values())


# --- what an item names -----------------------------------------------------------------------------------------------


def _objects(item: Element, base: str | None) -> Iterator[_Object]:
    """Go through the addresses an item names."""
    for child in item:
        name = local_name(child)
        if is_media(child) and name == "group":
            yield from _group(child, base)
        elif is_media(child) and name in {"content", "thumbnail"}:
            yield from _media_object(child, (child,), base)
        elif name == "enclosure" or (name == "link" and (child.get("rel") or "").lower() == "enclosure"):
            yield from _object(child, (), base, child.get("url") or child.get("href"))


def _group(group: Element, base: str | None) -> Iterator[_Object]:
    """Go through a group: its objects are versions of one thing, so one picture and one player speak for it."""
    objects = [
        thing
        for child in group
        if is_media(child) and local_name(child) in {"content", "thumbnail"}
        for thing in _media_object(child, (child, group), base)
    ]
    for kind in ("image", "player"):
        same = [thing for thing in objects if thing.kind == kind]
        preferred = [thing for thing in same if thing.element.get("isDefault") == "true"]
        yield from preferred[:1] or _largest(same)
    yield from (thing for thing in objects if thing.kind == "thumbnail")


def _media_object(element: Element, scope: tuple[Element, ...], base: str | None) -> Iterator[_Object]:
    """Read a `media:content` with the thumbnails in it, or a `media:thumbnail`."""
    player = next((child for child in element if local_name(child) == "player" and is_media(child)), None)
    address = element.get("url") or (player.get("url") if player is not None else None)
    yield from _object(element, scope, base, address)
    for child in element:
        if is_media(child) and local_name(child) == "thumbnail":
            yield from _object(child, (), base, child.get("url"))


def _object(element: Element, scope: tuple[Element, ...], base: str | None, address: str | None) -> Iterator[_Object]:
    """Read one address, if it can be resolved and is something to see or hear."""
    url = resolve(address, base_of_child(element, base))
    if url is None:
        return
    declared = (element.get("type") or "").split(";")[0].strip().lower()
    kind = _kind(element, url, declared)
    if kind is not None and not _is_avatar(url):
        yield _Object(element=element, url=url, kind=kind, type=declared or players.guess_type(url), scope=scope)


def base_of_child(element: Element, base: str | None) -> str | None:
    """Give the base inside an element whose parents are already counted in."""
    return resolve(element.get("{http://www.w3.org/XML/1998/namespace}base"), base) or base


def _kind(element: Element, url: str, declared: str) -> str | None:
    """Say whether an object is a picture, a preview of something, a player, or a document for nobody here."""
    if local_name(element) == "thumbnail":
        return "thumbnail"
    medium = (element.get("medium") or "").lower()
    if medium or declared not in _SAYS_NOTHING:
        return _declared_kind(medium, declared)
    if _PICTURE.search(urlsplit(url).path):
        return "image"
    if players.guess_type(url) not in {None, *_CAPTIONS}:
        return "player"
    return "image" if is_media(element) and element.get("width") and not element.get("duration") else None


def _declared_kind(medium: str, declared: str) -> str | None:
    """Say what the feed calls an object."""
    if medium == "image" or declared.startswith("image"):
        return "image"
    if medium in {"video", "audio"} or declared.startswith(("video/", "audio/")) or declared in {_FLASH, _STREAM}:
        return "player"
    return None


def _largest(things: Iterable[_Object]) -> list[_Object]:
    """Give the best of several versions of one picture or film: by default the widest, then the first."""
    every = list(things)
    return [max(every, key=lambda thing: _number(thing.element.get("width")) or 0)] if every else []


def _is_avatar(url: str) -> bool:
    """Say whether a picture shows the author's account rather than anything of the post."""
    host = urlsplit(url).hostname or ""
    return host.endswith(_AVATARS)


def _file(url: str) -> tuple[str, str]:
    """Tell a picture by host and path, whatever its size and query; by all of its address where that names no file."""
    parts = urlsplit(url)
    if not _PICTURE.search(parts.path):
        return url, ""
    return parts.netloc, pictures.SIZE_SUFFIX.sub("", parts.path)


# --- what is said about it --------------------------------------------------------------------------------------------


def _picture(thing: _Object) -> Image:
    """Read the words about a picture."""
    alt = _said(thing.scope, "description")
    title = _said(thing.scope, "title")
    caption = title if title and title != alt and not _FILE_NAME.search(title) else None
    return Image(
        url=thing.url,
        alt=alt[:_LONGEST_ALT] if alt else None,
        alt_origin=AltOrigin.FEED if alt else None,
        caption=caption,
        credit=_credit(thing.scope) or find_credit(caption) or find_credit(alt),
        long_description=_said(thing.scope, "text"),
        width=_number(thing.element.get("width")),
        height=_number(thing.element.get("height")),
    )


def _player(thing: _Object, base: str | None, page: str | None) -> Media:
    """Read a video or sound with its captions, transcript and preview."""
    flash = thing.type == _FLASH
    posters = (child for place in thing.scope for child in place if local_name(child) == "thumbnail")
    title = _said(thing.scope, "title") or plain(thing.element.get("title"))
    return Media(
        url=page if flash and page else thing.url,
        type="text/html" if (flash and page) or not thing.element.get("url", thing.element.get("href")) else thing.type,
        title=title,
        captions=tuple(_tracks(thing.scope, base)),
        transcript_text=_spoken(thing.scope),
        duration=_seconds(thing.element.get("duration")),
        poster=next((found for child in posters if (found := resolve(child.get("url"), base))), None),
    )


def _with_item_words(media: tuple[Media, ...], item: Element, base: str | None) -> tuple[Media, ...]:
    """Give an item's first medium what the item says of it: captions, transcript, duration, a preview."""
    if not media:
        return ()
    captions, transcript = _transcripts(item, base)
    duration = next((_seconds(child.text) for child in item if local_name(child) == "duration"), None)
    poster = next(
        (found for child in item if local_name(child) == "thumbnail" and (found := resolve(child.get("url"), base))),
        None,
    )
    known = Media(
        url=media[0].url,
        captions=(*_tracks((item,), base), *captions),
        transcript=transcript,
        transcript_text=_spoken((item,)),
        duration=duration,
        poster=poster,
    )
    return (players.merge(media[0], known), *media[1:])


def _said(scope: Iterable[Element], name: str) -> str | None:
    """Give what the nearest element says under a name of Media RSS, as plain words."""
    for place in scope:
        for child in place:
            if local_name(child) == name and is_media(child):
                words = plain("".join(child.itertext()))
                if words:
                    return words
    return None


def _credit(scope: Iterable[Element]) -> str | None:
    """Give the credits of the nearest element that names any."""
    for place in scope:
        named = (
            plain("".join(child.itertext())) for child in place if local_name(child) == "credit" and is_media(child)
        )
        names = list(dict.fromkeys(filter(None, named)))
        if names:
            return ", ".join(names)
    return None


def _spoken(scope: Iterable[Element]) -> str | None:
    """Give the words spoken in a video or sound (`media:text`), in order."""
    for place in scope:
        pieces = [child for child in place if local_name(child) == "text" and is_media(child)]
        words = "\n".join(filter(None, (clean("".join(piece.itertext()), base=None).text for piece in pieces)))
        if words:
            return words
    return None


def _tracks(scope: Iterable[Element], base: str | None) -> Iterator[Track]:
    """Go through the captions files (`media:subTitle`)."""
    for place in scope:
        for child in place:
            url = resolve(child.get("href") or child.get("url"), base) if local_name(child) == "subtitle" else None
            if url and is_media(child):
                yield Track(
                    url=url, type=child.get("type") or players.guess_type(url), language=normalise(child.get("lang"))
                )


def _transcripts(item: Element, base: str | None) -> tuple[tuple[Track, ...], str | None]:
    """Read `podcast:transcript`, and captions that Atom links to: captions files, and the address of a transcript."""
    tracks: list[Track] = []
    readable: list[str] = []
    for child in item:
        name = local_name(child)
        related = name == "link" and (child.get("rel") or "").lower() == "related"
        if name != "transcript" and not related:
            continue
        url = resolve(child.get("url") or child.get("href"), base)
        if url is None:
            continue
        kind = (child.get("type") or players.guess_type(url) or "").lower()
        if kind in _CAPTIONS or (child.get("rel") or "").lower() == "captions":
            spoken = child.get("language") or child.get("hreflang")
            tracks.append(Track(url=url, type=kind or None, language=normalise(spoken)))
        elif name == "transcript" and (kind in _READABLE or not kind):
            readable.append(url)
    return tuple(tracks), next(iter(readable), None)


def _cover(item: Element, base: str | None) -> Iterator[Image]:
    """Give the picture of an item that names no other: `itunes:image`, or the `image` element of old feeds."""
    for child in item:
        if local_name(child) == "image":
            inner = next((part.text for part in child if local_name(part) == "url"), None)
            url = resolve(child.get("href") or inner or child.get("url") or child.text, base)
            if url and not _is_avatar(url):
                yield Image(url=url)
                return


def _merge_players(media: list[Media]) -> tuple[Media, ...]:
    """Put players with the same address together."""
    return merge_media((), media)


def _number(text: str | None) -> int | None:
    """Read a size in CSS px."""
    digits = (text or "").strip().removesuffix("px")
    return (
        int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS and int(digits) else None
    )


def _seconds(text: str | None) -> int | None:
    """Read a duration: seconds, or hours, minutes and seconds parted by colons."""
    parts = (text or "").strip().split(":")
    if not 1 <= len(parts) <= _CLOCK_PARTS:
        return None
    try:
        values = [float(part) for part in parts]
    except ValueError:
        return None
    total = sum(value * 60**power for power, value in enumerate(reversed(values)))
    return int(total) if 0 <= total < 10**7 else None
