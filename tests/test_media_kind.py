"""What a file is, by its first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.media.kind import EXTENSIONS, sniff


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"\0\0\0\x20ftypavis", "image/avif"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x20ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac"),
        (b"OggS", "audio/ogg"),
        (b"fLaC", "audio/flac"),
        (b"%PDF-1.7", "application/pdf"),
        (b"WEBVTT\n\n", "text/vtt"),
        (b"\xef\xbb\xbfWEBVTT\n\n", "text/vtt"),
        (b"1\r\n00:00:01,000 --> 00:00:02,000\r\nWords", "application/x-subrip"),
        (b"<svg>", "image/svg+xml"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><!DOCTYPE svg><SVG >", "image/svg+xml"),
        (b"<!DOCTYPE html><html><svg>", "text/html"),
        (b"<tt xmlns='http://www.w3.org/ns/ttml'>", "application/ttml+xml"),
        (b"<tt:tt xmlns:tt='http://www.w3.org/ns/ttml'>", "application/ttml+xml"),
        (b"<rss><channel/></rss>", None),
        (b"words", None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_files_are_known_by_their_bytes(start: bytes, media_type: str | None) -> None:
    """Each kind is known by its first bytes, and what is not known is said not to be."""
    assert sniff(start) == media_type


@given(st.binary(max_size=64))
def test_any_bytes_have_an_answer(start: bytes) -> None:
    """Whatever the bytes, the answer is a type that has an ending, or none."""
    assert sniff(start) is None or sniff(start) in EXTENSIONS


def test_endings_tell_types_apart() -> None:
    """No two types share an ending, so that a file's name says what it is."""
    assert len(set(EXTENSIONS.values())) == len(EXTENSIONS)
