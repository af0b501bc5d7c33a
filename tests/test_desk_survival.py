"""What survived on a partner's pages, at the desk: sums, what was lost where, and looking again."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator

import pytest

from tests.desk_builders import Furnished, Person, furnish, people, write_newsroom
from tests.web_builders import SETTINGS, serving

_WHOLE = b'<p>The ferry at the pier. Photo: A. Novak</p><img src="x" alt="Pupils sell jars of plum jam">'
_PATIENCE = 120  # seconds until a worker has looked


class _Partner(http.server.BaseHTTPRequestHandler):
    """Shows every story alike."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(_WHOLE)))
        self.end_headers()
        self.wfile.write(_WHOLE)

    def log_message(self, *given: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def partner() -> Iterator[str]:
    """Serve a partner's pages."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Partner)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, partner: str) -> Iterator[tuple[str, Furnished]]:
    """Serve a newsroom whose partner lies on this machine."""
    folder = write_newsroom(tmp_path_factory.mktemp("desk-survival"), SETTINGS)
    settings = folder / "settings.toml"
    text = settings.read_text("utf-8").replace("https://radio.example.org", partner)
    settings.write_text(
        f'{text}[network]\nallow_private = ["127.0.0.1"]\n[accessibility]\npartner_pages = "0s"\n', encoding="utf-8"
    )
    furnished = furnish(folder)
    with serving(folder) as site:
        yield site, furnished


@pytest.fixture(scope="module")
def everybody(room: tuple[str, Furnished]) -> Iterator[dict[str, Person]]:
    """Give a browser to everybody who has an account."""
    with people(*room) as found:
        yield found


def test_what_was_lost_is_told_and_looked_at_again(everybody: dict[str, Person]) -> None:
    """Sums by kind, pages that lost something first; after the worker looked, the page says what it found."""
    editor, path = everybody["editor"], "/desk/outlets/radio/"
    page = editor.get(path).text
    assert "1 could not be read" in page
    assert "1 was not looked at yet" in page
    assert page.index("HTTP 500") > page.index("The words of the alt")
    assert page.count('<th scope="row"') == 9
    assert path in editor.get("/desk/outlets/").text
    assert "Look again" not in everybody["viewer"].get(path).text
    editor.send(path)
    page = _wait(editor, path)
    assert "could not be read" not in page
    assert "HTTP 500" not in page
    assert '<q dir="auto">Pupils sell jars of plum jam</q>' in page
    assert "The words of the alt" not in page
    assert "pages looked at" in everybody["admin"].get("/desk/log/?subject=outlet+radio").text


def _wait(person: Person, path: str) -> str:
    """Look at the page until the worker is done."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        page = person.get(path).text
        if "or will soon" not in page:
            return page
        time.sleep(0.2)
    message = "nobody looked at the pages"
    raise AssertionError(message)


def test_only_who_works_in_its_channels_sees_a_partner(everybody: dict[str, Person]) -> None:
    """A role in a newsletter opens nothing; a viewer of the channel looks, and has nothing looked at."""
    assert everybody["editor"].get("/desk/outlets/nobody/").status_code == 404
    assert everybody["alerts-editor"].get("/desk/outlets/radio/").status_code == 403
    assert everybody["world-viewer"].get("/desk/outlets/radio/").status_code == 200
    assert everybody["world-viewer"].send("/desk/outlets/radio/").status_code == 403
