"""What editors write themselves: posts of a source that the desk keeps, with the Markdown that they were made of.

Every change is a version of the post like any other; its manuscript stands beside it. A draft is a post that is
withheld.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from publisher.errors import UsageError
from publisher.model import Post
from publisher.store import codec, edits, log
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import EditRow, ManuscriptRow, PostRow, SourceRow, VersionRow
from publisher.store.newsletters import CURRENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A picture of a manuscript: `alt` None: nobody has said yet what it shows; `inside` is what its file says.

    `reason` is why it is decorative; "" where it is not. Sizes are those of the kept file.
    """

    url: str
    name: str = ""
    alt: str | None = None
    reason: str = ""
    decorative: bool = False
    caption: str = ""
    credit: str = ""
    inside: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """What an editor writes: everything but the pictures is text as it was typed."""

    headline: str = ""
    kicker: str = ""
    summary: str = ""
    author: str = ""
    language: str = ""
    text: str = ""
    pictures: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A post of the desk in a list: `key` is its row, `title` "" where it has none."""

    key: int
    source: str
    title: str
    status: str
    seen: datetime


def begin(source: str, post: Post, manuscript: Manuscript, actor: str, now: datetime) -> int:
    """Keep a new post that somebody wrote, as its first version; gives its row."""
    body = codec.write(post)
    sha256 = codec.digest(body)
    with unit():
        home, _ = SourceRow.objects.select_for_update().get_or_create(name=source)
        home.first_pull_at = home.first_pull_at or now
        home.pulled_at = now
        home.save()
        row = PostRow.objects.create(
            source=home, uid=post.id, sha256=sha256, published=post.published, first_seen_at=now
        )
        version = VersionRow.objects.create(post=row, n=1, sha256=sha256, seen_at=now, body=body)
        EditRow.objects.create(version=version, actor=actor)
        _write(version, manuscript)
        log.note(now, actor, "write", f"post {row.pk}", source=source)
        key: int = row.pk
        return key


def keep(key: int, post: Post, manuscript: Manuscript, actor: str, now: datetime, *, based_on: int) -> int:  # noqa: PLR0913 - who wrote what, and which version they saw
    """Keep what somebody wrote on, as the newest version; gives its number. Raises `UsageError`, as `edits.keep`."""
    with unit():
        number = edits.keep(key, post, actor, now, based_on=based_on)
        PostRow.objects.filter(pk=key).update(published=post.published)
        _write(VersionRow.objects.get(post=key, n=number), manuscript)
    return number


def _write(version: VersionRow, manuscript: Manuscript) -> None:
    """Keep a manuscript beside the version that was made of it."""
    head = {name: getattr(manuscript, name) for name in ("headline", "kicker", "summary", "author", "language")}
    pictures = [asdict(one) for one in manuscript.pictures]
    ManuscriptRow.objects.create(version=version, text=manuscript.text, head=head, pictures=pictures)


def read(key: int) -> Manuscript:
    """Give the newest manuscript of a post. Raises `UsageError` for one that was not written at the desk."""
    with speaking_clearly():
        row = ManuscriptRow.objects.filter(version__post=key).order_by("-version__n").first()
    if row is None:
        raise UsageError(f"post {key}", "it was not written at the desk", "correct it at its source")
    return Manuscript(text=row.text, pictures=tuple(map(_read, row.pictures)), **row.head)


def _read(picture: Mapping[str, object]) -> Placed:
    """Give a picture as a value."""
    return Placed(**picture)  # type: ignore[arg-type]  # as `asdict` wrote it


def is_written(key: int) -> bool:
    """Say whether a post was written at the desk."""
    with speaking_clearly():
        return ManuscriptRow.objects.filter(version__post=key).exists()


def listed(sources: tuple[str, ...], limit: int = 20) -> tuple[Draft, ...]:
    """Give the posts of some sources of the desk, the newest first."""
    with speaking_clearly():
        rows = PostRow.objects.filter(source__name__in=sources).select_related("source").order_by("-pk")[:limit]
        found = {row.pk: row for row in rows}
        current = VersionRow.objects.filter(post__in=found, n=CURRENT)
        bodies = current.values_list("post_id", "body", "seen_at")
        newest = {post: (codec.read(Post, body), seen) for post, body, seen in bodies}
    return tuple(
        Draft(
            key=key,
            source=row.source.name,
            title=newest[key][0].title or "",
            status=(newest[key][0].status or "usable"),
            seen=newest[key][1],
        )
        for key, row in found.items()
    )
