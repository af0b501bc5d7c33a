"""The markup of everything that people read: as the W3C's own checker sees it, and pages as axe does in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import httpx
import pytest
from django.test import override_settings

from publisher.accessibility import report_page
from publisher.accessibility.audit import audit
from publisher.accessibility.page import read_rendered
from publisher.accessibility.report import Report
from publisher.digest.compose import compose
from publisher.digest.letter import write_letter
from publisher.digest.look import TEMPLATES, Look
from publisher.digest.render import render
from publisher.digest.rules import Rules, content_for
from publisher.jobs.readers import letters
from publisher.model import Rendered
from publisher.settings import Settings, Site
from publisher.store.archive import Published, Standing
from publisher.web import strings
from publisher.web.reader import edition_page
from tests import nu
from tests.builders import NOON, make_image, make_medium, make_post
from tests.reader_builders import Newsroom, heading, open_newsroom, post, sign_up
from tests.web_builders import chromium, is_narrow, violations

LANGUAGES: Final = ("en", "fa")
PERSIAN: Final = "قایق‌ها پیش از رسیدن توفان بندر را ترک می‌کنند"
TABLE: Final = "<table><tr><th>Year</th><th>Boats</th></tr><tr><td>1911</td><td>2</td></tr></table>"
KINDS: Final = ("confirm", "mailbox", "old", "new", "welcome")


SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


# --- readers' pages, as they are served -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Serve a newsroom from which one edition went out."""
    with open_newsroom(tmp_path_factory.mktemp("newsroom")) as served:
        yield served


def visit(newsroom: Newsroom, client: httpx.Client, language: str) -> dict[str, str]:
    """Open every page of readers in every state, in the language of a client; gives each page by its name."""
    pages: dict[str, str] = {}

    def keep(name: str, answer: httpx.Response) -> None:
        pages[f"{language} {len(pages)} {name}"] = answer.text
        assert f'<html lang="{language}"' in answer.text, name

    def get(path: str) -> None:
        keep(f"GET {path}", client.get(path))

    def send(path: str, **data: str) -> None:
        keep(f"POST {path} {data}", client.post(path, data=data))

    who, new = f"markup-{language}@example.org", f"moved-{language}@example.org"
    for path in ("/", "/nothing", "/settings", "/archive/", "/archive/daily/", "/archive/weekly/", "/barrier"):
        get(path)
    for path in ("/archive/daily/?q=ferries", "/archive/daily/?q=submarine", "/sign-up/daily", "/sign-up/daily/form"):
        get(path)
    about = {"newsletter": "daily", "edition": newsroom.edition, "post": "1"}
    get(f"/archive/daily/{newsroom.edition}?lang={language}")
    get("/barrier?" + "&".join(f"{name}={value}" for name, value in about.items()))
    send("/barrier", **about)
    send("/barrier", **about, kind="picture", text='<b> "quoted"')
    send("/sign-up/daily", email='wrong <"')
    send("/sign-up/daily", email=f"hasty-{language}@example.org")
    send("/settings", email="wrong")
    send("/settings", email=who)
    newsroom.subscribe(who, language=language)
    again = sign_up(newsroom.site, f"later-{language}@example.org", language=language)
    keep("POST sign-up", again)
    get(newsroom.link(f"later-{language}@example.org", "c"))
    keep("POST confirm", client.post(newsroom.link(f"later-{language}@example.org", "c")))
    mailbox = newsroom.open_mailbox(who)
    get(mailbox)
    send(mailbox, action="choices", name='O\'Neill & "Sons" <x>', language=language, zone="Europe/Prague")
    send(mailbox, action="move", email="wrong")
    send(mailbox, action="move", email=new)
    for path in ("u", "p"):
        get(newsroom.link(who, path))
    send(newsroom.link(who, "p"), action="choices", format="large", frequency="weekly")
    send(newsroom.link(who, "p"), action="pause", days="7")
    send(newsroom.link(who, "p"), action="leave")
    send(newsroom.link(who, "u"), **{"List-Unsubscribe": "One-Click"})
    send(newsroom.link(who, "u"), reason="Too <many>")
    halves = [newsroom.link(who, "o"), newsroom.link(new, "n")]
    for path in halves:
        get(path)
        keep(f"POST {path}", client.post(path))
        get(path)
    mailbox = newsroom.open_mailbox(new)
    keep("POST erase", client.post(mailbox, data={"action": "erase"}))
    return pages


# --- editions, reports and mails --------------------------------------------------------------------------------------


def edition(template: str, language: str) -> tuple[Rendered, tuple[Standing, ...]]:
    """Render posts with everything a post may have, in two directions; gives the edition and its posts."""
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
    digest = compose(posts, rules, now=NOON)
    said = {1: "kill", 2: "correction"}
    standing = tuple(
        Standing(position=place, post=post, version=1, kind=said.get(place, ""), note="It was <wrong>.", at=NOON)
        for place, post in enumerate(posts)
    )
    return render(digest, look), standing


def archived(template: str, language: str) -> str:
    """Give the page of an edition in the archive: one post withdrawn, one corrected, editions around it."""
    rendered, posts = edition(template, language)
    near = [Published(id=f"E{n}", newsletter="daily", title='Ferries & "boats"', at=NOON, key=n) for n in range(3)]
    frame = edition_page.Frame(
        site="https://news.example.org",
        newsletter="daily",
        title="The Daily",
        edition=near[1],
        before=near[0],
        after=near[2],
        languages=("en", "fa"),
        language=language,
        words=strings.wording(language),
    )
    with override_settings(ROOT_URLCONF="publisher.web.reader.urls"):  # tests run without the pages' own settings
        return edition_page.frame(rendered, posts, frame).html


def report(template: str) -> str:
    """Give the report about an edition as a page."""
    rendered, _ = edition(template, "en")
    findings = audit(read_rendered(rendered))
    found = Report(findings=findings, rules=("image-alt",), html_bytes=1, text_bytes=1)
    return report_page.write(found, name="The <Daily>")


def letter(kind: str, language: str) -> str:
    """Give a letter as a page."""
    settings = Settings(site=Site(name="The Harbour Post", url="https://news.example.org", postal_address="4 Quay St"))
    return write_letter(letters.compose(settings, kind, language, "The Daily")).html


# What mail programs need and no page may have; the checker knows pages only.
IN_MAILS: Final = {
    "ses:no-track": "SES reads it, and then leaves the link as it is",
    "xmlns:v": "Outlook draws buttons by it",
    "xmlns:o": "Outlook takes its resolution from it",
    "mso-": "Outlook's own properties of styles",
    "Element “a” is missing required attribute “href”": "programs that drop ids find a place by <a name>",
}
PLANTED: Final = '<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><p><div></p></body></html>'


def test_readers_pages_have_no_errors(newsroom: Newsroom, tmp_path: Path) -> None:
    """Every page and state, in a language of each direction."""
    pages: dict[str, str] = {}
    for language in LANGUAGES:
        with httpx.Client(base_url=newsroom.site, headers={"Accept-Language": language}, timeout=60) as client:
            pages |= visit(newsroom, client, language)
    assert len({heading(httpx.Response(200, text=page)) for page in pages.values()}) > 30
    assert nu.check_texts(pages, tmp_path) == []


def test_editions_reports_and_mails_have_no_errors(tmp_path: Path) -> None:
    """Every template on the web, in the report and as a mail; mails may have what is listed, and need all of it."""
    pages = {"planted": PLANTED}
    for language in LANGUAGES:
        pages |= {f"archive {name} {language}": archived(name, language) for name in TEMPLATES}
        pages |= {f"mail {name} {language}": edition(name, language)[0].html for name in TEMPLATES}
        pages |= {f"mail letter {kind} {language}": letter(kind, language) for kind in KINDS}
    pages |= {f"report {name}": report(name) for name in TEMPLATES}
    found = nu.check_texts(pages, tmp_path)
    assert any("-planted" in one for one in found)
    mails = [one for one in found if "-mail_" in one]
    assert [one for one in found if one not in mails and "-planted" not in one] == []
    assert [one for one in mails if not any(word in one for word in IN_MAILS)] == []
    assert [word for word in IN_MAILS if not any(word in one for one in mails)] == []


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_on_any_page(newsroom: Newsroom, language: str) -> None:
    """Every page and its states, light and dark, and nobody scrolls sideways at 320 px."""
    address = f"seen-{language}@example.org"
    newsroom.subscribe(address)
    post(newsroom.site + newsroom.link(address, "p"), data={"action": "link"})
    paths = [
        *(
            "/",
            "/nothing",
            "/settings",
            "/sign-up/daily",
            "/sign-up/daily/form",
            "/archive/",
            "/archive/daily/?q=ferries",
        ),
        f"/barrier?newsletter=daily&edition={newsroom.edition}&post=1",
        *(newsroom.link(address, path) for path in ("u", "p", "m")),
        "/c/forged",
    ]
    with chromium() as browser:
        context = browser.new_context(locale=language, bypass_csp=True)
        context.set_default_timeout(120_000)
        page = context.new_page()
        for path in paths:
            page.set_viewport_size({"width": 320, "height": 800})
            page.goto(newsroom.site + path)
            assert is_narrow(page), path
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                assert violations(page) == [], path
        page.goto(f"{newsroom.site}/sign-up/daily")
        page.fill("#email", "wrong")
        page.click("main button")
        assert violations(page) == []
        page.click(".summary a")
        assert page.evaluate("document.activeElement.id") == "email"
