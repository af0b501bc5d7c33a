"""In a real browser axe finds nothing on the pages of a bundle, light and dark, wide and narrow, in both directions."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib import resources
from typing import Literal

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from publisher.syndication import bundle
from publisher.syndication.channel import Channel
from publisher.syndication.release import Revision
from tests.builders import make_image, make_medium, make_post, make_rich_post

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HEBREW = "\u05e1\u05d9\u05e8\u05d5\u05ea \u05d9\u05d5\u05e6\u05d0\u05d5\u05ea"
TABLE = "<table><tr><th>Year</th><th>Boats</th></tr><tr><td>1911</td><td>" + "wide " * 60 + "</td></tr></table>"


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
def pages() -> dict[str, str]:
    """Give the pages of a bundle that has something of everything."""
    markup = (
        f"<h4>Part</h4><p>One <a href='https://e.org/a'>link</a>.</p><pre>{'wide' * 90}</pre><blockquote>Q</blockquote>"
    )
    sound = make_medium(url="https://e.org/a.mp3", type="audio/mpeg", transcript_text="Engines.", title=None)
    posts = [
        make_rich_post(html=f"{markup}{TABLE}", media=(make_medium(), sound)),
        make_post(id="2", language="he", title=HEBREW, html=f"<p>{HEBREW}</p>", images=(make_image(alt=None),)),
        make_post(
            id="3", language="th", title="Undescribed", images=(make_image(alt=None, caption=None, credit=None),)
        ),
        make_post(id="4"),
        make_post(id="5", url="https://example.org/" + "long" * 60),
    ]
    revisions = {
        "4": Revision(number=2, signal="kill", note="It was wrong."),
        "5": Revision(number=2, signal="correction", note="Three, not four."),
    }
    channel = Channel(
        title="World", organisation="Sample News", rights="Free with credit", formats=("rss", "html", "epub")
    )
    made = bundle.make(posts, channel, revisions=revisions)
    found = {file.path: file.content.decode() for file in made.files if file.path.endswith(".html")}
    assert len(found) == 6
    return found


@pytest.mark.parametrize("width", [800, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, pages: dict[str, str], scheme: Literal["light", "dark"], width: int
) -> None:
    """No violation of WCAG 2.2 A and AA nor of best practice, and nobody has to scroll sideways."""
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    tab = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    tab.route("**/*", lambda route: route.abort())
    for path, written in pages.items():
        tab.set_content(written)
        assert tab.evaluate("document.scrollingElement.scrollWidth") <= width, path
        tab.evaluate(axe)
        options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
        found = tab.evaluate("async (options) => (await window.axe.run(document, options)).violations", options)
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], path
    tab.close()


def test_the_skip_link_works(browser: Browser, pages: dict[str, str]) -> None:
    """The first key shows it, the second leads to the text."""
    tab = browser.new_page()
    tab.route("**/*", lambda route: route.abort())
    tab.set_content(next(written for path, written in pages.items() if path.endswith("post.html")))
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    box = tab.locator("a.skip").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"
    tab.close()
