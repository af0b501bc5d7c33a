"""NewsML-G2 2.35: one message with the post, its pictures and its media as news items that name each other.

Alt text is a `description` with the role `drol:altText`, the caption one with `drol:caption`; an empty alt text says
that the picture is decorative. What IPTC has no code for is named by the address of its definition elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from publisher.language import normalise
from publisher.model import Image, Media
from publisher.syndication import content, dates
from publisher.syndication.body import DEFAULT_TRACK
from publisher.syndication.channel import Channel
from publisher.syndication.markup import LANG, XHTML, add, flat, in_xhtml, write_xml
from publisher.syndication.mediatypes import type_of
from publisher.syndication.release import Release, medium_uri, picture_uri, to_uri

MEDIA_TYPE: Final = "application/vnd.iptc.g2.newsmessage+xml"
NAMESPACE: Final = "http://iptc.org/std/nar/2006-10-01/"
CATALOG: Final = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"

KICKER: Final = "https://schema.org/alternativeHeadline"
EXTENDED: Final = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/ExtDescrAccessibility"
TRANSCRIPT: Final = "https://schema.org/transcript"
CAPTIONS: Final = "https://schema.org/caption"
PICTURE: Final = "https://schema.org/image"
MEDIUM: Final = "https://schema.org/associatedMedia"

Attributes = dict[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What the head of a news item needs: its name, its kind, its title and what it points to."""

    guid: str
    kind: str
    title: str | None
    links: tuple[tuple[str, str], ...] = ()


def write(release: Release, channel: Channel) -> bytes:
    """Write a post with everything that belongs to it."""
    root = etree.Element(f"{{{NAMESPACE}}}newsMessage", nsmap={None: NAMESPACE})
    header = _add(root, "header")
    _add(header, "sent", dates.to_rfc3339(release.changed))
    _add(header, "catalogRef", attributes={"href": CATALOG})
    items = _add(root, "itemSet")
    _add_post(items, release, channel)
    for place, image in enumerate(release.post.images):
        _add_image(items, image, place, (release, channel))
    for place, medium in enumerate(release.post.media):
        _add_medium(items, medium, place, (release, channel))
    return write_xml(root)


def _add(
    parent: etree._Element,
    tag: str,
    text: str | None = None,
    attributes: Attributes | None = None,
) -> etree._Element:
    """Append an element of the news architecture."""
    return add(parent, f"{{{NAMESPACE}}}{tag}", text, attributes)


def _add_named(parent: etree._Element, tag: str, name: str) -> None:
    """Append a property whose value is a name."""
    _add(_add(parent, tag), "name", flat(name))


def _add_item(items: etree._Element, described: _Item, release: Release, channel: Channel) -> etree._Element:
    """Append a news item with rights and management metadata; contentMeta and contentSet are the caller's."""
    attributes: Attributes = {
        "standard": "NewsML-G2",
        "standardversion": "2.35",
        "conformance": "power",
        "guid": described.guid,
        "version": release.revision.number,
        LANG: release.language,
        "dir": release.direction,
    }
    item = _add(items, "newsItem", attributes=attributes)
    _add(item, "catalogRef", attributes={"href": CATALOG})
    if release.rights:
        rights = _add(item, "rightsInfo")
        _add(rights, "copyrightNotice", release.rights)
        _add(rights, "usageTerms", release.rights)
    _add_management(_add(item, "itemMeta"), described, release, channel)
    return item


def _add_management(meta: etree._Element, described: _Item, release: Release, channel: Channel) -> None:
    """Write kind, times, embargo, status, note and signal, in the order of the schema."""
    post, signal = release.post, release.revision.signal
    _add(meta, "itemClass", attributes={"qcode": f"ninat:{described.kind}"})
    _add_named(meta, "provider", channel.publisher)
    _add(meta, "versionCreated", dates.to_rfc3339(release.changed))
    if post.published:
        _add(meta, "firstCreated", dates.to_rfc3339(post.published))
    if post.embargo:
        _add(meta, "embargoed", dates.to_rfc3339(post.embargo))
    _add(meta, "pubStatus", attributes={"qcode": f"stat:{release.status.value}"})
    if described.title:
        _add(meta, "title", flat(described.title))
    if release.note:
        _add(meta, "edNote", release.note)
    if signal in {"correction", "update"}:
        _add(meta, "signal", attributes={"qcode": f"sig:{signal}"})
    for relation, target in described.links:
        _add(meta, "link", attributes={"reluri": relation, "residref": target})


# --- the post -----------------------------------------------------------------------------------------------------


def _add_post(items: etree._Element, release: Release, channel: Channel) -> None:
    """Write the text."""
    post = release.post
    links = (
        *((PICTURE, picture_uri(release, place)) for place in range(len(post.images))),
        *((MEDIUM, medium_uri(release, place)) for place in range(len(post.media))),
    )
    described = _Item(guid=release.uri, kind="text", title=release.title, links=links)
    item = _add_item(items, described, release, channel)
    _add_description(_add(item, "contentMeta"), release)
    if not release.killed:
        _add_content(_add(item, "contentSet"), release)


def _add_description(meta: etree._Element, release: Release) -> None:
    """Write who, in which language, about what, under which headline."""
    post = release.post
    if post.source_title:
        _add_named(meta, "infoSource", post.source_title)
    for author in post.authors:
        _add_named(meta, "creator", author.name)
    _add(meta, "altId", post.id)
    _add(meta, "language", attributes={"tag": release.language})
    for tag in post.tags:
        _add(meta, "keyword", flat(tag))
    _add(meta, "headline", release.title)
    if post.kicker:
        _add(meta, "headline", post.kicker, {"roleuri": KICKER})
    if post.authors:
        _add(meta, "by", ", ".join(author.name for author in post.authors))
    if post.summary:
        _add(meta, "description", post.summary, {"role": "drol:summary"})


def _add_content(contents: etree._Element, release: Release) -> None:
    """Write the text as an XHTML document, and where its page is."""
    holder = _add(contents, "inlineXML", attributes={"contenttype": "application/xhtml+xml"})
    html = etree.SubElement(holder, f"{{{XHTML}}}html", nsmap={None: XHTML})
    html.set(LANG, release.language)
    html.set("lang", release.language)
    html.set("dir", release.direction)
    add(add(html, f"{{{XHTML}}}head"), f"{{{XHTML}}}title", release.title)
    add(html, f"{{{XHTML}}}body").append(in_xhtml(content.tree(release)[0]))
    if release.post.url:
        attributes: Attributes = {"href": to_uri(release.post.url), "contenttype": "text/html"}
        _add(contents, "remoteContent", attributes=attributes)


# --- pictures and media -------------------------------------------------------------------------------------------


def _add_image(items: etree._Element, image: Image, place: int, around: tuple[Release, Channel]) -> None:
    """Write a picture with its words."""
    release = around[0]
    described = _Item(guid=picture_uri(release, place), kind="picture", title=None)
    item = _add_item(items, described, *around)
    meta = _add(item, "contentMeta")
    if image.credit:
        _add(meta, "creditline", flat(image.credit))
    for role, text in _descriptions(image):
        _add(meta, "description", text, {**role, LANG: release.language, "dir": release.direction})
    if image.url:
        attributes: Attributes = {
            "href": to_uri(image.url),
            "contenttype": type_of(image.url),
            "width": image.width,
            "height": image.height,
        }
        _add(_add(item, "contentSet"), "remoteContent", attributes=attributes)


def _descriptions(image: Image) -> Iterator[tuple[Attributes, str]]:
    """Give the words of a picture, each with what it is."""
    if image.decorative or image.alt is not None:
        yield {"role": "drol:altText"}, image.alt or ""
    if image.caption:
        yield {"role": "drol:caption"}, flat(image.caption)
    if image.long_description:
        yield {"roleuri": EXTENDED}, image.long_description


def _add_medium(items: etree._Element, medium: Media, place: int, around: tuple[Release, Channel]) -> None:
    """Write a film or sound with its captions files and its transcript."""
    release = around[0]
    kind = (medium.type or "").partition("/")[0]
    kind = kind if kind in {"audio", "video"} else "composite"
    described = _Item(guid=medium_uri(release, place), kind=kind, title=medium.title)
    item = _add_item(items, described, *around)
    meta = _add(item, "contentMeta")
    if medium.poster:
        _add(meta, "icon", attributes={"href": to_uri(medium.poster)})
    if medium.title:
        _add(meta, "headline", medium.title)
    contents = _add(item, "contentSet")
    original: Attributes = {
        "href": to_uri(medium.url),
        "contenttype": medium.type,
        "title": medium.title,
        "duration": medium.duration,
    }
    _add(contents, "remoteContent", attributes=original)
    _add_texts(contents, medium, release)


def _add_texts(contents: etree._Element, medium: Media, release: Release) -> None:
    """Write captions files with their language, and the transcript as address and as words."""
    for track in medium.captions:
        captions: Attributes = {
            "renditionuri": CAPTIONS,
            "href": to_uri(track.url),
            "contenttype": track.type or DEFAULT_TRACK,
            "language": normalise(track.language),
        }
        _add(contents, "remoteContent", attributes=captions)
    if medium.transcript:
        transcript: Attributes = {
            "renditionuri": TRANSCRIPT,
            "href": to_uri(medium.transcript),
            "contenttype": "text/html",
        }
        _add(contents, "remoteContent", attributes=transcript)
    if medium.transcript_text:
        words: Attributes = {"renditionuri": TRANSCRIPT, "contenttype": "text/plain", LANG: release.language}
        _add(contents, "inlineData", medium.transcript_text, words)
