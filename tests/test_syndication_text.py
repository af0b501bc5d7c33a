"""Plain text: everything that can be read aloud, in order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from publisher.model import Post
from publisher.syndication import text
from publisher.syndication.channel import Channel
from publisher.syndication.markup import flat, fragment
from publisher.syndication.release import Revision, prepare_all
from publisher.syndication.words import words_of
from tests.builders import NOON, make_post, make_rich_post, some_post


def write(post: Post, revision: Revision | None = None) -> str:
    """Write a post."""
    release = prepare_all((post,), Channel(), {post.id: revision} if revision else None)[0]
    return text.write(release).decode()


def test_every_word_is_there_in_order() -> None:
    """Kicker, title, author, times, summary, text, picture, film, rights, address."""
    assert write(make_rich_post()).split("\n\n") == [
        "At sea",
        "Boats leave the harbour",
        "By: Mira Novak",
        "Published: 2026-11-20T12:00:00Z",
        "Updated: 2026-11-20T14:00:00Z",
        "Three boats left.",
        "The boats left at dawn.",
        "Nobody was hurt.",
        "[Picture: Three boats at anchor]",
        "Description of the picture",
        "Two red boats and a blue one, seen from the pier.",
        "The harbour at dawn. Ann Lee/Agency",
        "[Video: Boats leave https://example.org/boats.mp4]",
        "Boats leave",
        "- Captions (en) <https://example.org/boats.en.vtt>",
        "- Transcript <https://example.org/boats.html>",
        "Transcript",
        "Engines start.",
        "A horn.",
        "Rights: Free with credit",
        "Original page: https://example.org/posts/1\n",
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a\n  b<br/>c</p>", "a b\nc"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n\n- b"),
        ("<p><a href='https://e.example/'>https://e.example/</a></p>", "https://e.example/"),
        ("<p><a href='#x'>x</a> <a href='https://e.example/'>y</a>.</p>", "x y <https://e.example/>."),
        ("<p>a<img src='x' alt=''/>b</p>", "ab"),
        ("<audio><source src='https://e.example/a.mp3'/></audio>", "[Audio: Audio https://e.example/a.mp3]"),
        ("<table><tr><th>a</th><td>b</td></tr></table>", "a\n\nb"),
        ("", ""),
    ],
)
def test_html_becomes_text(html: str, expected: str) -> None:
    """Blocks are parted by a blank line, links keep their address, pictures their words."""
    assert text.render(fragment(html), words_of("en")) == expected


def test_a_correction_and_a_withdrawal_are_told() -> None:
    """Before the text, or instead of it."""
    corrected = write(make_post(), Revision(number=2, signal="correction", note="Three, not four.", at=NOON))
    assert "\n\nCorrection: Three, not four.\n\n" in corrected
    gone = Revision(number=2, signal="kill", note="It was wrong.")
    assert write(make_rich_post(), gone).startswith("Withdrawn\n\nWithdrawn: It was wrong.\n\nPublished")
    assert write(make_post(published=None), Revision(signal="kill")) == (
        "Withdrawn\n\nOriginal page: https://example.org/posts/1\n"
    )


def test_a_summary_that_the_text_repeats_is_left_out() -> None:
    """Nobody hears it twice."""
    assert write(make_post(summary="Nobody was hurt.")).count("Nobody was hurt.") == 1


@settings(max_examples=25, deadline=None)
@given(some_post())
def test_any_post_becomes_text_with_all_its_alts(post: Post) -> None:
    """One line break at the end, no three in a row, every description there."""
    release = prepare_all((post,), Channel())[0]
    written = text.write(release).decode()
    assert written.endswith("\n")
    assert "\n\n\n" not in written
    for image in release.post.images:
        assert flat(image.alt) in flat(written)
