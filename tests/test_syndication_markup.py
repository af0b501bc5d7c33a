"""Trees: any markup becomes one, any text goes into one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher.syndication import markup

ANYTHING = st.text() | st.text(alphabet="<>&/= \"'apbimgsrc:#x1;!-[]\x00\x0b\ud800")


@given(ANYTHING)
def test_any_markup_becomes_a_tree_that_can_be_written(source: str) -> None:
    """Broken, foreign, empty: it can be written as XHTML, read again, and then stays as it is."""
    written = markup.to_xhtml(markup.fragment(source))
    again = markup.to_xhtml(markup.fragment(written))
    assert markup.to_xhtml(markup.fragment(again)) == again
    etree.fromstring(f"<div>{written}</div>")
    markup.to_html(markup.fragment(source)).encode()


@given(st.text(alphabet=st.characters(), max_size=50))
def test_what_is_clean_can_be_written(text: str) -> None:
    """Lxml takes every character that is left."""
    element = etree.Element("p")
    markup.add(element, "b", text, {"title": text, "gone": None})
    read = etree.fromstring(etree.tostring(element))
    assert read.find("b") is not None
    assert markup.clean(markup.clean(text)) == markup.clean(text)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("<p>a</p>", "<p>a</p>"),
        ("a &amp; b", "a &amp; b"),
        ("a &nbsp; b", "a \u00a0 b"),
        ("<p>a<br>b", "<p>a<br/>b</p>"),
        ("</div><p>a</p>", "<p>a</p>"),
        ("<o:p>a</o:p>", "<span>a</span>"),
        ("<p @click='x' ok='y'>a", '<p ok="y">a</p>'),
        ("<!-- c --><?pi x?><p>a</p>", "<p>a</p>"),
        ("<p>a</p>\x00\x0b", "<p>a</p>"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><p>&e;</p>', "]&gt;<p>&amp;e;</p>"),
        ("", ""),
    ],
)
def test_markup_is_read_as_a_browser_would(source: str, written: str) -> None:
    """Well-formed XHTML as it is, the rest mended; no entity is ever resolved."""
    assert markup.to_xhtml(markup.fragment(source)) == written


def test_deep_markup_does_not_bring_us_down() -> None:
    """A thousand elements inside each other are cut, not crashed on."""
    markup.to_html(markup.in_xhtml(markup.fragment("<b>" * 1000 + "x" + "</b>" * 1000)))


def test_html_has_no_end_tags_where_there_are_none() -> None:
    """libxml2 closes elements that HTML 5 does not; what a reader sees stays."""
    tree = markup.fragment("<video><source src='a'/><track src='b'/></video>a<wbr/>b<br/>&lt;/track&gt;")
    assert markup.to_html(tree) == '<video><source src="a"><track src="b"></video>a<wbr>b<br>&lt;/track&gt;'


def test_text_is_compared_without_regard_to_lines() -> None:
    """Paragraphs, lines and spaces do not matter."""
    tree = markup.fragment("<p>one two</p><p>three</p>")
    assert markup.holds(tree, "two\n\nthree")
    assert not markup.holds(tree, "two four")
    assert markup.text_of(tree) == "one twothree"
    assert markup.flat(None) == ""


def test_paragraphs_are_parted_by_blank_lines() -> None:
    """Empty ones are none."""
    assert markup.to_xhtml(markup.paragraphs("a\nb\n\n \n\nc <d>")) == "<p>a b</p><p>c &lt;d&gt;</p>"
    assert markup.to_xhtml(markup.paragraphs(None)) == ""


def test_a_tree_moves_into_the_namespace_of_xhtml_with_everything() -> None:
    """Text, tails, attributes, order."""
    moved = markup.in_xhtml(markup.fragment("a<p lang='fr'>b<i>c</i>d</p>e"))
    assert etree.tostring(moved) == b'<div xmlns="http://www.w3.org/1999/xhtml">a<p lang="fr">b<i>c</i>d</p>e</div>'


def test_a_node_that_is_no_element_has_no_name() -> None:
    """Comments have none."""
    assert markup.tag_of(etree.Comment("x")) == ""


def test_elements_leave_and_the_text_behind_them_stays() -> None:
    """Replaced or removed, first or later."""
    tree = markup.fragment("<p>a<b>1</b>c<i>2</i>d</p>")
    new = etree.Element("u")
    markup.replace(next(tree.iter("i")), new)
    assert markup.to_xhtml(tree) == "<p>a<b>1</b>c<u/>d</p>"
    markup.remove(next(tree.iter("u")))
    markup.remove(next(tree.iter("b")))
    assert markup.to_xhtml(tree) == "<p>acd</p>"
    with pytest.raises(LookupError, match="nothing stands around <div>"):
        markup.remove(tree)
