"""In a real browser axe finds nothing, in light and dark, wide and narrow, and nobody has to scroll sideways."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from importlib import resources
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from publisher.digest.compose import compose
from publisher.digest.look import TEMPLATES, Look
from publisher.digest.render import render
from publisher.digest.rules import Rules, content_for
from publisher.model import Rendered
from tests.builders import NOON, make_image, make_medium, make_post

pytestmark = pytest.mark.browser

# A mail has no landmarks: clients drop or rename them.
FOR_THE_WEB_ONLY = {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ColorScheme = Literal["light", "dark"]
PERSIAN = "قایق‌ها پیش از رسیدن توفان بندر را ترک می‌کنند"
UNBROKEN = "4380118;" * 40  # nowhere may a line break in it by itself
TABLE = f"<table><tr><th>Year</th><th>Boats</th></tr><tr><td>1911</td><td>{UNBROKEN}</td></tr></table>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with sync_playwright() as driver:
        try:
            chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        except Error as failure:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"there is no Chromium here: {failure.message.splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def axe() -> str:
    """Give the source of axe-core."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def edition(template: str, language: str) -> Rendered:
    """Render posts with everything a post may have, in two directions."""
    markup = f"<h2>Part</h2><p>One <a href='https://e.org/a'>link</a>.</p><blockquote><p>Two.</p></blockquote>{TABLE}"
    posts = [
        make_post(
            id="1", url="https://e.org/1", html=markup, images=(make_image(),), media=(make_medium(),), tags=("Sea",)
        ),
        make_post(id="2", url="https://e.org/2", title=PERSIAN, language="fa", html=f"<p>{PERSIAN}</p>", kicker="دریا"),
        *(make_post(id=f"{n}", url=f"https://e.org/{n}", title=f"Number {n}", tags=(f"T{n}",)) for n in range(3, 6)),
    ]
    rules = Rules(
        title="The Daily",
        language=language,
        content=content_for(template),
        sections="tag",
        web_url="https://example.org/daily/42",
    )
    look = Look(newsletter="The Daily", publisher="Example News", postal_address="12 Harbour Street", template=template)
    return render(compose(posts, rules, now=NOON), look)


def violations(
    browser: Browser, axe: str, written: str, mode: tuple[ColorScheme, int], rules: dict[str, Any]
) -> list[str]:
    """Run axe on a page in one colour scheme and width; give what it finds, and whether people must scroll sideways."""
    scheme, width = mode
    tab = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    tab.route("**/*", lambda route: route.abort())
    tab.set_content(written)
    tab.evaluate(axe)
    options = json.dumps({"runOnly": TAGS, "rules": rules, "resultTypes": ["violations"]})
    result = tab.evaluate(f"axe.run({options})")
    found = [f"{one['id']}: {one['nodes'][0]['html']}" for one in result["violations"]]
    if tab.evaluate("document.documentElement.scrollWidth") > width:
        found.append("scrolls sideways")
    tab.close()
    return found


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(("language", "mode"), [("en", ("light", 800)), ("fa", ("dark", 320))])
def test_mails(browser: Browser, axe: str, template: str, language: str, mode: tuple[ColorScheme, int]) -> None:
    """Every template passes in a language of each direction."""
    assert violations(browser, axe, edition(template, language).html, mode, FOR_THE_WEB_ONLY) == []


@pytest.mark.parametrize(("language", "mode"), [("en", ("dark", 800)), ("ur", ("light", 320)), ("ka", ("light", 800))])
def test_archive_page(browser: Browser, axe: str, language: str, mode: tuple[ColorScheme, int]) -> None:
    """The archive page passes every rule, landmarks included."""
    assert violations(browser, axe, edition("full", language).web, mode, {}) == []


@pytest.mark.proof
@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ["ar", "fa", "he", "ur", "ru", "uk", "kk", "zh", "es", "fr", "de", "cs"])
def test_every_mail_in_every_mode(browser: Browser, axe: str, template: str, language: str) -> None:
    """Every template passes in every language that was asked for, light and dark, wide and narrow."""
    rendered = edition(template, language)
    modes: list[tuple[ColorScheme, int]] = [("light", 800), ("light", 320), ("dark", 800), ("dark", 320)]
    for mode in modes:
        assert violations(browser, axe, rendered.html, mode, FOR_THE_WEB_ONLY) == [], mode
        assert violations(browser, axe, rendered.web, mode, {}) == [], mode


def test_skip_link_of_the_archive_page(browser: Browser) -> None:
    """The first thing that the keyboard reaches is the skip link; it can be seen then, and it leads to the stories."""
    tab = browser.new_page(viewport={"width": 800, "height": 600})
    tab.set_content(edition("digest", "en").web)
    tab.keyboard.press("Tab")
    place = tab.evaluate("document.activeElement.getBoundingClientRect().top")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the stories"
    assert place >= 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "stories"
    tab.close()
