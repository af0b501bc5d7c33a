"""A channel of its own for each outlet, that plays on demand what a channel can do: so the first real kill is no test.

play -> a post in the practice source -> released and packed like any other
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from publisher.errors import UsageError
from publisher.jobs import syndicate
from publisher.jobs.shelf import Shelf
from publisher.model import AltOrigin, Author, Image, Post
from publisher.settings import Settings
from publisher.store import channels, outlets, posts, withdrawals

EVENTS: Final = ("new", "update", "correction", "kill", "embargo", "embargo-lift", "rtl")
_NOTE: Final = "Practice: nothing here happened."
_HOLD: Final = timedelta(days=365)


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
    syndicate.release(settings, now, [name])
    syndicate.pack(settings, shelf, now, [name])
    return channels.head([name])


def _add(name: str, post: Post, now: datetime) -> None:
    """Let the practice source bring a post."""
    posts.add_posts(name, [post], now)


def _post(name: str, event: str, now: datetime) -> Post:
    """Make a practice post with everything that must not get lost on the way."""
    number = len(posts.newest([name], 10_000)) + 1
    image = Image(
        url="https://practice.invalid/harbour.jpg",
        alt="Three boats at anchor",
        alt_origin=AltOrigin.EDITOR,
        caption="The harbour at dawn.",
        credit="Ann Lee",
    )
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
        images=(image,),
        rights="For practice only",
    )
    if event == "embargo":
        return replace(base, embargo=now + _HOLD)
    if event == "rtl":
        words = "این یک تمرین است."
        return replace(
            base, language="fa", direction="rtl", title=f"تمرین {number}", html=f"<p>{words}</p>", text=words
        )
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
