# ruff: noqa: E501 - values as they stand in files
"""Markdown files become posts, and mistakes in their front matter are named with their line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import FormatError
from publisher.model import AltOrigin, Document, Image, Post
from publisher.sources import markdown

WHOLE = """---
id: harbour-1
title: "The harbour opens"
date: 2026-11-16
updated: 2026-11-17 10:00:00+01:00
lang: en
author: [Ann Lee, Bo]
tags: sea, ports
kicker: Live
summary: In *short*.
link: https://e.example/p/
image: a.jpg
alt: A boat
caption: Boats at dawn (Reuters)
credit: Cy
embargo: 2026-12-01T00:00:00Z
Unknown: {ignored: true}
3: x
---
# The harbour opens

First **paragraph** with a [link](../x).

![Nets](b.jpg "Nets dry on the quay")

| a | b |
|---|---|
| 1 | 2 |

<script>x</script><u>raw</u>
"""


def only(text: str, *, url: str | None = None) -> Post:
    """Parse one file."""
    (post,) = markdown.parse(Document(source="posts/a.md", content=text.encode(), url=url)).posts
    return post


def test_every_key_goes_where_it_belongs() -> None:
    """The front matter speaks of the post, the text is its body, and unknown keys are ignored."""
    post = only(WHOLE)
    assert (post.id, post.title, post.kicker, post.summary) == ("harbour-1", "The harbour opens", "Live", "In *short*.")
    assert (post.published, post.updated, post.embargo) == (
        datetime(2026, 11, 16, tzinfo=UTC),
        datetime(2026, 11, 17, 9, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert (post.language, post.tags, post.url) == ("en", ("sea", "ports"), "https://e.example/p/")
    assert [author.name for author in post.authors] == ["Ann Lee", "Bo"]
    assert post.html == (
        '<p>First <strong>paragraph</strong> with a <a href="https://e.example/x">link</a>.</p>'
        '<figure><img src="https://e.example/p/b.jpg" alt="Nets"/><figcaption>Nets dry on the quay</figcaption></figure>'
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
        "<p><u>raw</u></p>"
    )
    assert post.images == (
        Image(
            url="https://e.example/p/a.jpg",
            alt="A boat",
            alt_origin=AltOrigin.SOURCE,
            caption="Boats at dawn (Reuters)",
            credit="Cy",
        ),
        Image(
            url="https://e.example/p/b.jpg",
            alt="Nets",
            alt_origin=AltOrigin.SOURCE,
            caption="Nets dry on the quay",
        ),
    )


def test_a_bare_text_is_a_post_too() -> None:
    """The first heading is its title, the path its identity, and pictures without a page have no address."""
    post = only("# A *fine* day\n\n![Sun](sun.jpg)\n\nWords.")
    assert (post.id, post.title, post.text, post.url) == ("posts/a.md", "A fine day", "Words.", None)
    assert [(image.url, image.alt) for image in post.images] == [(None, "Sun")]
    fetched = only("## No title\n\nWords.", url="https://e.example/a.md")
    assert (fetched.id, fetched.title) == ("https://e.example/a.md", "No title")
    assert fetched.html == "<h2>No title</h2><p>Words.</p>"


def test_a_heading_that_says_more_than_the_title_stays() -> None:
    """Only what would be said twice is taken away."""
    assert only("---\ntitle: One\n---\n# Two\n").html == "<h1>Two</h1>"
    assert only("---\r\ntitle: One\r\n---\r\n# One\r\nx\r\n").html == "<p>x</p>"


@pytest.mark.parametrize(
    ("front", "images"),
    [
        ("image: https://e.example/a.jpg\nalt: ''", [("https://e.example/a.jpg", "", None, None)]),
        ("image: https://e.example/a.jpg", [("https://e.example/a.jpg", None, None, None)]),
        ("image: a.jpg\ncaption: C (Reuters)", [(None, None, "C (Reuters)", "Reuters")]),
        ("alt: lonely", []),
    ],
)
def test_the_main_picture(front: str, images: list[tuple[str | None, ...]]) -> None:
    """An empty alt means decorative, a missing one not known."""
    post = only(f"---\n{front}\n---\nx")
    assert [(image.url, image.alt, image.caption, image.credit) for image in post.images] == images


def test_the_main_picture_in_the_text_is_one_picture() -> None:
    """The front matter tells what the text does not."""
    post = only("---\nlink: https://e.example/\nimage: /a.jpg\ncaption: C\n---\n![x](/a.jpg) ![y](/b.jpg)")
    assert [(image.alt, image.caption) for image in post.images] == [("x", "C"), ("y", None)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: a\nx: [1,\n---\n", r"posts/a\.md: line [34]: the front matter is no YAML"),
        ("---\ntitle: 'a\n---\n", r"line \d: the front matter is no YAML"),
        ("---\na: !!python/object:os.system x\n---\n", "line 2: the front matter is no YAML"),
        ("---\ndate: 2026-13-45\n---\n", "line 2: the front matter is no YAML: month"),
        ("---\na: " + "[" * 5000 + "\n---\n", "the front matter is no YAML"),
        ("---\n- a\n---\n", "line 2: the front matter holds no keys"),
        ("---\ntitle: x\n", "line 1: the front matter has no end"),
        ("---\na: " + "x" * 70_000 + "\n---\n", "the front matter holds 70004 characters"),
        ("---\ndate: soon\n---\n", "date 'soon' is no date"),
        ("---\nembargo: [1]\n---\n", "embargo '.1.' is no date"),
        ("---\nlink: x\n---\n", "link 'x' is no address"),
        ("---\ntags: {a: b}\n---\n", "tags is neither a text nor a list"),
        ("---\nauthor: [[a]]\n---\n", "author is neither a text nor a list"),
        ("x" * 2_100_000, "more than any post"),
    ],
)
def test_mistakes_are_named(text: str, reason: str) -> None:
    """Each names the file, what is wrong and where."""
    with pytest.raises(FormatError, match=reason):
        only(text)


def test_an_empty_front_matter_is_none() -> None:
    """Keys may be left empty."""
    assert only("---\n---\nx").text == "x"
    assert only("---\ntitle:\ndate:\ntags:\nid: 5\nkicker: true\n---\nx").id == "5"


@settings(deadline=None)
@given(front=st.text(max_size=60), body=st.text(max_size=60))
def test_any_file_is_a_post_or_a_reason(front: str, body: str) -> None:
    """Nothing but a FormatError comes out."""
    try:
        post = only(f"---\n{front}\n---\n{body}".encode("utf-8", "ignore").decode())
    except FormatError:
        return
    assert post.id
