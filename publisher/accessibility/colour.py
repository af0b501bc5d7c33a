"""A colour as numbers, and how well two of them can be told apart (WCAG 1.4.3)."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, NamedTuple


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255, and how much of it covers what is below, from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def __str__(self) -> str:
        """Write it as people write it in a style: #rrggbb."""
        return "#" + "".join(f"{round(part):02x}" for part in self[:3])

    def over(self, below: Colour, share: float = 1.0) -> Colour:
        """Paint it on another colour, thinned to a share of itself."""
        alpha = self.alpha * share
        mixed = (mine * alpha + theirs * (1 - alpha) for mine, theirs in zip(self[:3], below[:3], strict=True))
        return Colour(*mixed)


WHITE: Final = Colour(255, 255, 255)
BLACK: Final = Colour(0, 0, 0)

_NORMAL: Final = 4.5
_LARGE: Final = 3.0
_LARGE_PIXELS: Final = 24.0
_LARGE_BOLD_PIXELS: Final = 18.66
_LINEAR_BELOW: Final = 0.04045


@lru_cache(maxsize=1024)
def luminance(colour: Colour) -> float:
    """Give the relative luminance of a colour, from 0 to 1 (WCAG 2.2, definition)."""
    parts = []
    for part in colour[:3]:
        share = part / 255
        parts.append(share / 12.92 if share <= _LINEAR_BELOW else math.pow((share + 0.055) / 1.055, 2.4))
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Colour, other: Colour) -> float:
    """Give the contrast ratio of two opaque colours, from 1 to 21."""
    first, second = luminance(one), luminance(other)
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def needed(pixels: float, *, bold: bool) -> float:
    """Give the contrast that text of a size needs: large text is told apart more easily."""
    return _LARGE if pixels >= (_LARGE_BOLD_PIXELS if bold else _LARGE_PIXELS) else _NORMAL
