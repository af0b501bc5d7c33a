"""Channels as partners see them: every change in one order, and what may be seen now.

How a post gets in stands in `admissions`, what is packed of it in `bundles`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.db.models import F

from publisher.model import Post, Status
from publisher.store import codec
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import ChangeRow, ChannelRow, ItemRow
from publisher.store.moments import to_micros

MOST: Final = 2**62  # behind every sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that partners were told, in the order of `sequence`."""

    sequence: int
    channel: str
    item: str
    uri: str
    revision: int
    status: Status
    signal: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A version of a post as partners of a channel get it; `key` is the row of the post in the channel."""

    key: int
    change: Change
    post: Post


def declare(names: Iterable[str]) -> None:
    """Make channels known."""
    with speaking_clearly():
        known = set(ChannelRow.objects.values_list("name", flat=True))
        for name in names:
            if name not in known:
                ChannelRow.objects.get_or_create(name=name)


# --- reading --------------------------------------------------------------------------------------------------------


def changes(names: Iterable[str], after: int, limit: int) -> tuple[Change, ...]:
    """Give the changes of some channels behind a sequence, in order."""
    with speaking_clearly():
        rows = ChannelRow.objects.filter(name__in=list(names))
        streams = [_changes_of(row, after, limit) for row in rows]
        return tuple(islice(heapq.merge(*streams, key=lambda change: change.sequence), limit))


def standing(names: Iterable[str], after: int, until: int, limit: int) -> tuple[Change, ...]:
    """Give the last change of each post of some channels, in order, of those behind one sequence up to another."""
    with speaking_clearly():
        rows = ChannelRow.objects.filter(name__in=list(names))
        streams = [_standing_of(row, after, until, limit) for row in rows]
        wanted = list(islice(heapq.merge(*streams), limit))
        told = ChangeRow.objects.filter(sequence__in=wanted).select_related("item__channel").order_by("sequence")
        return tuple(_read(row, row.item.channel.name) for row in told)


def _standing_of(row: ChannelRow, after: int, until: int, limit: int) -> list[int]:
    """Give where the posts of one channel stand: one walk along its index."""
    items = ItemRow.objects.filter(channel=row, revision__gt=0, sequence__gt=after, sequence__lte=until)
    return list(items.order_by("sequence").values_list("sequence", flat=True)[:limit])


def _changes_of(row: ChannelRow, after: int, limit: int) -> list[Change]:
    """Give the changes of one channel: one walk along its index, and no more of each than is told."""
    rows = ChangeRow.objects.filter(channel=row, sequence__gt=after).order_by("sequence")
    names = ("sequence", "item__folder", "item__uri", "revision", "status", "signal", "note", "at")
    return [
        Change(
            sequence=sequence,
            channel=row.name,
            item=folder,
            uri=uri,
            revision=revision,
            status=Status(status),
            signal=signal,
            note=note,
            at=at,
        )
        for sequence, folder, uri, revision, status, signal, note, at in rows.values_list(*names)[:limit]
    ]


def _read(row: ChangeRow, channel: str) -> Change:
    """Give a row as a value."""
    return Change(
        sequence=row.sequence,
        channel=channel,
        item=row.item.folder,
        uri=row.item.uri,
        revision=row.revision,
        status=Status(row.status),
        signal=row.signal,
        note=row.note,
        at=row.at,
    )


def head(names: Iterable[str]) -> int:
    """Give the sequence of the newest change of some channels; 0 for none."""
    with speaking_clearly():
        found = [
            ChangeRow.objects.filter(channel=row).order_by("-sequence").values_list("sequence", flat=True).first()
            for row in ChannelRow.objects.filter(name__in=list(names))
        ]
    return max((number for number in found if number), default=0)


def floor(names: Iterable[str]) -> int:
    """Give the sequence below which withdrawals may have been forgotten."""
    with speaking_clearly():
        return max(ChannelRow.objects.filter(name__in=list(names)).values_list("floor", flat=True), default=0)


def find(names: Iterable[str], folder: str, revision: int | None = None) -> Item | None:
    """Give a revision of a post in one of some channels (None: the newest); None where there is none.

    A revision of a post that is not usable any more is the newest one: what was taken back stays so. Each channel
    counts its own: of several that have the post, one in which it is usable goes first, then the last to tell of it.
    """
    with speaking_clearly():
        rows = ItemRow.objects.filter(channel__name__in=list(names), folder=folder, revision__gte=revision or 1)
        found = list(rows.select_related("channel"))
        if not found:
            return None
        item = max(found, key=lambda one: (one.status == Status.USABLE, one.sequence))
        wanted = ChangeRow.objects.filter(item=item).select_related("item", "version")
        newest = wanted.get(sequence=item.sequence)
        if revision is None or revision == item.revision:
            return _item(newest, item.channel.name)
        older = wanted.filter(revision=revision).first()
        if older is None:
            return None
        return _item(older if item.status == Status.USABLE else newest, item.channel.name)


def _item(row: ChangeRow, channel: str) -> Item:
    """Give a change with the version that it is about."""
    return Item(key=row.item_id, change=_read(row, channel), post=codec.read(Post, row.version.body))


def items(channel: str, limit: int, *, after: int = 0, below: int = MOST) -> tuple[Item, ...]:
    """Give what partners of a channel see, as they were last told, newest change first; withdrawn ones included.

    Only what was told behind the sequence `after` and in front of `below`.
    """
    with speaking_clearly():
        row = ChannelRow.objects.filter(name=channel).first()
        if row is None:
            return ()
        told = ItemRow.objects.filter(channel=row, revision__gt=0, sequence__gt=after, sequence__lt=below)
        wanted = told.order_by("-sequence").values_list("sequence", flat=True)[:limit]
        rows = ChangeRow.objects.filter(sequence__in=list(wanted))
        rows = rows.select_related("item", "version").order_by("-sequence")
        return tuple(_item(change, channel) for change in rows)


def beside(channel: str, sequence: int) -> tuple[int, int]:
    """Give the last change in front of a sequence and the first at or behind it that a post of a channel stands at.

    0: there is none.
    """
    with speaking_clearly():
        rows = ItemRow.objects.filter(channel__name=channel, revision__gt=0).values_list("sequence", flat=True)
        older = rows.filter(sequence__lt=sequence).order_by("-sequence").first()
        newer = rows.filter(sequence__gte=sequence).order_by("sequence").first()
    return older or 0, newer or 0


def of_post(source: str, uid: str) -> tuple[str, ...]:
    """Name the channels that have told partners of a post."""
    with speaking_clearly():
        rows = ItemRow.objects.filter(post__source__name=source, post__uid=uid, revision__gt=0)
        return tuple(rows.order_by("channel__name").values_list("channel__name", flat=True))


# --- forgetting -----------------------------------------------------------------------------------------------------


def forget(before: datetime) -> int:
    """Forget changes older than a moment that a newer one replaced, and withdrawals as old; gives their number.

    The newest change of every post that partners may use stays, so that whoever begins anew still gets everything.
    """
    old = ChangeRow.objects.filter(at__lt=to_micros(before))
    with unit():
        replaced, _ = old.filter(sequence__lt=F("item__sequence")).delete()
        withdrawn = old.exclude(status=Status.USABLE.value)
        for channel, number in withdrawn.values_list("channel", "sequence").order_by("sequence"):
            ChannelRow.objects.filter(pk=channel, floor__lt=number).update(floor=number)
        keys = list(withdrawn.values_list("item", flat=True))
        number, _ = withdrawn.delete()
        ItemRow.objects.filter(pk__in=keys).update(revision=0, status="")
    return replaced + number
