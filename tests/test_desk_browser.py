"""The desk in a real browser: axe finds nothing in any state, and a whole day works with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.desk_builders import Furnished, furnish, write_newsroom
from tests.web_builders import SETTINGS, chromium, is_narrow, serving, violations

pytestmark = pytest.mark.browser

_TABS = 150  # more links and fields than these has no page between its beginning and what is looked for
MODES: tuple[tuple[Literal["light", "dark"], int, str], ...] = (("light", 1200, "en"), ("dark", 320, "ar"))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom with posts, editions and accounts."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-browser"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with chromium() as started:
        yield started


def _open(browser: Browser, room: tuple[str, Furnished], account: str, **options: object) -> Page:
    """Give a page of somebody who is signed in."""
    site, furnished = room
    context = browser.new_context(base_url=site, **options)  # type: ignore[arg-type]  # a test names what it needs
    context.add_cookies([{"name": "sessionid", "value": furnished.sessions[account], "url": site}])
    context.route("https://example.org/**", lambda route: route.abort())
    return context.new_page()


def _states(furnished: Furnished) -> list[str]:
    """Name the pages and states that are looked at."""
    alerts, weekly = furnished.editions["alerts"], furnished.editions["weekly"]
    views = ("light", "dark", "blocked", "narrow", "mirrored", "text", "outline", "links", "heard")
    return [
        "/desk/",
        "/desk/inbox/",
        "/desk/inbox/?state=undescribed",
        "/desk/inbox/?words=xyzzy",
        "/desk/sources/",
        f"/desk/posts/{furnished.posts['sample-ferry']}/",
        f"/desk/posts/{furnished.posts['sample-jam']}/",
        f"/desk/posts/{furnished.posts['sample-wind']}/",
        "/desk/posts/999999/",
        f"/desk/posts/{furnished.posts['sample-wind']}/withdraw/",
        f"/desk/posts/{furnished.posts['agency-wind']}/withdraw/?kind=kill",
        "/desk/newsletters/",
        "/desk/newsletters/pair/",
        "/desk/newsletters/daily/",
        *(f"/desk/editions/{weekly}/?view={view}" for view in views),
        f"/desk/editions/{alerts}/",
        f"/desk/editions/{weekly}/sending/",
        f"/desk/editions/{alerts}/sending/",
        "/desk/results/",
        "/desk/results/?newsletter=daily",
        "/desk/people/",
        "/desk/people/?words=nobody",
        "/desk/outlets/",
        "/desk/rights/",
        "/desk/log/",
        "/desk/log/?actor=nobody",
        "/desk/help/",
        "/desk/account/password/change/",
        "/desk/account/2fa/",
    ]


@pytest.mark.parametrize(("scheme", "width", "language"), MODES)
def test_axe_finds_nothing_on_any_page(
    browser: Browser, room: tuple[str, Furnished], scheme: Literal["light", "dark"], width: int, language: str
) -> None:
    """WCAG A and AA and best practices, no scrolling sideways, the language chosen; mirrored, every third state."""
    page = _open(browser, room, "admin", color_scheme=scheme, bypass_csp=True, locale=language)
    page.set_viewport_size({"width": width, "height": 900})
    for path in _states(room[1]) if language == "en" else _states(room[1])[::3]:
        page.goto(path)
        assert (path, violations(page)) == (path, [])
        assert is_narrow(page), path
        assert page.locator("html").get_attribute("lang") == language, path
    page.context.close()


def test_axe_finds_nothing_at_the_door(browser: Browser, room: tuple[str, Furnished]) -> None:
    """The page to sign in, before and after a mistake, in both languages, and the page for those without a role."""
    context = browser.new_context(base_url=room[0], bypass_csp=True)
    page = context.new_page()
    for language in ("en", "ar"):
        page.goto(f"/desk/account/login/?lang={language}")
        assert violations(page) == []
        page.fill("#id_login", "nobody-at-all")
        page.fill("#id_password", "wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        assert violations(page) == []
        assert page.locator("html").get_attribute("lang") == language
    context.close()
    page = _open(browser, room, "nobody", bypass_csp=True)
    page.goto("/desk/")
    assert violations(page) == []
    page.context.close()


def test_axe_finds_nothing_after_a_mistake(browser: Browser, room: tuple[str, Furnished]) -> None:
    """The summary takes the focus, and its link leads to the field."""
    page = _open(browser, room, "editor", bypass_csp=True)
    page.goto(f"/desk/posts/{room[1].posts['agency-jam']}/")
    page.check("#decorative-0")
    page.click("#describe .actions button")
    page.wait_for_selector("#summary")
    assert page.evaluate("document.activeElement.id") == "summary"
    assert violations(page) == []
    page.click("#summary a")
    assert page.evaluate("document.activeElement.id") == "alt-0"
    page.context.close()


def test_a_description_is_written_without_a_script(browser: Browser, room: tuple[str, Furnished]) -> None:
    """With scripts off, the picture is described, kept and shown as it is heard."""
    page = _open(browser, room, "editor", java_script_enabled=False)
    page.goto(f"/desk/posts/{room[1].posts['agency-ferry']}/")
    page.fill("#alt-0", "A white ferry leaves a dark harbour")
    page.click("#describe .actions button")
    assert "A white ferry leaves a dark harbour" in page.locator("#heard-0").inner_text()
    page.context.close()


def test_a_script_counts_warns_and_keeps_drafts(browser: Browser, room: tuple[str, Furnished]) -> None:
    """The length while typing, the caption said twice, and what was typed and not sent is offered again."""
    page = _open(browser, room, "editor")
    path = f"/desk/posts/{room[1].posts['sample-ferry']}/"
    page.goto(path)
    page.fill("#alt-0", "the ferry at the PIER!")
    assert page.locator(".length").first.inner_text() == "22 / 150"
    assert page.locator(".twice").is_visible()
    page.goto("/desk/help/")
    page.goto(path)
    page.click("#messages button")
    assert page.input_value("#alt-0") == "the ferry at the PIER!"
    page.context.close()


def test_nothing_moves_while_a_page_loads(browser: Browser, room: tuple[str, Furnished]) -> None:
    """The pages with pictures and frames keep their places: no layout shift."""
    page = _open(browser, room, "editor")
    for path in islice(_states(room[1]), 5, 13):
        page.goto(path, wait_until="networkidle")
        shift = page.evaluate(
            """() => new Promise((done) => { let sum = 0;
            new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
              .observe({ type: 'layout-shift', buffered: true });
            requestAnimationFrame(() => requestAnimationFrame(() => done(sum))); })"""
        )
        assert shift < 0.01, path
    page.context.close()
