"""Marks of direction that a line leaves open cannot turn the words behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.model import Document
from publisher.sources import parse
from publisher.sources.bidi import settle

LRE, RLE, PDF, LRO, RLO = "\u202a", "\u202b", "\u202c", "\u202d", "\u202e"
LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("خبر", "خبر"),
        (f"a {RLO}fdp.exe", "a fdp.exe"),
        (f"a {RLO}fdp{PDF} b", "a fdp b"),
        (f"{LRO}x{PDF}", "x"),
        (f"see {RLE}خبر{PDF} here", f"see {RLE}خبر{PDF} here"),
        (f"see {RLE}خبر here", "see خبر here"),
        (f"see خبر{PDF} here", "see خبر here"),
        (f"{FSI}a{PDI} b {LRI}c", f"{FSI}a{PDI} b c"),
        (f"a{PDI}{PDI}", "a"),
        (f"{RLI}a{LRE}b{PDI}c{PDF}", f"{RLI}ab{PDI}c"),
        (f"{LRE}a{RLI}b{PDF}c{PDI}d{PDF}", f"{LRE}a{RLI}bc{PDI}d{PDF}"),
        (f"{RLE}one\ntwo{PDF}", "one\ntwo"),
        (f"{RLE}one{PDF}\ntwo{RLO}", f"{RLE}one{PDF}\ntwo"),
        ("left\u200eto\u200fright", "left\u200eto\u200fright"),
    ],
)
def test_settle(text: str, expected: str) -> None:
    """Overrides go, so does what has no partner in its line; balanced pairs and single marks stay."""
    assert settle(text) == expected


@given(st.text(alphabet=f"ab\n{LRE}{RLE}{PDF}{LRO}{RLO}{LRI}{RLI}{FSI}{PDI}", max_size=30))
def test_what_is_settled_is_balanced(text: str) -> None:
    """Nothing stays open, no other letter is lost, and doing it twice changes nothing."""
    settled = settle(text)
    assert settle(settled) == settled
    assert [mark for mark in settled if mark in "ab\n"] == [mark for mark in text if mark in "ab\n"]
    for line in settled.split("\n"):
        assert sum(mark in LRE + RLE for mark in line) == line.count(PDF)
        assert sum(mark in LRI + RLI + FSI for mark in line) == line.count(PDI)


def test_titles_names_and_links_are_settled() -> None:
    """Wherever words come from, they cannot turn those of others."""
    feed = (
        f'<rss version="2.0"><channel><title>News{RLO}</title><item><title>One {RLO}two</title>'
        f"<author>Ann{RLE}</author><category>boats{RLI}</category><link>https://example.org/1</link>"
        f'<description><![CDATA[<p>See <a href="https://example.org/2">{RLO}here</a> and {RLE}there</p>]]>'
        "</description></item></channel></rss>"
    )
    post = parse(Document(source="feed.xml", content=feed.encode())).posts[0]
    assert (post.source_title, post.title, post.tags) == ("News", "One two", ("boats",))
    assert [author.name for author in post.authors] == ["Ann"]
    assert post.html == '<p>See <a href="https://example.org/2">here</a> and there</p>'
    assert post.text == "See here and there"
