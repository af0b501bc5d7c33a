"""Whom a correction or a kill of a post concerns: editions that held it, and those who were reached by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from publisher.errors import UsageError
from publisher.model import DeliveryState, Kept, Post
from publisher.store import codec, editions, freeze, newsletters, withdrawals
from publisher.store.database import speaking_clearly
from publisher.store.models import DeliveryRow, EditionPostRow, EditionRow, NewsletterRow, VersionRow, WithdrawalRow
from publisher.store.withdrawals import Kind

_REACHED = (DeliveryState.ACCEPTED.value, DeliveryState.IN_DOUBT.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What editors said of a post, by its number.

    `post` is the row of the post, `source` the name of what brought it, `kept` its newest version.
    """

    key: int
    post: int
    source: str
    kind: Kind
    note: str
    actor: str
    at: datetime
    kept: Kept


def latest(post: str | int) -> Correction:
    """Give what editors said last of a post, named as `withdrawals.withdraw` takes it.

    Raises `UsageError`: it is unknown, or nothing was ever said of it.
    """
    found = newest(post if isinstance(post, int) else withdrawals.find(post).pk)
    if found is None:
        fix = "say first what was wrong: publisher withdraw"
        raise UsageError(f"post {post}", "nobody has corrected or withdrawn it", fix)
    return found


def newest(post: int) -> Correction | None:
    """Give what editors said last of a post, by the number of its row; None: nothing ever."""
    with speaking_clearly():
        row = WithdrawalRow.objects.filter(post=post).order_by("-pk").first()
    return _read(row) if row else None


def get(key: int) -> Correction:
    """Give what editors said, by its number."""
    with speaking_clearly():
        return _read(WithdrawalRow.objects.get(pk=key))


def _read(row: WithdrawalRow) -> Correction:
    """Give a row as a value."""
    with speaking_clearly():
        version = VersionRow.objects.select_related("post__source").get(post=row.post_id, n=newsletters.CURRENT)
    return Correction(
        key=row.pk,
        post=row.post_id,
        source=version.post.source.name,
        kind=cast("Kind", row.kind),
        note=row.note,
        actor=row.actor,
        at=row.at,
        kept=Kept(key=version.pk, post=codec.read(Post, version.body), first_seen=version.post.first_seen_at),
    )


def concerned(key: int) -> tuple[str, ...]:
    """Name the newsletters with an edition that held the post before, and reached somebody."""
    with speaking_clearly():
        said = WithdrawalRow.objects.get(pk=key)
        held = EditionPostRow.objects.filter(
            version__post=said.post_id, version__lt=said.version_id, position__isnull=False
        )
        rows = NewsletterRow.objects.filter(editionrow__in=held.values("edition")).distinct().order_by("name")
        return tuple(row.name for row in rows if _has_reached(key, row.pk))


def _has_reached(key: int, newsletter: int) -> bool:
    """Say whether an edition of a newsletter brought a post to somebody."""
    held = freeze.holding(key, newsletter)
    return DeliveryRow.objects.filter(edition__in=held, state__in=_REACHED).exists()


def troubles(edition: str) -> tuple[Correction, ...]:
    """Give what editors said since of posts in an edition, the newest word on each post, the newest first.

    Raises `UsageError`: there is no such edition.
    """
    row = editions.find(edition)
    with speaking_clearly():
        held = EditionPostRow.objects.filter(edition=row, position__isnull=False)
        versions = dict(held.values_list("version__post", "version"))
        said = WithdrawalRow.objects.filter(post__in=list(versions)).order_by("pk")
        newest = {one.post_id: one for one in said if one.version_id > versions[one.post_id]}
    return tuple(_read(one) for one in sorted(newest.values(), key=lambda one: -one.pk))


def waiting_for(edition: str) -> int:
    """Count those for whom an edition is still pending."""
    with speaking_clearly():
        row = EditionRow.objects.filter(ulid=edition).first()
        return DeliveryRow.objects.filter(edition=row, state=DeliveryState.PENDING.value).count() if row else 0
