"""Contrast measured from pixels."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image as Pictures
from PIL import ImageDraw

from publisher.accessibility.pixels import measure


def screenshot(ink: str, ground: str) -> bytes:
    """Draw bars of ink on a ground, twice as large as in CSS pixels."""
    picture = Pictures.new("RGB", (200, 100), ground)
    draw = ImageDraw.Draw(picture)
    for left in range(10, 190, 20):
        draw.rectangle((left, 20, left + 4, 60), fill=ink)
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    return drawn.getvalue()


def text(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """Give a text where the bars are."""
    return {
        "x": 0,
        "y": 0,
        "width": 100,
        "height": 50,
        "size": 16,
        "bold": False,
        "selector": "p",
        "text": "Ferries",
    } | changes


@pytest.mark.parametrize(
    ("ink", "ground", "size", "is_faint"),
    [
        ("#999999", "#ffffff", 16, True),
        ("#595959", "#ffffff", 16, False),
        ("#888888", "#ffffff", 24, False),
        ("#bbbbbb", "#555555", 16, True),
        ("#ffffff", "#ffffff", 16, True),
    ],
)
def test_what_was_drawn_is_measured(ink: str, ground: str, size: int, is_faint: bool) -> None:  # noqa: FBT001
    """The ground is what covers most, the ink what differs most."""
    found = measure(screenshot(ink, ground), [text(size=size)], 2.0)
    assert bool(found) is is_faint
    if found:
        assert found[0].selector == "p"
        assert f"on {ground}" in str(found[0])


@pytest.mark.parametrize("place", [{"x": -5}, {"y": 49}, {"width": 1}, {"x": 300}])
def test_what_is_not_in_the_picture_is_not_measured(place: dict[str, int]) -> None:
    """Boxes outside and boxes of nothing."""
    assert measure(screenshot("#999999", "#ffffff"), [text(**place)], 2.0) == ()


def test_too_many_colours_are_a_picture() -> None:
    """A photograph has no ground."""
    picture = Pictures.effect_noise((400, 400), 90)
    noisy = Pictures.merge("RGB", (picture, picture.rotate(90), picture.rotate(180)))
    drawn = io.BytesIO()
    noisy.save(drawn, "PNG")
    assert measure(drawn.getvalue(), [text(width=400, height=400)], 1.0) == ()
