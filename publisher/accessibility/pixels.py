"""Contrast measured from a screenshot, for what styles do not show: colours that a client changed by force. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image as Pictures

from publisher.accessibility.colour import Colour, contrast, needed

_COLOURS: Final = 1 << 16
_LEAST_PIXELS: Final = 4  # of one colour: fewer are the edge of a letter
_LEAST_SIDE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Faint:
    """Text that cannot be told from its ground well enough, as it was really drawn."""

    selector: str
    text: str
    ink: Colour
    ground: Colour
    ratio: float
    needed: float

    def __str__(self) -> str:
        """Write it for people."""
        return f"{self.ink} on {self.ground} is {self.ratio:.2f}:1, {self.needed:g}:1 is needed"


def measure(screenshot: bytes, texts: Sequence[Mapping[str, Any]], scale: float) -> tuple[Faint, ...]:
    """Measure texts in a screenshot.

    Each text has `x y width height` (CSS pixels), `size`, `bold`, `selector` and `text`. The ground is the colour
    that covers most, the ink the one that differs most from it.
    """
    with Pictures.open(io.BytesIO(screenshot)) as picture:
        return tuple(_faint(picture.convert("RGB"), texts, scale))


def _faint(picture: Pictures.Image, texts: Sequence[Mapping[str, Any]], scale: float) -> Iterator[Faint]:
    """Go through the texts that are too faint."""
    for one in texts:
        left, top = int(one["x"] * scale), int(one["y"] * scale)
        right = min(picture.width, int((one["x"] + one["width"]) * scale))
        bottom = min(picture.height, int((one["y"] + one["height"]) * scale))
        if left < 0 or top < 0 or right - left < _LEAST_SIDE or bottom - top < _LEAST_SIDE:
            continue
        colours = picture.crop((left, top, right, bottom)).getcolors(_COLOURS) or []
        known = [(count, _colour(value)) for count, value in colours]
        if not known:
            continue
        ground = max(known)[1]
        drawn = [colour for count, colour in known if count >= _LEAST_PIXELS]
        ink = max(drawn, key=lambda colour: contrast(colour, ground), default=ground)
        ratio, least = contrast(ink, ground), needed(float(one["size"]), bold=bool(one["bold"]))
        if ratio < least:
            yield Faint(
                selector=str(one["selector"]),
                text=str(one["text"]),
                ink=ink,
                ground=ground,
                ratio=ratio,
                needed=least,
            )


def _colour(value: Any) -> Colour:  # noqa: ANN401 - Pillow's type of a pixel depends on the picture
    """Read a pixel."""
    return Colour(float(value[0]), float(value[1]), float(value[2]))
