"""Newsletters: declared in settings, read from sources, and what each has shown its readers already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import F, OuterRef, Q, Subquery

from publisher.errors import UsageError
from publisher.model import Audience, EditionState, Kept, Post
from publisher.store import codec
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import EditionPostRow, NewsletterRow, SeenRow, SourceRow, SubscriptionRow, VersionRow
from publisher.store.moments import to_micros

CURRENT: Final = F("post__current")

# A post is old for a newsletter when its source's first pull brought it and it has no date, or when it was published
# before the start, or when we knew it before a newsletter without a chosen start existed.
_MARK_OLD: Final = """
INSERT INTO newsletter_seen (newsletter_id, post_id)
SELECT n.id, p.id
FROM post p
JOIN source s ON s.id = p.source_id
JOIN newsletter_source l ON l.sourcerow_id = s.id
JOIN newsletter n ON n.id = l.newsletterrow_id
WHERE s.id = %s AND n.start_at IS NOT NULL AND (
    (p.first_seen_at <= s.first_pull_at AND (p.published IS NULL OR p.published < n.start_at))
    OR (n.fixed_start AND p.published < n.start_at)
    OR (NOT n.fixed_start AND p.first_seen_at < n.start_at)
)
ON CONFLICT DO NOTHING
"""


def declare(name: str, title: str, sources: Iterable[str], now: datetime, start: datetime | None = None) -> None:
    """Make a newsletter as the settings declare it; without a start it begins now, the first time.

    A start that the operator moved takes effect on what is already there, both ways.
    """
    with unit():
        row, made = NewsletterRow.objects.get_or_create(name=name, defaults={"title": title})
        before = (row.title, row.start_at, row.fixed_start)
        moved = start is not None and (row.start_at != start or not row.fixed_start)
        row.title = title
        row.fixed_start = start is not None
        row.start_at = start or row.start_at or now
        if before != (row.title, row.start_at, row.fixed_start):
            row.save()
        if moved and not made:
            SeenRow.objects.filter(newsletter=row, post__published__gte=to_micros(row.start_at)).delete()
        _link(row, list(sources), renew=moved)


def _link(row: NewsletterRow, names: list[str], *, renew: bool) -> None:
    """Let a newsletter read exactly these sources."""
    linked = {source.name: source for source in row.sources.all()}
    for name in names:
        if name not in linked:
            source, _ = SourceRow.objects.get_or_create(name=name)
            row.sources.add(source)
        if name not in linked or renew:
            mark_old(SourceRow.objects.get(name=name))
    row.sources.remove(*(source for name, source in linked.items() if name not in names))


def mark_old(source: SourceRow) -> None:
    """Mark what is older than the newsletters that read a source as seen by them; call it in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK_OLD, [source.pk])


def names() -> tuple[str, ...]:
    """Name every newsletter."""
    with speaking_clearly():
        return tuple(NewsletterRow.objects.order_by("name").values_list("name", flat=True))


def name_of(key: int) -> str | None:
    """Name the newsletter that a number in a link means; None: there is none."""
    with speaking_clearly():
        return NewsletterRow.objects.filter(pk=key).values_list("name", flat=True).first()


def unseen(newsletter: str, audience: Audience = "each", since: datetime | None = None) -> tuple[Kept, ...]:
    """Give the current versions of what a newsletter has not shown an audience, in the order in which they came.

    What stands in an edition counts as shown unless that edition was cancelled. `since`: only what came then or later.
    Raises `UsageError`.
    """
    row = find(newsletter)
    with speaking_clearly():
        used = EditionPostRow.objects.filter(
            edition__newsletter=row, edition__audience=audience, version__post=OuterRef("post")
        )
        used = used.exclude(edition__state=EditionState.CANCELLED.value).exclude(edition__withdrawal__isnull=False)
        seen = SeenRow.objects.filter(newsletter=row, post=OuterRef("post"))
        rows = (
            VersionRow.objects.filter(Q(post__source__newsletters=row), n=CURRENT)
            .annotate(used=Subquery(used.values("pk")[:1]), seen=Subquery(seen.values("pk")[:1]))
            .filter(used=None, seen=None)
            .select_related("post")
            .order_by("post__first_seen_at", "pk")
        )
        if since is not None:
            rows = rows.filter(post__first_seen_at__gte=since)
        return tuple(
            Kept(key=version.pk, post=codec.read(Post, version.body), first_seen=version.post.first_seen_at)
            for version in rows
        )


def waiting(newsletter: str) -> int:
    """Count the people who subscribed and have not confirmed it."""
    row = find(newsletter)
    with speaking_clearly():
        return SubscriptionRow.objects.filter(newsletter=row, state="pending").count()


def back_catalogue(newsletter: str) -> int:
    """Count the posts that are older than the newsletter."""
    row = find(newsletter)
    with speaking_clearly():
        return SeenRow.objects.filter(newsletter=row).count()


def find(name: str) -> NewsletterRow:
    """Give the row of a newsletter. Raises `UsageError`."""
    with speaking_clearly():
        row = NewsletterRow.objects.filter(name=name).first()
    if row is None:
        raise UsageError(f"newsletter {name}", "there is none of this name", "known: " + (", ".join(names()) or "none"))
    return row
