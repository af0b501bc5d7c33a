"""Posts come in: what is new, what changed, and how each source fares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from publisher.model import Kept, Post, Pulled, Validators
from publisher.store import codec, newsletters
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import PostRow, SourceRow, VersionRow, WithdrawalRow

T = TypeVar("T")

_AT_ONCE: Final = 400  # rows per statement


def slices(things: Sequence[T], size: int = _AT_ONCE) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most `size`."""
    return (things[at : at + size] for at in range(0, len(things), size))


def validators_of(source: str) -> Mapping[str, Validators]:
    """Give what the last answers of a source let us ask next, by the address of the document."""
    with speaking_clearly():
        row = SourceRow.objects.filter(name=source).first()
    return {url: Validators(**found) for url, found in row.validators.items()} if row else {}


def validators(sources: Sequence[str]) -> Mapping[str, Mapping[str, Validators]]:
    """Give what the last answers of many sources let us ask next, by source and by the address of the document."""
    found: dict[str, Mapping[str, Validators]] = {name: {} for name in sources}
    with speaking_clearly():
        for names in slices(sources):
            rows = SourceRow.objects.filter(name__in=names).values_list("name", "validators")
            found |= {name: {url: Validators(**one) for url, one in known.items()} for name, known in rows}
    return found


def add_posts(
    source: str,
    posts: Iterable[Post],
    now: datetime,
    validators: Mapping[str, Validators] | None = None,
) -> Pulled:
    """Keep what a pull brought; a changed post gets another version.

    Marks what is older than the newsletters that read the source as seen. A post that stands twice in a document counts
    once, as it stands first.
    """
    found: dict[str, Post] = {}
    for post in posts:
        found.setdefault(_clean(post.id), post)
    with unit():
        row, _ = SourceRow.objects.select_for_update().get_or_create(name=source)
        if row.first_pull_at is None:
            row.first_pull_at = now
        counts = _keep(row, found, now)
        _note_success(row, now, validators)
        newsletters.mark_old(row)
    return counts


def note_failure(source: str, reason: str, now: datetime) -> int:
    """Keep why a source could not be pulled; gives how many pulls in a row have failed."""
    with unit():
        row, _ = SourceRow.objects.select_for_update().get_or_create(name=source)
        row.failures += 1
        row.reason = reason
        row.pulled_at = now
        row.save()
    return row.failures


def _note_success(row: SourceRow, now: datetime, validators: Mapping[str, Validators] | None) -> None:
    """Keep when and how a source answered."""
    row.failures = 0
    row.reason = ""
    row.pulled_at = now
    for url, found in (validators or {}).items():
        row.validators[url] = {"etag": found.etag, "last_modified": found.last_modified}
    row.save()


def _clean(uid: str) -> str:
    """Give an id as a column takes it."""
    return uid.replace("\0", "").encode("utf-8", "replace").decode("utf-8") or "-"


def _fingerprint(post: Post) -> tuple[str, str]:
    """Give a post as JSON, and the hash of what readers see: not its place in the document."""
    return codec.write(post), codec.digest(codec.write(replace(post, position=0, source="-", source_title=None)))


def _keep(row: SourceRow, found: Mapping[str, Post], now: datetime) -> Pulled:
    """Write new posts and new versions; what an editor killed stays killed, whatever its source says."""
    new = changed = 0
    killed = set(WithdrawalRow.objects.filter(post__source=row, kind="kill").values_list("post__uid", flat=True))
    for names in slices([uid for uid in found if uid not in killed]):
        known = {post.uid: post for post in PostRow.objects.filter(source=row, uid__in=names)}
        fresh: list[tuple[PostRow, str]] = []
        for uid in names:
            body, sha256 = _fingerprint(found[uid])
            if uid not in known:
                fresh.append((_new_row(row, uid, found[uid], sha256, now), body))
            elif known[uid].sha256 != sha256:
                _add_version(known[uid], found[uid], sha256, body, now)
                changed += 1
        PostRow.objects.bulk_create([post for post, _ in fresh])
        VersionRow.objects.bulk_create(
            VersionRow(post=post, n=1, sha256=post.sha256, seen_at=now, body=body) for post, body in fresh
        )
        new += len(fresh)
    return Pulled(new=new, changed=changed, unchanged=len(found) - new - changed)


def _new_row(row: SourceRow, uid: str, post: Post, sha256: str, now: datetime) -> PostRow:
    """Make the row of a post that was never seen."""
    return PostRow(source=row, uid=uid, sha256=sha256, published=post.published, first_seen_at=now)


def _add_version(row: PostRow, post: Post, sha256: str, body: str, now: datetime) -> None:
    """Keep another version of a post."""
    row.current += 1
    row.sha256 = sha256
    row.published = post.published
    row.save()
    VersionRow.objects.create(post=row, n=row.current, sha256=sha256, seen_at=now, body=body)


def versions(source: str, uid: str) -> tuple[Kept, ...]:
    """Give every version of a post, the oldest first."""
    with speaking_clearly():
        rows = VersionRow.objects.filter(post__source__name=source, post__uid=_clean(uid)).order_by("n")
        return tuple(Kept(key=row.pk, post=codec.read(Post, row.body), first_seen=row.seen_at) for row in rows)


def newest(sources: Iterable[str], limit: int) -> tuple[Kept, ...]:
    """Give the newest posts of some sources, in their current versions, the newest first."""
    with speaking_clearly():
        rows = (
            VersionRow.objects.filter(post__source__name__in=list(sources), n=newsletters.CURRENT)
            .select_related("post")
            .order_by("-post__published", "-post__first_seen_at", "-pk")[:limit]
        )
        return tuple(
            Kept(key=row.pk, post=codec.read(Post, row.body), first_seen=row.post.first_seen_at) for row in rows
        )
