"""HTML as a tree with its indexes."""

from __future__ import annotations

import pytest

from publisher.accessibility.rule import selector, shorten
from publisher.accessibility.tree import build, has_class, is_blank, name_of, role_of, visible_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<b>two</b> three</p>", "Onetwo three"),
        ("<div>One<p>two</p>three</div>", "One two three"),
        ("<p>One<br>two</p>", "One two"),
        ("<p>One<!-- not --> two<style>p{}</style> three</p>", "One two three"),
        ("<style>p{}</style>", "p{}"),
        ("<p>   </p>", ""),
    ],
)
def test_visible_text(html: str, text: str) -> None:
    """Blocks and breaks part words; comments and styles say nothing."""
    body = build(html if "<p" in html or "<div" in html else f"<p>{html}</p>").body
    assert visible_text(body) == ("" if text == "p{}" else text)


def test_a_style_element_has_no_text() -> None:
    """Not even when asked alone."""
    (style,) = build("<style>p{color:red}</style>").tags["style"]
    assert visible_text(style) == ""


def test_pictures_speak_where_they_are_asked() -> None:
    """With alternative texts, a picture is a word among words."""
    body = build('<p>A <img alt="red"> boat</p>').body
    assert visible_text(body) == "A boat"
    assert visible_text(body, with_alts=True) == "A red boat"


def test_names_are_found_where_they_are() -> None:
    """Text, pictures, then labels, of the element or of what is in it."""
    tree = build(
        '<a id="n" aria-labelledby="gone x"></a><b id="x">Plan</b><a title=" "><img alt="" title="Map"></a><a>'
    )
    links = tree.tags["a"]
    assert [name_of(tree, link) for link in links] == ["Plan", "Map", ""]


@pytest.mark.parametrize("text", [None, "", " \n", "\u200c\u00ad", "\ufeff\u00a0"])
def test_blank(text: str | None) -> None:
    """Spaces, joiners and soft hyphens say nothing."""
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "★", "—", "७"])
def test_not_blank(text: str) -> None:
    """Letters, digits, signs and dashes do."""
    assert not is_blank(text)


def test_the_nearest_language_holds() -> None:
    """An empty lang takes it back."""
    tree = build('<div lang="fa"><p>a<b lang="">b</b></p></div><p>c</p>')
    assert [tree.langs[one] for one in (*tree.all("p"), *tree.all("b"))] == ["fa", None, ""]


def test_outlook_reads_its_own_page() -> None:
    """Comments for it are opened, what is hidden from it is gone."""
    tree = build("<!--[if mso]><v:rect></v:rect><![endif]--><![if !mso]><p>others</p><![endif]><p>all</p>")
    assert tree.outlook is not None
    assert [one.tag for one in tree.outlook.iter("v:rect", "p")] == ["v:rect", "p"]
    assert tree.comments == ("<v:rect></v:rect>",)
    assert build("<!--[if mso]><p>x").comments == ()
    assert build("<p>").outlook is None


def test_broken_pages_have_a_body() -> None:
    """Nothing, a comment, a frame set: there is always a tree."""
    for html in ("", "<!-- -->", "<frameset><frame></frameset>", "\x00", "<?xml version='1.0' encoding='x'?><p>a"):
        assert build(html).body.tag == "body"


def test_small_questions() -> None:
    """Classes, roles and what is quoted."""
    (one,) = build('<p class="a b" role="NONE presentation">').tags["p"]
    assert has_class(one, "b")
    assert not has_class(one, "c")
    assert role_of(one) == "none"
    assert shorten("word " * 40).endswith("…»")


def test_selectors_lead_back() -> None:
    """A selector finds exactly its element."""
    tree = build('<div><p>a</p><p>b<i>c</i></p></div><section id="s"><p id="9">d</p></section>')
    for element in tree.elements:
        assert tree.root.cssselect(selector(element)) == [element]
