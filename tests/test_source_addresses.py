"""Addresses become absolute or nothing, and lose what only tracks readers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.sources.addresses import canonical, join_base, resolve, resolve_link

BASE = "https://e.example/a/b?c"


@pytest.mark.parametrize(
    ("address", "base", "expected"),
    [
        ("https://e.example/x?a=1&b=2#c", None, "https://e.example/x?a=1&b=2#c"),
        ("x", BASE, "https://e.example/a/x"),
        (" \n/x y\t", BASE, "https://e.example/x%20y"),
        ("//cdn.example/x", None, "https://cdn.example/x"),
        ("HTTP://E.example/x", None, "http://E.example/x"),
        ("https://e.example/<a>{b}|\"'", None, "https://e.example/%3Ca%3E%7Bb%7D%7C%22'"),
        ("https://münchen.example/ü", None, "https://münchen.example/ü"),
        ("https://e.example/a\u2028b\ud800", None, "https://e.example/ab"),
        ("x", None, None),
        ("", BASE, None),
        ("  ", BASE, None),
        (None, BASE, None),
        ("ftp://e.example/x", BASE, None),
        ("javascript:alert(1)", BASE, None),
        ("data:image/png;base64,AA", BASE, None),
        ("http://[", None, None),
        ("http://e.example:99999/", None, None),
        ("https://", None, None),
        ("https://a b/", None, None),
    ],
)
def test_resolving(address: str | None, base: str | None, expected: str | None) -> None:
    """Only what a browser would open over http(s) is an address."""
    assert resolve(address, base) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("mailto:a@b.example?subject=x y", "mailto:a@b.example?subject=x%20y"),
        ("TEL:+1234", "tel:+1234"),
        ("mailto:", None),
        ("x", "https://e.example/a/x"),
        ("sms:1", None),
        (None, None),
    ],
)
def test_links_lead_to_people_too(address: str | None, expected: str | None) -> None:
    """A reader may write and call, not only open pages."""
    assert resolve_link(address, BASE) == expected


def test_bases_are_joined() -> None:
    """xml:base may be relative to the outer one; an unusable one changes nothing."""
    assert join_base("c/", BASE) == "https://e.example/a/c/"
    assert join_base("javascript:x", BASE) == BASE
    assert join_base(None, BASE) == BASE
    assert join_base("https://x.example/", None) == "https://x.example/"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://e.example/a?utm_source=x&utm_medium=y", "https://e.example/a"),
        ("https://e.example/a?id=1&fbclid=z&b=%20c#top", "https://e.example/a?id=1&b=+c"),
        ("https://e.example/a?b=%20c", "https://e.example/a?b=%20c"),
        ("https://e.example/a?flag&GCLID=1", "https://e.example/a?flag="),
        ("https://e.example/#!/a", "https://e.example/#!/a"),
        ("https://e.example/#/a", "https://e.example/#/a"),
        ("https://e.example/#a", "https://e.example/"),
    ],
)
def test_tracking_is_no_part_of_an_identity(address: str, expected: str) -> None:
    """Two addresses that differ in who shared them are one; what routes within a page stays."""
    assert canonical(address) == expected


@given(address=st.text(max_size=40), base=st.sampled_from([None, BASE]))
def test_any_text_is_resolved_or_refused(address: str, base: str | None) -> None:
    """Whatever is written, the result is absolute, has no blank and no brace, and means itself."""
    found = resolve(f"http://{address}", base)
    if found is not None:
        assert found.startswith(("http://", "https://"))
        assert not set(found) & set(' <>{}"\n')
        assert resolve(found, None) == found
        assert resolve(canonical(found), None) is not None
