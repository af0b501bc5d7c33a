"""The ZIP of a bundle, in the one form that this program writes and accepts.

Everything is stored, not deflated: two builds of zlib compress the same bytes differently, and then the same bundle
would have two hashes. Partners compress on the way (gzip of HTTP). No date, no data descriptor, no extra field but
ZIP64's where a number needs it (APPNOTE 4.3-4.5), ASCII names. So a container is a function of its files, its length
is known before it is written, and any other byte in it is an error that can be named.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from publisher.errors import IntegrityError

CHUNK: Final = 1 << 20
MOST_ENTRIES: Final = 250_000
LONGEST_NAME: Final = 255

_NAME: Final = re.compile(rb"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*", re.ASCII)
_DATE: Final = 0x0021  # 1980-01-01, the first day a ZIP knows
_UNIX: Final = 3 << 8
_REGULAR: Final = 0o100644 << 16
_WIDE: Final = 0xFFFFFFFF
_MANY: Final = 0xFFFF
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_END64: Final = struct.Struct("<4sQ2H2I4Q")
_FINDER64: Final = struct.Struct("<4sIQI")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file in a container: its path, size and CRC-32, and where its bytes begin."""

    name: str
    size: int
    crc: int
    start: int = 0


def is_safe(name: str) -> bool:
    """Say whether a path may stand in a container: lower-case ASCII, nothing hidden, nowhere above its folder."""
    return len(name) <= LONGEST_NAME and bool(_NAME.fullmatch(name.encode("utf-8", "replace")))


def local_header(entry: Entry) -> bytes:
    """Write what stands before a file's bytes."""
    name = entry.name.encode("ascii")
    extra, (size,) = _wide(entry.size)
    version = 45 if extra else 20
    packed = _LOCAL.pack(b"PK\3\4", version, 0, 0, 0, _DATE, entry.crc, size, size, len(name), len(extra))
    return packed + name + extra


def _wide(*numbers: int) -> tuple[bytes, tuple[int, ...]]:
    """Give the ZIP64 field for numbers that need it, and the numbers as the short fields hold them."""
    if all(number < _WIDE for number in numbers):
        return b"", numbers
    doubled = (numbers[0], *numbers)  # a stored file has its size twice, plain and compressed
    field = b"".join(struct.pack("<Q", number) for number in doubled)
    return struct.pack("<2H", 1, len(field)) + field, tuple(_WIDE for _ in numbers)


def _central_header(entry: Entry, offset: int) -> bytes:
    """Write a file's line in the directory."""
    name = entry.name.encode("ascii")
    extra, (size, place) = _wide(entry.size, offset)
    version = 45 if extra else 20
    head = (b"PK\1\2", _UNIX | version, version, 0, 0, 0, _DATE, entry.crc, size, size)
    return _CENTRAL.pack(*head, len(name), len(extra), 0, 0, 0, _REGULAR, place) + name + extra


def directory(entries: Sequence[Entry]) -> Iterator[bytes]:
    """Write everything that stands behind the last file, piece by piece."""
    offset = length = 0
    for entry in entries:
        line = _central_header(entry, offset)
        length += len(line)
        yield line
        offset += len(local_header(entry)) + entry.size
    count = len(entries)
    if count >= _MANY or offset >= _WIDE or length >= _WIDE:
        yield _END64.pack(b"PK\6\6", 44, _UNIX | 45, 45, 0, 0, count, count, length, offset)
        yield _FINDER64.pack(b"PK\6\7", 0, offset + length, 1)
    few = min(count, _MANY)
    yield _END.pack(b"PK\5\6", 0, 0, few, few, min(length, _WIDE), min(offset, _WIDE), 0)


def length(entries: Sequence[Entry]) -> int:
    """Give the number of bytes of a container before it is written."""
    files = sum(len(local_header(entry)) + entry.size for entry in entries)
    return files + sum(len(piece) for piece in directory(entries))


def scan(file: IO[bytes], total: int, most: int = MOST_ENTRIES) -> Iterator[Entry]:
    """Go through the files of a container, reading headers only; then check everything behind the last file.

    Raises:
        IntegrityError: a byte is not as this program writes it; the subject is the path or the place.
    """
    entries: list[Entry] = []
    place = 0
    while True:
        file.seek(place)
        head = file.read(_LOCAL.size)
        if head[:4] != b"PK\3\4":
            break
        entry = _read_local(file, head, place)
        if entry.start + entry.size > total:
            raise IntegrityError(entry.name, "ends too early: the container is cut off")
        if len(entries) >= most:
            raise IntegrityError(entry.name, f"is one file too many: a container holds at most {most}")
        entries.append(entry)
        yield entry
        place = entry.start + entry.size
    if not entries:
        raise IntegrityError("container", "is no bundle: it does not begin as a ZIP does")
    _check_directory(file, entries, place)


def _read_local(file: IO[bytes], head: bytes, place: int) -> Entry:
    """Read what stands before a file's bytes, and refuse what this program would have written otherwise."""
    if len(head) < _LOCAL.size:
        raise IntegrityError(f"byte {place}", "the container is cut off")
    _, _, flags, method, _, _, crc, _, size, name_length, extra_length = _LOCAL.unpack(head)
    raw = file.read(name_length)
    extra = file.read(extra_length)
    if not _NAME.fullmatch(raw) or len(raw) > LONGEST_NAME:
        raise IntegrityError(repr(raw[:LONGEST_NAME])[1:], "is no safe path; nothing was read from it")
    name = raw.decode("ascii")
    if method or flags:
        raise IntegrityError(name, "is compressed or encrypted; files of a bundle are stored as they are")
    if size == _WIDE and len(extra) == _WIDE_EXTRA:
        size = struct.unpack("<Q", extra[-8:])[0]
    start = place + _LOCAL.size + len(raw) + len(extra)
    entry = Entry(name=name, size=size, crc=crc, start=start)
    if local_header(entry) != head + raw + extra:
        raise IntegrityError(name, f"its header at byte {place} is not as this program writes it")
    return entry


_WIDE_EXTRA: Final = 20


def _check_directory(file: IO[bytes], entries: Sequence[Entry], place: int) -> None:
    """Compare what stands behind the last file with what must stand there."""
    file.seek(place)
    for piece in directory(entries):
        if file.read(len(piece)) != piece:
            raise IntegrityError(f"byte {place}", "the directory of the container is cut off or was changed")
        place += len(piece)
    if file.read(1):
        raise IntegrityError(f"byte {place}", "something stands behind the end of the container")
