"""Contents that wait on disk until a bundle is written, so that a large one needs no more memory than a small one."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, Final

from publisher.errors import OutsideError

_CHUNK: Final = 1 << 20
_ADVICE: Final = "Make room, or name another folder by TMPDIR."


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Bytes in a spool; they can be read until it is closed, by several threads at once."""

    spool: Spool
    start: int
    size: int
    sha256: str
    crc: int

    def pieces(self) -> Iterator[bytes]:
        """Give the bytes piece by piece."""
        return self.spool.read(self.start, self.size)

    def read(self) -> bytes:
        """Give all bytes."""
        return b"".join(self.pieces())


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledFile:
    """One file of a bundle as `model.BundleFile`, whose content waits on disk."""

    path: str
    media_type: str
    kept: Slice
    role: str
    language: str | None = None

    @property
    def content(self) -> bytes:
        """Give the content."""
        return self.kept.read()


class Spool:
    """A file without a name, in which contents lie one behind the other."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = 0

    def keep(self, pieces: Iterable[bytes]) -> Slice:
        """Keep a content that comes in pieces. Raises: OutsideError where there is no room."""
        start, digest, crc = self._end, hashlib.sha256(), 0
        try:
            for piece in pieces:
                self._file.write(piece)
                self._end += len(piece)
                digest.update(piece)
                crc = zlib.crc32(piece, crc)
            self._file.flush()
        except OSError as cause:
            raise OutsideError("the bundle", f"cannot be kept meanwhile: {cause.strerror}", _ADVICE) from cause
        return Slice(spool=self, start=start, size=self._end - start, sha256=digest.hexdigest(), crc=crc)

    def read(self, start: int, size: int) -> Iterator[bytes]:
        """Give bytes from a place on, piece by piece. Raises: OutsideError."""
        while size:
            try:
                piece = os.pread(self._file.fileno(), min(size, _CHUNK), start)
            except OSError as cause:
                raise OutsideError("the bundle", f"cannot be read back: {cause.strerror}", _ADVICE) from cause
            if not piece:
                raise OutsideError("the bundle", "cannot be read back: it became shorter", _ADVICE)
            start += len(piece)
            size -= len(piece)
            yield piece


@contextmanager
def open_spool() -> Iterator[Spool]:
    """Open a spool among the system's temporary files; nothing of it is left afterwards. Raises: OutsideError."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile(prefix="publisher-bundle-"))
        except OSError as cause:
            raise OutsideError(tempfile.gettempdir(), f"cannot be written: {cause.strerror}", _ADVICE) from cause
        yield Spool(file)
