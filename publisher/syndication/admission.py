"""Whether a version of a post enters a channel, and as what partners are told of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from publisher.model import Post, Status
from publisher.syndication.release import Signal

_LEFT: Final = "No longer part of this channel."


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What partners know of a post: the number of its revision (0: nothing), its status and its note."""

    revision: int = 0
    status: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How a post stands to a channel: `gone`: its source left the channel; `taken`: the channel's selection takes it.

    `unchanged`: partners know this version of it already.
    """

    gone: bool = False
    taken: bool = True
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What partners are told, None: nothing. The post is looked at again at `due`, or else when it changes."""

    signal: Signal | None = None
    status: Status = Status.USABLE
    note: str = ""
    due: datetime | None = None


def admit(
    post: Post, known: Known, notices: Sequence[tuple[str, str]], *, now: datetime, place: Place = Place()
) -> Admission:
    """Decide about the newest version of a post.

    `notices` are kinds ("correction", "kill") and notes of what editors declared since partners were last told, oldest
    first. A kill of what no partner ever had is not told to anybody.
    """
    notes = " ".join(dict.fromkeys(note for _, note in notices))
    if post.status is Status.CANCELED or any(kind == "kill" for kind, _ in notices):
        return _take_back("kill", Status.CANCELED, notes, known)
    embargoed = post.embargo is not None and post.embargo > now
    has_left = place.gone or not place.taken
    if has_left or embargoed or post.status is Status.WITHHELD or post.is_empty():
        told = _take_back("update", Status.WITHHELD, _LEFT if has_left else known.note, known)
        due = now if place.gone else post.embargo if embargoed else None  # one whose source comes back is due at once
        return Admission(signal=told.signal, status=told.status, note=told.note, due=due)
    if not known.revision:
        return Admission(signal="new", note=notes)
    if notices:
        return Admission(signal="correction", note=notes)
    if place.unchanged and known.status == Status.USABLE.value:
        return Admission(note=known.note)
    return Admission(signal="update", note="" if known.note == _LEFT else known.note)


def _take_back(signal: Signal, status: Status, note: str, known: Known) -> Admission:
    """Tell partners that a post may not be used, where they have it and do not know that yet."""
    if not known.revision or known.status in {status.value, Status.CANCELED.value}:
        return Admission(status=status)
    return Admission(signal=signal, status=status, note=note)
