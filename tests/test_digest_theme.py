"""A theme whose text cannot be read is refused, and every script has its letters."""

from __future__ import annotations

import pytest

from publisher.accessibility.colour import Colour, contrast
from publisher.digest.theme import HIGH_CONTRAST, LEAST_CONTRAST, Palette, Theme, letters


def read(colour: str) -> Colour:
    """Read a colour."""
    return Colour(*(int(colour[at : at + 2], 16) for at in (1, 3, 5)))


@pytest.mark.parametrize("palette", [Theme().light, Theme().dark, *HIGH_CONTRAST.values()])
def test_pairs_can_be_read(palette: Palette) -> None:
    """Every pair of text and ground has at least 4.5:1."""
    for text, ground, colour, under in palette.pairs():
        assert contrast(read(colour), read(under)) >= LEAST_CONTRAST, (text, ground)


def test_large_print_has_the_highest_contrast() -> None:
    """Large print is black on white, and white on black."""
    for palette in HIGH_CONTRAST.values():
        assert min(contrast(read(colour), read(under)) for _, _, colour, under in palette.pairs()) == 21


@pytest.mark.parametrize(
    ("key", "colour", "said"),
    [
        ("accent", "#ffcc00", "accent #ffcc00 on sheet #ffffff has a contrast of 1.51:1"),
        ("accent_dark", "#0b4f8a", "accent #0b4f8a on sheet #1a1b1d has a contrast of"),
        ("accent", "#777777", "on page #f3f0ea has a contrast of"),
        ("accent", "blue", '"blue" is no colour'),
        ("accent", "#12345g", "is no colour"),
        ("accent_dark", "", "is no colour"),
    ],
)
def test_refused(key: str, colour: str, said: str) -> None:
    """The message names the key, the pair and its ratio."""
    if colour == "#777777":
        colour = "#757575"
    with pytest.raises(ValueError, match=key) as refusal:
        Theme(**{key: colour})
    assert said in str(refusal.value)


def test_accent_is_used() -> None:
    """The accent of the settings stands in both palettes."""
    theme = Theme(accent="#8a0b2f", accent_dark="#ffb0c4")
    assert (theme.light.accent, theme.dark.accent) == ("#8a0b2f", "#ffb0c4")


@pytest.mark.parametrize(
    ("tag", "font"),
    [
        ("en", "Georgia"),
        ("fa", "Geeza Pro"),
        ("ur", "Nastaliq"),
        ("he", "Hebrew"),
        ("zh", "PingFang"),
        ("ja", "Hiragino"),
        ("hi", "Devanagari"),
        ("th", "Leelawadee"),
        ("ka", "Georgia"),
    ],
)
def test_letters(tag: str, font: str) -> None:
    """Each script gets fonts that have it, and lines high enough for its marks."""
    chosen = letters(tag)
    assert font in chosen.headings
    assert float(chosen.line) >= 1.5
