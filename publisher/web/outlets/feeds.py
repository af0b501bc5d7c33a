"""The feeds of a channel: written once for every state of the channel, then answered from memory.

The newest posts stand in the feed itself; older ones in pages behind it (RFC 5005), each of a fixed stretch of changes.
Whoever has a feed of before may ask for what changed since alone (RFC 3229, with the instance manipulation "feed").
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest, HttpResponse

from publisher.jobs.outlets.channels import channel_of, newest, releases_of
from publisher.store import channels
from publisher.store.channels import Item
from publisher.syndication import atom, jsonfeed, rss
from publisher.syndication.channel import Channel
from publisher.syndication.paging import Page
from publisher.syndication.release import Release
from publisher.web.newsroom import newsroom
from publisher.web.outlets.access import Caller
from publisher.web.outlets.problems import not_found
from publisher.web.outlets.representation import Representation, matches, represent, respond

# How many posts a feed holds: aggregators read no more than 2 MB.
POSTS: Final = 100
LARGEST: Final = 2_000_000

# How many changes of all channels one page of the archive is about; no more than the feed itself holds.
STRETCH: Final = POSTS
_KEPT: Final = 128  # pages and copies in memory
_CURRENT: Final = -1

Writer = Callable[[Sequence[Release], Channel, Page], bytes]

# suffix -> word in a channel's formats, media type, writer
SUFFIXES: Final[Mapping[str, tuple[str, str, Writer]]] = {
    "rss": ("rss", f"{rss.MEDIA_TYPE}; charset=utf-8", rss.write),
    "atom": ("atom", f"{atom.MEDIA_TYPE}; charset=utf-8", atom.write),
    "json": ("jsonfeed", jsonfeed.MEDIA_TYPE, jsonfeed.write),
}

_MARKED: Final = re.compile(r'"[\w-]+\.([0-9a-f]{1,16})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A document of a channel: its format, and the stretch of changes it is about (-1: the newest posts)."""

    channel: str
    suffix: str
    stretch: int = _CURRENT


class _Shelf:
    """Documents, each with the change of all channels up to which it is true."""

    def __init__(self) -> None:
        self._writing = threading.Lock()
        self._feeds: dict[Wanted, tuple[int, Representation]] = {}
        self._copies: dict[tuple[Wanted, str], Representation] = {}

    def get(self, wanted: Wanted, at: int) -> Representation:
        """Give a document as of the newest change of all channels; only a change of its own has it written anew.

        Raises: ProblemError 404 for a page that there is not.
        """
        known = self._feeds.get(wanted)
        if known is not None and known[0] == at:
            return known[1]
        with self._writing:
            known = self._feeds.get(wanted)
            if known is not None and known[0] >= at:
                return known[1]
            head = channels.head([wanted.channel])
            same = known is not None and known[1].sequence == head and wanted.stretch == _CURRENT
            feed = known[1] if known is not None and same else _write(wanted, head, at)
            if len(self._feeds) > _KEPT:
                self._feeds = {one: kept for one, kept in self._feeds.items() if one.stretch == _CURRENT}
            self._feeds[wanted] = (at, feed)
            return feed

    def copy(self, wanted: Wanted, feed: Representation, folder: str) -> Representation:
        """Give a document whose addresses lie in another folder: that of a secret address."""
        known = self._copies.get((wanted, folder))
        if known is None or known.source != feed.forms[0].etag:
            known = _copy(wanted, feed, folder)
            if len(self._copies) > _KEPT:
                self._copies = {}
            self._copies[wanted, folder] = known
        return known


_shelf: Final = _Shelf()


def _write(wanted: Wanted, head: int, now: int) -> Representation:
    """Write a document; `now` is the newest change of all channels."""
    channel = channel_of(newsroom().settings, wanted.channel)
    if wanted.stretch == _CURRENT:
        content, items = _write_newest(wanted, channel)
    else:
        content, items = _write_older(wanted, channel, now)
    return represent(
        content,
        SUFFIXES[wanted.suffix][1],
        modified=max((item.change.at for item in items), default=None),
        sequence=head,
        items=_list(items),
    )


def _list(items: Sequence[Item]) -> str:
    """Write for the record what is in a document."""
    return json.dumps([[item.change.item, item.change.revision] for item in items])


def _write_newest(wanted: Wanted, channel: Channel) -> tuple[bytes, tuple[Item, ...]]:
    """Write the newest posts, as many as fit; the page behind them is the one with the first that did not."""
    write = SUFFIXES[wanted.suffix][2]
    items = newest(wanted.channel, POSTS)
    while True:
        older = channels.beside(wanted.channel, items[-1].change.sequence)[0] if items else 0
        page = Page(previous=_address(channel, wanted, _stretch_of(older)) if older else None)
        content = write(releases_of(items, channel), channel, page)
        if len(content) <= LARGEST or len(items) <= 1:
            return content, items
        items = items[: len(items) // 2]


def _write_older(wanted: Wanted, channel: Channel, now: int) -> tuple[bytes, tuple[Item, ...]]:
    """Write the posts that stand at a stretch of changes: what changed later has moved on, so that nothing is added.

    Raises: ProblemError 404 where there is none.
    """
    first, behind = wanted.stretch * STRETCH, (wanted.stretch + 1) * STRETCH + 1
    items = channels.items(wanted.channel, STRETCH, after=first, below=behind)
    if not items:
        raise not_found("page of this feed")
    older, _ = channels.beside(wanted.channel, first + 1)
    _, newer = channels.beside(wanted.channel, behind)
    is_next_closed = newer and (_stretch_of(newer) + 1) * STRETCH <= now
    page = Page(
        address=_address(channel, wanted, wanted.stretch),
        current=_address(channel, wanted, _CURRENT),
        previous=_address(channel, wanted, _stretch_of(older)) if older else None,
        following=_address(channel, wanted, _stretch_of(newer)) if is_next_closed else None,
        archived=behind - 1 <= now,
    )
    return SUFFIXES[wanted.suffix][2](releases_of(items, channel), channel, page), items


def _stretch_of(sequence: int) -> int:
    """Give the stretch that a change belongs to."""
    return (sequence - 1) // STRETCH


def _address(channel: Channel, wanted: Wanted, stretch: int) -> str | None:
    """Give the address of a document."""
    name = "feed" if stretch == _CURRENT else f"archive/{stretch}"
    return channel.feed(f"{name}.{wanted.suffix}")


def _copy(wanted: Wanted, feed: Representation, folder: str) -> Representation:
    """Write the addresses of a document anew."""
    own = channel_of(newsroom().settings, wanted.channel).feeds or ""
    plain = feed.forms[0]
    made = represent(
        plain.content.replace(own.encode(), folder.encode()),
        feed.media_type,
        modified=feed.modified,
        sequence=feed.sequence,
        items=feed.items,
    )
    return replace(made, source=plain.etag)


# --- answering ------------------------------------------------------------------------------------------------------


def answer(
    request: HttpRequest, caller: Caller, wanted: Wanted, folder: str | None = None
) -> tuple[HttpResponse, Representation]:
    """Answer with a document of a channel; `folder` is where a secret address lies.

    Raises: ProblemError 404 where there is none that the caller may have.
    """
    if wanted.suffix not in SUFFIXES:
        raise not_found("feed of this kind")
    (name,) = caller.channels(wanted.channel)
    wanted = replace(wanted, channel=name)
    if SUFFIXES[wanted.suffix][0] not in channel_of(newsroom().settings, name).formats:
        raise not_found("feed of this kind")
    found = _shelf.get(wanted, caller.counters.changes)
    if folder is not None:
        found = _shelf.copy(wanted, found, folder)
    delta = _delta(request, wanted, found) if wanted.stretch == _CURRENT else None
    if delta is not None:
        return _respond_delta(request, delta, found), delta
    response = respond(request, found)
    response.headers["Vary"] = f"{response.headers['Vary']}, A-IM"
    return response, found


def _delta(request: HttpRequest, wanted: Wanted, found: Representation) -> Representation | None:
    """Write what changed behind the feed that a client has, where it asks for that alone; None: give it all.

    The entity tag of a feed ends with the change up to which it is true.
    """
    accepted = {part.partition(";")[0].strip() for part in str(request.META.get("HTTP_A_IM", "")).lower().split(",")}
    known = str(request.META.get("HTTP_IF_NONE_MATCH", ""))
    if "feed" not in accepted or any(matches(known, form.etag) for form in found.forms):
        return None
    since = max((int(mark, 16) for mark in _MARKED.findall(known)), default=0)
    items = channels.items(wanted.channel, POSTS, after=since) if 0 < since < found.sequence else ()
    if not items or len(items) == POSTS:
        return None
    channel = channel_of(newsroom().settings, wanted.channel)
    content = SUFFIXES[wanted.suffix][2](releases_of(items, channel), channel, Page())
    modified = max(item.change.at for item in items)
    return represent(content, found.media_type, modified=modified, sequence=found.sequence, items=_list(items))


def _respond_delta(request: HttpRequest, delta: Representation, whole: Representation) -> HttpResponse:
    """Answer with what changed; the entity tag is that of the whole feed, which the client has now (RFC 3229, 10.5)."""
    response = respond(request, delta, is_part=True)
    response.status_code = 226
    coding = response.headers.get("Content-Encoding", "")
    response.headers["ETag"] = next((form.etag for form in whole.forms if form.coding == coding), whole.forms[0].etag)
    response.headers["IM"] = "feed"
    response.headers["Cache-Control"] = "no-store, im"
    response.headers["Vary"] = f"{response.headers['Vary']}, A-IM, If-None-Match"
    return response
