"""Colours and contrast."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies

from publisher.accessibility.colour import BLACK, WHITE, Colour, contrast, needed

COLOURS = strategies.builds(Colour, *[strategies.floats(0, 255)] * 3)


def test_the_range_of_contrast() -> None:
    """Black on white is 21:1, a colour on itself 1:1."""
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == 1


def test_a_known_pair() -> None:
    """The lightest grey that passes on white is #767676."""
    assert contrast(Colour(0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast(Colour(0x77, 0x77, 0x77), WHITE) < 4.5


@settings(deadline=None)
@given(COLOURS, COLOURS)
def test_contrast_does_not_depend_on_the_order(one: Colour, other: Colour) -> None:
    """Text on ground and ground on text are told apart equally well."""
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.01


def test_painting_over() -> None:
    """A half transparent black on white is grey."""
    assert Colour(0, 0, 0, 0.5).over(WHITE) == Colour(127.5, 127.5, 127.5)
    assert BLACK.over(WHITE, 0.5) == Colour(127.5, 127.5, 127.5)
    assert str(Colour(255, 0, 128)) == "#ff0080"


@pytest.mark.parametrize(
    ("pixels", "bold", "least"), [(16, False, 4.5), (24, False, 3.0), (18.66, True, 3.0), (18.65, True, 4.5)]
)
def test_large_text_needs_less(pixels: float, bold: bool, least: float) -> None:  # noqa: FBT001 - a column
    """From 24 px, or 18.66 px bold, 3:1 is enough."""
    assert needed(pixels, bold=bold) == least
