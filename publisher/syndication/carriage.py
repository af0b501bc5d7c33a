"""What each format cannot carry, so that a manifest can say what was lost and nobody has to find out.

A field stands here only where no reader of the format gets it back as data; what is merely words in the HTML counts as
carried, because people get it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from publisher.model import Status
from publisher.syndication.release import Release

# field -> whether a post has anything in it
_PRESENT: Final[Mapping[str, Callable[[Release], bool]]] = {
    "kicker": lambda one: bool(one.post.kicker),
    "summary": lambda one: bool(one.post.summary),
    "tags": lambda one: bool(one.post.tags),
    "published": lambda one: one.post.published is not None,
    "updated": lambda one: one.moment is not None and one.moment != one.post.published,
    "direction": lambda one: one.direction == "rtl",
    "language": lambda one: bool(one.post.language),
    "rights": lambda one: bool(one.rights),
    "embargo": lambda one: one.post.embargo is not None,
    "status": lambda one: one.status is not Status.USABLE,
    "signal": lambda one: one.revision.signal != "new",
    "version": lambda one: one.revision.number > 1,
    "note": lambda one: bool(one.note),
    "alt": lambda one: any(image.alt for image in one.post.images),
    "decorative": lambda one: any(image.decorative for image in one.post.images),
    "caption": lambda one: any(image.caption for image in one.post.images),
    "credit": lambda one: any(image.credit for image in one.post.images),
    "long_description": lambda one: any(image.long_description for image in one.post.images),
    "captions": lambda one: any(medium.captions for medium in one.post.media),
    "transcript": lambda one: any(medium.transcript or medium.transcript_text for medium in one.post.media),
    "duration": lambda one: any(medium.duration for medium in one.post.media),
    "poster": lambda one: any(medium.poster for medium in one.post.media),
}

_LOST: Final[Mapping[str, frozenset[str]]] = {
    "rss": frozenset({"kicker", "status", "signal", "version"}),
    "atom": frozenset({"kicker", "signal", "version"}),
    "jsonfeed": frozenset({"poster"}),
    "ninjs": frozenset({"direction", "signal", "decorative"}),
    "newsmlg2": frozenset({"decorative"}),
    "nitf": frozenset({"direction", "decorative", "poster"}),
    "html": frozenset({"embargo", "version", "signal"}),
    "text": frozenset(
        {"direction", "embargo", "version", "signal", "status", "tags", "decorative", "duration", "poster"}
    ),
    "epub": frozenset({"embargo", "version", "signal", "status", "tags"}),
}


def lost(release: Release, format_name: str) -> tuple[str, ...]:
    """Name what a post has and a format cannot carry, sorted."""
    return tuple(sorted(name for name in _LOST[format_name] if _PRESENT[name](release)))


def carries(format_name: str, field: str) -> bool:
    """Say whether a format carries a field."""
    return field not in _LOST[format_name]
