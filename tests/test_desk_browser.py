"""The desk in a real browser: axe finds nothing in any state, and what scripts add works."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk_builders import Furnished, furnish, write_newsroom
from tests.desk_states import mistakes, states
from tests.web_builders import SETTINGS, chromium, is_narrow, serving, violations

pytestmark = pytest.mark.browser

MODES: Final[tuple[tuple[Literal["light", "dark"], int, str], ...]] = (
    ("light", 1200, "en"),
    ("dark", 1200, "en"),
    ("light", 320, "en"),
    ("light", 1200, "ar"),
    ("dark", 320, "ar"),
)
_EVENTS: Final = "text/event-stream"
ENOUGH: Final = 35  # pages and states, at the least


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


def _look(page: Page, paths: Sequence[str], language: str) -> None:
    """Ask axe about pages, and whether they fit and are in their language."""
    for path in paths:
        page.goto(path)
        assert (path, violations(page)) == (path, [])
        assert is_narrow(page), path
        assert page.locator("html").get_attribute("lang") == language, path


def test_axe_finds_nothing_on_any_page(browser: Browser, room: tuple[str, Furnished]) -> None:
    """WCAG A and AA and best practices, no scrolling sideways, the language chosen: every page and state."""
    paths = states(room[1])
    assert len(paths) >= ENOUGH
    page = _open(browser, room, "admin", color_scheme="light", bypass_csp=True, locale="en")
    page.set_viewport_size({"width": 1200, "height": 900})
    _look(page, paths, "en")
    page.context.close()


def test_axe_finds_nothing_on_a_telephone_in_arabic(browser: Browser, room: tuple[str, Furnished]) -> None:
    """Mirrored, dark, 320 pixels wide, which is also 1280 at 400 per cent: every third state; proofs look at all."""
    page = _open(browser, room, "admin", color_scheme="dark", bypass_csp=True, locale="ar")
    page.set_viewport_size({"width": 320, "height": 900})
    _look(page, states(room[1])[::3], "ar")
    page.context.close()


@pytest.mark.proof
@pytest.mark.parametrize(("scheme", "width", "language"), MODES)
def test_axe_finds_nothing_however_a_page_is_looked_at(
    browser: Browser, room: tuple[str, Furnished], scheme: Literal["light", "dark"], width: int, language: str
) -> None:
    """Every page and state in every manner."""
    page = _open(browser, room, "admin", color_scheme=scheme, bypass_csp=True, locale=language)
    page.set_viewport_size({"width": width, "height": 900})
    _look(page, states(room[1]), language)
    page.context.close()


def test_axe_finds_nothing_after_a_form_was_refused(browser: Browser, room: tuple[str, Furnished]) -> None:
    """What was wrong is said on the page that the form stands on."""
    page = _open(browser, room, "admin", bypass_csp=True)
    for path, form, data in mistakes(room[1]):
        page.goto(path)
        token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
        fields: dict[str, str | float | bool] = {**data, "csrfmiddlewaretoken": token, "page": path}
        page.request.post(form, form=fields, max_redirects=0, headers={"Referer": f"{room[0]}{path}"})
        page.goto(path)
        assert page.locator("#messages .note").count() == 1, form
        assert (form, violations(page)) == (form, [])
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
    """Every page keeps its places: no layout shift."""
    page = _open(browser, room, "admin")
    for path in states(room[1]):
        page.goto(path, wait_until="load")
        shift = page.evaluate(
            """() => new Promise((done) => { let sum = 0;
            new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
              .observe({ type: 'layout-shift', buffered: true });
            requestAnimationFrame(() => requestAnimationFrame(() => done(sum))); })"""
        )
        assert shift < 0.01, path
    page.context.close()


def test_live_numbers_take_their_places_quietly(browser: Browser, room: tuple[str, Furnished]) -> None:
    """Numbers, end and quota come by themselves; what is announced is empty until a tenth more is done."""
    page = _open(browser, room, "viewer")
    path = f"/desk/editions/{room[1].editions['moving']}/"
    parts = {"ends": "<p>It ends at noon</p>", "quotas": "<p>Much is left</p>"}
    events = ["retry: 600000\n\n"]
    page.route(f"**{path}follow/", lambda route: route.fulfill(body="".join(events), content_type=_EVENTS))
    for done, announced in ((10, ""), (11, ""), (20, "20 are done")):
        told = {"pending": f"{100 - done}", "total": 100, "done": done, "said": f"{done} are done", "parts": parts}
        events.append(f"event: counts\ndata: {json.dumps(told)}\n\n")
        page.goto(f"{path}sending/")
        page.wait_for_function(
            "left => document.querySelector('[data-count=pending]').textContent === left", arg=f"{100 - done}"
        )
        assert page.locator("[data-part=ends]").inner_text() == "It ends at noon"
        assert page.locator("[data-part=quotas]").inner_text() == "Much is left"
        assert page.locator("[data-announced]").inner_text() == announced
    page.context.close()


def test_posts_are_dragged_into_order_and_kept(browser: Browser, room: tuple[str, Furnished]) -> None:
    """The grip moves a post and says where it stands; positions follow, and keeping them keeps the order."""
    page = _open(browser, room, "editor", reduced_motion="reduce")
    page.set_viewport_size({"width": 1200, "height": 1600})
    page.goto(f"/desk/editions/{room[1].editions['weekly']}/")
    titles = [one.strip() for one in page.locator("ol.order > li a").all_inner_texts()]
    grips = page.locator("ol.order .grip")
    grips.first.scroll_into_view_if_needed()
    start, target = grips.first.bounding_box(), page.locator("ol.order > li").nth(2).bounding_box()
    assert start is not None
    assert target is not None
    page.mouse.move(start["x"] + 5, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, target["y"] + target["height"] - 3, steps=12)
    page.mouse.up()
    wanted = [*titles[1:3], titles[0], *titles[3:]]
    assert [one.strip() for one in page.locator("ol.order > li a").all_inner_texts()] == wanted
    assert page.locator("ol.order input").evaluate_all("all => all.map((one) => one.value)") == ["1", "2", "3", "4"]
    assert f"{titles[0]} stands at place 3 of 4." in page.locator("#messages").inner_text()
    with page.expect_navigation():
        page.click("#edit .actions button")
    assert [one.strip() for one in page.locator("ol.order > li a").all_inner_texts()] == wanted
    page.context.close()


def test_a_post_is_moved_on_from_where_it_was_moved(browser: Browser, room: tuple[str, Furnished]) -> None:
    """The focus comes back to the button, then to the position where there is none; where it stands is said."""
    page = _open(browser, room, "second")
    page.goto(f"/desk/editions/{room[1].editions['pair']}/")
    title = page.locator("ol.order > li a").first.inner_text().strip()
    page.locator("button[value^='down:']").first.focus()
    for place in (2, 3):
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.value").startswith("down:")
        expect(page.locator("main > [role=status].hidden")).to_contain_text(f"{title} stands at place {place} of 4.")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name").startswith("position-")
    assert page.locator("ol.order > li a").nth(3).inner_text().strip() == title
    page.context.close()
