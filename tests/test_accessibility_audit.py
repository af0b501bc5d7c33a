"""The table of rules, the proof that each fires for its own break, and audits of anything at all."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings, strategies

from publisher.accessibility.audit import RULES, audit, is_passed, rule_named, rules_run
from publisher.accessibility.page import Kind, Page, read_html, read_message, read_rendered
from publisher.errors import FormatError
from publisher.model import Expected, Finding, Gate, Rendered
from tests.mails import MAIL_TEXT, make_eml, make_mail
from tests.test_accessibility_media import gif

LINK = 'style="color:#0b5394"'
WEB = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Archive</title></head><body>
<main><h1>Digest</h1><p>Words</p></main></body></html>"""


def as_html(html: str) -> Page:
    """Read a bare page."""
    return read_html(html)


def as_eml(html: str) -> Page:
    """Read a whole message."""
    return read_message(make_eml(html))


def as_web(html: str) -> Page:
    """Read a web page."""
    return read_html(html, kind=Kind.WEB)


def as_edition(html: str) -> Page:
    """Read an edition of ours with one post expected in it."""
    expected = (Expected(post="p2", anchor="post-2", title="Ferries sail again", url="https://example.org/2"),)
    text = MAIL_TEXT.replace("Ferries sail again", "") if "<!--no text-->" in html else MAIL_TEXT
    return read_rendered(
        Rendered(
            subject="Morning digest",
            html=html,
            text=text,
            web="",
            language="en",
            direction="ltr",
            expected=expected,
        )
    )


def replaced(old: str, new: str) -> str:
    """Break the clean mail by replacing one thing."""
    clean = make_mail()
    assert old in clean
    return clean.replace(old, new)


# number of the test: how the mail is read, the broken mail, what must fire and nothing else
BREAKS: dict[int, tuple[Callable[[str], Page], str, set[str]]] = {
    1: (as_html, replaced('lang="en" dir="ltr" style', 'lang="en" style'), {"body-dir"}),
    2: (as_html, replaced('lang="en" dir="ltr" style', 'dir="ltr" style'), {"body-lang"}),
    3: (as_html, replaced('<table role="presentation">', "<table>"), {"layout-table-role"}),
    4: (as_html, replaced("h1", "p"), {"one-h1"}),
    5: (as_html, make_mail(f'<p>See <a href="https://e.org/x" {LINK}></a> there.</p>'), {"link-name"}),
    6: (as_html, replaced('<html lang="en"', "<html"), {"html-lang"}),
    7: (as_html, make_mail('<p style="color:#aaaaaa;background:#ffffff">Ferries.</p>'), {"contrast"}),
    8: (as_html, replaced('alt="A crane lifts a red boat out of grey water"', ""), {"image-alt"}),
    9: (as_html, replaced("<title>Morning digest</title>", ""), {"title"}),
    10: (as_html, make_mail(f'<p><a href="https://e.org/x" {LINK}>Read more</a></p>'), {"link-text-generic"}),
    11: (
        as_html,
        make_mail('<p>Read the <a href="https://e.org/x" style="color:#0b5394;text-decoration:none">plan</a> now.</p>'),
        {"link-distinguishable"},
    ),
    12: (as_html, replaced("initial-scale=1", "initial-scale=1, user-scalable=no"), {"zoom"}),
    13: (as_html, make_mail("<!--[if mso]><v:rect></v:rect><![endif]-->"), {"vml-alt"}),
    14: (as_html, make_mail('<!--[if mso]><v:rect alt="" href="https://e.org"></v:rect><![endif]-->'), {"vml-link"}),
    15: (
        as_html,
        make_mail('<!--[if mso]><v:rect alt=""><v:textbox><h2>A</h2></v:textbox></v:rect><![endif]-->'),
        {"vml-heading"},
    ),
    16: (as_html, make_mail('<p aria-lable="Note">Ferries.</p>'), {"aria"}),
    17: (as_html, make_mail('<p id="post-1">Ferries.</p>'), {"duplicate-id"}),
    18: (as_html, make_mail("<h4>Ferries</h4>"), {"heading-order"}),
    19: (
        as_html,
        make_mail(f'<p><a href="https://e.org/x" {LINK}>Ferries sail again</a></p>'),
        {"same-text-different-target"},
    ),
    20: (
        as_html,
        make_mail(f'<p><a href="https://e.org/x" {LINK}>Ferries</a> <a href="https://e.org/x" {LINK}>and more</a></p>'),
        {"adjacent-links"},
    ),
    21: (as_html, make_mail('<table><tr><th scope="col">Ferry</th></tr><tr><td>A</td></tr></table>'), {"data-table"}),
    22: (as_html, replaced("<ul><li>Two in the morning</li>", "<ul><p>Two in the morning</p>"), {"list"}),
    23: (
        as_html,
        make_mail('<p><a href="https://e.org/x" style="color:#0b5394;line-height:1.4;font-size:16.5px">Plan</a></p>'),
        {"target-size", "text-size"},
    ),
    24: (as_html, make_mail('<p style="font-size:11px">Ferries.</p>'), {"text-size"}),
    25: (as_html, make_mail('<p style="text-align:justify">Ferries.</p>'), {"justified"}),
    26: (as_html, make_mail("<p><marquee>Ferries</marquee></p>"), {"motion"}),
    27: (
        as_html,
        make_mail(f'<img alt="A wheel" src="data:image/gif;base64,{base64.b64encode(gif([0, 60], 500, 0)).decode()}">'),
        {"animation"},
    ),
    28: (as_html, make_mail('<video src="https://e.org/a.mp4"></video>'), {"media-alternative"}),
    29: (
        as_html,
        replaced("The east dock on Monday", "A crane lifts a red boat out of grey water"),
        {"alt-repeats-text"},
    ),
    30: (as_html, replaced("A crane lifts a red boat out of grey water", "DSC_0042.JPG"), {"alt-file-name"}),
    31: (as_html, replaced('<meta charset="utf-8">', ""), {"charset"}),
    32: (as_html, replaced('aria-label="Morning digest"', ""), {"wrapper-role"}),
    33: (as_web, WEB.replace("main", "div"), {"landmarks"}),
    35: (as_html, replaced('<a name="stories" id="stories"></a>', ""), {"anchor-target"}),
    36: (as_edition, make_mail("<!--no text-->"), {"text-part"}),
    37: (as_html, make_mail(f"<!--{'x' * 100_000}-->"), {"size"}),
    38: (as_edition, replaced("web-version", "").replace("on the web", "later"), {"web-version"}),
    39: (as_html, make_mail("<p>Порт снова открылся после трёх дней шторма.</p>"), {"language-of-parts"}),
    40: (
        as_html,
        make_mail(
            '<p class="note" style="color:#ffffff">Ferries.</p>', head="<style>.note { background: #000000 }</style>"
        ),
        {"without-style"},
    ),
}


@pytest.mark.parametrize("number", sorted(BREAKS))
def test_one_break_makes_its_rule_fire_and_no_other(number: int) -> None:
    """The proof of the scorecard: a clean mail, broken in one way, and exactly the rules that should speak."""
    reader, broken, expected = BREAKS[number]
    findings = audit(reader(broken))
    assert {finding.rule for finding in findings} == expected
    assert number in {finding.test for finding in findings}


@pytest.mark.parametrize("reader", [as_html, as_eml, as_edition])
def test_the_unbroken_mail_is_clean(reader: Callable[[str], Page]) -> None:
    """Without a break nothing is found, however the mail is read."""
    assert audit(reader(make_mail())) == ()


def test_the_unbroken_web_page_is_clean() -> None:
    """The same on the web."""
    assert audit(as_web(WEB)) == ()


def test_all_forty_tests_have_a_rule() -> None:
    """Each number of the scorecard is asked by a rule; 34 needs a browser and is broken there."""
    assert {rule.test for rule in RULES} == set(range(41))
    assert set(BREAKS) | {34} == set(range(1, 41))


def test_rules_are_whole() -> None:
    """Ids are unique, and every rule says what is wrong, how to decide and how to mend it."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.message
        assert rule.decide.endswith((".", "?")), rule.id
        assert rule.fix.endswith("."), rule.id
        assert rule_named(rule.id) is rule
    assert rule_named("nonsense") is None


def test_only_rules_that_can_be_asked_are_run() -> None:
    """A bare page is asked less than a message, a web page other things than a mail."""
    bare, message = set(rules_run(as_html(make_mail()))), set(rules_run(as_eml(make_mail())))
    assert message - bare == {"text-part", "list-unsubscribe", "broken-off"}
    assert "landmarks" not in bare
    assert "landmarks" in rules_run(as_web(WEB))
    assert "reflow" not in bare


def test_blocking_findings_come_first() -> None:
    """What stops a send is read first."""
    findings = audit(read_html('<p>Click <a href="https://e.org">here</a></p><img src="a.png">'))
    gates = [finding.gate for finding in findings]
    assert gates == sorted(gates, key=[Gate.BLOCK, Gate.ACK, Gate.INFO].index)
    assert not is_passed(findings)
    assert is_passed(())


@pytest.mark.parametrize(
    ("anchor", "post"),
    [("Harbour opens", "p1"), ("Ferries sail", "p2"), ("About this", None), ("Skip to", None)],
)
def test_findings_belong_to_posts(anchor: str, post: str | None) -> None:
    """From its anchor to the next one, or to a heading of the mail's own, a place belongs to a post."""
    expected = (
        Expected(post="p1", anchor="post-1", title="Harbour opens after the storm"),
        Expected(post="p2", anchor="post-2", title="Ferries sail again"),
    )
    html = make_mail().replace(anchor, f'<span role="nonsense">{anchor}</span>')
    rendered = Rendered(
        subject="Morning digest",
        html=html,
        text=MAIL_TEXT,
        web="",
        language="en",
        direction="ltr",
        expected=expected,
    )
    (finding,) = audit(read_rendered(rendered))
    assert finding.post == post


MARKUP = strategies.lists(
    strategies.one_of(
        strategies.sampled_from(
            """<table> </table> <tr> <td> <th> <p> </p> <a_href="#x"> <a_name=x> </a> <h1> <h3> </h3> <img_alt=photo>
            <img_src=data:image/gif;base64,x_alt=x> <ul> <li> <div_lang=fa_dir=auto> </div> <style>p{color:red}
            </style> <!--[if_mso]> <![endif]--> <v:rect> <v:textbox> <meta_http-equiv=refresh> <svg> <title> <body>
            <p_style="color:#999;background:url(x);font:1px/0_x;opacity:.5"> <p_aria-level=x_role="a_b"> <marquee>
            <video_autoplay> <template> <select> <option> <font_size=7_color=zz> &#0; &nbsp; <![CDATA[ ]]> <?php
            <caption> <dl> <dt> <math> <p_style="line-height:0%;font-size:0">""".split()
        ).map(lambda piece: piece.replace("_", " ")),
        strategies.text(max_size=12),
    ),
    max_size=40,
).map("".join)


@settings(max_examples=500, deadline=None)
@given(MARKUP)
def test_any_markup_can_be_audited(markup: str) -> None:
    """Whatever people write as HTML gives findings, never an exception, each of them whole."""
    for page in (read_html(markup), read_html(markup, kind=Kind.WEB)):
        for finding in audit(page):
            assert isinstance(finding, Finding)
            assert finding.message
            assert finding.selector


@settings(max_examples=150, deadline=None)
@given(strategies.binary(max_size=300))
def test_any_bytes_can_be_audited(content: bytes) -> None:
    """A file that is no HTML at all is a page with much to mend."""
    assert audit(read_html(content))


@settings(max_examples=100, deadline=None)
@given(strategies.integers(0, 10_000), strategies.binary(max_size=20))
def test_truncated_mails_can_be_audited(kept: int, tail: bytes) -> None:
    """A mail that breaks off is audited as far as it goes, or is no mail with a reason."""
    whole = make_eml(make_mail())
    with contextlib.suppress(FormatError):
        audit(read_message(whole[: kept % len(whole)] + tail))


def test_what_is_no_mail_is_named() -> None:
    """The reason names the file, and says what to do."""
    for content in (b"", b"no headers\r\n\r\nwords", b"Subject: x\r\n\r\nplain words"):
        with pytest.raises(FormatError, match=r"^half\.eml: "):
            read_message(content, name="half.eml")


def test_depth_has_no_end() -> None:
    """Ten thousand boxes in boxes are a page like any other."""
    deep = "<div>" * 5_000 + "Words" + "<b>" * 5_000
    assert audit(read_html(make_mail(deep))) == ()
