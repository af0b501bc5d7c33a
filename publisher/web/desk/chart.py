"""A chart of bars as SVG; whoever does not see it has the table beside it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 260
_LEFT: Final = 56
_BOTTOM: Final = 36
_TOP: Final = 20
_GAP: Final = 0.25  # of a group
_STEPS: Final = (1, 2, 4, 6, 8)  # even, so that the middle of the scale is a whole number


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar in the picture: its place, and the class of its series."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A text at an axis."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart, ready for its template; all in the units of the picture."""

    bars: tuple[Bar, ...]
    names: tuple[Mark, ...]
    scale: tuple[Mark, ...]
    base: float
    left: float
    width: int = WIDTH
    height: int = HEIGHT


def draw(groups: Sequence[tuple[str, Sequence[int]]], kinds: Sequence[str], *, mirrored: bool = False) -> Chart:
    """Draw groups of bars; `kinds` names each bar of a group. Mirrored, the first group stands on the right."""
    top = _round_up(max((value for _, values in groups for value in values), default=1))
    base = HEIGHT - _BOTTOM
    room = (WIDTH - _LEFT) / max(1, len(groups))
    wide = room * (1 - _GAP) / max(1, len(kinds))
    bars: list[Bar] = []
    names: list[Mark] = []
    for place, (name, values) in enumerate(groups):
        begin = _LEFT + room * (len(groups) - 1 - place if mirrored else place)
        names.append(Mark(x=round(begin + room / 2, 1), y=base + 20, text=name))
        for at, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            high = (base - _TOP) * value / top
            x = begin + room * _GAP / 2 + wide * at
            bars.append(
                Bar(x=round(x, 1), y=round(base - high, 1), width=round(wide, 1), height=round(high, 1), kind=kind)
            )
    scale = tuple(
        Mark(x=_LEFT - 8, y=round(base - (base - _TOP) * part / 2 + 4, 1), text=f"{top * part // 2}")
        for part in ((0, 1, 2) if top > 1 else (0, 2))
    )
    return Chart(bars=tuple(bars), names=tuple(names), scale=scale, base=base, left=_LEFT)


def _round_up(value: int) -> int:
    """Give the next round number: one of the steps with zeros."""
    power = 1
    while True:
        for step in _STEPS:
            if step * power >= value:
                return step * power
        power *= 10
