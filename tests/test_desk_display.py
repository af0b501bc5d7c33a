"""The desk as people set their screens: forced colours, wide spacing, 400 per cent, less motion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from tests.desk_builders import Furnished, furnish, write_newsroom
from tests.desk_states import states
from tests.web_builders import SETTINGS, chromium, is_narrow, serving, violations

pytestmark = pytest.mark.browser

# WCAG 2.2, 1.4.12: nothing may be lost when a reader asks for this
_SPACING: Final = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
_CLIPPED: Final = """() => [...document.querySelectorAll("button, .button, .mark, th, td, label, h1, h2, p, dt, dd")]
    .filter((one) => !one.closest(".hidden, .scroll, pre") && !one.classList.contains("hidden"))
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow === "hidden")
    .map((one) => one.outerHTML.slice(0, 120))"""
_BARE_MARKS: Final = """() => [...document.querySelectorAll(".mark, button, select, textarea")]
    .filter((one) => one.offsetWidth > 2)
    .filter((one) => { const s = getComputedStyle(one);
        return s.borderStyle === "none" && s.outlineStyle === "none" && s.textDecorationLine === "none"; })
    .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom with posts, editions and accounts."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-display"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with chromium() as started:
        yield started


def _open(browser: Browser, room: tuple[str, Furnished], **options: object) -> Page:
    """Give a page of an admin who is signed in."""
    site, furnished = room
    context = browser.new_context(base_url=site, bypass_csp=True, **options)  # type: ignore[arg-type]  # a test names what it needs
    context.add_cookies([{"name": "sessionid", "value": furnished.sessions["admin"], "url": site}])
    context.route("https://example.org/**", lambda route: route.abort())
    return context.new_page()


def test_forced_colours_keep_everything_that_can_be_told_apart(browser: Browser, room: tuple[str, Furnished]) -> None:
    """With the system's colours alone: axe finds nothing, marks and controls keep an edge, the chart its bars."""
    page = _open(browser, room, forced_colors="active")
    for path in states(room[1])[::4]:
        page.goto(path)
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        assert (path, violations(page)) == (path, [])
        assert (path, page.evaluate(_BARE_MARKS)) == (path, [])
        assert len(page.screenshot()) > 0
    page.goto("/desk/results/")
    fills = page.locator("svg.chart rect").evaluate_all("all => all.map((one) => getComputedStyle(one).fill)")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len(set(fills)) == 3
    assert ground not in fills
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_is_lost_with_wide_spacing_at_400_per_cent(
    browser: Browser, room: tuple[str, Furnished], language: str
) -> None:
    """1280 pixels at 400 per cent are 320: one column, no scrolling sideways, no text cut off (1.4.10, 1.4.12)."""
    page = _open(browser, room, locale=language, viewport={"width": 320, "height": 256})
    for path in states(room[1]):
        page.goto(path)
        page.add_style_tag(content=_SPACING)
        assert is_narrow(page), path
        assert (path, page.evaluate(_CLIPPED)) == (path, [])
    page.context.close()


def test_what_has_the_focus_is_never_hidden(browser: Browser, room: tuple[str, Furnished]) -> None:
    """Nothing sticks to the screen, so nothing covers what the keyboard reaches (2.4.11)."""
    page = _open(browser, room)
    for path in states(room[1]):
        page.goto(path)
        stuck = page.evaluate(
            """() => [...document.querySelectorAll("body *")]
            .filter((one) => ["fixed", "sticky"].includes(getComputedStyle(one).position)).length"""
        )
        assert stuck == 0, path
    page.context.close()


def test_targets_are_large_enough(browser: Browser, room: tuple[str, Furnished]) -> None:
    """Buttons, fields and links are 24 pixels high and wide; those in rows have room between them (2.5.8)."""
    page = _open(browser, room, viewport={"width": 320, "height": 900})
    for path in states(room[1]):
        page.goto(path)
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, .button, select, textarea, input, nav a")]
            .filter((one) => one.checkVisibility() && !one.closest(".hidden") && !one.classList.contains("hidden"))
            .filter((one) => { const r = one.getBoundingClientRect();
                const narrow = r.width < 24 && !one.closest(".row");
                return !["checkbox", "radio", "hidden"].includes(one.type) && (r.height < 24 || narrow); })
            .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert (path, small) == (path, [])
    page.context.close()


def test_who_wants_less_motion_gets_less(browser: Browser, room: tuple[str, Furnished]) -> None:
    """No smooth scrolling and no transition where the system asks for reduced motion (2.3.3)."""
    page = _open(browser, room, reduced_motion="reduce")
    page.goto("/desk/")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")]
        .filter((one) => getComputedStyle(one).animationName !== "none").length"""
    )
    assert moving == 0
    page.context.close()
