"""Rules about colour, and the cascade that they stand on."""

from __future__ import annotations

import pytest

from publisher.accessibility.audit import audit
from publisher.accessibility.page import read_html
from tests.mails import check_clean, check_finds, found_rules, make_mail

GREY = "<p{}>The harbour opened again.</p>"


def styled(rules: str) -> str:
    """Give a head with a style sheet."""
    return f"<style>{rules}</style>"


@pytest.mark.parametrize(
    "inner",
    [
        GREY.format(' style="color:#999999;background:#ffffff"'),
        GREY.format(' style="color:rgb(153 153 153);background-color:white"'),
        GREY.format(' style="color:hsl(0 0% 60%);background:white url(a.png)"'),
        '<table role="presentation" bgcolor="444444" style="color:#777777"><tr><td>Text</td></tr></table>',
        '<p style="background:#ffffff"><font color="#999999">The harbour opened again.</font></p>',
        '<div style="background:#ffffff;color:#555555;opacity:0.5"><p>The harbour opened again.</p></div>',
        '<div style="background:#ffffff;color:rgba(0,0,0,0.4)"><p>The harbour opened again.</p></div>',
        '<h3 style="font-size:18px;color:#888888;background:#ffffff">Ferries</h3>',
        '<img src="https://example.org/2.jpg" alt="Two ferries wait" style="color:#cccccc;background:#ffffff">',
        '<p style="background:#ffffff;color:#1a1a1a"><mark style="color:#ffffff">Ferries</mark></p>',
        '<p style="background:#0b5394"><a href="https://example.org/x" style="background:currentcolor">Ferries</a></p>',
        '<p style="background:#333333 !important;color:#222222;background:#ffffff">The harbour opened.</p>',
    ],
)
def test_faint_text_is_found(inner: str) -> None:
    """Colours come from styles, attributes and ancestors; alternative texts of blocked pictures are text too."""
    check_finds(make_mail(inner), "contrast")


@pytest.mark.parametrize(
    "inner",
    [
        GREY.format(' style="color:#595959;background:#ffffff"'),
        '<h3 style="font-size:24px;color:#888888;background:#ffffff">Ferries</h3>',
        '<p style="font-size:19px;font-weight:700;color:#888888;background:#ffffff">Ferries sail.</p>',
        '<p style="color:#ffffff;background:url(https://example.org/sea.jpg)">Ferries</p>',
        '<p style="color:#ffffff;background:linear-gradient(#000, #111)">Ferries</p>',
        '<p style="color:var(--ink);background:#ffffff">Ferries</p>',
        '<div style="background:url(a.png)"><p style="opacity:0.5;color:#777;background:#888">Ferries</p></div>',
        '<p style="color:#ffffff;background:#ffffff;display:none">Ferries</p>',
        '<p style="color:#ffffff;background:#ffffff;font-size:1px">Ferries</p>',
        '<div style="opacity:0;color:#ffffff;background:#ffffff"><p>Ferries</p></div>',
        '<p style="max-height:0;overflow:hidden;color:#ffffff;background:#ffffff">Ferries</p>',
        '<select style="color:#cccccc;background:#ffffff"><option>Ferries</option></select>',
        '<p style="color:#cccccc;background:#ffffff">&nbsp;</p>',
    ],
)
def test_text_that_stands_out_or_is_not_seen_is_clean(inner: str) -> None:
    """Large text needs less; what only a client knows, and what nobody sees, is not judged."""
    assert "contrast" not in found_rules(make_mail(inner))


@pytest.mark.parametrize(
    ("rules", "inner", "is_faint"),
    [
        (".note { color: #999999; background: #ffffff }", '<p class="note">Ferries</p>', True),
        ("#note { color: #999999; background: #ffffff }", '<p id="note">Ferries</p>', True),
        ("table.a td > p { color: #999999; background: #ffffff }", "<p>Ferries</p>", False),
        ("div p[lang] { color: #999999; background: #ffffff }", '<p lang="en">Ferries</p>', True),
        (".note { color: #999999 !important }", '<p class="note" style="color:#000;background:#fff">Ferries</p>', True),
        (".note { color: #999999 }", '<p class="note" style="color:#000;background:#fff">Ferries</p>', False),
        ("@media print { .note { color: #eeeeee } }", '<p class="note">Ferries</p>', False),
        ("@media (max-width: 480px) { .note { color: #eeeeee } }", '<p class="note">Ferries</p>', False),
        ("a:hover { color: #eeeeee }", "", False),
        (".note::before { color: #eeeeee }", '<p class="note">Ferries</p>', False),
        (".note, ::::: { color: #eeeeee }", '<p class="note">Ferries</p>', False),
        ("p.note { color:#999;background:#fff } .note { color:#000 }", '<p class="note">Ferries</p>', True),
        ("* { color: #999999; background: #ffffff }", "<p>Ferries</p>", True),
    ],
)
def test_style_sheets_are_followed(rules: str, inner: str, is_faint: bool) -> None:  # noqa: FBT001 - a column
    """Selectors, weights and media decide as in a client that supports them."""
    mail = make_mail(inner, head=styled(rules))
    assert ("contrast" in found_rules(mail)) is is_faint


def messages(html: str) -> list[str]:
    """Give what is said about contrast."""
    return [finding.message for finding in audit(read_html(html)) if finding.rule == "contrast"]


def test_the_dark_pair_is_checked_too() -> None:
    """A text that keeps its light colour in the dark is found, an alternative text as well."""
    (said,) = messages(make_mail('<p style="color:#1a1a1a">Ferries</p>'))
    assert "in dark mode" in said
    (said,) = messages(make_mail('<img src="https://e.org/2" alt="Two ferries wait" style="color:#1a1a1a">'))
    assert "alternative text" in said


def test_a_page_that_declares_dark_starts_from_the_dark_canvas() -> None:
    """Where the page says that it can be dark, what it does not colour is light on dark."""
    mail = make_mail().replace('class="page"', "").replace("background:#ffffff;color:#1a1a1a;", "")
    assert any("in dark mode" in said and "#121212" in said for said in messages(mail))
    plain = mail.replace("light dark", "light").replace("prefers-color-scheme: dark", "print")
    assert messages(plain) == []


def test_equal_colours_are_told_once() -> None:
    """Fifty faint lines of one kind make one finding that counts them."""
    light, dark = messages(make_mail(GREY.format(' style="color:#999999;background:#ffffff"') * 50))
    assert "and 49 more" in light
    assert "2.84:1" in light
    assert "in dark mode" in dark


@pytest.mark.parametrize(
    ("rules", "inner", "rule"),
    [
        (".note { background: #333333 }", '<p class="note" style="color:#ffffff">Ferries</p>', "without-style"),
        (
            ".note { color: #ffffff; background: #000000 }",
            '<p class="note" style="color:#dddddd">F</p>',
            "without-style",
        ),
        (".note { font-size: 16px }", '<p class="note" style="font-size:11px">Ferries</p>', "text-size"),
        (".note { font-size: 16px !important }", '<p class="note" style="font-size:11px">F</p>', "without-style"),
    ],
)
def test_a_mail_that_needs_its_style_is_asked_about(rules: str, inner: str, rule: str) -> None:
    """Several clients drop <style>: what is only right with it is found."""
    check_finds(make_mail(inner, head=styled(rules)), rule)


@pytest.mark.parametrize(
    ("rules", "inner"),
    [
        (".note { background: #eeeeee }", '<p class="note" style="color:#1a1a1a;background:#fff">Ferries</p>'),
        (".note { color: #000000 }", '<p class="note" style="color:#333;background:#fff">Ferries</p>'),
        ("", "<p>Ferries</p>"),
        (".gone { color: #000000 }", "<p>Ferries</p>"),
    ],
)
def test_a_mail_that_stands_without_its_style_is_clean(rules: str, inner: str) -> None:
    """What the elements say themselves is enough."""
    check_clean(make_mail(inner, head=styled(rules)))
