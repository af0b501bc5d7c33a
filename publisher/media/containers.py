"""The parts that JPEG, PNG and WebP files are made of, and the XMP packet among them. No pixel is decoded."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from publisher.errors import FormatError

LONGEST_XMP: Final = 1024 * 1024
PNG_START: Final = b"\x89PNG\r\n\x1a\n"

_JPEG_START: Final = b"\xff\xd8"
_JPEG_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_EXTENSION: Final = b"http://ns.adobe.com/xmp/extension/\0"
_JPEG_LONGEST: Final = 0xFFFF - 2
_APP0, _APP1, _SCAN, _END = 0xE0, 0xE1, 0xDA, 0xD9
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_PNG_XMP: Final = b"XML:com.adobe.xmp"
_WEBP_XMP_FLAG, _WEBP_ALPHA_FLAG = 0x04, 0x10

Part = tuple[bytes, bytes]


def _broken(kind: str, reason: str) -> FormatError:
    """Say that a file does not keep to its format."""
    return FormatError("picture", f"it is no whole {kind} file: {reason}")


def is_jpeg(content: bytes) -> bool:
    """Say whether bytes begin like a JPEG file."""
    return content.startswith(_JPEG_START + b"\xff")


def is_png(content: bytes) -> bool:
    """Say whether bytes begin like a PNG file."""
    return content.startswith(PNG_START)


def is_webp(content: bytes) -> bool:
    """Say whether bytes begin like a WebP file."""
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def read_xmp(content: bytes) -> bytes | None:
    """Give the XMP packet of a JPEG, PNG or WebP file; None where there is none, and for every other kind of file.

    Raises: FormatError for a file that breaks off or breaks its format.
    """
    if is_jpeg(content):
        payloads = (payload for marker, payload in _jpeg_parts(content)[0] if marker == _APP1)
        return next((payload[len(_JPEG_XMP) :] for payload in payloads if payload.startswith(_JPEG_XMP)), None)
    if is_png(content):
        return next((_png_text(body) for kind, body in png_chunks(content) if _is_png_xmp(kind, body)), None)
    if is_webp(content):
        return next((body for kind, body in webp_chunks(content) if kind == b"XMP "), None)
    return None


def write_xmp(content: bytes, packet: bytes) -> bytes:
    """Put an XMP packet into a JPEG, PNG or WebP file in place of the one that is there; the pixels stay as they are.

    Raises: FormatError for every other kind of file, a broken one, and a packet that is too long.
    """
    if len(packet) > LONGEST_XMP:
        raise FormatError("picture", f"the description is longer than {LONGEST_XMP:,} bytes")
    if is_jpeg(content):
        return _jpeg_with(content, packet)
    if is_png(content):
        return _png_with(content, packet)
    if is_webp(content):
        return _webp_with(content, packet)
    raise FormatError("picture", "descriptions can be written into JPEG, PNG and WebP files only")


# --- JPEG (ITU T.81, annex B) ---------------------------------------------------------------------------------------


def _jpeg_parts(content: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Part a JPEG file into the segments before its first scan, and the rest from there on."""
    parts: list[tuple[int, bytes]] = []
    place = len(_JPEG_START)
    while True:
        if content[place : place + 1] != b"\xff":
            raise _broken("JPEG", "a marker is missing")
        while content[place + 1 : place + 2] == b"\xff":  # fill bytes
            place += 1
        marker = content[place + 1] if place + 1 < len(content) else _END
        if marker in {_SCAN, _END}:
            return parts, content[place:]
        if marker in _ALONE:
            place += 2
            continue
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        payload = content[place + 4 : place + 2 + length]
        if length != len(payload) + 2:
            raise _broken("JPEG", "it breaks off")
        parts.append((marker, payload))
        place += 2 + length


def _jpeg_with(content: bytes, packet: bytes) -> bytes:
    """Write XMP after the first segments (JFIF, Exif), where readers look for it."""
    parts, rest = _jpeg_parts(content)
    if len(_JPEG_XMP) + len(packet) > _JPEG_LONGEST:
        raise FormatError("picture", "the description is longer than a JPEG file can hold")
    kept = [
        (marker, payload)
        for marker, payload in parts
        if not (marker == _APP1 and payload.startswith((_JPEG_XMP, _JPEG_EXTENSION)))
    ]
    head = next((index for index, (marker, _) in enumerate(kept) if marker not in {_APP0, _APP1}), len(kept))
    kept.insert(head, (_APP1, _JPEG_XMP + packet))
    written = (b"\xff%c%b%b" % (marker, struct.pack(">H", len(payload) + 2), payload) for marker, payload in kept)
    return _JPEG_START + b"".join(written) + rest


# --- PNG (W3C, third edition) ---------------------------------------------------------------------------------------


def png_chunks(content: bytes) -> Iterator[Part]:
    """Give the chunks of a PNG file, type and data, up to its end.

    Raises: FormatError where it breaks off.
    """
    place = len(PNG_START)
    while place < len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        if len(kind) != 4 or len(body) != length:  # noqa: PLR2004 - a type has four letters
            raise _broken("PNG", "it breaks off")
        yield kind, body
        if kind == b"IEND":
            return
        place += 12 + length
    raise _broken("PNG", "its end is missing")


def _is_png_xmp(kind: bytes, body: bytes) -> bool:
    """Say whether a chunk holds XMP."""
    return kind == b"iTXt" and body.startswith(_PNG_XMP + b"\0")


def _png_text(body: bytes) -> bytes:
    """Give the text of an iTXt chunk: keyword, compression, language, translated keyword, text."""
    packed, method, rest = body[len(_PNG_XMP) + 1 :][:1], body[len(_PNG_XMP) + 2 :][:1], body[len(_PNG_XMP) + 3 :]
    fields = rest.split(b"\0", 2)
    if len(fields) != 3 or method != b"\0":  # noqa: PLR2004 - the three named above
        raise _broken("PNG", "its text cannot be read")
    if packed == b"\0":
        return fields[2]
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(fields[2], LONGEST_XMP)
    except zlib.error as error:
        raise _broken("PNG", "its text cannot be unpacked") from error
    if unpacker.unconsumed_tail:
        raise _broken("PNG", f"its text is longer than {LONGEST_XMP:,} bytes")
    return text


def _png_with(content: bytes, packet: bytes) -> bytes:
    """Write XMP after the header chunk, before the pixels."""
    chunks = [(kind, body) for kind, body in png_chunks(content) if not _is_png_xmp(kind, body)]
    chunks.insert(1, (b"iTXt", _PNG_XMP + b"\0\0\0\0\0" + packet))
    written = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return PNG_START + b"".join(written)


# --- WebP (RFC 9649) ------------------------------------------------------------------------------------------------


def webp_chunks(content: bytes) -> Iterator[Part]:
    """Give the chunks of a WebP file, type and data.

    Raises: FormatError where it breaks off.
    """
    place, end = 12, min(len(content), 8 + int.from_bytes(content[4:8], "little"))
    while place < end:
        length = int.from_bytes(content[place + 4 : place + 8], "little")
        kind, body = content[place : place + 4], content[place + 8 : place + 8 + length]
        if len(kind) != 4 or len(body) != length:  # noqa: PLR2004 - a type has four letters
            raise _broken("WebP", "it breaks off")
        yield kind, body
        place += 8 + length + length % 2


def _webp_with(content: bytes, packet: bytes) -> bytes:
    """Write XMP as the last chunk and say so in the extended header, which a simple file does not have yet."""
    chunks = [(kind, body) for kind, body in webp_chunks(content) if kind != b"XMP "]
    if not chunks:
        raise _broken("WebP", "it is empty")
    kind, body = chunks[0]
    if kind == b"VP8X" and body:
        chunks[0] = (kind, bytes([body[0] | _WEBP_XMP_FLAG]) + body[1:])
    else:
        chunks.insert(0, (b"VP8X", _extended_header(kind, body)))
    chunks.append((b"XMP ", packet))
    whole = b"WEBP" + _webp_bytes(chunks)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _webp_bytes(chunks: Iterable[Part]) -> bytes:
    """Write chunks, each filled up to an even length."""
    return b"".join(kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for kind, body in chunks)


def _extended_header(kind: bytes, body: bytes) -> bytes:
    """Make the extended header of a file with a single picture: flags, and the size, which the picture says."""
    flags = _WEBP_XMP_FLAG
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:  # noqa: PLR2004 - the frame header
        width, height = (int.from_bytes(body[place : place + 2], "little") & 0x3FFF for place in (6, 8))
    elif kind == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:  # noqa: PLR2004 - the image header
        bits = int.from_bytes(body[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags |= _WEBP_ALPHA_FLAG if bits >> 28 & 1 else 0
    else:
        raise _broken("WebP", "it begins with no picture")
    if not width or not height:
        raise _broken("WebP", "it has no size")
    return bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
