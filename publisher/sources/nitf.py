"""NITF, the IPTC's older XML of one text: head and body, its pictures and films where the text shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from publisher.errors import FormatError
from publisher.language import normalise
from publisher.model import AltOrigin, Document, Image, Media, Posts, Status, Track
from publisher.sources import dates, feedtree, finish, markup, mediarss, newstree, players
from publisher.sources.addresses import resolve
from publisher.sources.credits import find_credit
from publisher.sources.feedtree import local_name
from publisher.sources.finish import Draft, Origin
from publisher.sources.newstree import CAPTIONS, attribute, below, children, find, number, words

_TAGS: Final = {"hl1": "h2", "hl2": "h2", "bq": "blockquote", "block": "div", "credit": "p", "note": "aside"}
_PLAYERS: Final = frozenset({"video", "audio"})
_TRACK: Final = "captions"
_EXTENDED: Final = "extended-description"
_TRANSCRIPT: Final = "transcript"


def parse(document: Document, *, language: str | None = None, default_language: str = "en") -> Posts:
    """Read a post.

    Raises: FormatError when the XML is broken, or there is nothing in it.
    """
    root = newstree.root_of(document)
    origin = Origin(
        source=document.source,
        title=_meta(root, "source"),
        language=language,
        default_language=default_language,
        modified=document.modified,
    )
    post = finish.post(_draft(root, document), origin)
    if post.is_empty():
        raise FormatError(document.source, "there is nothing in this NITF document", "ask its publisher to mend it")
    return Posts(source=document.source, posts=(post,))


def _draft(root: Element, document: Document) -> Draft:
    """Read head and body."""
    data, above = find(root, "head", "docdata"), find(root, "body", "body.head")
    content = find(root, "body", "body.content")
    base = document.url
    url = resolve(_meta(root, "url"), base)
    media = list(below(content, "media"))
    images = [_image(one, url or base) for one in media if _kind(one) == "image"]
    films = [film for one in media if _kind(one) != "image" and (film := _player(one, url or base))]
    cleaned = markup.clean(to_html(content) if content is not None else "", base=url or base)
    revised = [dates.read(attribute(one, "norm")) for one in children(find(root, "head"), "revision-history")]
    updated = max((moment for moment in revised if moment), default=None)
    issued = dates.read(attribute(find(data, "date.issue"), "norm"))
    return Draft(
        id=attribute(find(data, "doc-id"), "id-string") or finish.identity_of_file(document),
        url=url,
        title=words(find(above, "hedline", "hl1")) or words(find(root, "head", "title")),
        kicker=_meta(root, "kicker"),
        language=_language(root),
        authors=tuple(_authors(above)),
        published=issued or updated,
        updated=updated,
        summary=newstree.text(find(above, "abstract")),
        html=cleaned.html,
        text=cleaned.text,
        tags=tuple(attribute(key, "key") or "" for key in below(find(data, "key-list"), "keyword")),
        images=mediarss.overrule_images(cleaned.images, images),
        media=mediarss.merge_media(films, cleaned.media),
        status=_status(data),
        embargo=dates.read(attribute(find(data, "date.release"), "norm")),
        rights=_rights(data),
    )


def to_html(content: Element) -> str:
    """Write a body as HTML; pictures become figures, films are left out because mail plays none."""
    for media in list(below(content, "media")):
        _show(media)
    for element in content.iterdescendants():
        if local_name(element) in _TAGS:
            element.tag = _TAGS[local_name(element)]
    return feedtree.inner(content)


# --- pictures and media -----------------------------------------------------------------------------------------------


def _kind(media: Element) -> str:
    """Say what a medium is: "image", "video", "audio" or anything else that a publisher calls it."""
    said = (attribute(media, "media-type") or "").lower()
    if said and said != "other":
        return said
    shown = (attribute(find(media, "media-reference"), "mime-type") or "").lower()
    return shown.partition("/")[0]


def _show(media: Element) -> None:
    """Make a figure with its caption of a picture, and nothing of what is no picture or has no address."""
    shown = _widest(media) if _kind(media) == "image" else None
    source, caption = attribute(shown, "source"), _caption(media)
    alt = shown.get("alternate-text") if shown is not None else None
    media.clear(keep_tail=True)
    media.tag = "figure" if source else "span"
    if source:
        etree.SubElement(media, "img", {"src": source} if alt is None else {"src": source, "alt": alt})
        etree.SubElement(media, "figcaption").text = caption


def _image(media: Element, base: str | None) -> Image:
    """Read a picture with its words."""
    shown = _widest(media)
    told = shown.get("alternate-text") if shown is not None else None
    alt = None if told is None else " ".join(told.split())
    caption = _caption(media)
    credit = words(find(media, "media-producer")) or attribute(shown, "source-credit")
    return Image(
        url=resolve(attribute(shown, "source"), base),
        alt=alt,
        alt_origin=None if alt is None else AltOrigin.FEED,
        decorative=alt == "",
        caption=caption,
        credit=credit or find_credit(caption),
        long_description=_told(media, _EXTENDED),
        width=number(attribute(shown, "width")),
        height=number(attribute(shown, "height")),
    )


def _widest(media: Element) -> Element | None:
    """Give the largest of the renditions of a picture."""
    return max(children(media, "media-reference"), key=lambda one: number(one.get("width")) or 0, default=None)


def _caption(media: Element) -> str | None:
    """Give what is written below a medium, but for texts with a name of their own."""
    told = [one for one in children(media, "media-caption") if one.get("class") not in {_EXTENDED, _TRANSCRIPT}]
    return " ".join(filter(None, map(words, told))) or None


def _told(media: Element, kind: str) -> str | None:
    """Give the longer words of a kind."""
    found = (one for one in children(media, "media-caption") if one.get("class") == kind)
    return newstree.text(next(found, None)) or None


def _player(media: Element, base: str | None) -> Media | None:
    """Read a film or sound with captions, transcript and preview; None for one without an address."""
    references = list(_references(media, base))
    tracks = [(one, url) for one, url, use in references if use == _TRACK]
    shown = [(one, url) for one, url, use in references if not use]
    if not shown:
        return None
    best, url = shown[0]
    in_seconds = (attribute(best, "time-unit-of-measure") or "second").startswith("second")
    return Media(
        url=url,
        type=attribute(best, "mime-type") or players.guess_type(url),
        title=_caption(media) or attribute(best, "name"),
        captions=tuple(
            Track(url=url, type=attribute(one, "mime-type") or players.guess_type(url), language=_track_language(one))
            for one, url in {url: (one, url) for one, url in tracks}.values()
        ),
        transcript=next((url for _, url, use in references if use == _TRANSCRIPT), None),
        transcript_text=_told(media, _TRANSCRIPT),
        duration=number(attribute(best, "time")) if in_seconds else None,
        poster=next((url for _, url, use in references if use == "poster"), None),
    )


def _references(media: Element, base: str | None) -> Iterator[tuple[Element, str, str]]:
    """Go through the addresses of a medium: element, address, and what it is for ("" for the medium itself)."""
    for one in children(media, "media-reference"):
        url = resolve(attribute(one, "source"), base)
        kind = (attribute(one, "mime-type") or "").lower()
        use = (attribute(one, "name") or "").partition("-")[0].lower()
        if url is None:
            continue
        if kind in CAPTIONS or (use == _TRACK and not kind):
            yield one, url, _TRACK
        elif use in {_TRANSCRIPT, "poster"}:
            yield one, url, use
        else:
            yield one, url, "poster" if kind.startswith("image/") else ""


def _track_language(reference: Element) -> str | None:
    """Give the language of a captions file, which NITF has room for in its name only."""
    return normalise((attribute(reference, "name") or "").partition("-")[2])


# --- words ------------------------------------------------------------------------------------------------------------


def _meta(root: Element, name: str) -> str | None:
    """Give what a meta element of the head holds."""
    found = (one for one in children(find(root, "head"), "meta") if (one.get("name") or "").lower() == name)
    return attribute(next(found, None), "content")


def _language(root: Element) -> str | None:
    """Give the declared language: of the body, else of the document."""
    body = newstree.language_of(find(root, "body"))
    return body or attribute(root, "baselang") or newstree.language_of(root)


def _authors(above: Element | None) -> Iterator[str]:
    """Go through the authors: the people in the by-lines, else the by-lines."""
    for line in children(above, "byline"):
        people = [words(person) for person in children(line, "person")]
        yield from people or [newstree.named(words(line))]


def _status(data: Element | None) -> Status | None:
    """Give the publishing status; None for what is none."""
    said = (attribute(data, "management-status") or "").lower()
    return Status(said) if said in set(Status) else None


def _rights(data: Element | None) -> str | None:
    """Give the holder of the rights and what limits them."""
    return newstree.as_rights(
        (
            *(attribute(one, "holder") for one in children(data, "doc.copyright")),
            *(attribute(one, "limitations") for one in children(data, "doc.rights")),
        ),
    )
