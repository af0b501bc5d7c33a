"""NITF 3.6, with pictures, alt text and captions in `media`, and the embargo where it belongs: `date.release`."""

from __future__ import annotations

from typing import Final

from lxml import etree

from publisher.model import Image, Media
from publisher.syndication import dates
from publisher.syndication.body import DEFAULT_TRACK
from publisher.syndication.markup import LANG, add, flat, fragment, paragraphs, write_xml
from publisher.syndication.mediatypes import type_of
from publisher.syndication.nitfbody import Shelf, fill, name
from publisher.syndication.release import Release

MEDIA_TYPE: Final = "application/nitf+xml"
NAMESPACE: Final = "http://iptc.org/std/NITF/2006-10-18/"

Attributes = dict[str, str | int | None]


def write(release: Release) -> bytes:
    """Write a post; a withdrawn one keeps its name, its status and the reason."""
    root = etree.Element(name("nitf"), nsmap={None: NAMESPACE})
    root.set("version", "-//IPTC//DTD NITF 3.6//EN")
    root.set("baselang", release.language)
    head = _add(root, "head")
    _add(head, "title", release.title)
    for label, value in _labels(release):
        _add(head, "meta", attributes={"name": label, "content": value})
    _add_data(head, release)
    body = _add(root, "body", attributes={LANG: release.language})
    _add_head(_add(body, "body.head"), release)
    content = _add(body, "body.content")
    if release.killed:
        _add(content, "p", release.note or release.title)
    else:
        fill(fragment(release.body), content, _media(release))
    return write_xml(root)


def _add(
    parent: etree._Element, tag: str, text: str | None = None, attributes: Attributes | None = None
) -> etree._Element:
    """Append an element of NITF."""
    return add(parent, name(tag), text, attributes)


def _labels(release: Release) -> list[tuple[str, str]]:
    """Give what NITF has no element for, as meta elements."""
    post = release.post
    pairs = (("kicker", post.kicker), ("source", post.source_title), ("url", post.url), ("source-id", post.id))
    return [(label, value) for label, value in pairs if value]


def _add_data(head: etree._Element, release: Release) -> None:
    """Write name, version, status, correction, times, embargo, rights and keywords."""
    post, revision = release.post, release.revision
    data = _add(head, "docdata", attributes={"management-status": release.status.value})
    if revision.signal == "correction":
        _add(data, "correction", attributes={"info": release.note, "id-string": release.uri})
    _add(data, "doc-id", attributes={"id-string": release.uri})
    if post.published:
        _add(data, "date.issue", attributes={"norm": dates.to_nitf(post.published)})
    if post.embargo:
        _add(data, "date.release", attributes={"norm": dates.to_nitf(post.embargo)})
    if release.note:
        _add(data, "ed-msg", attributes={"msg-type": revision.signal, "info": release.note})
    _add(data, "du-key", attributes={"key": release.folder, "version": revision.number})
    if release.rights:
        _add(data, "doc.copyright", attributes={"holder": release.rights})
        _add(data, "doc.rights", attributes={"limitations": release.rights})
    if post.tags:
        keys = _add(data, "key-list")
        for tag in post.tags:
            _add(keys, "keyword", attributes={"key": tag})
    if release.moment:
        revised = dates.to_nitf(release.moment)
        _add(head, "revision-history", attributes={"function": "writer-author", "norm": revised})


def _add_head(head: etree._Element, release: Release) -> None:
    """Write headline, by-line and summary."""
    post = release.post
    _add(_add(head, "hedline"), "hl1", release.title)
    for author in post.authors:
        _add(_add(head, "byline"), "person", author.name)
    if post.summary:
        _add(_add(head, "abstract"), "p", post.summary)


# --- pictures and media -------------------------------------------------------------------------------------------


def _media(release: Release) -> Shelf:
    """Make the media elements of a post."""
    shelf = Shelf()
    for image in release.post.images:
        shelf.put(_image(image), image.url, image.caption or image.alt or image.credit or "")
    for medium in release.post.media:
        shelf.put(_medium(medium), medium.url, medium.title or "")
    return shelf


def _image(image: Image) -> etree._Element:
    """Make a picture; an empty alternate-text says decorative, none at all that nobody described it."""
    media = etree.Element(name("media"))
    media.set("media-type", "image")
    reference: Attributes = {
        "source": image.url,
        "mime-type": type_of(image.url or ""),
        "alternate-text": "" if image.decorative else image.alt,
        "source-credit": image.credit,
        "width": image.width,
        "height": image.height,
    }
    _add(media, "media-reference", attributes=reference)
    if image.caption:
        _add(media, "media-caption", flat(image.caption))
    if image.long_description:
        _add_words(media, "extended-description", image.long_description)
    if image.credit:
        _add(media, "media-producer", flat(image.credit))
    return media


def _medium(medium: Media) -> etree._Element:
    """Make a film or sound; captions files and the transcript are further references of it."""
    kind = (medium.type or "").partition("/")[0]
    media = etree.Element(name("media"))
    media.set("media-type", kind if kind in {"audio", "video"} else "other")
    original: Attributes = {"source": medium.url, "mime-type": medium.type, "name": medium.title}
    if medium.duration:
        original |= {"time": medium.duration, "time-unit-of-measure": "second"}
    _add(media, "media-reference", attributes=original)
    for track in medium.captions:
        label = f"captions-{track.language}" if track.language else "captions"
        captions: Attributes = {"source": track.url, "mime-type": track.type or DEFAULT_TRACK, "name": label}
        _add(media, "media-reference", attributes=captions)
    if medium.transcript:
        transcript: Attributes = {"source": medium.transcript, "mime-type": "text/html", "name": "transcript"}
        _add(media, "media-reference", attributes=transcript)
    if medium.poster:
        _add(media, "media-reference", attributes={"source": medium.poster, "name": "poster"})
    if medium.title:
        _add(media, "media-caption", medium.title)
    if medium.transcript_text:
        _add_words(media, "transcript", medium.transcript_text)
    return media


def _add_words(media: etree._Element, kind: str, text: str) -> None:
    """Write longer words as a caption of their own, paragraph by paragraph."""
    caption = _add(media, "media-caption", attributes={"class": kind})
    for paragraph in paragraphs(text):
        _add(caption, "p", paragraph.text)
