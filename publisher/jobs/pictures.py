"""Pictures of the archive, kept once, so that whoever reads it is told to nobody else."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from publisher.errors import PublisherError
from publisher.media import Fetcher, Store, keep, open_store
from publisher.net import Client, Guard
from publisher.settings import Settings

_MOST_FAILURES: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Our copy of a picture."""

    content: bytes
    media_type: str
    sha256: str


@dataclass(slots=True, kw_only=True)
class Gallery:
    """Where copies are kept, and how what is not there is fetched; what failed is not asked for again and again."""

    store: Store
    client: Fetcher
    failed: set[str] = field(default_factory=set)

    def show(self, url: str) -> Copy | None:
        """Give our copy of a picture, fetched the first time; None: it cannot be had."""
        if url in self.failed:
            return None
        try:
            kept = keep(url, self.client, self.store)
            content = self.store.read(kept.key)
        except PublisherError:
            if len(self.failed) >= _MOST_FAILURES:
                self.failed.clear()
            self.failed.add(url)
            return None
        return Copy(content=content, media_type=kept.media_type, sha256=kept.sha256) if content else None


def open_gallery(settings: Settings, home: Path) -> Gallery:
    """Open the pictures of a newsroom. Raises `OutsideError`, `SettingsError`."""
    guard = Guard.allowing(settings.network.allow_private)
    return Gallery(store=open_store(settings.media, home), client=Client(guard=guard, contact=settings.site.url))
