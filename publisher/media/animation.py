"""How long a picture moves: its frames, their time, and how often it plays. No pixel is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from publisher.media.containers import is_png, is_webp, png_chunks, webp_chunks

LONGEST: Final = 5000  # milliseconds; what moves longer needs a way to stop it (WCAG 2.2.2), and a mail has none

_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_FASTEST: Final = 20  # browsers give frames that ask for less a tenth of a second
_SLOWED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Animation:
    """How a picture moves: one play takes `milliseconds`; `plays` None: it goes on for ever."""

    frames: int = 1
    milliseconds: int = 0
    plays: int | None = 1

    @property
    def moves(self) -> bool:
        """Say whether it is more than one picture."""
        return self.frames > 1

    @property
    def short(self) -> bool:
        """Say whether it stops by itself within five seconds, without a loop."""
        return self.plays == 1 and self.milliseconds <= LONGEST


def read(content: bytes) -> Animation:
    """Read how a GIF, PNG or WebP file moves; every other kind of file is still.

    Raises: FormatError for a PNG or WebP file that breaks off; a GIF file that does is read as far as it goes.
    """
    if content[:6] in {b"GIF87a", b"GIF89a"}:
        return _read_gif(content)
    if is_png(content):
        return _read_png(content)
    if is_webp(content):
        return _read_webp(content)
    return Animation()


def _slowed(milliseconds: int) -> int:
    """Give the time that a frame is really shown."""
    return milliseconds if milliseconds >= _FASTEST else _SLOWED


def _animation(delays: list[int], plays: int | None) -> Animation:
    """Sum up the frames."""
    if len(delays) <= 1:
        return Animation()
    return Animation(frames=len(delays), milliseconds=sum(map(_slowed, delays)), plays=plays)


# --- GIF89a ---------------------------------------------------------------------------------------------------------


def _colours(flags: int) -> int:
    """Give the bytes of the colour table that a flags byte announces."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _byte(content: bytes, place: int) -> int:
    """Give a byte; beyond the end, zero."""
    return content[place] if place < len(content) else 0


def _sub_blocks(content: bytes, place: int) -> Iterator[tuple[bytes, int]]:
    """Give the data blocks from a place on, each with the place behind it; the last one is empty."""
    while True:
        size = _byte(content, place)
        place += 1 + size
        yield content[place - size : place], place
        if not size:
            return


def _read_gif(content: bytes) -> Animation:
    """Read the blocks of a GIF file."""
    place = 13 + _colours(_byte(content, 10))
    delays: list[int] = []
    delay, plays = 0, 1
    while place < len(content) and content[place] != _TRAILER:
        kind, label = content[place], _byte(content, place + 1)
        if kind == _FRAME:
            delays.append(delay)
            delay = 0
            place += 11 + _colours(_byte(content, place + 9))
        elif kind == _EXTENSION:
            place += 2
        else:  # no block begins so
            break
        blocks = list(_sub_blocks(content, place))
        place = blocks[-1][1]
        if kind == _EXTENSION and label == _CONTROL:
            delay = int.from_bytes(blocks[0][0][1:3], "little") * 10
        elif kind == _EXTENSION and label == _APPLICATION and blocks[0][0] in _LOOPS and blocks[1:]:
            again = int.from_bytes(blocks[1][0][1:3], "little")
            plays = again + 1 if again else 0
    return _animation(delays, plays or None)


# --- APNG and WebP --------------------------------------------------------------------------------------------------


def _read_png(content: bytes) -> Animation:
    """Read the control chunks of an animated PNG (PNG, third edition, 11.3.6)."""
    delays: list[int] = []
    plays = 1
    for kind, body in png_chunks(content):
        if kind == b"acTL":
            plays = int.from_bytes(body[4:8], "big")
        elif kind == b"fcTL":
            top, bottom = int.from_bytes(body[20:22], "big"), int.from_bytes(body[22:24], "big")
            delays.append(1000 * top // (bottom or 100))
    return _animation(delays, plays or None)


def _read_webp(content: bytes) -> Animation:
    """Read the animation chunks of a WebP file (RFC 9649, 2.7.1)."""
    delays: list[int] = []
    plays = 1
    for kind, body in webp_chunks(content):
        if kind == b"ANIM":
            plays = int.from_bytes(body[4:6], "little")
        elif kind == b"ANMF":
            delays.append(int.from_bytes(body[12:15], "little"))
    return _animation(delays, plays or None)
