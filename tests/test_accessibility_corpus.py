"""Mails made of feeds from the wild by a template that does everything wrong.

What axe-core finds in them is found without a browser too, and nothing that breaks off or is cut up stops an audit.
The feeds are not part of this repository: PUBLISHER_CORPUS names a folder that holds them, as feeds/.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import jinja2
import pytest
from hypothesis import given, settings

from publisher.accessibility.audit import RULES, audit
from publisher.accessibility.browser import Browser
from publisher.accessibility.page import read_html
from publisher.cli.main import main
from publisher.cli.reading import gather_described
from publisher.errors import OutsideError
from publisher.model import Finding, Post
from publisher.settings import Settings
from tests.mails import make_eml
from tests.test_accessibility_audit import MARKUP

pytestmark = pytest.mark.proof

MAILS: Final = 30
MOST_POSTS: Final = 3
# What docs/accessibility.md says that only a browser can see.
BROWSER_ONLY: Final = frozenset(
    {
        *("target-size", "scrollable-region-focusable", "css-orientation-lock", "td-headers-attr"),
        *("label", "select-name", "button-name", "input-button-name"),
        *("frame-title", "object-alt", "svg-img-alt", "role-img-alt"),
        *("aria-required-attr", "aria-required-children", "aria-hidden-focus", "nested-interactive"),
    }
)
DOCS: Final = Path(__file__).parent.parent / "docs" / "accessibility.md"
# Each mail has half of these, so that all stand beside all.
WRONGS: Final = (
    *("no-lang", "wrong-lang", "no-title", "no-zoom", "refresh", "faint", "plain-links", "no-alt", "empty-links"),
    *("bad-aria", "bad-roles", "bad-lists", "headless-table", "ids", "video", "area", "button", "field", "frame"),
    *("foreign", "definitions", "marquee", "hidden-focus", "svg", "faint-dark"),
)
TEMPLATE: Final = """<!doctype html>
<html{{ '' if 'no-lang' in wrong else ' lang="xx-yy"' if 'wrong-lang' in wrong else ' lang="en"' }}>
<head><meta charset="utf-8">{% if 'no-title' not in wrong %}<title>News</title>{% endif %}
{% if 'no-zoom' in wrong %}<meta name="viewport" content="width=device-width, maximum-scale=1, user-scalable=no">
{% endif %}{% if 'refresh' in wrong %}<meta http-equiv="refresh" content="30;url=https://example.org/">{% endif %}
<style>{% if 'plain-links' in wrong %}td a { text-decoration: none; color: #444444 }{% endif %}
{% if 'faint-dark' in wrong %}@media (prefers-color-scheme: dark) { td { background: #222222; color: #555555 } }
{% endif %}</style></head>
<body bgcolor="#ffffff"><table width="600" cellpadding="4"><tr><td style="color: #333333">
<h4>{{ posts[0].source_title or 'News' }}</h4>
{% if 'area' in wrong %}<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" usemap="#m" alt="Map">
<map name="m"><area href="https://example.org/m" shape="default"></map>{% endif %}
{% for post in posts %}
<div{% if 'ids' in wrong %} id="post" aria-labelledby="name"{% endif %}
{%- if 'bad-roles' in wrong %} role="{{ ['bxttom', 'list', 'img', 'tab'][loop.index0 % 4] }}"{% endif %}>
{% if 'ids' in wrong %}<span id="name">News</span>{% endif %}
<font size="4"><b>{{ post.title }}</b></font>
{% if 'no-alt' in wrong %}<img src="{{ (post.images | first).url if post.images else 'x.gif' }}">{% endif %}
{% set address = post.url or 'https://example.org/' %}
{% if 'empty-links' in wrong %}<a href="{{ address }}"><img src="x.gif" alt=""></a>{% endif %}
{% if 'faint' in wrong %}<p style="color: #bbbbbb; font-size: 11px">{{ post.summary or post.title }}</p>{% endif %}
<div{% if 'foreign' in wrong %} lang="english!"{% endif %}>{{ post.html | default('', true) | safe }}</div>
{% if 'bad-aria' in wrong %}<p aria-level="zwei" aria-colour="red" role="heading">And more</p>
<div role="checkbox">Tick</div><p aria-label="x">Said</p>{% endif %}
{% if 'bad-lists' in wrong %}<ul><p>No item</p><li>One</li></ul><li>Alone</li>{% endif %}
{% if 'definitions' in wrong %}<dl><p>No term</p></dl><dt>Alone</dt>{% endif %}
{% if 'headless-table' in wrong %}<table><tr><td headers="nowhere">1</td><td>2</td></tr><tr><th scope="both">a</th>
<td>3</td></tr></table>{% endif %}
{% if 'video' in wrong %}<video src="https://example.org/v.mp4" autoplay></video>{% endif %}
{% if 'button' in wrong %}<button></button><input type="image" src="x.gif"><input type="button">{% endif %}
{% if 'field' in wrong %}<input type="text"><select><option>1</option></select><textarea></textarea>{% endif %}
{% if 'frame' in wrong %}<iframe src="about:blank"></iframe>{% endif %}
{% if 'marquee' in wrong %}<marquee>News</marquee><blink>New</blink>{% endif %}
{% if 'hidden-focus' in wrong %}<div aria-hidden="true"><a href="https://example.org/h">Hidden</a></div>{% endif %}
{% if 'svg' in wrong %}<svg role="img" width="9" height="9"><circle r="4"/></svg>{% endif %}
{% if 'svg' in wrong %}<object data="x.bin"></object>{% endif %}
Read <a href="{{ address }}">here</a>, all of it, and then some more.
</div>{% endfor %}
</td></tr></table></body></html>"""


@pytest.fixture(scope="module")
def mails() -> tuple[str, ...]:
    """Write thirty mails, each of other posts, with other wrongs in it."""
    corpus = os.environ.get("PUBLISHER_CORPUS")
    if not corpus:
        pytest.skip("PUBLISHER_CORPUS names no folder with feeds")
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    chosen = Settings.model_validate({"site": {"name": "Example News"}})
    posts = gather_described([str(Path(corpus) / "feeds")], chosen, now=now, default_language="en").posts
    return tuple(write(posts, number) for number in range(MAILS))


def write(posts: Sequence[Post], number: int) -> str:
    """Write one mail; the same number gives the same."""
    chance = random.Random(number)  # noqa: S311 - a choice that can be made again, no secret
    chosen = chance.sample(posts, chance.randint(1, MOST_POSTS))
    wrong = set(chance.sample(WRONGS, len(WRONGS) // 2))
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(TEMPLATE)
    return template.render(posts=chosen, wrong=wrong)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    try:
        with Browser() as running:
            yield running
    except OutsideError as failure:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(failure))


def asked(finding: Finding) -> frozenset[str]:
    """Name our rules that ask what axe-core asked."""
    name = finding.rule.removeprefix("axe/")
    return frozenset(rule.id for rule in RULES if name in rule.axe)


def test_what_only_a_browser_sees_is_written_down() -> None:
    """Each rule of axe-core that nothing here asks stands in the documents, with the reason."""
    section = DOCS.read_text(encoding="utf-8").partition("## What a browser adds")[2].partition("\n## ")[0]
    assert [name for name in sorted(BROWSER_ONLY) if f"`{name}`" not in section] == []


@pytest.mark.browser
@pytest.mark.parametrize("number", range(MAILS))
def test_what_axe_finds_in_bad_mails_is_found_statically(browser: Browser, mails: Sequence[str], number: int) -> None:
    """Every violation of WCAG A and AA, by a rule that asks the same, unless the docs say that only a browser sees."""
    page = read_html(mails[number])
    static = audit(page)
    found = [one for one in browser.audit(page) if one.rule.startswith("axe/") and one.wcag]
    assert found
    missed = [
        f"{one.rule}: {one.selector}: {one.message}"
        for one in found
        if not any(told.rule in asked(one) for told in static) and one.rule.removeprefix("axe/") not in BROWSER_ONLY
    ]
    assert missed == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for files to check."""
    return tmp_path_factory.mktemp("mails")


def check(capsys: pytest.CaptureFixture[str], *files: Path) -> tuple[int, list[dict[str, Any]]]:
    """Call `publisher check`, and give its exit status and its reports."""
    with pytest.raises(SystemExit) as end:
        main(["check", "--json", *map(str, files)])
    return int(end.value.code or 0), json.loads(capsys.readouterr().out)


def test_a_hundred_mails_that_break_off_are_checked(
    mails: Sequence[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each has a report, or a reason why there is none; not one stops the others."""
    chance = random.Random(1)  # noqa: S311 - a choice that can be made again, no secret
    files = []
    for number in range(100):
        whole = make_eml(mails[number % MAILS])
        files.append(folder / f"{number}.eml")
        files[-1].write_bytes(whole[: chance.randrange(len(whole))])
    status, reports = check(capsys, *files)
    assert status in {1, 3}
    assert sorted(one["file"] for one in reports) == sorted(map(str, files))
    assert not [one for one in reports if one["passed"]]
    assert all(one["findings"] or one["skipped"] for one in reports)


def test_five_hundred_mails_of_anything_are_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever stands in a mail, `check` has an answer."""
    seen: set[str] = set()

    @settings(max_examples=500, deadline=None, database=None)
    @given(MARKUP)
    def check_one(markup: str) -> None:
        file = folder / "made.eml"
        file.write_bytes(make_eml(markup))
        status, reports = check(capsys, file)
        assert status in {0, 1}
        assert [one["file"] for one in reports] == [str(file)]
        seen.add(markup)

    check_one()
    assert len(seen) > 400
