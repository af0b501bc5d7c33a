"""The colours and letters of a mail, light and dark; every pair that carries text is checked before it is used.

WCAG 2.2, 1.4.3: text needs 4.5:1 against its ground.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from publisher import language as languages
from publisher.accessibility.colour import Colour, contrast

LEAST_CONTRAST: Final = 4.5
_HEX: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one mode: `page` is the ground around the sheet, `sheet` the ground of the posts."""

    page: str
    sheet: str
    ink: str
    muted: str
    line: str
    accent: str

    def pairs(self) -> Iterator[tuple[str, str, str, str]]:
        """Name every pair of text and ground that a template may use: names, then colours."""
        for text in ("ink", "muted", "accent"):
            for ground in ("sheet", "page"):
                yield text, ground, getattr(self, text), getattr(self, ground)


_LIGHT: Final = Palette(
    page="#f3f0ea", sheet="#ffffff", ink="#1d1c1a", muted="#5c5851", line="#ddd8cf", accent="#0b4f8a"
)
_DARK: Final = Palette(
    page="#101112", sheet="#1a1b1d", ink="#ecebe8", muted="#b5b1aa", line="#3b3d40", accent="#9ecbff"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The pair of accent colours, for links and hairlines, over the fixed grounds.

    Raises `ValueError` with the pair and its ratio when a text could not be read on its ground.
    """

    accent: str = _LIGHT.accent
    accent_dark: str = _DARK.accent

    def __post_init__(self) -> None:
        for key, colour, palette in (("accent", self.accent, self.light), ("accent_dark", self.accent_dark, self.dark)):
            _require_colour(key, colour)
            _require_contrast(key, palette)

    @property
    def light(self) -> Palette:
        """Give the colours on light ground."""
        return _with_accent(_LIGHT, self.accent)

    @property
    def dark(self) -> Palette:
        """Give the colours on dark ground."""
        return _with_accent(_DARK, self.accent_dark)


# Large print: black and white only, links told by their underline.
HIGH_CONTRAST: Final = {
    "light": Palette(page="#ffffff", sheet="#ffffff", ink="#000000", muted="#000000", line="#000000", accent="#000000"),
    "dark": Palette(page="#000000", sheet="#000000", ink="#ffffff", muted="#ffffff", line="#ffffff", accent="#ffffff"),
}


def _with_accent(palette: Palette, accent: str) -> Palette:
    """Give a palette with another accent."""
    return Palette(
        page=palette.page, sheet=palette.sheet, ink=palette.ink, muted=palette.muted, line=palette.line, accent=accent
    )


def _require_colour(key: str, colour: str) -> None:
    """Refuse what is not "#rrggbb"."""
    try:
        is_colour = len(colour) == _HEX and colour[0] == "#" and int(colour[1:], 16) >= 0
    except ValueError:
        is_colour = False
    if not is_colour:
        message = f'{key} = "{colour}" is no colour; write six hexadecimal digits, such as "#0b4f8a"'
        raise ValueError(message)


def _read_colour(colour: str) -> Colour:
    """Read "#rrggbb"."""
    return Colour(*(int(colour[at : at + 2], 16) for at in (1, 3, 5)))


def _require_contrast(key: str, palette: Palette) -> None:
    """Refuse a palette with a text that cannot be read on its ground."""
    for text, ground, colour, under in palette.pairs():
        ratio = contrast(_read_colour(colour), _read_colour(under))
        if ratio < LEAST_CONTRAST:
            way = "darker" if key == "accent" else "lighter"
            message = (
                f"{key}: {text} {colour} on {ground} {under} has a contrast of {ratio:.2f}:1, "
                f"less than {LEAST_CONTRAST}:1; choose a {way} colour"
            )
            raise ValueError(message)


# --- letters -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Installed fonts for a script, and the height of its lines: a multiple of the size."""

    headings: str
    running: str
    line: str = "1.55"
    heading_line: str = "1.25"


_SANS: Final = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
_LATIN: Final = Letters(headings="Georgia, 'Times New Roman', serif", running=_SANS)
_LETTERS: Final = {
    "Arab": Letters(
        headings="'Geeza Pro', 'Segoe UI', Tahoma, 'Noto Naskh Arabic', Arial, sans-serif",
        running="'Geeza Pro', 'Segoe UI', Tahoma, 'Noto Naskh Arabic', Arial, sans-serif",
        line="1.75",
        heading_line="1.45",
    ),
    "Hebr": Letters(
        headings="'Arial Hebrew', 'Segoe UI', Arial, sans-serif",
        running="'Arial Hebrew', 'Segoe UI', Arial, sans-serif",
    ),
    "Hani": Letters(
        headings="'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
        running="'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
        line="1.7",
        heading_line="1.35",
    ),
    "Kana": Letters(
        headings="'Hiragino Sans', 'Yu Gothic', Meiryo, sans-serif",
        running="'Hiragino Sans', 'Yu Gothic', Meiryo, sans-serif",
        line="1.7",
        heading_line="1.35",
    ),
    "Deva": Letters(
        headings="'Nirmala UI', 'Kohinoor Devanagari', sans-serif", running=_SANS, line="1.7", heading_line="1.4"
    ),
    "Thai": Letters(headings="'Leelawadee UI', Thonburi, sans-serif", running=_SANS, line="1.7", heading_line="1.4"),
}
_NASTALIQ: Final = Letters(
    headings="'Noto Nastaliq Urdu', 'Jameel Noori Nastaleeq', 'Urdu Typesetting', 'Geeza Pro', Tahoma, sans-serif",
    running="'Noto Nastaliq Urdu', 'Jameel Noori Nastaleeq', 'Urdu Typesetting', 'Geeza Pro', Tahoma, sans-serif",
    line="2.1",
    heading_line="1.9",
)


def letters(tag: str) -> Letters:
    """Give the letters for a language."""
    if languages.primary(tag) == "ur":
        return _NASTALIQ
    scripts = languages.scripts_of(tag)
    if "Kana" in scripts:
        return _LETTERS["Kana"]
    return next((_LETTERS[script] for script in sorted(scripts) if script in _LETTERS), _LATIN)
