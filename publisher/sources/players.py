"""The videos, sounds and embedded players of an HTML tree."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from lxml.etree import _Element as Element

from publisher.language import normalise
from publisher.model import Media, Track
from publisher.sources.addresses import resolve
from publisher.sources.captions import Words
from publisher.sources.pictures import is_hidden

TAGS: Final = ("video", "audio", "amp-video", "amp-audio", "iframe", "amp-iframe", "embed", "object")
BOXED: Final = ("object", "embed")  # which may hold anything, a picture too
_PICTURE: Final = re.compile(r"\.(?:svg|png|jpe?g|gif|webp|avif)(?:[?#]|$)", re.IGNORECASE)
_FRAMES: Final = frozenset({"iframe", "amp-iframe"})
_READ: Final = frozenset({None, "", "captions", "subtitles"})
_TYPES: Final = {
    "aac": "audio/aac",
    "flac": "audio/flac",
    "m3u8": "application/vnd.apple.mpegurl",
    "m4a": "audio/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "opus": "audio/ogg",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "wav": "audio/wav",
    "webm": "video/webm",
}
_ENDING: Final = re.compile(r"\.(\w{2,5})$")


def read(element: Element, base: str | None, words: Words | None) -> Media | None:
    """Read one player; None for one without an address, and for frames that nobody can see."""
    url, declared = _address(element, base)
    if url is None or is_hidden(element) or element.get("width") in {"0", "1"} or element.get("height") in {"0", "1"}:
        return None
    named = element.get("title") or element.get("aria-label")
    title = (words.caption if words else None) or (" ".join(named.split()) if named else None)
    kind = "text/html" if element.tag in _FRAMES else declared or guess_type(url)
    return Media(
        url=url,
        type=kind,
        title=title or None,
        captions=_tracks(element, base),
        poster=resolve(element.get("poster"), base),
    )


def is_picture(element: Element) -> bool:
    """Say whether an `object` or `embed` holds a picture, by its declared type, else by its address."""
    declared = (element.get("type") or "").strip().lower()
    if declared:
        return declared.startswith("image/")
    return bool(_PICTURE.search(element.get("data") or element.get("src") or ""))


def merge(first: Media, second: Media) -> Media:
    """Make one of two records of the same medium: what the first one does not know, the second tells."""
    known = {track.url for track in first.captions}
    return replace(
        first,
        type=first.type or second.type,
        title=first.title or second.title,
        captions=(*first.captions, *(track for track in second.captions if track.url not in known)),
        transcript=first.transcript or second.transcript,
        transcript_text=first.transcript_text or second.transcript_text,
        duration=first.duration if first.duration is not None else second.duration,
        poster=first.poster or second.poster,
    )


def guess_type(url: str) -> str | None:
    """Give the media type that an address ends in."""
    ending = _ENDING.search(url.split("#", 1)[0].split("?", 1)[0])
    return _TYPES.get(ending[1].lower()) if ending else None


def _address(element: Element, base: str | None) -> tuple[str | None, str | None]:
    """Give the address of a player and the type that is declared for it."""
    places = [(element, name) for name in ("src", "data-src", "data")]
    places += [(source, name) for source in element.iter("source") for name in ("src", "data-src")]
    for holder, name in places:
        url = resolve(holder.get(name), base)
        if url:
            declared = (holder.get("type") or "").split(";")[0].strip().lower()
            return url, declared or None
    return None, None


def _tracks(element: Element, base: str | None) -> tuple[Track, ...]:
    """Give the captions and subtitles of a player."""
    tracks = []
    for track in element.iter("track"):
        url = resolve(track.get("src"), base)
        if url and (track.get("kind") or "").lower() in _READ:
            tracks.append(Track(url=url, type=guess_type(url), language=normalise(track.get("srclang"))))
    return tuple(tracks)
