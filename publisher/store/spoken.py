"""What versions of posts say to readers, kept case folded beside them, so that the archive is searched in one query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Exists, OuterRef

from publisher.model import Post, Status
from publisher.store import codec
from publisher.store.database import unit
from publisher.store.models import EditionPostRow, SpokenRow, VersionRow, WithdrawalRow
from publisher.store.newsletters import CURRENT
from publisher.store.posts import slices

HIDDEN: Final = frozenset({Status.WITHHELD, Status.CANCELED})


def keep(edition: int) -> None:
    """Keep what the posts of an edition say, once it goes out; call it in a transaction."""
    placed = EditionPostRow.objects.filter(edition=edition, position__isnull=False)
    _add(placed.filter(version__spokenrow=None).values_list("version", flat=True))


def catch_up() -> None:
    """Keep what posts say that were corrected, and changed since the last search."""
    corrected = WithdrawalRow.objects.filter(post=OuterRef("post"), kind="correction")
    missing = VersionRow.objects.filter(Exists(corrected), n=CURRENT, spokenrow=None).values_list("pk", flat=True)
    if keys := list(missing):
        with unit():
            _add(keys)


def _add(keys: Iterable[int]) -> None:
    """Keep what some versions say; another process may have done so."""
    for some in slices(list(keys)):
        rows = VersionRow.objects.filter(pk__in=some)
        spoken = [SpokenRow(version=row, words=fold(codec.read(Post, row.body))) for row in rows]
        SpokenRow.objects.bulk_create(spoken, ignore_conflicts=True)


def fold(post: Post) -> str:
    """Give everything that a post says, without regard to case; one that may not be shown says nothing."""
    if post.status in HIDDEN:
        return ""
    texts = (post.title, post.kicker, post.summary, post.text, *post.tags, *(author.name for author in post.authors))
    return "\n".join(text for text in texts if text).casefold().replace("\0", "")
