"""Reports for scripts, terminals and people."""

from __future__ import annotations

import json

from publisher.accessibility.audit import audit
from publisher.accessibility.page import Kind, read_html, read_message
from publisher.accessibility.report import (
    Override,
    Report,
    merge,
    report_on,
    summary,
    to_json,
    to_text,
)
from publisher.accessibility.report_page import write
from publisher.model import Finding, Gate, Repair, Severity, Skipped
from tests.mails import MAIL_TEXT, make_eml, make_mail

KEYS = {"rule", "test", "wcag", "severity", "gate", "message", "fix", "post", "field", "selector"}


def make_finding(**changes: object) -> Finding:
    """Give a finding that blocks."""
    values: dict[str, object] = {
        "rule": "image-alt",
        "test": 8,
        "wcag": "1.1.1",
        "severity": Severity.CRITICAL,
        "gate": Gate.BLOCK,
        "message": "A picture has no alt attribute",
        "fix": "Describe it.",
        "post": "p1",
        "field": "images[0].alt",
        "selector": "img",
    }
    return Finding(**values | changes)  # type: ignore[arg-type]  # any field


def make_report(findings: tuple[Finding, ...], **known: object) -> Report:
    """Give a report with findings, about a page of no size."""
    values: dict[str, object] = {"findings": findings, "rules": (), "html_bytes": 0, "text_bytes": 0}
    return Report(**values | known)  # type: ignore[arg-type]  # any field


REPAIR = Repair(rule="image-alt", before="no alt", after="left out", post="p1")
SKIPPED = Skipped(source="feeds/broken.xml", reason="not a feed")


def test_the_json_is_the_contract() -> None:
    """Keys and values as scripts rely on them."""
    page = read_message(make_eml(make_mail('<img src="https://example.org/2.jpg">')))
    report = report_on(page, posts=2, skipped=(SKIPPED,), repairs=(REPAIR,))
    written = json.loads(json.dumps(to_json(report)))
    assert set(written) == {"passed", "findings", "rules", "bytes", "posts", "skipped", "repairs"}
    assert written["passed"] is False
    assert [set(one) for one in written["findings"]] == [KEYS]
    assert written["findings"][0]["gate"] == "block"
    assert "image-alt" in written["rules"]
    text = MAIL_TEXT.replace("\n", "\r\n").encode()
    assert written["bytes"]["html"] == page.size
    assert abs(written["bytes"]["text"] - len(text)) < 20
    assert written["posts"] == 2
    assert written["skipped"] == [{"source": "feeds/broken.xml", "reason": "not a feed"}]
    assert written["repairs"] == [{"rule": "image-alt", "post": "p1", "before": "no alt", "after": "left out"}]


def test_findings_from_elsewhere_are_added() -> None:
    """Those of the posts and of a browser stand beside those of the page, and their rules were run."""
    report = report_on(read_html(make_mail()), more=(make_finding(rule="reflow"),))
    assert [one.rule for one in report.findings] == ["reflow"]
    assert "reflow" in report.rules
    assert report.posts == 0


def test_what_was_said_is_not_said_again() -> None:
    """Mail and archive page share what they show; within one page nothing is dropped."""
    twice = make_finding(selector="main > img")
    links = (make_finding(field=None, selector="a"), make_finding(field=None, selector="b"))
    assert merge((make_finding(),), (twice,)) == (make_finding(),)
    assert merge(links) == links
    info = make_finding(rule="size", gate=Gate.INFO)
    assert merge((info,), (make_finding(),)) == (make_finding(), info)


def test_an_override_lets_pass_and_is_kept() -> None:
    """With a reason and a name, for one post or for all."""
    override = Override(rule="image-alt", reason="A historic poster", by="ann", post="p1")
    written = to_json(make_report((make_finding(),), overrides=(override,)))
    assert written["passed"] is True
    assert written["overrides"] == [{"rule": "image-alt", "reason": "A historic poster", "by": "ann", "post": "p1"}]
    elsewhere = make_report((make_finding(post="p2"),), overrides=(override,))
    assert not elsewhere.passed
    assert "let pass" in to_text(make_report((make_finding(),), overrides=(override,)))


def test_lines_for_a_terminal() -> None:
    """Groups with counts, and of each finding what, where and how to mend it."""
    findings = (make_finding(), make_finding(gate=Gate.INFO, wcag="", post=None, field=None, selector=None))
    lines = to_text(make_report(findings))
    assert lines.startswith("refused (must fix: 1, please decide: 0, for information: 1)\n")
    assert "Must fix (1)" in lines
    assert "where: p1, picture 1, alt\n" in lines
    assert "Please decide (" not in lines
    assert to_text(make_report(())).startswith("passed")
    report = report_on(read_html(make_mail()), skipped=(SKIPPED,), repairs=(REPAIR,))
    text = to_text(report, "edition.html")
    assert text.startswith(f"edition.html: {summary(report)}\n")
    assert "Skipped feeds/broken.xml: not a feed" in text
    assert "Repaired (1)\n- image-alt: «no alt» -> «left out» (in p1)\n" in text


def test_a_post_is_named_by_its_title() -> None:
    """Ids and selectors are for scripts; where no post is concerned the place in the page is all there is."""
    findings = (
        make_finding(selector="table > td"),
        make_finding(field="media"),
        make_finding(field=None),
        make_finding(post=None, field=None, selector="p > a"),
    )
    report = make_report(findings, titles={"p1": "Boats in the harbour"}, repairs=(REPAIR,))
    places = [line for line in to_text(report).splitlines() if line.startswith("  where: ")]
    assert places == [
        "  where: «Boats in the harbour», picture 1, alt",
        "  where: «Boats in the harbour», media",
        "  where: «Boats in the harbour»",
        "  where: p > a",
    ]
    assert "(in «Boats in the harbour»)" in to_text(report)
    html = write(report, name="edition.html")
    assert "<dd>«Boats in the harbour», picture 1, alt</dd>" in html
    assert "(«Boats in the harbour»)" in html


def test_findings_of_one_rule_stand_together_and_are_explained_once() -> None:
    """Of thirty pictures without a description nobody needs to read thirty times what to do."""
    other = make_finding(rule="link-name", fix="Give it words.")
    lines = to_text(make_report((make_finding(), other, make_finding(post="p2")))).splitlines()
    assert lines[2:] == [
        "Must fix (3)",
        "- A picture has no alt attribute [image-alt, critical, WCAG 1.1.1]",
        "  where: p1, picture 1, alt",
        "- A picture has no alt attribute [image-alt, critical, WCAG 1.1.1]",
        "  where: p2, picture 1, alt",
        "  mend: Describe it.",
        "- A picture has no alt attribute [link-name, critical, WCAG 1.1.1]",
        "  where: p1, picture 1, alt",
        "  mend: Give it words.",
    ]


def test_repairs_are_told_by_their_kinds() -> None:
    """How often, the first of each, and where all of them are; report.json has every one."""
    kept = Repair(rule="image-alt", before="alt", after='alt=""', post="p2")
    moved = [Repair(rule="heading-order", before=f"h{n} x", after=f"h{n} y", post="p3") for n in range(1, 6)]
    report = make_report((), repairs=(REPAIR, *moved, kept, REPAIR, Repair(rule="size", before="a", after="b")))
    lines = to_text(report, whole="out/report.json").splitlines()
    assert lines[2:] == [
        "Repaired (9); each of them is in out/report.json",
        "- image-alt: 2 times, such as «no alt» -> «left out» (in p1)",
        "- heading-order: 5 times, such as «h1 x» -> «h1 y» (in p3)",
        '- image-alt: «alt» -> «alt=""» (in p2)',
        "- size: «a» -> «b»",
    ]
    assert len(to_json(report)["repairs"]) == 9


def page_of(**known: object) -> str:
    """Write a report page about a broken mail."""
    html = '<p>Click <a href="https://e.org">here</a></p><img src="<b>.png">'
    findings = (*audit(read_html(html)), make_finding())
    return write(make_report(findings, **known), name="<news>.eml")


def test_the_page_for_people_passes_its_own_audit() -> None:
    """Title, landmarks, headings, contrast in light and dark: nothing is found, and nothing is markup."""
    overrides = (Override(rule="image-alt", reason="<b>", by="ann"), Override(rule="x", reason="y", by="z", post="p"))
    repairs = (REPAIR, Repair(rule="x", before="<i>", after=""))
    html = page_of(skipped=(SKIPPED,), repairs=repairs, overrides=overrides)
    assert audit(read_html(html, kind=Kind.WEB)) == ()
    assert "<b>" not in html
    assert "must fix: " in html.partition("</title>")[0]
    assert 'href="#findings"' in html


def test_the_page_says_when_nothing_was_found() -> None:
    """Three groups, all empty, and other languages have their words."""
    html = write(make_report(()), name="edition.html", language="fa", direction="rtl", say=lambda text: f"«{text}»")
    assert html.count("«Nothing.»") == 3
    assert 'lang="fa" dir="rtl"' in html
    assert "«Nothing blocks: it may go out.»" in html
