"""The words of findings in the desk: every rule and every detail in Arabic, and what is quoted stays as it was."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

import pytest
from babel.messages.pofile import read_po

from publisher.accessibility.audit import RULES, audit
from publisher.accessibility.page import read_html
from publisher.web.desk import details, findings
from publisher.web.strings import PageWording

ARABIC: Final = PageWording(language="ar", catalogue="ar", direction="rtl")
ENGLISH: Final = PageWording(language="en", catalogue="en", direction="ltr")
_HOLE: Final = re.compile(r"%\(\w+\)s")

# what an expression in a detail becomes, where it is neither a quotation nor a number
_KNOWN: Final = {
    "pair": "#777777 on #ffffff is 4.47:1, 4.5:1 is needed",
    "_said(page, element)": "«small»",
    "complaint": "12 px letters, 14 px is the least",
    "more": " (and 2 more)",
    "problem.detail": "#777777 on #ffffff is 4.47:1, 4.5:1 is needed, at «small»",
    "title": "«A film»",
    "group[0]": "#777777 on #ffffff is 4.47:1, 4.5:1 is needed",
    "order": "missing",
    "said": "rtl",
    "tag": "de",
    "wanted": "Persian",
    "page.language": "en",
    "page.tree.langs[element]!r": "'en'",
    "page.charset": "latin-1",
}


def _translations() -> dict[str, str]:
    """Read the catalogue of findings."""
    file = Path(str(resources.files("publisher.web") / "desk" / "rules" / "ar.po"))
    catalogue = read_po(io.BytesIO(file.read_bytes()), locale="ar")
    return {str(message.id): str(message.string) for message in catalogue if message.id}


def test_every_text_of_every_rule_has_an_arabic_translation() -> None:
    """What is wrong, how to decide and how to mend it; nothing is left in the catalogue that no rule says."""
    known = _translations()
    wanted = {text for rule in RULES for text in (rule.message, rule.decide, rule.fix)} | set(details.SENTENCES)
    assert sorted(text for text in wanted if not known.get(text)) == []
    assert sorted(set(known) - wanted) == []
    assert all(ARABIC.say(text) != text for text in wanted)


def test_a_translated_detail_has_the_holes_of_its_sentence() -> None:
    """Nothing that was found is lost in translation."""
    known = _translations()
    for english in details.SENTENCES:
        assert sorted(_HOLE.findall(known[english])) == sorted(_HOLE.findall(english)), english


def _written() -> Iterator[str]:
    """Give every detail that the rules write, with something in its holes."""
    folder = Path(str(resources.files("publisher.accessibility")))
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            value = _detail(node)
            if isinstance(value, ast.Constant) and value.value:
                yield str(value.value)
            elif isinstance(value, ast.JoinedStr):
                yield "".join(_say(part) for part in value.values)


def _detail(node: ast.AST) -> ast.expr | None:
    """Give what a piece of code says as a detail."""
    if isinstance(node, ast.keyword) and node.arg == "detail":
        return node.value
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "detail":
        return node.value
    return None


def _say(part: ast.expr) -> str:
    """Give what may stand in a part of a detail."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    source = ast.unparse(part.value) + ("!r" if part.conversion == ord("r") else "")
    if source.startswith("shorten("):
        return "«a text»"
    if source.startswith("tag_of("):
        return "ul"
    return _KNOWN.get(source, "7")


def test_every_detail_that_a_rule_writes_is_said_in_arabic() -> None:
    """The code of the rules is the list: a new detail without a translation fails here."""
    found = list(_written())
    assert len(found) > 60
    assert [one for one in found if details.translate(one, ARABIC.say) is None] == []


@pytest.mark.parametrize(
    "detail",
    [
        "«IMG_1.jpg» describes nothing, and it has no caption either",
        "«https://example.org/a.jpg», and it has no caption either",
        "«https://example.org/a.jpg»; the caption is «A ferry»",
        "its alt repeats the caption «A «night» ferry»",
        "its alt repeats the headline «A ferry»",
        "«A ferry» and the caption share words",
        "400 px on a screen of 320",
        "7 more places are not listed",
    ],
)
def test_what_is_said_about_pictures_of_posts_is_said_in_arabic(detail: str) -> None:
    """The judgements about posts, and what the browser measured."""
    said = details.translate(detail, ARABIC.say)
    assert said is not None
    assert re.search("[\u0600-\u06ff]", said)


def test_details_are_filled_with_what_was_found() -> None:
    """Quotations and numbers come back as they were, one detail may stand within another."""
    said = details.translate("in dark mode, #777 on #fff is 4.4:1, 4.5:1 is needed, at «in 7» (and 3 more)", ARABIC.say)
    assert said is not None
    for part in ("#777", "#fff", "4.4:1", "«in 7»", "3"):
        assert f"\u2068{part}\u2069" in said
    assert said.startswith("في الوضع الداكن")
    assert details.translate("«IMG_2041.jpg»", ARABIC.say) == "\u2068«IMG_2041.jpg»\u2069"
    assert details.translate("something that nobody wrote down", ARABIC.say) is None
    assert details.translate("something that nobody wrote down, at «x»", ARABIC.say) is None


@pytest.mark.parametrize(
    "html",
    [
        '<p>No language<img src="IMG_1.jpg"><a href="https://example.org/a">here</a></p>',
        '<div lang="en" dir="ltr"><h1>One</h1><h3>Three</h3><h1>Two</h1><p style="color:#999">Faint</p></div>',
        '<div lang="en" dir="rtl"><table><tr><td>1</td></tr></table><video src="a.mp4"></video><blink>!</blink></div>',
        '<div lang="xx-nonsense" dir="ltr"><ul><p>x</p></ul><a href="#nowhere">Go</a><b role="nothing">x</b></div>',
    ],
)
def test_findings_of_broken_mails_have_no_english_left(html: str) -> None:
    """Beside what is quoted, and code, only Arabic remains."""
    found = audit(read_html(f"<html><body>{html}</body></html>"))
    assert found
    for one in found:
        message, foreign = findings.phrase({"rule": one.rule, "message": one.message}, ARABIC)
        assert foreign == "", one.message
        assert re.search("[\u0600-\u06ff]", message), one.message
        bare = re.sub("«[^»]*»|\u2068[^\u2069]*\u2069|\u2066[^\u2069]*\u2069|<[^>]*>", "", message)
        assert not re.search(r"[a-z]{2,} [a-z]{2,}", bare), message
        assert findings.phrase({"rule": one.rule, "message": one.message}, ENGLISH) == (one.message, "")


def test_what_a_browser_says_is_marked_as_english() -> None:
    """A rule of axe-core that one of ours stands for brings our words; another one is English as a whole."""
    message = "Elements must have enough contrast: Element has insufficient contrast (in a browser: in all modes)"
    ours, foreign = findings.phrase({"rule": "axe/color-contrast", "message": message}, ARABIC)
    assert re.search("[\u0600-\u06ff]", ours)
    assert foreign == message
    assert findings.phrase({"rule": "axe/unheard-of", "message": "Help: x", "fix": "Mend it"}, ARABIC) == (
        "",
        "Help: x. Mend it",
    )


def test_a_report_that_is_damaged_has_no_findings() -> None:
    """What was kept by an older version, or not at all, does not take the page down."""
    assert findings.findings_of({}) == []
    assert findings.findings_of({"findings": "none"}) == []
    assert findings.findings_of({"findings": ["x", {"rule": "title"}]}) == [{"rule": "title"}]
    groups = findings.group({"findings": [{"rule": "title", "gate": "unknown", "selector": "Subject"}]}, (), ENGLISH)
    assert [(gate, [one.link for one in members]) for gate, _, members in groups] == [
        ("block", []),
        ("ack", []),
        ("info", ["#texts"]),
    ]
