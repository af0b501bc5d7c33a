"""Bundles as others receive them: the posts inside as documents to parse, or the whole of it as files.

Nothing is read out of a bundle before all of it was checked.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from publisher.errors import IntegrityError, OutsideError
from publisher.model import Document
from publisher.syndication import archive, bag, container, manifest
from publisher.syndication.container import CHUNK, Entry

# Which file of a post says most: the first of these that a bundle holds is read.
_BEST: Final = ("ninjs", "newsmlg2", "nitf", "html", "text")
_FEEDS: Final[tuple[str, ...]] = ("data/feed.json", "data/feed.atom", "data/feed.rss")
# One post's document; nothing that is written by hand comes near it.
LARGEST_DOCUMENT: Final = 12 * 1024 * 1024
# All of them together; they are in memory at once.
MOST_TEXT: Final = 256 * 1024 * 1024


def documents(
    path: Path, *, key: bytes | None = None, home_key: bytes | None = None, most: int = MOST_TEXT
) -> tuple[Document, ...]:
    """Give one document for each post of a bundle, in the form that says most; else the fullest of its feeds.

    The source of each is "<path of the bundle>#<path inside>". Keys are as in `archive.verify`; `most` is how many
    bytes all documents may have together.

    Raises:
        IntegrityError: something is wrong with the bundle, or its posts are too long.
        OutsideError: the file cannot be read.
    """
    archive.verify(path, key=key, home_key=home_key).demand(str(path))
    with archive.open_bundle(path) as (file, size):
        entries = {entry.name.partition("/")[2]: entry for entry in container.scan(file, size)}
        wanted = _wanted(json.loads(_content(file, entries[bag.MANIFEST])))
        if sum(entries[name].size for name, _ in wanted) > most:
            raise IntegrityError(str(path), f"holds more than {most} bytes of posts", "Ask for smaller bundles.")
        return tuple(
            Document(source=f"{path}#{name}", content=_content(file, entries[name]), media_type=media_type)
            for name, media_type in wanted
        )


def _content(file: IO[bytes], entry: Entry) -> bytes:
    """Read one file of a bundle."""
    if entry.name.partition("/")[2].startswith(bag.PAYLOAD) and entry.size > LARGEST_DOCUMENT:
        raise IntegrityError(entry.name, f"is larger than {LARGEST_DOCUMENT} bytes")
    file.seek(entry.start)
    return file.read(entry.size)


def _wanted(listed: Mapping[str, object]) -> list[tuple[str, str]]:
    """Choose the documents to read: path and media type."""
    items = listed["items"]
    found: list[tuple[str, str]] = []
    for item in items if isinstance(items, list) else []:
        by_role = {str(file.get("role")): file for file in item["files"]}
        best = next((by_role[role] for role in _BEST if role in by_role), None)
        if best is not None:
            found.append((str(best["path"]), str(best.get("mediaType"))))
    if found:
        return found
    shared = {payload.path for payload in manifest.payload_of(listed)}
    return [(name, "") for name in _FEEDS if name in shared][:1]


def unpack(path: Path, folder: Path, *, key: bytes | None = None, home_key: bytes | None = None) -> Path:
    """Check a bundle and write its files below a folder, all or none; gives the folder of the bundle.

    Raises:
        IntegrityError: something is wrong with the bundle.
        OutsideError: the bundle cannot be read or the folder not be written.
    """
    archive.verify(path, key=key, home_key=home_key).demand(str(path))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        waiting = Path(tempfile.mkdtemp(dir=folder, prefix=".part-"))
        try:
            return _unpack_into(path, waiting, folder)
        finally:
            shutil.rmtree(waiting, ignore_errors=True)
    except OSError as cause:
        raise OutsideError(str(folder), f"cannot be written: {cause.strerror}", "Choose another folder.") from cause


def _unpack_into(path: Path, waiting: Path, folder: Path) -> Path:
    """Write all files beside their place, then move them there at once; what is there already stays."""
    top = ""
    with archive.open_bundle(path) as (file, size):
        for entry in container.scan(file, size):
            top = entry.name.partition("/")[0]
            place = waiting / entry.name
            place.parent.mkdir(parents=True, exist_ok=True)
            _copy(file, entry, place)
    target = folder / top
    if not target.exists():
        (waiting / top).rename(target)
    return target


def _copy(file: IO[bytes], entry: Entry, place: Path) -> None:
    """Write one file."""
    file.seek(entry.start)
    left = entry.size
    with place.open("wb") as out:
        while left and (piece := file.read(min(CHUNK, left))):
            out.write(piece)
            left -= len(piece)
