"""Pictures and text tracks of posts in channels as they lie on disk, and who may have them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from publisher.model import Status
from publisher.store.channels import Item, find
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import ItemMediaRow, ItemRow


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMedium:
    """A file on disk, relative to the home's folder of channel media; hashes as in the table."""

    url: str
    sha256: str
    source_sha256: str
    media_type: str
    file: str
    size: int
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """What was fetched for a post; `complete`: nothing of it is worth another try."""

    media: tuple[StoredMedium, ...]
    complete: bool


def waiting(limit: int, besides: Collection[int] = ()) -> tuple[Item, ...]:
    """Give posts whose media were not all fetched yet, the oldest change first, but none `besides` these versions."""
    with speaking_clearly():
        rows = ItemRow.objects.filter(media_tries__gt=0).exclude(version__in=list(besides))
        rows = rows.select_related("channel").order_by("sequence")[:limit]
        found = [find([row.channel.name], row.folder) for row in rows]
        return tuple(item for item in found if item is not None)


def keep(item: int, media: Sequence[StoredMedium], *, complete: bool) -> None:
    """Keep what was fetched for a post in the place of what it had; where not all came it is tried again."""
    with unit():
        row = ItemRow.objects.select_for_update().get(pk=item)
        ItemMediaRow.objects.filter(item=row).delete()
        ItemMediaRow.objects.bulk_create(
            ItemMediaRow(
                item=row,
                url=one.url,
                sha256=one.sha256,
                source_sha256=one.source_sha256,
                media_type=one.media_type,
                file=one.file,
                size=one.size,
                language=one.language or "",
            )
            for one in media
        )
        row.media_tries = 0 if complete else max(0, row.media_tries - 1)
        row.save()


def fetched(url: str) -> StoredMedium | None:
    """Give a file that was fetched from an address before, for whichever post; None: it never was."""
    with speaking_clearly():
        row = ItemMediaRow.objects.filter(url=url).order_by("-pk").first()
        return _read(row) if row else None


def of_items(keys: Iterable[int]) -> Mapping[int, tuple[StoredMedium, ...]]:
    """Give the media of some posts in channels, by the key of the post."""
    found: dict[int, list[StoredMedium]] = {}
    with speaking_clearly():
        for row in ItemMediaRow.objects.filter(item__in=list(keys)).order_by("pk"):
            found.setdefault(row.item_id, []).append(_read(row))
    return {key: tuple(media) for key, media in found.items()}


def find_medium(channels: Iterable[str], sha256: str) -> StoredMedium | None:
    """Give a file by its hash, where a post that partners of these channels may use now shows it; else None."""
    with speaking_clearly():
        rows = ItemMediaRow.objects.filter(
            sha256=sha256,
            item__channel__name__in=list(channels),
            item__status=Status.USABLE.value,
            item__revision__gt=0,
        )
        row = rows.order_by("pk").first()
        return _read(row) if row else None


def _read(row: ItemMediaRow) -> StoredMedium:
    """Give a row as a value."""
    return StoredMedium(
        url=row.url,
        sha256=row.sha256,
        source_sha256=row.source_sha256,
        media_type=row.media_type,
        file=row.file,
        size=row.size,
        language=row.language or None,
    )
