"""How what editors write reads: shown by a button without a script, while they type with one, and never kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.desk_builders import Furnished, Person, furnish, people, write_newsroom
from tests.web_builders import SETTINGS, chromium, is_narrow, serving, violations

_TEXT = "## What happened\n\nThe *ferry* turned back.\n\n#### Why\n\nFog; [click here](https://example.org/fog)."


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-galley"), SETTINGS)
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def everybody(room: tuple[str, Furnished]) -> Iterator[dict[str, Person]]:
    """Give a browser to everybody who has an account."""
    with people(*room) as found:
        yield found


def _fill(text: str = _TEXT) -> dict[str, str]:
    """Write a post and ask how it reads."""
    return {"newsletter": "daily", "language": "en", "headline": "Fog at the pier", "text": text, "do": "preview"}


def test_a_preview_shows_the_post_and_what_is_found_and_keeps_nothing(everybody: dict[str, Person]) -> None:
    """Headings stand below the headline; a skipped level and a link that says nothing are found; nothing is kept."""
    editor = everybody["editor"]
    page = editor.send("/desk/write/", _fill()).text
    proof = page[page.index('id="galley"') :]
    assert "<h3>Fog at the pier</h3>" in proof
    assert "<h4>What happened</h4>" in proof
    assert "<h5>Why</h5>" in proof
    assert "<em>ferry</em>" in proof
    assert "WCAG 1.3.1" in proof
    assert "WCAG 2.4.4" in proof
    assert 'value="Fog at the pier"' in page
    assert "Fog at the pier" not in editor.get("/desk/write/").text
    assert everybody["viewer"].send("/desk/write/", _fill()).status_code == 403


def test_what_is_hostile_does_nothing_in_a_preview(everybody: dict[str, Person]) -> None:
    """Scripts, handlers, frames and styles that somebody pasted are not there; what is wrong with pictures is."""
    text = '<script>alert(1)</script><p onclick="x()" style="color:red">Hi</p><iframe src="/desk/"></iframe>\n\n![](9)'
    page = everybody["editor"].send("/desk/write/", _fill(f"{text}\n\n![](https://example.org/a.jpg)")).text
    proof = page[page.index('id="galley"') :]
    assert "<p>Hi</p>" in proof
    for word in ("<script", "onclick", " style=", "<iframe"):
        assert word not in proof[: proof.index("</section>")], word
    assert "A picture in the text has no description" in proof


def test_a_draft_is_previewed_without_a_new_version(everybody: dict[str, Person], room: tuple[str, Furnished]) -> None:
    """Whichever version the form stands on, it is shown; the draft stays as it was kept."""
    path = f"/desk/write/{room[1].posts['ours-weekly']}/"
    answer = everybody["editor"].send(path, {**_fill("Quite another text."), "version": "0"})
    assert answer.status_code == 200
    assert "<p>Quite another text.</p>" in answer.text
    assert "Quite another text." not in everybody["editor"].get(path).text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with chromium() as started:
        yield started


def _open(browser: Browser, room: tuple[str, Furnished], **options: object) -> Page:
    """Give the page of somebody who begins to write."""
    context = browser.new_context(base_url=room[0], **options)  # type: ignore[arg-type]  # a test names what it needs
    context.add_cookies([{"name": "sessionid", "value": room[1].sessions["editor"], "url": room[0]}])
    page = context.new_page()
    page.goto("/desk/write/")
    return page


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_preview_follows_what_is_typed_quietly(browser: Browser, room: tuple[str, Furnished], language: str) -> None:
    """It comes by itself, the focus stays in the text, the policy of the page is kept, and findings are said once."""
    page = _open(browser, room, locale=language)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.fill("#headline", "Fog at the pier")
    page.fill("#text", "Nothing moves.")
    page.wait_for_selector("#galley article >> text=Nothing moves.")
    quiet = page.locator("#galley-said").inner_text()
    page.evaluate(
        """() => { window.heard = []; const said = document.getElementById("galley-said");
        new MutationObserver(() => window.heard.push(said.textContent)).observe(said, {childList: true}); }"""
    )
    page.locator("#text").press_sequentially(" Nobody sails.", delay=5)
    page.wait_for_selector("#galley article >> text=Nobody sails.")
    assert page.evaluate("document.activeElement.id") == "text"
    assert page.evaluate("window.heard") == []
    page.fill("#text", "## One\n\n#### Three\n\nWords.")
    page.wait_for_selector("#galley h5")
    page.wait_for_function("before => document.getElementById('galley-said').textContent !== before", arg=quiet)
    assert len(page.evaluate("window.heard")) == 1
    assert complaints == []
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "light", 1200), ("ar", "dark", 320)])
def test_axe_finds_nothing_in_a_preview(
    browser: Browser, room: tuple[str, Furnished], language: str, scheme: str, width: int
) -> None:
    """With findings and without a script: the button leads to the same preview, on a telephone too."""
    page = _open(browser, room, locale=language, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    page.fill("#headline", "Fog at the pier")
    page.fill("#text", f"{_TEXT}\n\n| Boat | Hour |\n|---|---|\n| One | Two |\n\nA-word-" + "without-an-end-" * 9)
    page.click("button[value=preview]")
    page.wait_for_selector("#galley article")
    assert violations(page) == []
    assert is_narrow(page)
    page.context.close()
