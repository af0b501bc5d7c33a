"""The page of an edition opens with what changed since it was mailed, in words that need no eyes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import html
from lxml.html import HtmlElement

from publisher.model import Post
from publisher.store.archive import Standing
from publisher.web.reader.changes import open_with
from publisher.web.strings import wording
from tests.store_builders import NOW

MAILED = Post(id="1", source="s", title="One boat leaves", language="en", html="<p>One boat left.</p>")
CORRECTED = replace(MAILED, title="Two boats leave", html="<p>Two boats left.</p><p>It was foggy.</p>")
CORRECTION = Standing(
    position=0, post=MAILED, version=1, kind="correction", note="It was two.", at=NOW, corrected=CORRECTED
)


def page(*posts: Standing, language: str = "en") -> HtmlElement:
    """Put changes into a page of two stories."""
    root = html.document_fromstring(
        '<html lang="en"><body><main id="stories"><article id="post-1"><h2>1</h2></article></main></body></html>'
    )
    open_with(root, posts, wording(language))
    return root


def text(root: HtmlElement) -> str:
    """Give the words of the section about changes on one line."""
    (section,) = root.xpath("//main/*[1][self::section]")
    return " ".join(" ".join(section.itertext()).split())


def test_the_page_opens_with_what_changed() -> None:
    """First in the main part, with a heading, the note, when, and each change named by words and marked."""
    root = page(CORRECTION)
    (section,) = root.xpath("//main/section")
    assert section.get("aria-labelledby") == section.find("h2").get("id")
    assert section.xpath("./h3/a/@href") == ["#post-1"]
    told = text(root)
    for words in (
        "Changed since this was mailed",
        "Corrected: It was two.",
        "Title It said: One boat leaves",
        "It says now: Two boats leave",
        "Text It said: One boat left.",
        "Added: It was foggy.",
    ):
        assert words in told
    assert [one.text for one in section.iter("del")] == ["One boat leaves", "One boat"]
    assert [one.text for one in section.iter("ins")] == ["Two boats leave", "Two boats", "It was foggy."]
    assert section.xpath(".//time/@datetime") == [NOW.isoformat()]


def test_a_page_without_corrections_stays_as_it_is() -> None:
    """Nothing is put in front of stories about which nothing was said."""
    assert page(Standing(position=0, post=MAILED, version=1)).xpath("//section") == []


def test_a_correction_that_changed_no_word_is_its_note() -> None:
    """Nor does it list a text that may not be shown any more."""
    for now in (MAILED, None):
        root = page(replace(CORRECTION, corrected=now))
        assert root.xpath("//section//li") == []
        assert "It was two." in text(root)


def test_a_withdrawn_story_is_not_named() -> None:
    """Not even by its title."""
    told = text(page(replace(CORRECTION, kind="kill", note="It was not true.", corrected=None)))
    assert "This story was withdrawn" in told
    assert "It was not true." in told
    assert "boat" not in told


@pytest.mark.parametrize("language", ["fa", "de"])
def test_words_are_in_the_language_of_the_page_and_quotes_in_that_of_the_story(language: str) -> None:
    """So that a screen reader changes its voice where the language does."""
    (section,) = page(CORRECTION, language=language).xpath("//main/section")
    assert (section.get("lang"), section.get("dir")) == (language, "rtl" if language == "fa" else "ltr")
    assert "Changed since" not in section.text_content()
    for quoted in (*section.iter("del"), *section.iter("ins"), *section.xpath(".//h3/a")):
        assert next(one.get("lang") for one in (quoted, *quoted.iterancestors()) if one.get("lang")) == "en"
