"""What somebody typed is not lost: not by signing out, not by somebody else's change, not by a session that ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk_builders import PASSWORD, Furnished, Person, furnish, people, write_newsroom
from tests.web_builders import SETTINGS, chromium, serving

_PATIENCE = 30_000  # milliseconds
_KEPT = "Something that you typed here was not kept."


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom with posts, editions and accounts."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-drafts"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def everybody(room: tuple[str, Furnished]) -> Iterator[dict[str, Person]]:
    """Give a browser that knows nothing but forms to everybody who has an account."""
    with people(*room) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with chromium() as started:
        yield started


def _sign_in(page: Page) -> None:
    """Sign in on the page that asks for it."""
    page.fill("#id_login", "editor")
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")


def _open(browser: Browser, room: tuple[str, Furnished]) -> Page:
    """Give a page of an editor who has just signed in."""
    context = browser.new_context(base_url=room[0], locale="en")
    context.route("https://example.org/**", lambda route: route.abort())
    page = context.new_page()
    page.goto("/desk/account/login/")
    _sign_in(page)
    page.wait_for_url("**/desk/")
    return page


# --- on the server ----------------------------------------------------------------------------------------------------


def test_somebody_elses_change_does_not_take_what_was_typed(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """The form comes back with the words in it, at the version that they are then written over."""
    path = f"/desk/posts/{room[1].posts['sample-jam']}/"
    first, second = everybody["editor"], everybody["second"]
    assert "Kept." in first.say(path, {"version": "1", "alt-0": "Children behind a stall", "caption-0": "Jam"})
    answer = second.send(path, {"version": "1", "alt-0": "Six jars on a wooden table", "caption-0": "Jam"})
    assert answer.status_code == 409
    assert "Somebody else changed this post meanwhile" in answer.text
    assert "Six jars on a wooden table</textarea>" in answer.text
    assert '<input type="hidden" name="version" value="2">' in answer.text
    assert "Children behind a stall</textarea>" in first.get(path).text
    assert "Kept." in second.say(path, {"version": "2", "alt-0": "Six jars on a wooden table", "caption-0": "Jam"})


def test_a_manuscript_that_somebody_else_wrote_on_comes_back_as_it_was_typed(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """Neither of the two is lost; the second is kept once its writer has seen the first."""
    path = f"/desk/write/{room[1].posts['ours-weekly']}/"
    fields = {"headline": "A draft of ours", "language": "en", "do": "draft"}
    everybody["editor"].send(path, {**fields, "version": "1", "text": "Written first."})
    answer = everybody["second"].send(path, {**fields, "version": "1", "text": "Written second."})
    assert answer.status_code == 409
    assert "Somebody else changed this post meanwhile" in answer.text
    assert "Written second.</textarea>" in answer.text
    assert "Written first.</textarea>" in everybody["editor"].get(path).text
    assert "The draft is kept." in everybody["second"].say(path, {**fields, "version": "2", "text": "Written second."})


def test_nobody_approves_or_overwrites_an_edition_that_they_have_not_seen(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """A change that came between a look and a press is shown first; words that were typed stay in the form."""
    path = f"/desk/editions/{room[1].editions['pair']}/"
    editor, approver = everybody["editor"], everybody["approver"]
    seen = _seen(approver.get(path).text)
    assert "passes the audit" in editor.say(path, {"seen": seen, "subject-en": "Changed just now"}, page=path)
    page = approver.say(f"{path}approve/", {"seen": seen}, page=path)
    assert "somebody changed it while you looked at it" in page
    assert "nobody yet" in page
    answer = approver.send(path, {"seen": seen, "intro-en": "Typed over the older one"}, page=path)
    assert answer.status_code == 409
    assert "Somebody else changed this edition meanwhile" in answer.text
    assert "Typed over the older one</textarea>" in answer.text
    assert 'value="Changed just now"' in editor.get(path).text
    assert "Approved" in approver.say(f"{path}approve/", {"seen": _seen(page)}, page=path)


def _seen(page: str) -> str:
    """Read which version of an edition a page shows."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_a_form_sent_after_a_sign_out_leads_back_to_its_page(room: tuple[str, Furnished]) -> None:
    """To the page that it stands on, not to an address that takes forms only."""
    path = f"/desk/posts/{room[1].posts['sample-rope']}/"
    with Person(room[0], None) as person:
        person.get("/desk/account/login/")
        token = person.client.cookies["csrftoken"]
        fields = {"csrfmiddlewaretoken": token, "page": path, "status": "withheld"}
        answer = person.client.post(f"{path}status/", data=fields)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/desk/account/login/?next={path}"


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_what_was_sent_after_a_sign_out_is_offered_again(browser: Browser, room: tuple[str, Furnished]) -> None:
    """Sent, asked to sign in, signed in: the words are offered on the page, and taken they are in the form."""
    page = _open(browser, room)
    path = f"/desk/posts/{room[1].posts['sample-ferry']}/"
    page.goto(path)
    page.fill("#alt-0", "A white ferry with all its lights on")
    page.context.clear_cookies(name="sessionid")
    page.click("#describe .actions button")
    _sign_in(page)
    page.wait_for_url(f"**{path}")
    assert _KEPT in page.locator("#messages").inner_text()
    page.get_by_role("button", name="Bring it back").click()
    assert page.input_value("#alt-0") == "A white ferry with all its lights on"
    page.click("#describe .actions button")
    expect(page.locator("#messages .kept")).to_have_text("Kept.", timeout=_PATIENCE)
    page.goto(path)
    assert _KEPT not in page.locator("#messages").inner_text()
    page.context.close()


@pytest.mark.browser
def test_a_draft_can_be_thrown_away(browser: Browser, room: tuple[str, Furnished]) -> None:
    """It is offered until somebody decides; thrown away, it is gone."""
    page = _open(browser, room)
    path = f"/desk/editions/{room[1].editions['weekly']}/"
    page.goto(path)
    page.fill("#subject-en", "Typed and left")
    page.goto("/desk/help/")
    page.goto(path)
    page.get_by_role("button", name="Throw it away").click()
    assert page.locator("#messages .note").count() == 0
    page.goto(path)
    assert page.locator("#messages .note").count() == 0
    page.context.close()


@pytest.mark.browser
def test_a_session_that_ends_is_told_of_and_put_off(browser: Browser, room: tuple[str, Furnished]) -> None:
    """Ten minutes before, with a button that keeps somebody signed in; then it is told again when that ends."""
    page = _open(browser, room)
    page.clock.install()
    page.goto("/desk/help/")
    left = int(page.locator("#messages").get_attribute("data-session") or 0)
    assert 11 * 3600 <= left <= 12 * 3600
    page.clock.fast_forward((left - 601) * 1000)
    assert page.locator("#messages .note").count() == 0
    page.clock.fast_forward(2_000)
    expect(page.locator("#messages .note")).to_contain_text("You will be signed out in ten minutes.")
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.locator("#messages .note")).to_have_text("You stay signed in.", timeout=_PATIENCE)
    page.context.clear_cookies(name="sessionid")
    page.clock.fast_forward(12 * 3600 * 1000)
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.locator("#messages .note").last).to_contain_text("You are signed out.", timeout=_PATIENCE)
    page.context.close()
