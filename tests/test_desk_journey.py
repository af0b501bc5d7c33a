"""A day at the desk with the keyboard alone: from signing in to a scheduled send and back to the results.

In English and in Arabic, with scripts and without.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from tests.desk_builders import PASSWORD, Furnished, furnish, write_newsroom
from tests.web_builders import SETTINGS, chromium, serving

pytestmark = pytest.mark.browser

_TABS: Final = 200  # more links and fields than these has no page between its beginning and what is looked for
_DESCRIPTIONS: Final = {
    "en": "A white ferry leaves a dark harbour",
    "ar": "عبّارة بيضاء تغادر ميناء مظلمًا",
}
_NEWSLETTER: Final = """
[newsletters.{name}]
title = "The Harbour Post, {name}"
from = "The Harbour Post <news@example.org>"
sources = ["sample"]
start = 2020-01-01
"""
DAYS: Final = (("en", True), ("en", False), ("ar", True), ("ar", False))


def _name(language: str, scripts: bool) -> str:  # noqa: FBT001 - a parameter of the test
    """Name the newsletter of one day."""
    return f"{language}-{'scripts' if scripts else 'plain'}"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom with a newsletter for each day."""
    own = "".join(_NEWSLETTER.format(name=_name(*day)) for day in DAYS)
    folder = write_newsroom(tmp_path_factory.mktemp("desk-journey"), SETTINGS + own)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with chromium() as started:
        yield started


_LOOK: Final = """selector => {
    const one = document.activeElement;
    const within = one.matches("body, iframe");  // what has the focus in a frame is the mail's own
    return [!within && one.matches(selector), within || getComputedStyle(one).outlineStyle !== "none", one.outerHTML];
}"""


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus; on the way every stop can be seen and none is a trap."""
    for _ in range(_TABS):
        page.keyboard.press("Tab")
        arrived, seen, where = page.evaluate(_LOOK, selector)
        assert seen, where[:200]
        if arrived:
            return
    message = f"{selector} cannot be reached with the keyboard on {page.url}"
    raise AssertionError(message)


def _press(page: Page, selector: str, key: str = "Enter") -> None:
    """Reach something with Tab, press a key, and wait for the page that follows."""
    _tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press(key)


def _write(page: Page, selector: str, text: str) -> None:
    """Reach a field and write into it, over what was there."""
    _tab_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


@pytest.mark.parametrize(("language", "scripts"), DAYS)
def test_a_day_works_with_the_keyboard_alone(
    browser: Browser,
    room: tuple[str, Furnished],
    language: str,
    scripts: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Sign in, describe a picture, make an edition, put it in order, look at it, approve, schedule, see the results."""
    site, furnished = room
    context = browser.new_context(base_url=site, locale=language, java_script_enabled=scripts)
    context.route("https://example.org/**", lambda route: route.abort())
    page = context.new_page()
    page.goto("/desk/")
    _sign_in(page)
    assert page.locator("html").get_attribute("lang") == language
    _describe(page, furnished.posts["sample-ferry"], _DESCRIPTIONS[language])
    edition = _make(page, _name(language, scripts))
    _arrange(page, language, edition)
    _release(page, edition)
    _look_back(page, furnished.editions["alerts"])
    context.close()


def _sign_in(page: Page) -> None:
    """Sign in with the name and the password."""
    _write(page, "#id_login", "approver")
    _write(page, "#id_password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _describe(page: Page, post: int, description: str) -> None:
    """Find a post in the inbox, and describe its picture."""
    _press(page, "a[href='/desk/inbox/']")
    _write(page, "#words", "ferry")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    _press(page, f"a[href='/desk/posts/{post}/']")
    _write(page, "#alt-0", description)
    _press(page, "#describe .actions button")
    assert description in page.locator("#heard-0").inner_text()


def _make(page: Page, newsletter: str) -> str:
    """Make an edition of a newsletter; gives its id."""
    _press(page, "a[href='/desk/newsletters/']")
    _press(page, f"a[href='/desk/newsletters/{newsletter}/']")
    _press(page, "form[action$='/build/'] button")
    return page.url.rstrip("/").rpartition("/")[2]


def _arrange(page: Page, language: str, edition: str) -> None:
    """Put the posts in order, by a button and by a position; write the subject; look at the dark preview."""
    first = page.locator(".order input").first.get_attribute("name")
    _press(page, "button[value^='down:']")
    assert page.locator(".order input").first.get_attribute("name") != first
    _write(page, f"input[name='{first}']", "1")
    _press(page, "#edit .actions button")
    assert page.locator(".order input").first.get_attribute("name") == first
    _write(page, "[id^=subject-]", "Ferries & jam")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    _press(page, "a[href*='view=dark']")
    assert page.locator("iframe.preview.dark").count() == 1
    assert page.locator("html").get_attribute("lang") == language
    assert edition in page.url


def _release(page: Page, edition: str) -> None:
    """Approve the edition, and choose when it goes out: on the first of January, at half past seven."""
    _press(page, "form[action$='/approve/'] button")
    _tab_to(page, "#at")
    page.keyboard.type("01012027")
    page.keyboard.press("Tab")
    page.keyboard.type("0730")
    page.keyboard.press("ArrowUp")
    assert page.locator("#at").input_value().startswith("2027-01-01T")
    _press(page, "form:has(#at) button")
    assert page.locator("form[action$='/schedule/'] button[name=undo]").count() == 1
    _press(page, f"a[href='/desk/editions/{edition}/sending/']")
    assert page.locator("[data-said]").inner_text().strip() != ""


def _look_back(page: Page, sent: str) -> None:
    """Look at the results, and at who did not get an edition."""
    _press(page, "a[href='/desk/results/']")
    assert page.locator("svg.chart title").count() == 2
    _press(page, f"a[href='/desk/editions/{sent}/sending/']")
    assert page.locator("#missed").count() == 1
