"""Style sheets and style attributes, read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies

from publisher.accessibility.colour import Colour
from publisher.accessibility.css import Scheme, Value, parse_colour, parse_sheet, parse_style


def read(style: str) -> dict[str, Value]:
    """Read a style attribute as a table."""
    return {one.name: one.value for one in parse_style(style)}


def test_shorthands_are_taken_apart() -> None:
    """Colours, paddings, borders and fonts come as longhands."""
    assert read("background:#fff url(a.png) no-repeat") == {
        "background-color": Colour(255, 255, 255),
        "background-image": "picture",
    }
    assert read("padding:1px 2px 3px") == {"padding-top": "1px", "padding-bottom": "3px"}
    assert read("padding:4px") == {"padding-top": "4px", "padding-bottom": "4px"}
    assert read("padding:") == {"padding-top": "0", "padding-bottom": "0"}
    assert read("border:0") == {"border-bottom": "none"}
    assert read("border-bottom:1px solid red") == {"border-bottom": "seen"}
    assert read("font:bold 14px/1.5 serif") == {"font-weight": "bold", "font-size": "14px", "line-height": "1.5"}
    assert read("font:14px serif") == {"font-weight": "normal", "font-size": "14px", "line-height": "normal"}
    assert read("font:caption") == {}
    assert read("text-decoration-line:underline") == {"text-decoration": "underline"}
    assert read("background-image:none") == {"background-image": "none"}
    assert read("mso-hide:all;COLOR:RED") == {"color": Colour(255, 0, 0)}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("red", Colour(255, 0, 0)),
        ("#0f08", Colour(0, 255, 0, 136 / 255)),
        ("inherit", "inherit"),
        ("currentcolor", "currentcolor"),
        ("nonsense", None),
        ("color(display-p3 1 0 0)", None),
        ("rgb(", None),
    ],
)
def test_colours(written: str, value: Value) -> None:
    """Unknown is None: nothing is guessed."""
    found = parse_colour(written)
    assert found == (pytest.approx(value) if isinstance(value, Colour) else value)


def test_rules_know_when_they_hold() -> None:
    """Light, dark, always; widths and paper are left out, broken selectors and old comments too."""
    sheet = """<!-- p { color: red }
    @media (prefers-color-scheme: dark) { p { color: white } @media screen { b { color: white } } }
    @media (prefers-color-scheme: light) { p { color: black } }
    @media only screen and (max-width: 480px) { p { color: blue } }
    @import url(https://example.org/a.css);
    p ! b { color: red } p:nope(3) { color: red } i { margin: 0 } svg|a { color: red } -->"""
    assert [rule.scheme for rule in parse_sheet(sheet)] == [Scheme.BOTH, Scheme.DARK, Scheme.DARK, Scheme.LIGHT]


def test_nesting_without_end_is_no_style() -> None:
    """Brackets in brackets end nowhere."""
    deep = "(" * 40_000
    assert parse_style(f"color:{deep}") == () or read(f"color:{deep}") == {"color": None}
    assert isinstance(parse_sheet(f"p {{ color:{deep} }}"), tuple)
    assert parse_sheet(f"{deep} {{ color: red }}") == ()


@settings(deadline=None)
@given(strategies.one_of(strategies.text(max_size=30), strategies.from_regex(r"(rgb|hsl|lab|color)\([^)]{0,20}\)?")))
def test_any_text_is_a_colour_or_none(written: str) -> None:
    """Numbers without end, percentages of nothing, other colour spaces: a colour between 0 and 255, or none."""
    found = parse_colour(written)
    if isinstance(found, Colour):
        assert all(0 <= part <= 255 for part in found[:3])


def test_two_ids_need_a_search() -> None:
    """An index answers for one id only; a search answers for the rest."""
    (rule,) = parse_sheet("#a#b { color: red }")
    assert rule.compound is None
    assert rule.xpath is not None
