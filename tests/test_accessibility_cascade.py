"""The style of every element, worked out."""

from __future__ import annotations

import pytest

from publisher.accessibility.cascade import Style, work_out
from publisher.accessibility.colour import Colour
from publisher.accessibility.tree import build


def style_of(html: str, tag: str = "p") -> Style:
    """Work out the style of the first element with a tag."""
    tree = build(html)
    return work_out(tree).light[next(tree.all(tag))]


@pytest.mark.parametrize(
    ("size", "pixels"),
    [
        ("12pt", 16.0),
        ("2em", 40.0),
        ("1rem", 16.0),
        ("50%", 10.0),
        ("x-large", 24.0),
        ("smaller", 16.66),
        ("larger", 24.0),
        ("calc(1px + 2vw)", 20.0),
        ("inherit", 20.0),
    ],
)
def test_font_sizes(size: str, pixels: float) -> None:
    """Sizes come to pixels; what only a client can work out leaves the parent's."""
    assert style_of(f'<div style="font-size:20px"><p style="font-size:{size}">a</p></div>').size == pytest.approx(
        pixels
    )


@pytest.mark.parametrize(
    ("line", "ratio"),
    [("1.5", 1.5), ("30px", 1.5), ("150%", 1.5), ("2em", 2.0), ("normal", None), ("inherit", 1.2), ("calc(1)", 1.2)],
)
def test_line_heights(line: str, ratio: float | None) -> None:
    """Line heights come to multiples of the font size; None is the client's own."""
    html = f'<div style="font:italic bold 20px/1.2 serif"><p style="line-height:{line}">a</p></div>'
    assert style_of(html).line_ratio() == (None if ratio is None else pytest.approx(ratio))


def test_a_line_height_in_pixels_is_inherited_as_pixels() -> None:
    """A multiple is inherited as a multiple, a length as a length."""
    html = '<div style="line-height:20px;font-size:10px"><p style="font-size:40px">a</p></div>'
    assert style_of(html).line_ratio() == 0.5
    assert Style(size=0.0).line_ratio() is None


@pytest.mark.parametrize(
    ("weight", "is_bold"),
    [("bold", True), ("700", True), ("400", False), ("bolder", True), ("inherit", True), ("normal", False)],
)
def test_weights(weight: str, is_bold: bool) -> None:  # noqa: FBT001 - a column
    """Bold is bold from 600 on."""
    assert style_of(f'<div style="font-weight:bold"><p style="font-weight:{weight}">a</p></div>').bold is is_bold


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "visibility:hidden",
        "opacity:0",
        "opacity:0%",
        "max-height:0;overflow:hidden",
        "height:1px;overflow:hidden",
    ],
)
def test_hidden(style: str) -> None:
    """There are several ways to hide a preheader."""
    assert style_of(f'<p style="{style}">a</p>').hidden
    assert style_of(f'<div style="{style}"><p>a</p></div>').silent


def test_silent_is_not_hidden() -> None:
    """What is hidden from screen readers alone can be seen."""
    style = style_of('<div aria-hidden="true"><p>a</p></div>')
    assert (style.silent, style.hidden) == (True, False)
    assert style_of("<p hidden>a</p>").hidden
    assert not style_of('<p style="overflow:hidden;height:20px">a</p>').hidden


def test_legacy_attributes_colour_a_page() -> None:
    """Old mails write colours as attributes, with or without #."""
    html = '<body text="333333" link="#004400" bgcolor="EEE"><a href="x">a</a><p><font size="5" color="red">b</font>'
    assert style_of(html).colour == Colour(51, 51, 51)
    assert style_of(html).background == Colour(238, 238, 238)
    assert style_of(html, "a").colour == Colour(0, 68, 0)
    assert (style_of(html, "font").size, style_of(html, "font").colour) == (24.0, Colour(255, 0, 0))
    assert style_of('<body link="nonsense"><a href="x">a</a>', "a").colour == Colour(0, 0, 238)
    assert style_of('<table background="a.png"><tr><td>a', "td").background is None


def test_a_colour_of_unknown_ground_is_unknown() -> None:
    """A half transparent ground over a picture is nothing that can be known; an opaque one is."""
    html = '<div style="background:url(a.png)"><p style="background:{}">a</p></div>'
    assert style_of(html.format("rgba(0,0,0,0.5)")).background is None
    assert style_of(html.format("#000000")).background == Colour(0, 0, 0)
    assert style_of(html.format("transparent")).background is None
    assert style_of(html.format("var(--ground)")).background is None


def test_opacity_thins_text_and_ground() -> None:
    """Both are mixed with what lies behind the element, and further in nothing is mixed twice."""
    style = style_of('<div style="background:#000;opacity:0.5"><p>a</p></div>')
    assert style.background == Colour(127.5, 127.5, 127.5)
    assert style.backdrop == Colour(255, 255, 255)


def test_initial_colour_is_black() -> None:
    """`initial` leaves the parent's colour; nonsense does not count."""
    assert style_of('<div style="color:red"><p style="color:initial">a</p></div>').colour == Colour(0, 0, 0)


@pytest.mark.parametrize(
    ("media", "is_red"), [("screen", True), ("print", False), ("(prefers-color-scheme:dark)", False)]
)
def test_a_sheet_can_be_for_some_media(media: str, is_red: bool) -> None:  # noqa: FBT001 - a column
    """The media attribute of <style> counts."""
    html = f'<style media="{media}">p {{ color: red }}</style><p>a</p>'
    assert (style_of(html).colour == Colour(255, 0, 0)) is is_red


def test_dark_exists_only_where_the_page_has_one() -> None:
    """A page without dark rules and declarations has one look."""
    assert work_out(build("<p>a</p>")).dark is None
    assert work_out(build("<style>p{color:red}</style><p>a</p>")).dark is None
    for head in (
        "<style>@media (prefers-color-scheme: dark) { p { color: white } }</style>",
        "<style>:root { color-scheme: light dark }</style>",
        '<meta name="color-scheme" content="light dark">',
    ):
        assert work_out(build(f"<head>{head}</head><p>a</p>")).dark is not None
    only_light = "<style>@media (prefers-color-scheme: light) { p { color: red } }</style><p>a</p>"
    assert style_of(only_light).colour == Colour(255, 0, 0)
    assert work_out(build(only_light)).dark is None


def test_selectors_ask_for_everything_they_name() -> None:
    """A tag, an id and all classes."""
    for selector, is_red in (("p.a.b", True), ("p.a.c", False), ("b.a", False), ("#i.a", True), ("#i.c", False)):
        style = style_of(f'<style>{selector} {{ color: red }}</style><p id="i" class="a b">x</p>')
        assert (style.colour == Colour(255, 0, 0)) is is_red, selector


def test_equal_looks_are_one_style() -> None:
    """Elements that look alike share their style, so that a rule judges it once."""
    tree = build("<div><p>a</p><p>b</p></div>")
    first, second = tree.all("p")
    styles = work_out(tree)
    assert styles.light[first] is styles.light[second]
    assert styles.bare is styles.light
