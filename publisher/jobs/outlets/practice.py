"""A channel of its own for each outlet, that plays on demand what a channel can do: so the first real kill is no test.

play -> a post in the practice source -> its media, which we ship -> released and packed like any other
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from publisher import resources
from publisher.errors import UsageError
from publisher.jobs.outlets import enclosures, syndicate
from publisher.jobs.outlets.shelf import Shelf
from publisher.media.keep import Incoming
from publisher.model import AltOrigin, Author, Image, Media, Post, Track
from publisher.settings import Settings
from publisher.store import channels, outlets, posts, withdrawals

EVENTS: Final = ("new", "update", "correction", "kill", "embargo", "embargo-lift", "rtl")
_NOTE: Final = "Practice: nothing here happened."
_HOLD: Final = timedelta(days=365)

# What practice posts show, at addresses that lead nowhere: it can be pulled from us alone, by its hash.
_SITE: Final = "https://practice.invalid"
_FILES: Final = {
    f"{_SITE}/ferry.png": "feeds/sample/pictures/ferry.png",
    f"{_SITE}/bicycle.png": "feeds/sample/pictures/bicycle.png",
    f"{_SITE}/rope.en.vtt": "feeds/sample/captions/ropewalk.en.vtt",
}
_FERRY: Final = Image(
    url=f"{_SITE}/ferry.png",
    alt="A lit ferry leaves the harbour at night",
    alt_origin=AltOrigin.EDITOR,
    caption="The first crossing since 2015.",
    credit="Ann Lee",
    long_description="Three decks of windows are lit. Behind the ferry stand the dark quay and a thin moon.",
    width=1200,
    height=675,
)
_BICYCLE: Final = Image(
    url=f"{_SITE}/bicycle.png",
    alt="دوچرخه‌ای سبز با قفسه‌ای پر از کتاب",
    alt_origin=AltOrigin.EDITOR,
    caption="دوچرخهٔ کتاب در محله.",
    credit="سهراب امینی",
    width=1200,
    height=675,
)
_FILM: Final = Media(
    url=f"{_SITE}/rope.mp4",
    type="video/mp4",
    title="How a rope is made",
    captions=(Track(url=f"{_SITE}/rope.en.vtt", type="text/vtt", language="en"),),
    transcript_text="Joan: A rope begins here, with a handful of combed hemp.",
    duration=24,
)

log = logging.getLogger("publisher.outlets")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shipped:
    """A file that we ship, as if it came over the network."""

    headers: Mapping[str, str]
    chunks: Iterator[bytes]


class _Way:
    """The way to the files that practice posts show; no network is asked."""

    def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int | None = None
    ) -> AbstractContextManager[Incoming]:
        """Give the file at an address."""
        del headers, max_bytes
        return nullcontext(_Shipped(headers={}, chunks=iter([resources.find(_FILES[url]).read_bytes()])))


def play(settings: Settings, shelf: Shelf, outlet: str, event: str, now: datetime) -> int:
    """Play one event in the practice channel of an outlet; gives the sequence up to which it can be pulled.

    "update", "correction", "kill" and "embargo-lift" act on the newest practice post that they can act on.
    Raises `UsageError` for an unknown event, and where there is no such post yet.
    """
    if event not in EVENTS:
        raise UsageError(f"event {event}", "there is none of this name", f"there are: {', '.join(EVENTS)}")
    name = outlets.find(outlet).practice
    channels.declare([name])
    if event in {"new", "rtl", "embargo"}:
        _add(name, _post(name, event, now), now)
    elif event in {"update", "embargo-lift"}:
        _add(name, _changed(name, event, now), now)
    else:
        kept = _target(name, held=False, now=now)
        kind: withdrawals.Kind = "kill" if event == "kill" else "correction"
        withdrawals.withdraw(f"{name}:{kept.id}", kind, _NOTE, actor=f"outlet {outlet}", now=now)
    ready = enclosures.ahead(syndicate.news(settings, now, [name]), _Way(), shelf, log.warning)
    syndicate.release(settings, now, [name], ready)
    syndicate.pack(settings, shelf, now, [name])
    return channels.head([name])


def _add(name: str, post: Post, now: datetime) -> None:
    """Let the practice source bring a post."""
    posts.add_posts(name, [post], now)


def _post(name: str, event: str, now: datetime) -> Post:
    """Make a practice post with everything that must not get lost on the way."""
    number = len(posts.newest([name], 10_000)) + 1
    base = Post(
        id=f"urn:publisher:{name}:{number}",
        source=name,
        title=f"Practice post {number}",
        kicker="Practice",
        language="en",
        authors=(Author(name="Practice desk"),),
        published=now,
        summary=_NOTE,
        html=f"<p>{_NOTE}</p>",
        text=_NOTE,
        images=(_FERRY,),
        media=(_FILM,),
        rights="For practice only",
    )
    if event == "embargo":
        return replace(base, embargo=now + _HOLD)
    if event == "rtl":
        words = "این یک تمرین است."
        told = replace(base, language="fa", direction="rtl", title=f"تمرین {number}", kicker="تمرین", summary=words)
        return replace(told, html=f"<p>{words}</p>", text=words, images=(_BICYCLE,), media=())
    return base


def _changed(name: str, event: str, now: datetime) -> Post:
    """Change the newest practice post, or lift its embargo."""
    kept = _target(name, held=event == "embargo-lift", now=now)
    if event == "embargo-lift":
        return replace(kept, embargo=now)
    stamp = now.astimezone(UTC).isoformat()
    return replace(kept, updated=now, html=f"<p>{_NOTE}</p><p>Updated at {stamp}.</p>")


def _target(name: str, *, held: bool, now: datetime) -> Post:
    """Find the newest practice post that may still change. Raises `UsageError`."""
    for kept in posts.newest([name], 10_000):
        is_held = kept.post.embargo is not None and kept.post.embargo > now
        if kept.post.status is None and is_held == held:
            return kept.post
    event = "embargo" if held else "new"
    raise UsageError("practice", "there is no post yet that this could happen to", f"play {event!r} first")
