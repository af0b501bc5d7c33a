"""What is still there of a post on a page that republishes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.model import AltOrigin, Image, Post
from publisher.syndication.survival import Told, Trace, look
from tests.builders import some_post

IMAGE = Image(
    url="https://example.org/pier.jpg",
    alt="Three boats at the “old” pier",
    alt_origin=AltOrigin.EDITOR,
    caption="The pier, at dawn.",
    credit="Ann Lee",
)
LINE = Image(url="https://example.org/line.png", alt="", alt_origin=AltOrigin.EDITOR, decorative=True)
POST = Post(
    id="1",
    source="s",
    title="Boats",
    html="<p>Short.</p><p>At dawn three boats left the old pier.</p>",
    images=(IMAGE,),
)
WHOLE = """<!DOCTYPE html><html><body><figure><img src="/cdn/9.webp" alt='Three boats at the "old" pier'>
<figcaption>The pier, at dawn. <small>Photo: Ann Lee</small></figcaption></figure>
<p>At dawn three boats left the old pier.</p></body></html>"""


def lost(told: Told, page: str | None) -> list[str]:
    """Name what did not survive."""
    found = look(told, None if page is None else page.encode())
    return [trace.what for trace in found if not trace.survived]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (WHOLE, []),
        (WHOLE.replace("""alt='Three boats at the "old" pier'""", 'alt="Boats"'), ["alt"]),
        (WHOLE.replace("""alt='Three boats at the "old" pier'""", ""), ["alt"]),
        (WHOLE.replace("The pier, at dawn.", ""), ["caption"]),
        (WHOLE.replace("Ann Lee", "Agency"), ["credit"]),
        (WHOLE.replace("<figcaption>", "<script>").replace("</figcaption>", "</script>"), ["caption", "credit"]),
        ("<p>Three boats at the old pier. The pier, at dawn. Ann Lee", ["alt"]),
        ("", ["alt", "caption", "credit"]),
    ],
)
def test_words_of_pictures(page: str, expected: list[str]) -> None:
    """The alt text on any picture, caption and credit anywhere; typographers' signs make no difference."""
    assert lost(Told(post=POST), page) == expected


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<img src="/a/line.png?w=3" alt="">', [Trace(what="alt", words="", survived=True)]),
        ('<img src="/a/line.png" alt="Boats">', [Trace(what="alt", words="", survived=False)]),
        ('<img src="/a/line.png">', [Trace(what="alt", words="", survived=False)]),
        ("<p>no picture</p>", []),
    ],
)
def test_decorative_pictures_stay_decorative(page: str, found: list[Trace]) -> None:
    """WordPress and its kin put the title where a picture has no alt text; a picture that is not shown lost nothing."""
    assert list(look(Told(post=replace(POST, images=(LINE,))), page.encode())) == found


def test_a_correction_has_to_be_told() -> None:
    """Its note stands somewhere on the page."""
    told = Told(post=replace(POST, images=()), corrected=True, note="There were two boats.")
    assert lost(told, WHOLE) == ["correction"]
    assert lost(told, WHOLE + "<p>Correction: there were two boats.</p>") == []


def test_a_page_in_an_old_encoding_is_read() -> None:
    """As it says of itself."""
    page = '<meta charset="windows-1251"><p>Причал на рассвете.'.encode("windows-1251")
    post = replace(POST, images=(replace(IMAGE, alt=None, alt_origin=None, credit=None, caption="Причал на рассвете"),))
    assert [trace.survived for trace in look(Told(post=post), page)] == [True]


def test_a_kill_has_survived_when_the_story_is_gone() -> None:
    """No page, another page, or none of its paragraphs; a title and a short line prove nothing."""
    told = Told(post=POST, killed=True, note="Not true.")
    assert lost(told, WHOLE) == ["kill"]
    assert [trace.words for trace in look(told, WHOLE.encode())] == ["At dawn three boats left the old pier."]
    for page in (None, "", "<h1>Boats</h1><p>Short.</p><p>Withdrawn: Not true.</p>"):
        assert lost(told, page) == []


@settings(max_examples=40, deadline=None)
@given(some_post(), st.binary(max_size=200), st.booleans(), st.booleans())
def test_any_page_gives_an_answer(post: Post, page: bytes, killed: bool, corrected: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever a partner serves, each thing is found or not."""
    for trace in look(Told(post=post, killed=killed, corrected=corrected, note="n"), page):
        assert trace.survived in {True, False}
