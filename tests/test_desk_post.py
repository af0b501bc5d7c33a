"""The page of a post: what is heard and warned about while somebody types, and what the files of pictures say."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image
from playwright.sync_api import expect

from publisher.media import Embedded, embedded
from tests.desk_builders import Furnished, Person, furnish, people, write_newsroom
from tests.web_builders import SETTINGS, chromium, publisher, serving

_NETWORK = '[network]\nallow_private = ["127.0.0.1"]\n'

_FILMS = """
[sources.films]
path = "films.xml"
[newsletters.films]
title = "Films"
from = "The Harbour Post <news@example.org>"
sources = ["films"]
start = 2020-01-01
"""
_FEED = """<rss version="2.0"><channel><title>Films</title><link>https://example.org/</link><item><guid>film-1</guid>
<title>1 2 3</title><link>https://example.org/film</link><pubDate>{date}</pubDate>
<enclosure url="https://example.org/film.mp4" length="9" type="video/mp4"/></item></channel></rss>"""


class _Host(BaseHTTPRequestHandler):
    """Gives a picture that says what it shows; "/silent" one that does not."""

    def do_GET(self) -> None:
        """Answer."""
        written = io.BytesIO()
        Image.new("RGB", (400, 300), (20, 120, 90)).save(written, "JPEG")
        content = written.getvalue()
        if "silent" not in self.path:
            content = embedded.write(content, Embedded(alt=(("x-default", "Rope makers at work"),)))
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
        """Say nothing."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """Serve pictures as somebody else's site does; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Host)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom that may fetch from this machine."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-post"), _NETWORK + SETTINGS + _FILMS)
    furnished = furnish(folder)
    (folder / "films.xml").write_text(_FEED.format(date=format_datetime(datetime.now(UTC))), encoding="utf-8")
    assert publisher(folder, "pull", "--source", "films").returncode == 0
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def everybody(room: tuple[str, Furnished]) -> Iterator[dict[str, Person]]:
    """Give a browser to everybody who has an account."""
    with people(*room) as found:
        yield found


def _draft(editor: Person, picture: str) -> str:
    """Write a draft with a picture that nobody described; gives the page of its post."""
    fields = {"newsletter": "daily", "headline": "Ropes", "text": f'Made here.\n\n<img src="{picture}">\n'}
    place = editor.send("/desk/write/", fields).headers["Location"]
    return place.replace("/write/", "/posts/")


def test_what_the_file_of_a_picture_says_is_offered(everybody: dict[str, Person], host: str) -> None:
    """Once somebody asks for it: the words stand beside the field, to be taken or not."""
    editor = everybody["editor"]
    post = _draft(editor, f"{host}/rope.jpg")
    page = editor.get(post).text
    assert "Rope makers at work" not in page
    page = editor.say(f"{post}look/", page=post)
    assert "1 picture says itself what it shows." in page
    assert 'data-text="Rope makers at work"' in page
    assert "from inside the picture" in page
    assert 'class="mark bad">No description' in page


def test_a_picture_that_says_nothing_is_no_mistake(everybody: dict[str, Person], host: str) -> None:
    """Nor one that cannot be fetched: there is nothing to offer, and the page says so."""
    editor = everybody["editor"]
    for address in (f"{host}/silent.jpg", "http://127.0.0.1:1/gone.jpg"):
        post = _draft(editor, address)
        assert "No picture says itself what it shows." in editor.say(f"{post}look/", page=post)


def test_what_is_typed_is_heard_and_warned_about_and_not_kept(
    everybody: dict[str, Person], room: tuple[str, Furnished]
) -> None:
    """As the mail would say it; each thing that could be better in words; the post stays as it was."""
    editor, path = everybody["editor"], f"/desk/posts/{room[1].posts['sample-ferry']}/"
    fields = {"alt-0": "Photo of the night ferry", "caption-0": "The ferry at the pier", "credit-0": "A. Novak"}
    (told,) = editor.send(f"{path}hear/", fields).json()["pictures"]
    assert told["heard"].startswith("graphic, ")
    assert "night ferry" in told["heard"]
    assert "That it is a picture is said anyway: begin with what it shows." in told["warnings"]
    fields = {"alt-0": "A ferry", "decorative-0": "on"}
    (told,) = editor.send(f"{path}hear/", fields).json()["pictures"]
    assert "A decorative picture has no description: keep one." in told["warnings"]
    assert "Photo of the night ferry" not in editor.get(path).text


def test_the_language_and_the_aids_of_a_film_are_said_at_the_desk(
    everybody: dict[str, Person],
) -> None:
    """A language that was guessed is put right, a film gets its transcript; a mistake is said at its field."""
    editor = everybody["editor"]
    found = re.search(r'href="(/desk/posts/\d+/)"', editor.get("/desk/inbox/?source=films").text)
    assert found is not None
    path = found[1]
    page = editor.get(path).text
    assert '<option value="en" lang="en" selected>' in page
    assert "Neither captions nor transcript" in page
    edition = editor.send("/desk/newsletters/films/build/").headers["Location"]
    assert f'href="{path}#media"' in editor.get(edition).text
    fields = {"version": "1", "language": "de", "transcript-0": "example.org/film.txt"}
    answer = editor.send(f"{path}about/", fields, page=path)
    assert answer.status_code == 422
    assert 'href="#transcript-0"' in answer.text
    assert 'aria-describedby="transcript-problem-0"' in answer.text
    assert '<option value="de" lang="de" selected>' in answer.text
    fields["transcript-0"] = "https://example.org/film.txt"
    page = editor.say(f"{path}about/", fields, page=path)
    assert "Kept." in page
    assert '<h1 lang="de" dir="ltr">' in page
    assert "Neither captions nor transcript" not in page
    assert everybody["viewer"].send(f"{path}about/", fields, page=path).status_code == 403


@pytest.mark.browser
def test_warnings_and_what_is_heard_follow_the_typing(room: tuple[str, Furnished]) -> None:
    """In the language of the desk, without a press of any button."""
    with chromium() as browser:
        context = browser.new_context(base_url=room[0], locale="ar")
        context.add_cookies([{"name": "sessionid", "value": room[1].sessions["editor"], "url": room[0]}])
        context.route("https://example.org/**", lambda route: route.abort())
        page = context.new_page()
        page.goto(f"/desk/posts/{room[1].posts['agency-ferry']}/")
        page.fill("#alt-0", "Image of a white ferry that leaves")
        expect(page.locator("#heard-0 q")).to_have_text(re.compile("white ferry that leaves"), timeout=30_000)
        expect(page.locator("#warnings-0 p")).to_have_count(1)
        page.fill("#alt-0", "A white ferry leaves the harbour")
        expect(page.locator("#warnings-0 p")).to_have_count(0, timeout=30_000)
        context.close()
