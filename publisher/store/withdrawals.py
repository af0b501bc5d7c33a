"""Corrections and kills: a new version of a post, with a note, and every edition that holds it is stopped."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Literal

from publisher.errors import UsageError
from publisher.model import EditionState, Post, Status
from publisher.store import codec, editions, log
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import EditionPostRow, PostRow, VersionRow, WithdrawalRow

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


def withdraw(post: str, kind: Kind, note: str, *, actor: str, now: datetime) -> Withdrawal:
    """Add a version that corrects or kills a post, and stop every edition that holds it, in one transaction.

    `post` is its id, "source:id" where two sources have it, or its address. Raises `UsageError`: it is unknown, named
    twice, or killed already.
    """
    with unit():
        row = PostRow.objects.select_for_update().get(pk=_find(post).pk)
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
        WithdrawalRow.objects.create(post=row, version=version, kind=kind, note=note, actor=actor, at=now)
        log.note(now, actor, kind, f"post {row.pk}", note=note)
        paused, ended = _stop_editions(row, kind, actor, now)
        return Withdrawal(
            source=row.source.name, uid=row.uid, title=current.title or row.uid, paused=paused, ended=ended
        )


def _find(post: str) -> PostRow:
    """Find a post by id, by source and id, or by address. Raises `UsageError`."""
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
