"""RSS 2.0 with the modules content, dc, dcterms, media and podcast, atom:link, and archived pages (RFC 5005).

Keeps to what the W3C feed validator accepts without an error: one `media:content` a picture and no `media:group`, no
element that Media RSS got after 1.1. Alt text stands in the HTML and in `media:description`, captions tracks in
`podcast:transcript`, because that is what readers keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from lxml import etree

from publisher.syndication import content, dates
from publisher.syndication.channel import Channel
from publisher.syndication.markup import add, add_known, to_html, write_pieces
from publisher.syndication.paging import HISTORY, ONLY, Page
from publisher.syndication.release import Release
from publisher.syndication.richmedia import DC, DCTERMS, MEDIA, PODCAST, add_images, add_media

NAME: Final = "feed.rss"
MEDIA_TYPE: Final = "application/rss+xml"

_ATOM: Final = "http://www.w3.org/2005/Atom"
_CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
_NAMES: Final = {
    "atom": _ATOM,
    "content": _CONTENT,
    "dc": DC,
    "dcterms": DCTERMS,
    "fh": HISTORY,
    "media": MEDIA,
    "podcast": PODCAST,
}


def write(releases: Sequence[Release], channel: Channel, page: Page = ONLY) -> bytes:
    """Write a feed of posts, in their order; those that nobody may see yet are left out."""
    return b"".join(pieces(releases, channel, page))


def pieces(releases: Sequence[Release], channel: Channel, page: Page = ONLY) -> Iterator[bytes]:
    """Write a feed post by post."""
    root = etree.Element("rss", nsmap=_NAMES)
    root.set("version", "2.0")
    top = etree.SubElement(root, "channel")
    shown = [release for release in releases if not release.held]
    _add_head(top, shown, channel)
    _add_links(top, channel, page)
    return write_pieces(root, top, (partial(_add_post, top, release) for release in shown))


def _add_head(top: etree._Element, shown: Sequence[Release], channel: Channel) -> None:
    """Write what describes the channel; nothing here comes from a clock."""
    newest = max((release.moment for release in shown if release.moment), default=None)
    add_known(
        top,
        (
            ("title", channel.title),
            ("link", channel.site or channel.uri),
            ("description", channel.title),
            ("language", channel.language),
            ("copyright", channel.rights),
            ("lastBuildDate", dates.to_rfc822(newest) if newest else None),
        ),
    )


def _add_links(top: etree._Element, channel: Channel, page: Page) -> None:
    """Write the addresses of the feed, its neighbours (RFC 5005, in RSS as in Atom) and its hubs."""
    if page.archived:
        add(top, f"{{{HISTORY}}}archive")
    address = page.address or channel.feed(NAME)
    if address:
        add(top, f"{{{_ATOM}}}link", attributes={"rel": "self", "type": MEDIA_TYPE, "href": address})
    for relation, neighbour in (*page.links(), *(("hub", hub) for hub in channel.hubs)):
        if neighbour:
            add(top, f"{{{_ATOM}}}link", attributes={"rel": relation, "href": neighbour})


def _add_post(top: etree._Element, release: Release) -> None:
    """Write one item."""
    post = release.post
    item = etree.SubElement(top, "item")
    add_known(item, (("title", release.title), ("link", post.url)))
    add(item, "guid", post.id, {"isPermaLink": "true" if post.id == post.url else "false"})
    _add_times(item, release)
    for author in post.authors:
        add(item, f"{{{DC}}}creator", author.name)
    for tag in post.tags:
        add(item, "category", tag)
    add(item, f"{{{DC}}}language", release.language)
    if release.rights:
        add(item, f"{{{DC}}}rights", release.rights)
    if post.embargo:
        add(item, f"{{{DCTERMS}}}available", dates.to_rfc3339(post.embargo))
    if release.killed:
        _add_withdrawal(item, release)
        return
    if post.summary:
        add(item, "description", post.summary)
    add(item, f"{{{_CONTENT}}}encoded", to_html(content.tree(release)))
    _add_enclosure(item, release)
    add_images(item, release)
    add_media(item, release)


def _add_times(item: etree._Element, release: Release) -> None:
    """Write when the post came out and was changed: what is put right or taken back is news again in RSS."""
    published = release.post.published
    if release.moment is None:
        return
    again = published and release.revision.signal in {"correction", "kill"}
    add(item, "pubDate", dates.to_rfc822(release.moment if again or not published else published))
    if again and published:
        add(item, f"{{{DCTERMS}}}created", dates.to_rfc3339(published))
    add(item, f"{{{DCTERMS}}}modified", dates.to_rfc3339(release.moment))


def _add_withdrawal(item: etree._Element, release: Release) -> None:
    """Replace the text by the note and end its validity: RSS has no other sign that a post is gone."""
    add(item, "description", release.note or release.words.withdrawn)
    add(item, f"{{{DCTERMS}}}valid", f"end={dates.to_rfc3339(release.changed)}; scheme=W3C-DTF;")


def _add_enclosure(item: etree._Element, release: Release) -> None:
    """Write the first medium as enclosure: readers take one. Its length is not known, which RSS writes as 0."""
    for medium in release.post.media[:1]:
        kind = medium.type or "application/octet-stream"
        add(item, "enclosure", attributes={"url": medium.url, "length": "0", "type": kind})
