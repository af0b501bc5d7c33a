"""Pages in a real Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from publisher.accessibility.audit import RULES, audit
from publisher.accessibility.browser import Browser
from publisher.accessibility.page import Kind, read_html
from publisher.accessibility.report import Report
from publisher.accessibility.report_page import write
from publisher.errors import OutsideError
from publisher.model import Finding, Gate, Repair, Severity, Skipped
from tests.mails import make_mail
from tests.test_accessibility_audit import BREAKS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one Chromium for all tests here."""
    running = Browser()
    try:
        running.__enter__()
    except OutsideError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    yield running
    running.__exit__(None, None, None)


def rules(browser: Browser, html: str, kind: Kind = Kind.MAIL) -> set[str]:
    """Name what a browser finds."""
    return {finding.rule for finding in browser.audit(read_html(html, kind=kind))}


def test_the_clean_mail_is_clean_in_a_browser(browser: Browser) -> None:
    """Four modes, forced dark, reflow: nothing."""
    assert rules(browser, make_mail()) == set()
    assert browser.axe_version.count(".") == 2


def test_a_wide_mail_is_found(browser: Browser) -> None:
    """Test 34 of the scorecard: nothing has to be scrolled sideways at 320 px."""
    assert rules(browser, make_mail('<div style="width:600px">Words</div>')) == {"reflow"}


def test_a_web_page_without_landmarks_is_found(browser: Browser) -> None:
    """Test 33, as axe-core sees it; the same page as a mail is clean."""
    assert {"axe/region", "axe/landmark-one-main"} <= rules(browser, make_mail(), Kind.WEB)


def test_what_axe_sees_in_the_dark_is_told_with_its_mode(browser: Browser) -> None:
    """A text that keeps its dark colour."""
    findings = browser.audit(read_html(make_mail('<p style="color:#1a1a1a">Ferries.</p>')))
    (finding,) = [one for one in findings if one.rule == "axe/color-contrast"]
    assert "dark, 800 px; dark, 320 px" in finding.message


def test_forced_dark_is_measured(browser: Browser) -> None:
    """Grey on grey stays grey on grey where a client makes the mail dark."""
    inner = '<p style="background:#555555;color:#bbbbbb">Ferries sail again</p>'
    (finding,) = [one for one in browser.audit(read_html(make_mail(inner))) if one.rule == "contrast-forced-dark"]
    assert finding.gate is Gate.ACK
    assert "«Ferries sail again»" in finding.message


def test_what_moves_is_not_measured_where_it_no_longer_stands(browser: Browser) -> None:
    """A text that slides about, or a marquee, is no faint text; a film that plays by itself costs no style sheet."""
    slide = "@keyframes slide { from { margin-left: 0 } to { margin-left: 300px } }"
    turn = "@media (orientation: portrait) { p { transform: rotate(90deg) } }"
    head = f"<style>{slide} .moves {{ animation: slide 1s linear infinite alternate }} {turn}</style>"
    inner = '<div class="moves"><span>Ferries</span></div><marquee>News</marquee><video src="x.mp4" autoplay></video>'
    found = rules(browser, make_mail(inner, head=head))
    assert {"axe/marquee", "axe/css-orientation-lock"} <= found
    assert "contrast-forced-dark" not in found


def test_nothing_of_the_page_runs_or_is_fetched(browser: Browser) -> None:
    """Scripts do not run, and every address is refused."""
    page = read_html(make_mail('<script>document.querySelector("h1").textContent = "Changed"</script>'))
    assert (1, "Morning digest") in browser.listen(page).outline


def test_a_page_with_style_sheets_from_elsewhere_is_looked_at_all_the_same(browser: Browser) -> None:
    """They are not fetched, and nothing stumbles over their absence."""
    linked = '<link rel="stylesheet" href="https://example.org/a.css">'
    imported = '<style>@import url("https://example.org/b.css");</style>'
    assert "axe/image-alt" in rules(browser, make_mail('<img src="x">', head=linked + imported))


def test_a_page_that_leaves_by_itself_is_looked_at_all_the_same(browser: Browser) -> None:
    """A refresh leads nowhere, at whatever moment it comes, and is told as what it is."""
    for target in ("1;url=https://example.org/", "1"):
        html = make_mail(head=f'<meta http-equiv="refresh" content="{target}">')
        assert "axe/meta-refresh" in rules(browser, html)
    at_once = '<meta http-equiv="refresh" content="0">'
    assert "axe/image-alt" in rules(browser, make_mail('<img src="x">', head=at_once))


def test_what_is_heard(browser: Browser) -> None:
    """Outline, links and a transcript that says what it is."""
    heard = browser.listen(read_html(make_mail()))
    assert [level for level, _name in heard.outline] == [1, 2, 2, 2]
    assert "Unsubscribe from Morning digest" in heard.links
    assert "graphic, A crane lifts a red boat out of grey water" in heard.lines
    assert str(heard).startswith("An approximation")
    assert "Three stories about the harbour." not in str(heard)


def test_screenshots(browser: Browser) -> None:
    """Four modes, pictures off, forced dark, each a PNG."""
    taken = browser.screenshots(read_html(make_mail()))
    assert set(taken) == {"light-800", "dark-800", "light-320", "dark-320", "images-off", "forced-dark"}
    assert all(picture.startswith(b"\x89PNG") for picture in taken.values())
    assert taken["light-800"] != taken["dark-800"]


def test_the_report_page_is_clean_in_a_browser(browser: Browser) -> None:
    """Good practice and landmarks included, in light and dark."""
    findings = tuple(
        Finding(
            rule="image-alt",
            test=8,
            wcag="1.1.1",
            severity=Severity.CRITICAL,
            gate=gate,
            message=f"A picture has no alt attribute ({gate.value})",
            fix="Describe it.",
            post="p1",
            field="images[0].alt",
            selector="html > body > div > img",
        )
        for gate in Gate
    )
    report = Report(
        findings=findings,
        rules=(),
        html_bytes=0,
        text_bytes=0,
        skipped=(Skipped(source="a.xml", reason="not a feed"),),
        repairs=(Repair(rule="x", before="a", after="b"),),
    )
    assert rules(browser, write(report, name="edition.html"), Kind.WEB) == set()


def test_a_missing_chromium_is_said() -> None:
    """With what to install."""
    with pytest.raises(OutsideError, match="Install chromium"), Browser(executable=shutil.which("true") or "/bin/true"):
        pass


@pytest.mark.proof
def test_what_axe_finds_is_found_without_a_browser_too(browser: Browser) -> None:
    """Every violation of WCAG A and AA in the broken mails is found statically, by the rule that asks the same.

    What only a browser can see is listed in docs/accessibility.md: there is none of it in these mails.
    """
    missed = []
    for number, (reader, broken, _expected) in sorted(BREAKS.items()):
        page = reader(broken)
        static = {finding.rule for finding in audit(page)}
        for finding in browser.audit(page):
            name = finding.rule.removeprefix("axe/")
            asked = {rule.id for rule in RULES if name in rule.axe}
            if finding.rule != name and finding.wcag and not asked & static:
                missed.append((number, finding.rule, finding.message))
    assert missed == []
