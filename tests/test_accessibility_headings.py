"""Rules about headings."""

from __future__ import annotations

import pytest

from tests.mails import check_clean, check_finds, found_rules, make_mail

TITLE = '<h1 style="font-size:28px;margin:0">Morning digest</h1>'


@pytest.mark.parametrize(
    "html",
    [
        make_mail().replace(TITLE, "<p>Morning digest</p>"),
        make_mail(TITLE),
        make_mail('<div role="heading" aria-level="1">Another title</div>'),
        make_mail().replace(TITLE, f'<div style="display:none">{TITLE}</div>'),
    ],
)
def test_a_mail_without_one_title_is_found(html: str) -> None:
    """There is exactly one h1, and it is heard."""
    check_finds(html, "one-h1")


@pytest.mark.parametrize(
    "html",
    [
        make_mail(),
        make_mail().replace(TITLE, '<div role="heading" aria-level="1">Morning digest</div>'),
        make_mail(f'<div style="display:none">{TITLE}</div>'),
    ],
)
def test_one_title_is_clean(html: str) -> None:
    """A role and a level make a heading too; one that nobody hears does not count."""
    check_clean(html)


@pytest.mark.parametrize("inner", ["<h4>Weather</h4>", "<h3>Sea</h3><h5>Waves</h5>", "<h6>Small print</h6>"])
def test_a_level_left_out_on_the_way_down_is_found(inner: str) -> None:
    """After h2 comes h3, not h4."""
    check_finds(make_mail(inner), "heading-order")


@pytest.mark.parametrize("inner", ["<h3>Sea</h3>", "<h3>Sea</h3><h4>Waves</h4><h2>Land</h2>", "<h2>Land</h2>"])
def test_levels_in_order_are_clean(inner: str) -> None:
    """On the way up levels may be left out."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize("inner", ["<h2></h2>", "<h3>&nbsp;&zwnj;</h3>", '<h2><img src="a.png" alt=""></h2>'])
def test_an_empty_heading_is_found(inner: str) -> None:
    """A heading without words is announced and says nothing."""
    check_finds(make_mail(inner), "heading-empty")


@pytest.mark.parametrize(
    "inner", ['<h2><img src="a.png" alt="The harbour paper"></h2>', '<h2 style="display:none"></h2>', "<h3>7</h3>"]
)
def test_a_heading_that_says_something_is_clean(inner: str) -> None:
    """A picture can be the words of a heading."""
    assert "heading-empty" not in found_rules(make_mail(inner))


@pytest.mark.parametrize(
    "inner",
    [
        "<p><strong>What happens next</strong></p>",
        "<p><b>Weather</b> <b>tomorrow</b></p>",
        '<p style="font-weight:700">The weather</p>',
    ],
)
def test_a_bold_paragraph_is_asked_about(inner: str) -> None:
    """A short paragraph of nothing but bold words may be a heading."""
    check_finds(make_mail(inner), "paragraph-as-heading")


@pytest.mark.parametrize(
    "inner",
    [
        "<p><strong>Note</strong> that the ferry leaves at seven.</p>",
        "<p><strong>The ferry leaves at seven today.</strong></p>",
        f"<p><strong>{'The ferry leaves at seven and ' * 4}</strong></p>",
        "<ul><li><p><b>Anna</b></p></li></ul>",
        '<p><b><a href="https://e.org/1" style="color:#0b5394"><b>Review of the ferry</b></a> | Timetable</b></p>',
    ],
)
def test_bold_words_in_text_are_clean(inner: str) -> None:
    """Emphasis, sentences, items of lists and rows of links are no headings."""
    check_clean(make_mail(inner))
