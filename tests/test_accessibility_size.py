"""Rules about sizes."""

from __future__ import annotations

import pytest

from publisher.accessibility.audit import audit
from publisher.accessibility.page import read_html
from publisher.model import Gate
from tests.mails import check_clean, check_finds, found_rules, make_mail

STYLE = "color:#0b5394;"


def test_a_large_mail_is_told_and_a_larger_one_stopped() -> None:
    """From 80,000 bytes on people are told, from 100,000 on the mail is refused."""
    check_clean(make_mail("<!--" + "x" * 70_000 + "-->"))
    (told,) = audit(read_html(make_mail("<!--" + "x" * 82_000 + "-->")))
    (stopped,) = audit(read_html(make_mail("<!--" + "x" * 100_000 + "-->")))
    assert (told.rule, told.gate) == ("size", Gate.INFO)
    assert (stopped.rule, stopped.gate) == ("size", Gate.BLOCK)
    assert "102,000" in stopped.message


@pytest.mark.parametrize(
    "inner",
    [
        '<p style="font-size:12px">Small print</p>',
        '<p><font size="1">Small print</font></p>',
        "<p>Sea <small>Small print</small></p>",
        '<p style="line-height:1.2">A tight paragraph</p>',
        '<p style="font-size:16px;line-height:20px">A tight paragraph</p>',
    ],
)
def test_small_letters_and_tight_lines_are_asked_about(inner: str) -> None:
    """14 px and 1.5 times are the least."""
    check_finds(make_mail(inner), "text-size")


@pytest.mark.parametrize(
    "inner",
    [
        '<p style="font-size:14px">Small enough</p>',
        '<h3 style="line-height:1.2">A heading may be tight</h3>',
        '<p style="font-size:26px;line-height:1.2">Large letters may be tight</p>',
        '<p style="font-size:1px;line-height:0">Hidden</p>',
        '<p style="font-size:11px">&nbsp;</p>',
        "<p>In reading order</p>",
    ],
)
def test_comfortable_sizes_are_clean(inner: str) -> None:
    """Headings and large letters need less room, and what nobody reads needs none."""
    check_clean(make_mail(inner))


def test_nobody_is_blamed_for_what_the_client_chose() -> None:
    """A mail without any size is shown as its reader wants it."""
    assert "text-size" not in found_rules('<html lang="en"><body><p>Words <small>and notes</small></p></body></html>')


@pytest.mark.parametrize("name", ["line-height:1.5", "letter-spacing:0", "word-spacing:2px"])
def test_spacing_that_cannot_be_widened_is_asked_about(name: str) -> None:
    """!important on the element wins over the reader's own style sheet."""
    check_finds(make_mail(f'<p style="{name} !important">Words</p>'), "text-spacing-fixed")
    check_clean(make_mail(f'<p style="{name};margin:0 !important">Words</p>'))


@pytest.mark.parametrize(
    "inner",
    [
        '<p style="text-align:justify">Words</p>',
        '<p align="justify">Words</p>',
        '<div style="text-align: justify"><p>Words</p></div>',
    ],
)
def test_justified_text_is_found(inner: str) -> None:
    """Text is not spread over the line."""
    check_finds(make_mail(inner), "justified")


@pytest.mark.parametrize(
    "inner",
    [
        '<p style="text-align:start">Words</p>',
        '<p align="center">Words</p>',
        '<div style="text-align:justify"><p style="text-align:left">Words</p></div>',
    ],
)
def test_other_alignments_are_clean(inner: str) -> None:
    """Start, centre and end are fine."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize(
    "inner",
    [
        f'<p><a href="https://e.org/x" style="{STYLE}line-height:1">The plan</a></p>',
        f'<p style="font-size:14px"><a href="https://e.org/x" style="{STYLE}">The plan</a></p>',
        f'<p style="font-size:15px;line-height:1.5"><a href="https://e.org/x" style="{STYLE}">The plan</a></p>',
    ],
)
def test_a_link_too_low_to_hit_is_asked_about(inner: str) -> None:
    """What stands alone is at least 24 px high."""
    check_finds(make_mail(inner), "target-size")


@pytest.mark.parametrize(
    "inner",
    [
        f'<p><a href="https://e.org/x" style="{STYLE}">The plan</a></p>',
        f'<p style="font-size:14px"><a href="https://e.org/x" style="{STYLE}padding:4px 0">The plan</a></p>',
        f'<p style="font-size:14px">See <a href="https://e.org/x" style="{STYLE}">the plan</a></p>',
        f'<p style="font-size:14px"><a href="https://e.org/x" style="{STYLE}"><img src="a" alt="">The plan</a></p>',
        f'<p style="font-size:14px;padding:4px"><a href="https://e.org/" style="{STYLE}display:block">A plan</a></p>',
    ],
)
def test_a_link_that_can_be_hit_is_clean(inner: str) -> None:
    """Padding and pictures make a link high enough; links in sentences are exempt."""
    check_clean(make_mail(inner))


def test_links_of_unknown_height_are_not_judged() -> None:
    """Where nobody chose size or line, and where a link stands in the body itself, nothing can be worked out."""
    plain = '<html lang="en"><body><p><a href="https://e.org">The plan</a></p><a href="https://e.org/2">Map</a></body>'
    assert "target-size" not in found_rules(plain)
    bare = '<html lang="en"><body style="font-size:14px"><span><a href="https://e.org">The plan</a></span></body>'
    assert "target-size" not in found_rules(bare)
