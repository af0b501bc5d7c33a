"""Atom 1.0 (RFC 4287) with tombstones (RFC 6721) and archived pages (RFC 5005)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from lxml import etree

from publisher.model import Media
from publisher.syndication import content, dates
from publisher.syndication.body import DEFAULT_TRACK
from publisher.syndication.channel import Channel
from publisher.syndication.markup import LANG, add, in_xhtml, set_all, write_pieces
from publisher.syndication.paging import HISTORY, ONLY, Page
from publisher.syndication.release import Release
from publisher.syndication.richmedia import DCTERMS, MEDIA, PODCAST, add_images, add_media

NAME: Final = "feed.atom"
MEDIA_TYPE: Final = "application/atom+xml"

_ATOM: Final = "http://www.w3.org/2005/Atom"
_TOMBSTONE: Final = "http://purl.org/atompub/tombstones/1.0"
_NAMES: Final = {
    None: _ATOM,
    "at": _TOMBSTONE,
    "dcterms": DCTERMS,
    "fh": HISTORY,
    "media": MEDIA,
    "podcast": PODCAST,
}


def write(releases: Sequence[Release], channel: Channel, page: Page = ONLY) -> bytes:
    """Write a feed of posts, in their order, and a tombstone for each withdrawn one."""
    return b"".join(pieces(releases, channel, page))


def pieces(releases: Sequence[Release], channel: Channel, page: Page = ONLY) -> Iterator[bytes]:
    """Write a feed post by post; tombstones stand in front."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap=_NAMES)
    root.set(LANG, channel.language)
    shown = [release for release in releases if not release.held]
    _add_head(root, shown, channel)
    _add_links(root, channel, page)
    ordered = sorted(shown, key=lambda release: not release.killed)
    return write_pieces(
        root, root, (partial(_add_tombstone if one.killed else _add_post, root, one) for one in ordered)
    )


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str | None) -> etree._Element:
    """Append an element of Atom's own namespace."""
    return add(parent, f"{{{_ATOM}}}{tag}", text, attributes)


def _add_head(root: etree._Element, shown: Sequence[Release], channel: Channel) -> None:
    """Write what describes the feed; `updated` is the newest post's time, never the clock's."""
    _add(root, "id", channel.uri)
    _add(root, "title", channel.title)
    newest = max((release.moment for release in shown if release.moment), default=dates.UNKNOWN)
    _add(root, "updated", dates.to_rfc3339(newest))
    _add(_add(root, "author"), "name", channel.publisher)
    if channel.rights:
        _add(root, "rights", channel.rights)


def _add_links(root: etree._Element, channel: Channel, page: Page) -> None:
    """Write the addresses of the feed, its neighbours and its hubs."""
    if page.archived:
        add(root, f"{{{HISTORY}}}archive")
    links = (
        ("alternate", channel.site),
        ("self", page.address or channel.feed(NAME)),
        *page.links(),
        *(("hub", hub) for hub in channel.hubs),
    )
    for relation, address in links:
        if address:
            _add(root, "link", rel=relation, href=address)


def _add_tombstone(root: etree._Element, release: Release) -> None:
    """Say that a post is gone, and why (RFC 6721, 3)."""
    when = dates.to_rfc3339(release.changed)
    tombstone = add(root, f"{{{_TOMBSTONE}}}deleted-entry", attributes={"ref": release.uri, "when": when})
    comment = add(tombstone, f"{{{_TOMBSTONE}}}comment", release.note or release.words.withdrawn)
    comment.set(LANG, release.language)


def _add_post(root: etree._Element, release: Release) -> None:
    """Write one entry."""
    post = release.post
    entry = _add(root, "entry")
    entry.set(LANG, release.language)
    _add(entry, "id", release.uri)
    _add(entry, "title", release.title)
    _add(entry, "updated", dates.to_rfc3339(release.changed))
    if post.published:
        _add(entry, "published", dates.to_rfc3339(post.published))
    for author in post.authors:
        _add(_add(entry, "author"), "name", author.name)
    for tag in post.tags:
        _add(entry, "category", term=tag)
    if release.rights:
        _add(entry, "rights", release.rights)
    if post.url:
        _add(entry, "link", rel="alternate", href=post.url, hreflang=release.language)
    _add_media_links(entry, release)
    if post.summary:
        _add(entry, "summary", post.summary)
    if post.embargo:
        add(entry, f"{{{DCTERMS}}}available", dates.to_rfc3339(post.embargo))
    _add(entry, "content", type="xhtml").append(in_xhtml(content.tree(release)))
    add_images(entry, release)
    add_media(entry, release)


def _add_media_links(entry: etree._Element, release: Release) -> None:
    """Write enclosures, and beside each the captions and the transcript that belong to it."""
    for medium in release.post.media:
        link = _add(entry, "link", rel="enclosure", href=medium.url)
        set_all(link, {"type": medium.type, "title": medium.title})
        _add_text_links(entry, medium, release)


def _add_text_links(entry: etree._Element, medium: Media, release: Release) -> None:
    """Write links to captions files and a transcript."""
    for track in medium.captions:
        kind = track.type or DEFAULT_TRACK
        title = release.words.captions
        _add(entry, "link", rel="related", href=track.url, type=kind, hreflang=track.language, title=title)
    if medium.transcript:
        _add(entry, "link", rel="describedby", href=medium.transcript, title=release.words.transcript)
