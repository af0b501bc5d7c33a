"""An editor says of a post what its source left out: its language, and where its films and sounds can be read.

`carry` takes it, and that a post is kept back, over to what the source tells later; `describe.renew` calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from publisher import language as languages
from publisher.errors import UsageError
from publisher.model import Media, Post, Status, Track
from publisher.store import edits

_LONGEST: Final = 2_000
_VTT: Final = "text/vtt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aids:
    """Addresses of what helps people who do not hear a film or sound; "" for none. The first captions file counts."""

    transcript: str = ""
    captions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an editor says of a post: its language ("" not known), and the aids of its media by their places."""

    language: str = ""
    media: Mapping[int, Aids] = field(default_factory=dict)


def about(post: Post) -> About:
    """Give what is known of a post, as a form has it."""
    return About(language=post.language or "", media={at: _aids(one) for at, one in enumerate(post.media)})


def check(wanted: About) -> dict[str, str]:
    """Find what cannot be kept: the name of each field ("transcript-0") with the reason."""
    found = {}
    if wanted.language and not languages.is_valid(wanted.language):
        found["language"] = "This is no language."
    for place, aids in wanted.media.items():
        for name, address in (("transcript", aids.transcript), ("captions", aids.captions)):
            if len(address) > _LONGEST:
                found[f"{name}-{place}"] = "This is too long: at most 2,000 characters."
            elif address and not address.startswith(("https://", "http://")):
                found[f"{name}-{place}"] = "Write a whole address, beginning with https://"
    return found


def annotate(key: int, wanted: About, actor: str, now: datetime, *, based_on: int) -> bool:
    """Keep what an editor says of a post; False: nothing changed.

    Raises `UsageError` when somebody changed the post meanwhile, or for what `check` refuses.
    """
    refused = check(wanted)
    if refused:
        name, reason = next(iter(refused.items()))
        raise UsageError(name, reason)
    before = edits.history(key).current
    after = apply(before, wanted)
    if after == before:
        return False
    edits.keep(key, after, actor, now, based_on=based_on)
    return True


def apply(post: Post, wanted: About) -> Post:
    """Put what an editor says into a post."""
    tag = languages.normalise(wanted.language)
    media = tuple(_aid(one, wanted.media[at], tag) if at in wanted.media else one for at, one in enumerate(post.media))
    # A direction belongs to the language that it was told with.
    direction = post.direction if tag == post.language else None
    return replace(post, language=tag, direction=direction, media=media)


def carry(fresh: Post, written: Post, base: Post) -> Post:
    """Give a post from its source with what an editor said of it, where the source still says what it said then."""
    if written.language != base.language and fresh.language == base.language:
        fresh = replace(fresh, language=written.language, direction=written.direction)
    if written.status is Status.WITHHELD and fresh.status == base.status:
        fresh = replace(fresh, status=Status.WITHHELD)
    told = {one.url: one for one in base.media}
    mine = {one.url: one for one in written.media}
    return replace(
        fresh, media=tuple(mine.get(one.url, one) if told.get(one.url) == one else one for one in fresh.media)
    )


def _aids(medium: Media) -> Aids:
    """Give the aids that a film or sound has."""
    return Aids(transcript=medium.transcript or "", captions=medium.captions[0].url if medium.captions else "")


def _aid(medium: Media, aids: Aids, language: str | None) -> Media:
    """Put aids beside a film or sound; captions files after the first stay."""
    known = _aids(medium)
    if aids.captions != known.captions:
        first = (Track(url=aids.captions, type=_VTT, language=language),) if aids.captions else ()
        medium = replace(medium, captions=(*first, *medium.captions[1:]))
    return replace(medium, transcript=aids.transcript or None)
