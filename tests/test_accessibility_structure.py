"""Rules about structure, and about what a page says of itself."""

from __future__ import annotations

import pytest

from publisher.accessibility.audit import audit
from publisher.accessibility.page import Kind, read_html, read_message
from tests.mails import check_clean, check_finds, found_rules, make_eml, make_mail

VIEWPORT = "width=device-width, initial-scale=1"


@pytest.mark.parametrize(
    "extra", [", user-scalable=no", ",user-scalable=0", "; maximum-scale=1", ", maximum-scale=1.5"]
)
def test_a_page_that_does_not_zoom_is_found(extra: str) -> None:
    """People have to be able to double the size."""
    check_finds(make_mail().replace(VIEWPORT, VIEWPORT + extra), "zoom")


@pytest.mark.parametrize("extra", ["", ", maximum-scale=5", ", user-scalable=yes", ", maximum-scale=-1"])
def test_a_page_that_zooms_is_clean(extra: str) -> None:
    """Twice the size and more is fine, and nonsense is ignored as clients do."""
    check_clean(make_mail().replace(VIEWPORT, VIEWPORT + extra))


@pytest.mark.parametrize(
    "inner",
    [
        '<p role="paragraf">Words</p>',
        '<p aria-lable="Words">Words</p>',
        '<p aria-hidden="yes">Words</p>',
        '<p aria-label="Words">Words</p>',
        '<span aria-labelledby="post-2">Words</span>',
        '<p aria-describedby="gone">Words</p>',
        '<p aria-roledescription="story">Words</p>',
        '<div role="heading" aria-level="two">Words</div>',
        '<p aria-expanded="true">Words</p>',
        '<table role="presentation" aria-label="Layout"><tr><td>Words</td></tr></table>',
    ],
)
def test_wrong_aria_is_found(inner: str) -> None:
    """Roles and attributes that do not exist, or not there, are worse than none."""
    check_finds(make_mail(inner), "aria")


@pytest.mark.parametrize(
    "inner",
    [
        '<div role="group" aria-label="Weather"><p>Words</p></div>',
        '<p aria-hidden="true">Words</p>',
        '<div role="note none">Words</div>',
        '<ul aria-label="Ferries"><li>Anna</li></ul>',
        '<h3 aria-level="3">Words</h3>',
        '<p aria-describedby="post-2">Words</p>',
        '<div role="region" aria-roledescription="story" aria-label="Weather"><p>Words</p></div>',
    ],
)
def test_right_aria_is_clean(inner: str) -> None:
    """What the specification allows is allowed."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize(
    "inner",
    ['<p id="post-1">Words</p>', '<a name="stories"></a>', '<p id="a">Words</p><p id="a">Words</p>'],
)
def test_a_name_given_twice_is_found(inner: str) -> None:
    """Ids and names of anchors share their names."""
    check_finds(make_mail(inner), "duplicate-id")


@pytest.mark.parametrize(
    "inner", ['<a id="x" name="x"></a>', '<p id="a">Words</p><p id="b">Words</p>', '<p id="">W</p><p id="">W</p>']
)
def test_a_name_of_one_element_is_clean(inner: str) -> None:
    """An anchor whose id and name are the same has one name."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize(
    "inner",
    [
        "<ul><p>Words</p></ul>",
        "<ul>Words<li>Anna</li></ul>",
        "<div><li>Anna</li></div>",
        "<ol><ul><li>Anna</li></ul></ol>",
        "<div><dt>Anna</dt></div>",
        "<dl><p>Anna</p></dl>",
    ],
)
def test_a_broken_list_is_found(inner: str) -> None:
    """Only items stand in lists, and items only there."""
    check_finds(make_mail(inner), "list")


@pytest.mark.parametrize(
    "inner",
    [
        "<ol><li>Anna<ul><li>Seven</li></ul></li></ol>",
        "<dl><dt>Anna</dt><dd>Seven</dd></dl>",
        "<dl><div><dt>Anna</dt><dd>Seven</dd></div></dl>",
        '<ul role="presentation"><p>Words</p></ul>',
        '<div role="list"><li>Anna</li></div>',
        '<ul style="display:none"><p>Words</p></ul>',
        "<ul><!-- none --><li>Anna</li></ul>",
    ],
)
def test_a_whole_list_is_clean(inner: str) -> None:
    """Lists in lists, groups of definitions, and lists that say they are none."""
    check_clean(make_mail(inner))


META = '<meta charset="utf-8">'


@pytest.mark.parametrize("meta", ["", "<meta charset>", '<meta http-equiv="Content-Type" content="text/html">'])
def test_a_page_without_charset_is_found(meta: str) -> None:
    """A page says how its letters are written."""
    check_finds(make_mail().replace(META, meta), "charset")


@pytest.mark.parametrize(
    "meta",
    [
        META,
        '<meta http-equiv="content-type" content="text/html; charset=utf-8">',
        "<meta charset=UTF-8>",
    ],
)
def test_a_page_with_charset_is_clean(meta: str) -> None:
    """Both ways to say it are fine."""
    check_clean(make_mail().replace(META, meta))


def test_the_header_of_the_part_says_utf_8_too() -> None:
    """A message names the charset of its HTML part, and it is utf-8."""
    whole = make_eml(make_mail())
    assert audit(read_message(whole)) == ()
    for wrong in (b"text/html", b"text/html; charset=windows-1251"):
        page = read_message(whole.replace(b"text/html; charset=utf-8", wrong))
        assert [finding.rule for finding in audit(page)] == ["charset"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('role="article"', ""),
        ('aria-label="Morning digest"', ""),
        ('aria-roledescription="email"', ""),
        ('aria-roledescription="email"', 'aria-roledescription="почта"'),
        ('aria-roledescription="email"', 'aria-roledescription=" "'),
    ],
)
def test_a_wrapper_that_is_no_named_article_is_told(old: str, new: str) -> None:
    """A courtesy: role, name and role description, in the language of the mail."""
    findings = audit(read_html(make_mail().replace(old, new)))
    assert ("wrapper-role", "info") in {(finding.rule, finding.gate.value) for finding in findings}


def test_an_empty_body_has_no_wrapper() -> None:
    """Nothing at all is told as well."""
    assert "wrapper-role" in found_rules("")


WEB = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Archive</title></head><body>
<a href="#stories">Skip</a><header><p>Example News</p></header><main id="stories"><h1>Digest</h1><p>Words</p></main>
<footer><p>Example Street 1</p></footer></body></html>"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<main", "<div"),
        ("<footer>", "<main><p>More</p></main><footer>"),
        ("<footer>", "<p>Outside</p><footer>"),
    ],
)
def test_wrong_landmarks_of_a_web_page_are_found(old: str, new: str) -> None:
    """On the web everything stands in a landmark, and one of them is main."""
    page = read_html(WEB.replace(old, new).replace("</main><main>", ""), kind=Kind.WEB)
    assert "landmarks" in {finding.rule for finding in audit(page)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>", "<p>"),
        ("<footer>", '<div role="contentinfo">'),
        ("<main", '<div role="main"'),
        ("<footer>", '<p style="display:none">Outside</p><footer>'),
    ],
)
def test_right_landmarks_of_a_web_page_are_clean(old: str, new: str) -> None:
    """Roles make landmarks too; skip links and hidden words need none."""
    html = WEB.replace(old, new)
    html = html.replace("</footer>", "</div>") if "contentinfo" in new else html
    html = html.replace("</main>", "</div>") if 'role="main"' in new else html
    assert audit(read_html(html, kind=Kind.WEB)) == ()


def test_mails_are_not_asked_for_landmarks() -> None:
    """In a mail they would stand inside those of the client."""
    assert "landmarks" not in found_rules(make_mail())
