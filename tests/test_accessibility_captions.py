"""Captions of films."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings, strategies

from publisher.accessibility.captions import Cue, check, parse, transcript
from publisher.errors import FormatError

GOOD = b"""WEBVTT - Boats

NOTE Made by hand
00:00:09.000 --> 00:00:10.000 is no cue

STYLE
::cue { color: white }

1
00:01.000 --> 00:03.000 align:start
<v Ann>The <b>boats</b> leave.

00:00:03.000 --> 00:00:05.500
The boats leave.
At dawn.
"""
SUBRIP = (
    b"1\r\n00:00:01,000 --> 00:00:03,000\r\nThe boats leave.\r\n\r\n2\r\n00:00:03,000 --> 00:00:05,000\r\nAt dawn.\r\n"
)


def test_cues_are_read() -> None:
    """Notes, styles, tags and settings are no words; hours may be left out."""
    assert parse(GOOD) == (
        Cue(start=1.0, end=3.0, text="The boats leave.", line=10),
        Cue(start=3.0, end=5.5, text="The boats leave.\nAt dawn.", line=13),
    )


def test_both_formats_are_clean() -> None:
    """WebVTT and SubRip, with or without a byte order mark."""
    assert check(GOOD, name="a.vtt") == ()
    assert check(b"\xef\xbb\xbf" + GOOD, name="a.vtt") == ()
    assert check(SUBRIP, name="a.srt") == ()


def cue(times: str, words: str = "Words") -> str:
    """Write a cue."""
    return f"{times}\n{words}\n\n"


@pytest.mark.parametrize(
    ("cues", "flaw"),
    [
        (cue("00:05.000 --> 00:06.000") + cue("00:01.000 --> 00:02.000"), "line 5: begins before the one above it"),
        (cue("00:01.000 --> 00:03.000") + cue("00:02.000 --> 00:04.000", "More"), "line 5: overlaps the one above it"),
        (cue("00:01.000 --> 00:03.000", "<i></i>"), "line 2: says nothing"),
        (cue("00:03.000 --> 00:01.000"), "line 2: ends before it begins"),
        (cue("00:01.000 --> 00:02.000", "words" * 10), "50 characters a second"),
    ],
)
def test_flaws(cues: str, flaw: str) -> None:
    """Order, overlaps, empty cues, time that runs back, and haste."""
    found = [str(one) for one in check(f"WEBVTT\n{cues}".encode(), name="a.vtt")]
    assert any(flaw in one for one in found), found


def test_a_signature_is_missing() -> None:
    """A WebVTT file says that it is one."""
    assert [str(one) for one in check(SUBRIP, name="a.vtt")] == ["line 1: a WebVTT file begins with WEBVTT"]


@pytest.mark.parametrize("content", [b"", b"WEBVTT\n\n", b"\x00\x01", b"<tt><p begin='0s'>x</p></tt>"])
def test_no_captions(content: bytes) -> None:
    """The reason names the file."""
    with pytest.raises(FormatError, match=r"^boats\.vtt: no captions"):
        check(content, name="boats.vtt")


def test_a_transcript_says_each_line_once() -> None:
    """Captions that roll up repeat the line before."""
    cues = (
        Cue(start=0, end=1, text="The boats", line=1),
        Cue(start=1, end=2, text="The  boats", line=4),
        Cue(start=2, end=3, text="", line=7),
        Cue(start=3, end=4, text="leave.", line=10),
    )
    assert transcript(cues) == "The boats\nleave."


@settings(deadline=None)
@given(strategies.binary(max_size=300), strategies.integers(0, 200))
def test_any_bytes_are_captions_or_a_reason(tail: bytes, kept: int) -> None:
    """Nothing else comes of a broken file."""
    with contextlib.suppress(FormatError):
        check(GOOD[:kept] + tail, name="a.vtt")
