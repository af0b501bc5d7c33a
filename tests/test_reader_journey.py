"""One reader's way with the keyboard: sign up, confirm, choose large print, read it, leave, and hear nothing more."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from publisher.sandbox import Sandbox
from tests.reader_builders import post
from tests.web_builders import (
    chromium,
    free_port,
    is_narrow,
    publish,
    serving,
    violations,
    write_note,
    write_settings,
)

pytestmark = pytest.mark.browser

PATIENCE = 120  # seconds: a busy machine may take its time


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A newsroom that is served, and the inbox that its mail goes to."""

    folder: Path
    site: str
    sandbox: Sandbox

    def mails(self, address: str) -> list[EmailMessage]:
        """Give what an address got, the oldest first."""
        found = [one.raw for one in self.sandbox.account.messages if address in one.recipients]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in found]

    def wait_for_mail(self, address: str, number: int) -> EmailMessage:
        """Wait until an address got so many mails, and give the last."""
        ends = time.monotonic() + PATIENCE
        while len(found := self.mails(address)) < number:
            assert time.monotonic() < ends, (self.folder / "serve.log").read_text()
            time.sleep(0.1)
        return found[number - 1]

    def send_edition(self, title: str) -> str:
        """Pull, build, approve and send an edition."""
        write_note(self.folder, title.split(maxsplit=1)[0].lower(), title)
        return publish(self.folder)


def text_of(mail: EmailMessage) -> str:
    """Give the plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(mail: EmailMessage, path: str) -> str:
    """Find the link of ours that begins with a path."""
    found = re.search(rf"https?://\S+/{path}/\S+", text_of(mail))
    assert found, text_of(mail)
    return found[0]


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Serve a newsroom that sends to a sandbox."""
    folder, port = tmp_path_factory.mktemp("newsroom"), free_port()
    with Sandbox() as sandbox:
        ses = f'[ses]\ntransport = "ses"\nregion = "eu-west-1"\nendpoint_url = "{sandbox.url}"'
        write_settings(folder, url=f"http://127.0.0.1:{port}", ses=ses)
        with serving(folder, port) as site:
            yield Newsroom(folder=folder, site=site, sandbox=sandbox)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with chromium() as started:
        yield started


def focus(page: Page, selector: str) -> None:
    """Reach an element by the tabulator key alone."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


def press(page: Page, selector: str = "button") -> None:
    """Press a button by the keyboard, and wait for its page."""
    focus(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def look(page: Page, seen: list[str]) -> None:
    """Check the page that is open: axe, reflow at 320 px, no cookie; note its heading."""
    page.set_viewport_size({"width": 320, "height": 800})
    assert is_narrow(page)
    page.set_viewport_size({"width": 800, "height": 900})
    assert violations(page) == []
    assert page.context.cookies() == []
    seen.append(page.locator("h1").inner_text())


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fa", "rtl")])
def test_a_reader_signs_up_chooses_and_leaves(
    newsroom: Newsroom, browser: Browser, language: str, direction: str
) -> None:
    """Every step works with the keyboard, without JavaScript of ours, and passes axe; after leaving nothing comes."""
    context = browser.new_context(locale=language, bypass_csp=True)
    context.set_default_timeout(PATIENCE * 1000)
    page, seen, reader = context.new_page(), list[str](), f"reader-{language}@example.net"
    page.goto(f"{newsroom.site}/sign-up/daily")
    assert page.locator("html").get_attribute("dir") == direction
    look(page, seen)
    focus(page, "#email")
    page.keyboard.type(reader)
    press(page, "button")
    look(page, seen)
    if page.locator("input[name=email]").count():  # typed faster than a person: one more button, no refusal
        press(page, "button")
        look(page, seen)

    letter = newsroom.wait_for_mail(reader, 1)
    assert letter["Content-Language"] == language
    page.goto(link_in(letter, "c"))
    look(page, seen)
    press(page, "main button")
    look(page, seen)

    welcome = newsroom.wait_for_mail(reader, 2)
    assert welcome["Content-Language"] == language
    page.goto(link_in(welcome, "p"))
    look(page, seen)
    focus(page, "input[name=format]")
    page.keyboard.press("ArrowDown")
    press(page, "main button")
    assert page.locator("#format-large").is_checked()
    look(page, seen)

    newsroom.send_edition(f"{language.title()} ferries leave earlier")
    edition = newsroom.wait_for_mail(reader, 3)
    part = edition.get_body(("html",))
    assert part is not None
    assert "font-size:20px" in str(part.get_content()).replace(" ", "")
    page.goto(re.findall(r"https?://\S+/archive/\S+", text_of(edition))[0])
    look(page, seen)
    page.goto(link_in(edition, "u"))
    look(page, seen)
    leave = re.sub(r"[<>\s]", "", str(edition["List-Unsubscribe"]).partition(",")[0])
    answer = post(leave, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    press(page, "main button")
    look(page, seen)

    newsroom.send_edition(f"{language.upper()}2 ferries leave later")
    assert len(newsroom.mails(reader)) == 3
    assert all(seen)
    context.close()
