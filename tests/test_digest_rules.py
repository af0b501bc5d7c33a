"""What an editor may decide, and what cannot be."""

from __future__ import annotations

import pytest

from publisher.digest.rules import Content, Rules, content_for


@pytest.mark.parametrize(
    ("template", "wanted", "content"),
    [
        ("digest", "auto", "auto"),
        ("full", "auto", "full"),
        ("headlines", "auto", "headlines"),
        ("full", "summary", "summary"),
        ("our-own", "auto", "auto"),
    ],
)
def test_content_for(template: str, wanted: Content, content: Content) -> None:
    """The newsletter's own wish comes first, then what its template is made for."""
    assert content_for(template, wanted) == content


@pytest.mark.parametrize("wrong", [{"title": " "}, {"max_posts": 0}, {"summary_words": 0}])
def test_what_cannot_be(wrong: dict[str, object]) -> None:
    """A digest without a title or room for a post is refused."""
    values = {"title": "News", "language": "en"} | wrong
    with pytest.raises(ValueError, match=r"title|max_posts"):
        Rules(**values)  # type: ignore[arg-type]  # wrong values are the point
