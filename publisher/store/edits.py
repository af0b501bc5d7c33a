"""Posts as editors changed them: every change is a version of its own, and what the source said is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from publisher.errors import UsageError
from publisher.model import Post
from publisher.store import codec, difference, log
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import EditRow, PictureRow, PostRow, VersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a post; `actor` "" is its source."""

    number: int
    seen: datetime
    actor: str
    post: Post


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A post with all its versions, the newest first; `key` is its row, `source` the name of its source."""

    key: int
    source: str
    versions: tuple[Version, ...]

    @property
    def current(self) -> Post:
        """Give the post as it is now."""
        return self.versions[0].post

    @property
    def original(self) -> Post:
        """Give the post as its source last told it."""
        return next((one.post for one in self.versions if not one.actor), self.versions[-1].post)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What somebody wrote about a picture earlier."""

    alt: str
    decorative: bool
    reason: str
    actor: str
    at: datetime


def history(key: int) -> History:
    """Give a post with its versions. Raises `UsageError`."""
    with speaking_clearly():
        row = PostRow.objects.select_related("source").filter(pk=key).first()
        if row is None:
            raise UsageError(f"post {key}", "there is none of this number")
        rows = list(VersionRow.objects.filter(post=row).order_by("-n"))
        actors = dict(EditRow.objects.filter(version__post=row).values_list("version_id", "actor"))
    versions = tuple(
        Version(number=one.n, seen=one.seen_at, actor=actors.get(one.pk, ""), post=codec.read(Post, one.body))
        for one in rows
    )
    return History(key=row.pk, source=row.source.name, versions=versions)


def keep(key: int, changed: Post, actor: str, now: datetime, *, based_on: int) -> int:
    """Keep a post as an editor changed it, as its newest version; gives that version's number.

    The next pull of an unchanged source leaves it alone. `based_on` is the version that the editor saw. Raises
    `UsageError` when there is a newer one.
    """
    with unit():
        row = PostRow.objects.select_for_update().filter(pk=key).first()
        if row is None:
            raise UsageError(f"post {key}", "there is none of this number")
        if row.current != based_on:
            raise UsageError("this post", "somebody else changed it meanwhile", "look at it again, then write it anew")
        before = codec.read(Post, VersionRow.objects.get(post=row, n=row.current).body)
        changes = difference.list_changes(difference.compare(before, changed))
        body = codec.write(changed)
        row.current += 1
        row.save()
        version = VersionRow.objects.create(post=row, n=row.current, sha256=row.sha256, seen_at=now, body=body)
        EditRow.objects.create(version=version, actor=actor)
        log.note(now, actor, "edit", f"post {key}", version=row.current, **changes)
        return row.current


def overtaken(source: str) -> tuple[int, ...]:
    """Give the posts of a source that somebody changed at the desk and that the source changed since."""
    written = EditRow.objects.filter(version__post=OuterRef("pk"))
    with speaking_clearly():
        rows = PostRow.objects.filter(Exists(written)).exclude(Exists(written.filter(version__n=OuterRef("current"))))
        return tuple(rows.filter(source__name=source).order_by("pk").values_list("pk", flat=True))


def key_of(source: str, uid: str) -> int | None:
    """Give the row of a post that a source names so; None: there is none."""
    with speaking_clearly():
        return PostRow.objects.filter(source__name=source, uid=uid).values_list("pk", flat=True).first()


# --- pictures ---------------------------------------------------------------------------------------------------------


def remember(url: str, alt: str, reason: str | None, actor: str, now: datetime) -> None:
    """Keep what was written about the picture at an address; `reason` not None: it is decorative."""
    values = {"alt": alt, "decorative": reason is not None, "reason": reason or "", "actor": actor, "at": now}
    with unit():
        PictureRow.objects.update_or_create(key=codec.digest(url), defaults=values)


def recall(urls: Sequence[str]) -> dict[str, Remembered]:
    """Give what was written about pictures, by their addresses."""
    keys = {codec.digest(url): url for url in urls}
    with speaking_clearly():
        return {
            keys[row.key]: Remembered(
                alt=row.alt, decorative=row.decorative, reason=row.reason, actor=row.actor, at=row.at
            )
            for row in PictureRow.objects.filter(key__in=list(keys))
        }
