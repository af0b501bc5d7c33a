"""Bundles of channels on disk: which may be pulled, and which are not given out any more.

One that holds what was taken back since is not given out from that change on, even while its file still lies there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from publisher.model import Status
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import BundleRow, ChangeRow, ChannelRow


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBundle:
    """A bundle on disk, `file` relative to the home's folder of bundles. `gone`: it held what was withdrawn since."""

    channel: str
    sequence: int
    file: str
    sha256: str
    size: int
    posts: int
    at: datetime
    gone: bool = False


def add(bundle: StoredBundle) -> None:
    """Remember a bundle."""
    with unit():
        BundleRow.objects.update_or_create(
            channel=ChannelRow.objects.get(name=bundle.channel),
            sequence=bundle.sequence,
            defaults={
                "file": bundle.file,
                "sha256": bundle.sha256,
                "size": bundle.size,
                "posts": bundle.posts,
                "at": bundle.at,
                "gone": False,
            },
        )


def listed(names: Iterable[str], limit: int = 50) -> tuple[StoredBundle, ...]:
    """Give the bundles of some channels that may be pulled, newest first."""
    found: list[StoredBundle] = []
    for name in names:
        with speaking_clearly():
            rows = BundleRow.objects.filter(channel__name=name, gone=False, sequence__gte=last_unusable(name))
            found += [_read(row) for row in rows.select_related("channel").order_by("-sequence")[:limit]]
    return tuple(sorted(found, key=lambda one: one.sequence, reverse=True)[:limit])


def find(names: Iterable[str], sequence: int) -> StoredBundle | None:
    """Give the bundle of a sequence in one of some channels; None where there is none."""
    with speaking_clearly():
        row = BundleRow.objects.filter(channel__name__in=list(names), sequence=sequence).select_related("channel")
        found = row.first()
    if found is None:
        return None
    stored = _read(found)
    return replace(stored, gone=stored.gone or sequence < last_unusable(stored.channel))


def _read(row: BundleRow) -> StoredBundle:
    """Give a row as a value."""
    return StoredBundle(
        channel=row.channel.name,
        sequence=row.sequence,
        file=row.file,
        sha256=row.sha256,
        size=row.size,
        posts=row.posts,
        at=row.at,
        gone=row.gone,
    )


def retire(channel: str, *, below: int) -> tuple[str, ...]:
    """Let bundles below a sequence be gone; gives their files."""
    with unit():
        rows = BundleRow.objects.filter(channel__name=channel, sequence__lt=below, gone=False)
        files = tuple(rows.values_list("file", flat=True))
        rows.update(gone=True)
    return files


def last_unusable(channel: str) -> int:
    """Give the sequence of the newest change that took something back; 0 for none."""
    with speaking_clearly():
        rows = ChangeRow.objects.filter(channel__name=channel).exclude(status=Status.USABLE.value)
        return rows.order_by("-sequence").values_list("sequence", flat=True).first() or 0
