"""What MJML and the inliner would break stays whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from mjml import mjml2html

from publisher.digest import finish


@pytest.mark.parametrize(
    ("mjml", "expected"),
    [
        ("<a title='سلام'>é</a>", "<a title='&#1587;&#1604;&#1575;&#1605;'>&#233;</a>"),
        ("<a title='a\\b\n\tc'>d\\e\n</a>", "<a title='a&#92;b  c'>d\\e\n</a>"),
        ("<mj-title>a\\b\nc</mj-title>", "<mj-title>a&#92;b c</mj-title>"),
        ("<p>plain</p>", "<p>plain</p>"),
    ],
)
def test_protect(mjml: str, expected: str) -> None:
    """Everything becomes ASCII, and inside tags nothing is left that gets spoilt."""
    assert finish.protect(mjml) == expected


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1))
def test_any_attribute_comes_through(value: str) -> None:
    """Whatever an alternative text holds, a parser reads it again in the finished mail."""
    told = " ".join(value.split())
    quoted = "".join(f"&#{ord(letter)};" if letter in "<>&\"'" else letter for letter in told)
    body = f'<mj-section><mj-column><mj-text><img alt="{quoted}" src="x"/></mj-text></mj-column></mj-section>'
    mail = finish.write(finish.inline(mjml2html(finish.protect(f"<mjml><mj-body>{body}</mj-body></mjml>"), fonts={})))
    assert next(html.document_fromstring(mail).iter("img")).get("alt") == told


PAGE = """<!doctype html><html><head>
<style type="text/css">p { margin: 13px 0; }</style>
<style media="screen">.a { color: red; }</style>
<style data-inline="">p { color: #123456; } @media (max-width:480px) { p { color: red !important; } }</style>
<style>@media (prefers-color-scheme:dark) { p { color: white !important; } }</style>
<link rel="stylesheet" href="https://fonts.invalid/a.css">
</head><body><!--[if mso]><table><tr><td><![endif]-->
<div aria-roledescription="email"><table><tr><td vertical-align="top">
<p>One</p><img src="https://e.org/a.png" alt="a" width="120" height="auto" style="width:100%;float:left">
<table><tr><th scope="col">x</th></tr></table><table role="none"><tr><td>y</td></tr></table>
</td></tr></table></div></body></html>"""


def test_inline_styles_only_what_is_ours() -> None:
    """The author's rules are written inline, the renderer's own are not, and nothing is lost from any of them."""
    root = finish.inline(PAGE)
    assert next(root.iter("p")).get("style") == "color:#123456"
    written = finish.write(root)
    assert written.startswith("<!DOCTYPE html>\n<html>")
    assert written.count("!important") == 2
    assert "data-" not in written
    image = next(root.iter("img"))
    assert image.get("width") == "120"
    assert image.get("align") is None


def test_mend() -> None:
    """What is no valid HTML goes, and every table that lays out says so, those for Outlook too."""
    root = finish.inline(PAGE)
    finish.mend(root, role_description="e-mail")
    written = finish.write(root)
    assert 'height="auto"' not in written
    assert "vertical-align=" not in written
    assert '<!--[if mso]><table role="presentation"><tr>' in written
    assert [table.get("role") for table in root.iter("table")] == ["presentation", None, "none"]
    assert next(root.iter("div")).get("aria-roledescription") == "e-mail"


def test_mend_without_a_word_for_email() -> None:
    """Where we have no word in the reader's language, none is said."""
    root = finish.inline(PAGE)
    finish.mend(root, role_description=None)
    assert next(root.iter("div")).get("aria-roledescription") is None


def test_write_leaves_no_template_marks() -> None:
    """What SES would take for a placeholder stands as references, and reads the same."""
    written = finish.write(html.document_fromstring("<p title='{{a}}'>{{ses:openTracker}}</p>"))
    assert "{{" not in written
    assert next(html.document_fromstring(written).iter("p")).text == "{{ses:openTracker}}"


@pytest.mark.parametrize(
    "source",
    [
        "<mj-preview>x</mj-preview>",
        '<mj-section background-url="https://e.org/a.png">',
        '<mj-font name="Roboto" href="https://fonts.invalid/a"/>',
        "<mj-style>@import 'a.css';</mj-style>",
        "<mj-raw><link rel='stylesheet' href='a.css'/></mj-raw>",
        '<td style="background:url(https://e.org/a.png)">',
        "<mj-carousel>",
        "<mj-social>",
        "<video src='a'>",
    ],
)
def test_forbidden(source: str) -> None:
    """What breaks a mail for somebody is named, with the reason."""
    assert all(element and reason for element, reason in finish.forbidden(source))
    assert list(finish.forbidden(source))


def test_nothing_forbidden() -> None:
    """What is sound is not named."""
    assert not list(finish.forbidden("<mj-section><mj-text>our links and imports</mj-text></mj-section>"))


def test_protect_is_fast_on_long_text() -> None:
    """A megabyte without a tag is no trap."""
    assert len(finish.protect("a<" * 500_000)) == 1_000_000
    assert re.fullmatch(r"(?:a<)+", finish.protect("a<" * 10))
