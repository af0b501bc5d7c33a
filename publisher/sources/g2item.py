"""One item of NewsML-G2: what it is, its words by their roles, and the picture, film or sound it may be.

Alt text is a `description` with the role `altText`, the caption one with `caption`, as practice has it; captions files
and transcripts are further contents of a film, told by their media type or by what their `rendition` is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml.etree import _Element as Element

from publisher.language import normalise
from publisher.model import AltOrigin, Image, Media, Track
from publisher.sources import markup, newstree, players
from publisher.sources.addresses import resolve
from publisher.sources.credits import find_credit
from publisher.sources.newstree import CAPTIONS, attribute, children, code, find, number, words

_PICTURES: Final = frozenset({"picture", "graphic", "icon"})
_PLAYERS: Final = frozenset({"video", "audio", "animation"})
_TRACKS: Final = frozenset({"caption", "captions", "subtitle", "subtitles"})
_TRANSCRIPT: Final = "transcript"
_EXTENDED: Final = ("extdescraccessibility", "extendeddescription", "longdescription")
_MAIN: Final = ("", "main", "headline", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One rendition of what an item shows: its address, its media type, and what it is called ("" where it is not)."""

    element: Element
    url: str
    type: str | None
    use: str


def kind_of(item: Element) -> str:
    """Say what an item is: "picture", "player" or "text"; where its class does not say it, its content does."""
    said = code_of(find(item, "itemmeta", "itemclass"))
    if said in _PICTURES:
        return "picture"
    if said in _PLAYERS:
        return "player"
    shown = [
        (attribute(one, "contenttype") or "").lower() for one in children(find(item, "contentset"), "remotecontent")
    ]
    if said == "text" or inline(item) or not shown:
        return "text"
    return "picture" if shown[0].startswith("image/") else "player"


def code_of(element: Element | None) -> str:
    """Give what the code of a property ends in, or the address that stands for it."""
    return code(attribute(element, "qcode") or attribute(element, "uri"))


def inline(item: Element) -> list[Element]:
    """Give the texts that stand in an item itself, in its order; a transcript is none of them."""
    contents = find(item, "contentset")
    found = [*children(contents, "inlinexml"), *children(contents, "inlinedata")]
    return [one for one in found if _use(one) != _TRANSCRIPT]


def remote(item: Element, base: str | None) -> Iterator[Content]:
    """Go through the renditions whose address can be resolved."""
    for one in children(find(item, "contentset"), "remotecontent"):
        url = resolve(attribute(one, "href"), base)
        if url:
            declared = (attribute(one, "contenttype") or "").split(";")[0].lower()
            yield Content(element=one, url=url, type=declared or players.guess_type(url), use=_use(one))


def language_of(item: Element) -> str | None:
    """Give the language of an item's content; else that of what is said about it."""
    declared = attribute(find(item, "contentmeta", "language"), "tag")
    return normalise(declared) or newstree.language_of(item)


def described(item: Element, name: str, *roles: str) -> Element | None:
    """Give the element of contentMeta with the first of these roles that is there, in the item's own language."""
    found = children(find(item, "contentmeta"), name)
    for role in roles:
        fitting = [one for one in found if code(attribute(one, "role") or attribute(one, "roleuri")) == role]
        if fitting:
            return newstree.in_language(fitting, language_of(item))
    return None


def title_of(item: Element) -> str | None:
    """Give the headline; else the item's title."""
    return words(described(item, "headline", *_MAIN)) or words(find(item, "itemmeta", "title")) or None


def has_picture(item: Element, base: str | None) -> bool:
    """Say whether an item shows a picture, whatever it is otherwise."""
    return any((content.type or "").startswith("image/") for content in remote(item, base))


def picture(item: Element, base: str | None) -> Image:
    """Read a picture with its words; the widest rendition speaks for all."""
    shown = [content for content in remote(item, base) if (content.type or "image/").startswith("image/")]
    best = max(shown, key=lambda content: number(content.element.get("width")) or 0, default=None)
    told = described(item, "description", "alttext", "alt")
    alt = None if told is None else words(told)
    roles = ("caption", "") if kind_of(item) == "picture" else ("caption",)
    caption = words(described(item, "description", *roles)) or None
    credit = words(find(item, "contentmeta", "creditline")) or words(find(item, "contentmeta", "by"))
    return Image(
        url=best.url if best else None,
        alt=alt,
        alt_origin=None if alt is None else AltOrigin.FEED,
        decorative=alt == "",
        caption=caption,
        credit=credit or find_credit(caption),
        long_description=newstree.text(described(item, "description", *_EXTENDED)) or None,
        width=number(best.element.get("width")) if best else None,
        height=number(best.element.get("height")) if best else None,
    )


def player(item: Element, base: str | None) -> Media | None:
    """Read a film or sound with captions and transcript; None for one without an address."""
    contents = list(remote(item, base))
    tracks = [content for content in contents if content.use in _TRACKS or content.type in CAPTIONS]
    transcripts = [content for content in contents if content.use == _TRANSCRIPT and content not in tracks]
    shown = [
        content
        for content in contents
        if content not in tracks and content not in transcripts and not (content.type or "").startswith("image/")
    ]
    best = max(shown, key=lambda content: number(content.element.get("width")) or 0, default=None)
    if best is None:
        return None
    return Media(
        url=best.url,
        type=best.type,
        title=title_of(item) or attribute(best.element, "title"),
        captions=tuple(
            Track(url=track.url, type=track.type, language=_spoken(track.element))
            for track in {track.url: track for track in tracks}.values()
        ),
        transcript=next((content.url for content in transcripts), None),
        transcript_text=_transcript(item),
        duration=number(best.element.get("duration")),
        poster=resolve(attribute(find(item, "contentmeta", "icon"), "href"), base),
    )


def _transcript(item: Element) -> str | None:
    """Give the words spoken in a film or sound, where they stand in the item itself."""
    contents = find(item, "contentset")
    found = [
        one for name in ("inlinedata", "inlinexml") for one in children(contents, name) if _use(one) == _TRANSCRIPT
    ]
    spoken = newstree.text(next(iter(found), None))
    return markup.clean(markup.paragraphs(spoken), base=None).text or None


def _spoken(element: Element) -> str | None:
    """Give the language of a captions file."""
    return normalise(attribute(element, "language")) or newstree.language_of(element)


def _use(element: Element) -> str:
    """Give what a rendition is called."""
    return code(attribute(element, "rendition") or attribute(element, "renditionuri"))
