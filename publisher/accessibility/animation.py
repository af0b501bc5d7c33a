"""Moving pictures: how long they move, and whether they flash (WCAG 2.2.2 and 2.3.1)."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image as Pictures
from PIL import ImageStat

LONGEST: Final = 5.0
MOST_FLASHES: Final = 3
_SWING: Final = 0.1  # of the whole range of brightness, between a light and a dark frame (WCAG: general flash)
_DARK: Final = 0.8
_FRAMES: Final = 600
_PIXELS: Final = 40_000_000
_DEFAULT_FRAME: Final = 0.1
_PROBED: Final = (64, 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """How a picture moves: seconds until it stops (infinite for ever), and the most flashes in one second."""

    frames: int
    seconds: float
    flashes: int

    def is_harmless(self) -> bool:
        """Say whether it ends within five seconds and flashes no more than three times a second."""
        return self.seconds <= LONGEST and self.flashes <= MOST_FLASHES

    def __str__(self) -> str:
        """Write it for people."""
        lasts = "for ever" if self.seconds == float("inf") else f"for {self.seconds:.1f} s"
        flashes = f", {self.flashes} flashes in a second" if self.flashes > MOST_FLASHES else ""
        return f"{self.frames} frames {lasts}{flashes}"


def look_at(content: bytes) -> Movement | None:
    """Look at a picture; None for one that stands still, and for bytes that are no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pictures.open(io.BytesIO(content)) as picture:
                if getattr(picture, "n_frames", 1) < 2 or picture.width * picture.height > _PIXELS:  # noqa: PLR2004
                    return None
                return _measure(picture)
    except Exception:  # noqa: BLE001 - Pillow's decoders raise whatever hostile bytes make them
        return None


def flatten(content: bytes) -> bytes | None:
    """Give the first frame of a picture that moves too long or flashes, as PNG; None for one that may stay."""
    movement = look_at(content)
    if movement is None or movement.is_harmless():
        return None
    with Pictures.open(io.BytesIO(content)) as picture:
        still = io.BytesIO()
        picture.convert("RGBA").save(still, "PNG")
        return still.getvalue()


def _measure(picture: Pictures.Image) -> Movement:
    """Go through the frames of a moving picture."""
    loops = picture.info.get("loop")  # absent: once; 0: for ever
    times: list[float] = []
    brightness: list[float] = []
    for place in range(min(getattr(picture, "n_frames", 1), _FRAMES)):
        picture.seek(place)
        times.append((float(picture.info.get("duration") or 0) / 1000) or _DEFAULT_FRAME)
        brightness.append(_brightness(picture))
    once = sum(times)
    again = 1 if picture.format == "GIF" else 0  # a GIF counts the repeats, WebP and APNG the rounds
    repeats = 1.0 if loops is None else float("inf") if loops == 0 else float(loops + again)
    return Movement(frames=len(times), seconds=once * repeats, flashes=_flashes(times, brightness, loops is not None))


def _brightness(frame: Pictures.Image) -> float:
    """Give the mean brightness of a frame, from 0 to 1."""
    small = frame.convert("L").resize(_PROBED)
    return float(ImageStat.Stat(small).mean[0]) / 255


def _flashes(times: list[float], brightness: list[float], loops: bool) -> int:  # noqa: FBT001 - private
    """Count the flashes of the worst second; two swings, there and back, are one flash."""
    if loops:  # the seam between two rounds can flash too
        times, brightness = times * 2, brightness * 2
    swings: list[float] = []
    now, last, direction = 0.0, brightness[0], 0
    for length, level in zip(times, brightness, strict=True):
        change = level - last
        if abs(change) >= _SWING and min(level, last) < _DARK:
            heading = 1 if change > 0 else -1
            if heading != direction:
                swings.append(now)
                direction = heading
            last = level
        elif direction * change > 0:
            last = level
        now += length
    worst = max((sum(start <= other < start + 1 for other in swings) for start in swings), default=0)
    return worst // 2
