"""Where the bundles of channels and their media lie, and the key that signs bundles."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from publisher.errors import UsageError
from publisher.syndication import signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Folders of bundles and of media, the key (PEM) that signs bundles, and templates that win over ours."""

    bundles: Path
    media: Path
    key: bytes
    templates: tuple[Path, ...] = ()


def open_shelf(home: Path, newsroom: Path) -> Shelf:
    """Give the shelf of a home; `newsroom` is the folder of the settings, whose own templates go first."""
    own = newsroom / "templates" / "bundle"
    return Shelf(
        bundles=home / "bundles" / "channels",
        media=home / "media" / "channels",
        key=load_key(home / "keys"),
        templates=(own,) if own.is_dir() else (),
    )


def load_key(folder: Path) -> bytes:
    """Give the signing key in a folder of keys; made once, with its public half beside it, when it is first needed."""
    path = folder / "bundle.pem"
    if not path.exists():
        with contextlib.suppress(UsageError):  # another process was quicker
            signature.save_key(signature.make_key(), path)
    key = signature.load_key(path)
    public = folder / "bundle.pub"
    if not public.exists():
        public.write_bytes(signature.public_key(key))
    return key
