"""What changed between two versions of a post, paragraph by paragraph and word by word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.model import AltOrigin, Image, Post
from publisher.syndication.difference import Difference, Piece, compare


def make_post(*paragraphs: str, title: str = "Boats", language: str | None = "en", alt: str | None = None) -> Post:
    """Make a post."""
    html = "".join(f"<p>{one}</p>" for one in paragraphs)
    images = (Image(url="https://example.org/a.jpg", alt=alt, alt_origin=AltOrigin.FEED if alt else None),)
    return Post(id="1", source="s", title=title, html=html, images=images, language=language)


def show(pieces: tuple[Piece, ...]) -> str:
    """Write pieces with what changed in brackets."""
    return "".join(f"[{one.words}]" if one.changed else one.words for one in pieces)


def shown(before: Post, after: Post) -> list[tuple[str, str, str]]:
    """Write every difference."""
    return [(one.what, show(one.before), show(one.after)) for one in compare(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("One boat left.",), ("One boat left.",), []),
        (("One boat left.",), ("Two boats left.",), [("text", "[One boat] left.", "[Two boats] left.")]),
        (("It rained.", "It was cold."), ("It was cold.",), [("text", "[It rained.]", "")]),
        (("It rained.",), ("It rained.", "It was cold."), [("text", "", "[It was cold.]")]),
        (
            ("The mayor opened the bridge.",),
            ("No ferry sails on Sundays, say skippers.",),
            [
                ("text", "[The mayor opened the bridge.]", ""),
                ("text", "", "[No ferry sails on Sundays, say skippers.]"),
            ],
        ),
        (("昨日船が出た。",), ("今日船が出た。",), [("text", "[昨]日船が出た。", "[今]日船が出た。")]),
        (("a" + " b" * 2000,), ("a" + " c" * 2000,), [("text", f"[a{' b' * 2000}]", f"[a{' c' * 2000}]")]),
    ],
)
def test_paragraphs(before: tuple[str, ...], after: tuple[str, ...], expected: list[tuple[str, str, str]]) -> None:
    """What is the same is left out; what changed is marked by its words, also where no space parts them."""
    assert shown(make_post(*before), make_post(*after)) == expected


def test_titles_and_descriptions_count() -> None:
    """A heading and the alt text of a picture are read like the text."""
    before = make_post(title="One boat", alt="A boat")
    assert shown(before, make_post(title="Two boats", alt="Two boats at anchor")) == [
        ("title", "[One boat]", "[Two boats]"),
        ("picture", "[A boat]", "[Two boats at anchor]"),
    ]
    assert shown(before, make_post(title="One boat")) == [("picture", "[A boat]", "")]


def test_what_readers_do_not_read_is_no_change() -> None:
    """Tags, rights and the place of a picture are none."""
    before = make_post("Text.")
    after = replace(
        before, tags=("x",), rights="ours", html='<p>Text.<img src="https://example.org/b.jpg" alt="B"/></p>'
    )
    assert compare(before, after) == ()


def test_a_post_without_html_is_compared_by_its_text() -> None:
    """Its paragraphs are parted by blank lines."""
    before = Post(id="1", source="s", title="t", text="One.\n\nTwo.")
    assert shown(before, replace(before, text="One.\n\nThree.")) == [("text", "[Two].", "[Three].")]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_every_word_is_told(old: str, new: str) -> None:
    """Whatever the texts, their words are all there, and what is not marked is on both sides."""
    before, after = (Post(id="1", source="s", title="t", text=text or "-") for text in (old, new))
    found = compare(before, after)
    assert (found == ()) == (" ".join((old or "-").split()) == " ".join((new or "-").split())) or "\n" in old + new
    for one in found:
        assert [piece for piece in one.before if not piece.changed] == [
            piece for piece in one.after if not piece.changed
        ]
        assert isinstance(one, Difference)
        assert any(piece.changed for piece in (*one.before, *one.after))
