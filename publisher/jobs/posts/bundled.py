"""Bundles of other publishers as sources: checked whole, then each post in them is a document like any other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from publisher.errors import FormatError, IntegrityError, OutsideError
from publisher.model import Document
from publisher.sources.fetch import Place
from publisher.syndication import read

_MAGIC: Final = b"PK\x03\x04"
_FIRST: Final = b"/bagit.txt"  # the first file of every bundle
_HEAD: Final = 300  # bytes that hold the name of the first file
_TYPES: Final = frozenset({"application/zip", "application/x-zip-compressed"})


def is_file(place: Place) -> bool:
    """Say whether a file is a bundle, or is meant to be one."""
    if place.path is None or not place.path.is_file():
        return False
    try:
        with place.path.open("rb") as file:
            return _is_bundle(file.read(_HEAD), place.source, None)
    except OSError:
        return False  # reading it as a document will say what is wrong with it


def is_download(document: Document) -> bool:
    """Say whether an answer is a bundle, or is meant to be one."""
    return _is_bundle(document.content[:_HEAD], document.url or document.source, document.media_type)


def _is_bundle(head: bytes, name: str, media_type: str | None) -> bool:
    """Tell a bundle from other ZIP files, which are no sources at all, and from what is only called so."""
    path = name.lower().partition("?")[0]
    return head.startswith(_MAGIC) and (path.endswith(".zip") or media_type in _TYPES or _FIRST in head)


def open_file(place: Place) -> tuple[Document, ...]:
    """Give the documents of a bundle on disk.

    Raises:
        IntegrityError, OutsideError: as `read.documents`.
        FormatError: there is no post in it that can be read.
    """
    path = place.path or Path(place.source)
    modified = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    return tuple(_documents(path, Document(source=place.source, content=b"", modified=modified)))


def open_download(answer: Document) -> tuple[Document, ...]:
    """Give the documents of a bundle that was fetched; each keeps what the answer said of itself.

    Raises:
        IntegrityError, OutsideError: as `read.documents`.
        FormatError: there is no post in it that can be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        path.write_bytes(answer.content)
        return tuple(_documents(path, answer))


def _documents(path: Path, bundle: Document) -> Iterator[Document]:
    """Read a bundle whose name for people is that of `bundle`."""
    try:
        found = read.documents(path)
    except (IntegrityError, OutsideError) as failure:
        raise type(failure)(bundle.source, failure.reason, failure.fix) from failure
    if not found:
        reason = "the bundle holds no post in a form that can be read"
        raise FormatError(bundle.source, reason, "Ask its publisher for ninjs, NewsML-G2 or pages in it")
    for document in found:
        inside = document.source.removeprefix(str(path))
        yield replace(bundle, source=bundle.source + inside, content=document.content, media_type=document.media_type)
