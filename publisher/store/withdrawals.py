"""Corrections and kills: a new version of a post, with a note, and every edition that holds it is stopped."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Literal

from publisher.errors import UsageError
from publisher.model import EditionState, Post, Status
from publisher.store import codec, editions, log
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import (
    EditionPostRow,
    EditionRow,
    EditRow,
    ItemRow,
    OutletRow,
    PostRow,
    VersionRow,
    WithdrawalRow,
)

Kind = Literal["kill", "correction"]

_LEAVING = (EditionState.APPROVED.value, EditionState.SENDING.value)
_WAITING = (EditionState.DRAFT.value, EditionState.READY.value)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What a withdrawal did: the post, and the editions that were paused or, where nobody had approved them, ended."""

    source: str
    uid: str
    title: str
    paused: tuple[str, ...]
    ended: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A correction or a kill that was declared, with its note for partners and readers."""

    kind: str
    note: str
    actor: str
    at: datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An edition that holds a post."""

    id: str
    newsletter: str
    title: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a withdrawal would reach: editions by what would become of them, channels, and the outlets that pull these.

    `published` went out already: their pages in the archive would say it.
    """

    pausing: tuple[Held, ...] = ()
    ending: tuple[Held, ...] = ()
    published: tuple[Held, ...] = ()
    channels: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()


def reach(key: int) -> Reach:
    """Say what a withdrawal of a post would reach, by the number of its row."""
    with speaking_clearly():
        holding = EditionPostRow.objects.filter(version__post=key, position__isnull=False).values("edition")
        rows = EditionRow.objects.filter(pk__in=holding).select_related("newsletter").defer("report")
        held = list(rows.order_by("-pk"))
        known = ItemRow.objects.filter(post=key, revision__gt=0).exclude(status=Status.CANCELED.value)
        names = tuple(known.order_by("channel__name").values_list("channel__name", flat=True))
        pulling = OutletRow.objects.filter(active=True, channels__name__in=names).distinct()
        outlets = tuple(pulling.order_by("name").values_list("name", flat=True))
    return Reach(
        pausing=tuple(_hold(row) for row in held if row.state in _LEAVING),
        ending=tuple(_hold(row) for row in held if row.state in _WAITING),
        published=tuple(_hold(row) for row in held if row.started_at is not None),
        channels=names,
        outlets=outlets,
    )


def _hold(row: EditionRow) -> Held:
    """Give an edition as a value."""
    return Held(id=row.ulid, newsletter=row.newsletter.name, title=row.title)


def said_of(key: int) -> tuple[Said, ...]:
    """Give the corrections and kills of a post, the newest first."""
    with speaking_clearly():
        rows = WithdrawalRow.objects.filter(post=key).order_by("-pk")
        return tuple(Said(kind=row.kind, note=row.note, actor=row.actor, at=row.at) for row in rows)


def withdraw(post: str | int, kind: Kind, note: str, *, actor: str, now: datetime) -> Withdrawal:
    """Add a version that corrects or kills a post, and stop every edition that holds it, in one transaction.

    `post` is its id, "source:id" where two sources have it, its address, or the number of its row. Raises `UsageError`:
    it is unknown, named twice, or killed already.
    """
    with unit():
        wanted = post if isinstance(post, int) else find(post).pk
        row = PostRow.objects.select_for_update().filter(pk=wanted).first()
        if row is None:
            raise UsageError(f"post {post}", "there is none of this number")
        if WithdrawalRow.objects.filter(post=row, kind="kill").exists():
            raise UsageError(f"post {post}", "it was killed already", "a killed post stays so: publish a new one")
        current = codec.read(Post, VersionRow.objects.get(post=row, n=row.current).body)
        changed = dataclasses.replace(
            current, updated=now, status=Status.CANCELED if kind == "kill" else current.status
        )
        body = codec.write(changed)
        row.current += 1  # its hash stays that of the source, which has not changed
        row.save()
        version = VersionRow.objects.create(post=row, n=row.current, sha256=codec.digest(body), seen_at=now, body=body)
        EditRow.objects.create(version=version, actor=actor)  # it is no word of the source
        WithdrawalRow.objects.create(post=row, version=version, kind=kind, note=note, actor=actor, at=now)
        log.note(now, actor, kind, f"post {row.pk}", note=note)
        paused, ended = _stop_editions(row, kind, actor, now)
        return Withdrawal(
            source=row.source.name, uid=row.uid, title=current.title or row.uid, paused=paused, ended=ended
        )


def find(post: str) -> PostRow:
    """Give the row of a post by its id, by source and id, or by its address. Raises `UsageError`."""
    with speaking_clearly():
        found = list(PostRow.objects.filter(uid=post).select_related("source")[:3])
        source, _, uid = post.partition(":")
        if not found and uid:
            found = list(PostRow.objects.filter(source__name=source, uid=uid).select_related("source")[:3])
        if not found:
            found = [row for row in _holding(post) if codec.read(Post, row.body).url == post]  # type: ignore[attr-defined]  # annotated
    if not found:
        raise UsageError(
            f"post {post}", "there is none of this id or address", "name it as SOURCE:ID, or by its address"
        )
    if len(found) > 1:
        names = ", ".join(f"{row.source.name}:{row.uid}" for row in found)
        raise UsageError(f"post {post}", "two sources have it", f"name one of: {names}")
    return found[0]


def _holding(address: str) -> list[PostRow]:
    """Find posts whose newest version holds an address somewhere; each carries that version's `body`."""
    rows = VersionRow.objects.filter(body__contains=address).select_related("post__source").order_by("-pk")[:200]
    found: list[PostRow] = []
    for version in rows:
        if version.n == version.post.current:
            version.post.body = version.body  # type: ignore[attr-defined]  # for the caller's check
            found.append(version.post)
    return found


def _stop_editions(row: PostRow, kind: Kind, actor: str, now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pause editions that are on their way, before their next claim; end those that nobody has approved yet."""
    holding = EditionPostRow.objects.filter(version__post=row, position__isnull=False).select_related("edition")
    what = "was withdrawn" if kind == "kill" else "was corrected"
    reason = f"the post {row.uid} {what}: build it again for those still pending, or cancel it"
    paused: list[str] = []
    ended: list[str] = []
    for place in holding.order_by("pk"):
        edition = place.edition
        if edition.state in _LEAVING and edition.ulid not in paused:
            editions.act(edition.ulid, "pause", actor, now, reason=reason)
            log.alert(now, "paused", edition.ulid, reason=reason)
            paused.append(edition.ulid)
        elif edition.state in _WAITING and edition.ulid not in ended:
            editions.act(edition.ulid, "cancel", actor, now, reason=f"the post {row.uid} {what}: build it again")
            ended.append(edition.ulid)
    return tuple(paused), tuple(ended)
