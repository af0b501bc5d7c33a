"""Links of mails whose clicks are counted, over HTTP: they lead where the table says, whatever an address says."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from publisher.delivery import clicks
from publisher.jobs.sending.links import load_keys
from tests.desk_builders import Furnished, Person, furnish, write_newsroom
from tests.web_builders import SETTINGS, serving

URL = "https://example.org/agency/wind"
READER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NOBODY = {
    "a scanner": {"User-Agent": "Mozilla/5.0 (compatible; Proofpoint URL Defense)"},
    "a crawler": {"User-Agent": "Mozilla/5.0 (compatible; ExampleBot/2.1)"},
    "a preview": {"User-Agent": "Slackbot-LinkExpanding 1.0"},
    "a program": {"User-Agent": "curl/8.5.0"},
    "a browser that looks ahead": {"User-Agent": READER, "Sec-Purpose": "prefetch;prerender"},
    "nobody who says so": {"User-Agent": ""},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a newsroom in which clicks of "alerts" are counted."""
    return write_newsroom(tmp_path_factory.mktemp("reader-clicks"), SETTINGS)


@pytest.fixture(scope="module")
def room(folder: Path) -> Iterator[tuple[str, Furnished]]:
    """Serve it."""
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def link(folder: Path, room: tuple[str, Furnished]) -> str:
    """Give the address that the mails of an edition carry for a story."""
    edition = room[1].editions["alerts"]
    token = clicks.sign(load_keys(folder / "home" / "keys" / "links.json"), edition, URL)
    return clicks.write_url("", edition, token)


def ask(room: tuple[str, Furnished], path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Follow a link."""
    given = {"User-Agent": READER, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return httpx.request(method, room[0] + path, headers=given, trust_env=False, timeout=30)


def counted(room: tuple[str, Furnished]) -> int:
    """Read how often the story was followed, off the page of the desk."""
    with Person(room[0], room[1].sessions["viewer"]) as viewer:
        rows = viewer.get(f"/desk/editions/{room[1].editions['alerts']}/clicks/export/").text.splitlines()
    return next(int(row.rpartition(",")[2]) for row in rows if URL in row)


def test_a_link_leads_on_and_is_counted(room: tuple[str, Furnished], link: str) -> None:
    """At once and without a page between; nothing recognises the reader, and the next page does not learn of us."""
    before = counted(room)
    answers = [ask(room, link) for _ in range(5)]
    for answer in answers:
        assert (answer.status_code, answer.headers["Location"]) == (302, URL)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
    ends = time.monotonic() + 60
    while counted(room) < before + 5 and time.monotonic() < ends:
        threading.Event().wait(0.2)
    assert counted(room) == before + 5


def test_what_is_not_a_person_is_led_on_and_not_counted(room: tuple[str, Furnished], link: str) -> None:
    """HEAD, and programs that say what they are; their requests come before one that is counted."""
    before = counted(room)
    assert ask(room, link, "HEAD").headers["Location"] == URL
    for headers in NOBODY.values():
        answer = httpx.get(room[0] + link, headers=headers, trust_env=False, timeout=30)
        assert answer.headers["Location"] == URL
    assert ask(room, link, "POST").status_code == 403
    assert ask(room, link).status_code == 302
    ends = time.monotonic() + 60
    while counted(room) == before and time.monotonic() < ends:
        threading.Event().wait(0.2)
    assert counted(room) == before + 1


@pytest.mark.parametrize(
    "more",
    [
        "?url=https://evil.example/",
        "?u=https%3A%2F%2Fevil.example&to=//evil.example",
        "?next=https://evil.example/#https://evil.example/",
    ],
)
def test_nothing_in_an_address_says_where_it_leads(room: tuple[str, Furnished], link: str, more: str) -> None:
    """Whatever is written behind a link, the table alone counts."""
    assert ask(room, link + more, "HEAD").headers["Location"] == URL


@pytest.mark.parametrize(
    "word",
    [
        "x",
        "AAAAAAAAAAAAAAAA",
        "https:%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "..%2F..%2Fevil",
        "%0d%0aLocation:%20https://evil.example",
        "' OR 1=1 --",
        "x" * 3000,
        "\u0627",
    ],
)
def test_a_word_that_is_not_ours_leads_to_the_edition(room: tuple[str, Furnished], link: str, word: str) -> None:
    """Made up, cut off or changed: the page of the edition, on our own site, and nowhere else."""
    edition = room[1].editions["alerts"]
    answer = ask(room, f"/l/{edition}/{word}")
    assert answer.status_code in {302, 404}
    assert answer.headers.get("Location", f"/archive/alerts/{edition}") == f"/archive/alerts/{edition}"
    changed = link[:-1] + ("A" if link[-1] != "A" else "B")
    assert ask(room, changed).headers["Location"] == f"/archive/alerts/{edition}"
    assert ask(room, f"/archive/alerts/{edition}").status_code == 200


def test_a_word_of_another_edition_is_none(room: tuple[str, Furnished], link: str) -> None:
    """A word counts in its own edition only; an edition that there is not has no page."""
    word, weekly = link.rpartition("/")[2], room[1].editions["weekly"]
    assert ask(room, f"/l/{weekly}/{word}").headers["Location"] == f"/archive/weekly/{weekly}"
    assert ask(room, f"/l/01JD2Q7K8M9N0P1Q2000000000/{word}").status_code == 404
    assert ask(room, f"/l/{weekly}/").status_code == 404


def test_archive_and_preview_keep_their_links(room: tuple[str, Furnished]) -> None:
    """Whoever reads an edition on the web is not counted."""
    edition = room[1].editions["alerts"]
    page = ask(room, f"/archive/alerts/{edition}").text
    assert f'href="{URL}"' in page
    assert "/l/" not in page


def test_readers_are_told(room: tuple[str, Furnished]) -> None:
    """Where they sign up and in the statement: what is counted, and that nothing is where that is off."""
    for page in ("/sign-up/{}", "/accessibility/{}"):
        assert "not by whom" in ask(room, page.format("alerts")).text
        assert "We count neither who opens" in ask(room, page.format("weekly")).text
        assert "\u0644\u0627 \u0646\u0639\u062f\u0651" in ask(room, page.format("weekly"), Accept_Language="ar").text
    assert "Disallow: /l/" in ask(room, "/robots.txt").text


def test_the_desk_shows_clicks_or_that_there_are_none(room: tuple[str, Furnished]) -> None:
    """A chart with its table and a file; of an edition whose links are not counted, that."""
    with Person(room[0], room[1].sessions["viewer"]) as viewer:
        shown = viewer.get(f"/desk/editions/{room[1].editions['alerts']}/clicks/").text
        assert '<svg class="chart"' in shown
        assert "<bdi>The wind turns to the west</bdi>" in shown
        weekly = viewer.get(f"/desk/editions/{room[1].editions['weekly']}/clicks/").text
        assert "The links of this edition are not counted." in weekly
        results = viewer.get("/desk/results/").text
        assert f'href="/desk/editions/{room[1].editions["alerts"]}/clicks/"' in results
        assert "not counted" in results
        rows = viewer.get("/desk/results/export/").text.splitlines()
    assert rows[0].endswith(",clicks")
    found = {row.split(",")[1]: row.rpartition(",")[2] for row in rows[1:]}
    assert int(found["alerts"]) > 0
    assert found["halted"] == ""
