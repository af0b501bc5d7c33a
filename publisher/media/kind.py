"""What a file is, by its first bytes: names and senders' claims are not believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

SNIFFED: Final = 4096

EXTENSIONS: Final[Mapping[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/svg+xml": "svg",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/wav": "wav",
    "text/vtt": "vtt",
    "application/x-subrip": "srt",
    "application/ttml+xml": "ttml",
    "application/pdf": "pdf",
    "text/html": "html",
    "text/plain": "txt",
}

_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"%PDF-", "application/pdf"),
    (b"WEBVTT", "text/vtt"),
)
_BRANDS: Final = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
_IN_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_MARKUP: Final = (
    (re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE), "text/html"),
    (re.compile(rb"<svg[\s>/]", re.IGNORECASE), "image/svg+xml"),
    (re.compile(rb"<(?:\w+:)?tt[\s>]"), "application/ttml+xml"),
)
_SUBRIP: Final = re.compile(rb"\d+\r?\n\d\d:\d\d:\d\d,\d{3} --> ")


def sniff(start: bytes) -> str | None:
    """Give the media type of a file from its first bytes (at least `SNIFFED` where it has them); None: not known."""
    for magic, media_type in _STARTS:
        if start.startswith(magic):
            return media_type
    if start[4:8] == b"ftyp":
        return _BRANDS.get(start[8:12], "video/mp4")
    if start[:4] == b"RIFF":
        return _IN_RIFF.get(start[8:12])
    if len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0:  # noqa: PLR2004 - an MPEG audio frame
        return "audio/aac" if start[1] & 0x06 == 0 else "audio/mpeg"
    return _sniff_text(start.removeprefix(b"\xef\xbb\xbf").lstrip())


def _sniff_text(start: bytes) -> str | None:
    """Give the media type of a file that is made of text."""
    if start.startswith(b"WEBVTT"):
        return "text/vtt"
    if _SUBRIP.match(start):
        return "application/x-subrip"
    if start.startswith(b"<"):
        return next((media_type for pattern, media_type in _MARKUP if pattern.search(start)), None)
    return None
