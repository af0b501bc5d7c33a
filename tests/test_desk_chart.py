"""The chart of results: bars that stand where they should, and a scale of round numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.desk import chart

KINDS = ("a", "b")


def test_bars_stand_on_the_base_and_inside_the_picture() -> None:
    """The highest value stays below the top, zero has no height, each bar has its series."""
    drawn = chart.draw([("one", (10, 0)), ("two", (5, 7))], KINDS)
    assert [bar.kind for bar in drawn.bars] == ["a", "b", "a", "b"]
    assert drawn.bars[1].height == 0
    for bar in drawn.bars:
        assert bar.y + bar.height == pytest.approx(drawn.base, abs=0.2)
        assert drawn.left <= bar.x
        assert bar.x + bar.width <= drawn.width
    assert [mark.text for mark in drawn.names] == ["one", "two"]


def test_a_mirrored_chart_begins_on_the_right() -> None:
    """As the table beside it does."""
    drawn = chart.draw([("one", (1, 1)), ("two", (1, 1))], KINDS, mirrored=True)
    assert drawn.names[0].x > drawn.names[1].x


@pytest.mark.parametrize(("highest", "top"), [(0, "1"), (1, "1"), (3, "4"), (5, "6"), (10, "10"), (4321, "6000")])
def test_the_scale_ends_at_a_round_number(highest: int, top: str) -> None:
    """One figure with zeros, never below the highest value."""
    assert chart.draw([("one", (highest, 0))], KINDS).scale[-1].text == top


@given(st.integers(2, 10**7))
def test_the_middle_of_the_scale_says_what_it_marks(highest: int) -> None:
    """Half of the top is a whole number, halfway up."""
    low, middle, top = chart.draw([("one", (highest, 0))], KINDS).scale
    assert 2 * int(middle.text) == int(top.text) >= highest
    assert middle.y == pytest.approx((low.y + top.y) / 2, abs=0.2)


def test_nothing_is_drawn_of_nothing() -> None:
    """No group, no bar, and no division by zero."""
    assert chart.draw([], KINDS).bars == ()
