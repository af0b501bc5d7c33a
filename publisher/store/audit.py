"""The log as people read it: by who did it or what it was done to, the newest first."""

from __future__ import annotations

from collections.abc import Collection

from publisher.store.database import speaking_clearly
from publisher.store.log import Line
from publisher.store.models import AuditRow, EditionRow, FactRow, PostRow


def lines(*, actor: str, subject: str, before: int | None, limit: int) -> tuple[Line, ...]:
    """Give lines of the log; "" is everybody and everything, `before` the key of the last line that was seen."""
    rows = AuditRow.objects.order_by("-pk")
    if actor:
        rows = rows.filter(actor=actor)
    if subject:
        rows = rows.filter(subject=subject)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    with speaking_clearly():
        return tuple(
            Line(
                key=row.pk,
                at=row.at,
                actor=row.actor,
                action=row.action,
                subject=row.subject,
                detail=row.detail,
                alert=row.alert,
            )
            for row in rows[:limit]
        )


def titles(subjects: Collection[str]) -> dict[str, str]:
    """Give the titles of the editions and posts among what lines of the log are about."""
    posts = {one.removeprefix("post "): one for one in subjects if one.startswith("post ")}
    keys = [int(key) for key in posts if key.isascii() and key.isdigit()]
    with speaking_clearly():
        found = dict(EditionRow.objects.filter(ulid__in=list(subjects)).values_list("ulid", "title"))
        known = dict(FactRow.objects.filter(post__in=keys).values_list("post_id", "title"))
        rows = PostRow.objects.filter(pk__in=keys).values_list("pk", flat=True)
        return found | {posts[str(key)]: known.get(key, "") for key in rows}
