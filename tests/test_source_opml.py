"""Lists of sources name each source once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import FormatError
from publisher.model import Document
from publisher.sources import opml

LIST = b"""<?xml version="1.0"?><opml version="2.0"><head><title>All</title></head><body>
<outline text="News"><outline type="rss" text="A" title="Source A" xmlUrl="https://a.example/feed"/>
<outline text=" B &amp; C " xmlurl="https://b.example/feed"/></outline>
<outline xmlUrl="https://c.example/feed"/><outline text="again" xmlUrl="https://a.example/feed"/>
<outline text="no" xmlUrl="javascript:x"/></body></opml>"""


def test_sources_are_listed_in_order() -> None:
    """Nested or not, with the best name they have; what is no address is given on, so that it can be told."""
    assert opml.parse(LIST, "list.opml") == (
        ("Source A", "https://a.example/feed"),
        ("B & C", "https://b.example/feed"),
        ("https://c.example/feed", "https://c.example/feed"),
        ("no", "javascript:x"),
    )


@pytest.mark.parametrize("content", [b"", b"<rss/>", b"no xml", b"<opml><body/></opml>", b"\xff\x00"])
def test_what_lists_nothing_says_so(content: bytes) -> None:
    """The failure names the file."""
    with pytest.raises(FormatError, match=r"list\.opml"):
        opml.parse(content, "list.opml")


def test_a_list_is_recognised_by_its_content() -> None:
    """Whatever the file is called."""
    assert opml.is_opml(Document(source="x.xml", content=LIST))
    assert not opml.is_opml(Document(source="x.opml", content=b"<rss/>"))


@given(content=st.binary(max_size=100))
def test_any_bytes_give_sources_or_a_reason(content: bytes) -> None:
    """Nothing but a FormatError comes out."""
    try:
        found = opml.parse(b"<opml><outline xmlUrl='https://e.example/'/>" + content, "x")
    except FormatError:
        return
    assert found
