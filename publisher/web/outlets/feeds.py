"""The feeds of a channel: written once for every state of the channel, then answered from memory."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse

from publisher.jobs.channels import channel_of, newest, releases_of
from publisher.store import channels
from publisher.syndication import atom, jsonfeed, rss
from publisher.syndication.channel import Channel
from publisher.syndication.release import Release
from publisher.web.newsroom import newsroom
from publisher.web.outlets.access import Caller
from publisher.web.outlets.problems import not_found
from publisher.web.outlets.representation import Representation, represent, respond

# How many posts a feed holds: aggregators read no more than 2 MB.
POSTS: Final = 100
LARGEST: Final = 2_000_000

Writer = Callable[[Sequence[Release], Channel], bytes]

# suffix -> word in a channel's formats, media type, writer
SUFFIXES: Final[Mapping[str, tuple[str, str, Writer]]] = {
    "rss": ("rss", f"{rss.MEDIA_TYPE}; charset=utf-8", rss.write),
    "atom": ("atom", f"{atom.MEDIA_TYPE}; charset=utf-8", atom.write),
    "json": ("jsonfeed", jsonfeed.MEDIA_TYPE, jsonfeed.write),
}


class _Shelf:
    """Feeds by channel and suffix, each with the change up to which it is true."""

    def __init__(self) -> None:
        self._writing = threading.Lock()
        self._feeds: dict[tuple[str, str], tuple[int, Representation]] = {}

    def get(self, channel: str, suffix: str, at: int) -> Representation:
        """Give a feed as of the newest change of all channels; only a change of its own makes it be written anew."""
        known = self._feeds.get((channel, suffix))
        if known is not None and known[0] == at:
            return known[1]
        with self._writing:
            known = self._feeds.get((channel, suffix))
            if known is not None and known[0] >= at:
                return known[1]
            head = channels.head([channel])
            feed = known[1] if known is not None and known[1].sequence == head else _write(channel, suffix, head)
            self._feeds[channel, suffix] = (at, feed)
            return feed


_shelf: Final = _Shelf()


def _write(name: str, suffix: str, head: int) -> Representation:
    """Write a feed: the newest posts, as many as fit."""
    channel = channel_of(newsroom().settings, name)
    items = newest(name, POSTS)
    _, media_type, write = SUFFIXES[suffix]
    content = write(releases_of(items, channel), channel)
    while len(content) > LARGEST and len(items) > 1:
        items = items[: len(items) // 2]
        content = write(releases_of(items, channel), channel)
    delivered = json.dumps([[item.change.item, item.change.revision] for item in items])
    modified = max((item.change.at for item in items), default=None)
    return represent(content, media_type, modified=modified, sequence=head, items=delivered)


def answer(request: HttpRequest, caller: Caller, channel: str, suffix: str) -> tuple[HttpResponse, Representation]:
    """Answer with a feed of a channel.

    Raises: ProblemError 404 where there is none that the caller may have.
    """
    if suffix not in SUFFIXES:
        raise not_found("feed of this kind")
    (name,) = caller.channels(channel)
    if SUFFIXES[suffix][0] not in channel_of(newsroom().settings, name).formats:
        raise not_found("feed of this kind")
    found = _shelf.get(name, suffix, caller.counters.changes)
    return respond(request, found), found
