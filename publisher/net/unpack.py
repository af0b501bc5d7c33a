"""The body of an answer unpacked piece by piece, so that a small answer that unpacks to gigabytes costs nothing.

httpx unpacks what it received in one go; a kilobyte of Brotli can hold a gigabyte.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import brotli

ACCEPTED: Final = "gzip, br"
_PIECE: Final = 64 * 1024
_MOST_LAYERS: Final = 2
_ENDED_EARLY: Final = "the answer ended early"
_NOT_PACKED: Final = "the answer is not compressed as it claims"


class UnpackError(Exception):
    """The answer is not compressed as its header says."""


def unpack(chunks: Iterable[bytes], encodings: str) -> Iterator[bytes]:
    """Undo the encodings of a Content-Encoding header, the last one first, in pieces of at most 64 KB.

    Raises: UnpackError, at once for an unknown encoding.
    """
    names = [name for name in (word.strip().lower() for word in encodings.split(",")) if name not in {"", "identity"}]
    if len(names) > _MOST_LAYERS or not set(names) <= set(_DECODERS):
        message = f"the answer is compressed in a way that was not asked for: {encodings[:40]}"
        raise UnpackError(message)
    stream = iter(chunks)
    for name in reversed(names):
        stream = _DECODERS[name](stream)
    return stream


def _gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Undo gzip, also of several members one after the other, and of zlib under that name."""
    decoder = None
    try:
        for chunk in chunks:
            data = chunk
            while data:
                decoder = decoder or zlib.decompressobj(zlib.MAX_WBITS | 32)
                yield from _pieces(decoder, data)
                data = decoder.unused_data.lstrip(b"\0")  # another member; some servers pad the end
                decoder = None if decoder.eof else decoder
    except zlib.error as error:
        raise UnpackError(_NOT_PACKED) from error
    if decoder is not None:
        raise UnpackError(_ENDED_EARLY)


def _inflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Undo "deflate", which is zlib by the standard (RFC 9110, 8.4.1.2) and bare deflate by many servers."""
    decoder = None
    try:
        for chunk in filter(None, chunks):
            # A zlib stream begins with method 8 in the low half of its first byte (RFC 1950, 2.2).
            sign = 1 if chunk[0] & 0x0F == zlib.DEFLATED else -1
            decoder = decoder or zlib.decompressobj(sign * zlib.MAX_WBITS)
            yield from _pieces(decoder, chunk)
    except zlib.error as error:
        raise UnpackError(_NOT_PACKED) from error
    if decoder is not None and not decoder.eof:
        raise UnpackError(_ENDED_EARLY)


def _pieces(decoder: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """Unpack all of some bytes, a piece at a time."""
    while True:
        piece = decoder.decompress(data, _PIECE)
        if piece:
            yield piece
        data = decoder.unconsumed_tail
        if decoder.eof or (not data and len(piece) < _PIECE):
            return


def _unbrotli(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Undo Brotli."""
    decoder = None
    try:
        for chunk in filter(None, chunks):
            decoder = decoder or brotli.Decompressor()
            piece = decoder.process(chunk, output_buffer_limit=_PIECE)
            while piece or not decoder.can_accept_more_data():
                yield piece
                piece = b"" if decoder.is_finished() else decoder.process(b"", output_buffer_limit=_PIECE)
    except brotli.error as error:
        raise UnpackError(_NOT_PACKED) from error
    if decoder is not None and not decoder.is_finished():
        raise UnpackError(_ENDED_EARLY)


_DECODERS: Final[dict[str, Callable[[Iterator[bytes]], Iterator[bytes]]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
}
