"""Which ending belongs to which media type, from one table, so that every machine says the same."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

_ENDINGS: Final = {
    "application/pdf": "pdf",
    "application/ttml+xml": "ttml",
    "application/x-subrip": "srt",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/webm": "weba",
    "image/avif": "avif",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/webp": "webp",
    "text/html": "html",
    "text/plain": "txt",
    "text/vtt": "vtt",
    "video/mp4": "mp4",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
_TYPES: Final = {ending: kind for kind, ending in _ENDINGS.items()} | {"jpeg": "image/jpeg", "htm": "text/html"}


def ending_of(media_type: str) -> str:
    """Give the ending of a file of a type; "bin" for types we do not know."""
    return _ENDINGS.get(essence(media_type), "bin")


def essence(media_type: str) -> str:
    """Give a type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def type_of(url: str) -> str | None:
    """Guess a type from the ending of an address; None where it says nothing."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    return _TYPES.get(path.rpartition(".")[2].lower())
