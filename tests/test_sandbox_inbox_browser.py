"""The inbox in a real browser: axe finds nothing, nobody scrolls sideways, and a hostile mail does nothing at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from publisher.delivery.message import splice
from publisher.model import Slot
from publisher.sandbox import Sandbox
from publisher.sandbox.account import SentMessage
from tests.builders import make_envelope, make_message

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LINK = Slot.UNSUBSCRIBE.marker


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
def sandbox() -> Iterator[Sandbox]:
    """Run a sandbox."""
    with Sandbox() as running:
        yield running


def keep(sandbox: Sandbox, **changes: str) -> str:
    """Put a message into the inbox; gives its id."""
    sent = SentMessage(
        number=0,
        id="",
        at=datetime(2026, 11, 22, tzinfo=UTC),
        sender="news@example.org",
        recipients=("reader@example.net",),
        raw=splice(make_message(**changes), make_envelope()),
        tags={"delivery": "01J0"},
    )
    return sandbox.account.accept(sent).id


@pytest.mark.parametrize("view", ["", "{}/", "{}/text", "{}/links", "{}/headers", "other/"])
def test_axe_finds_nothing(browser: Browser, sandbox: Sandbox, view: str) -> None:
    """All WCAG A and AA rules and the best practices, light and dark, 800 and 320 px."""
    identifier = keep(sandbox, subject="قایق‌ها بندر را ترک کردند " * 4)
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    for scheme in SCHEMES:
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        for width in (800, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{sandbox.inbox_url}{view.format(identifier)}")
            page.evaluate(axe)
            found: Any = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
            assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        context.close()


def test_hostile_mail_runs_nothing_and_loads_nothing(browser: Browser, sandbox: Sandbox) -> None:
    """Scripts, handlers, pictures, styles, frames, refreshes and forms of a mail are dead, framed or by itself."""
    beacon = f"{sandbox.url}/beacon"
    evil = (
        f"<script>fetch('{beacon}?script'); parent.document.title = 'owned'</script>"
        f"<img src='{beacon}?img' onerror=\"fetch('{beacon}?onerror')\">"
        f"<link rel=stylesheet href='{beacon}?css'><style>body {{ background: url({beacon}?background) }}</style>"
        f"<iframe src='{beacon}?frame'></iframe><meta http-equiv=refresh content='0; url={beacon}?refresh'>"
        f"<form action='{beacon}?form'><button id=go>Go</button></form><base href='{beacon}'>"
        f"<svg onload=\"fetch('{beacon}?svg')\"></svg><object data='{beacon}?object'></object>{LINK}"
    )
    identifier = keep(sandbox, subject="<script>document.title = 'owned'</script>", html=evil)
    context = browser.new_context()
    page = context.new_page()
    reached: list[str] = []
    context.on("response", lambda answer: reached.append(answer.url))
    for view in ("html", "frame", "text", "links", "headers"):
        page.goto(f"{sandbox.inbox_url}{identifier}/{view}", wait_until="load")
        assert page.title() != "owned"
    page.goto(f"{sandbox.inbox_url}", wait_until="load")
    assert page.title().endswith("Sandbox inbox")
    assert [url for url in reached if "beacon" in url] == []
    assert [url for url in reached if url.endswith("/frame")] != []
    context.close()


def test_inbox_works_with_the_keyboard_alone(browser: Browser, sandbox: Sandbox) -> None:
    """The first stop is the skip link; it leads into the content."""
    keep(sandbox)
    context = browser.new_context(java_script_enabled=True)
    page = context.new_page()
    page.goto(sandbox.inbox_url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    context.close()
