"""Sources in, posts out: any mix of them, and one that fails stops no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher.jobs.gather import Gathered, Reading, gather
from publisher.net import Client, Guard
from publisher.sources.fetch import Manners
from tests.builders import NOON

FEED = '<rss version="2.0"><channel><item><title>{title}</title><guid>{title}</guid></item></channel></rss>'


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """Say nothing."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Serve a folder over HTTP."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def read(*names: str, folder: Path | None = None, private: tuple[str, ...] = ("127.0.0.1",)) -> Gathered:
    """Gather sources, this machine allowed unless a test says otherwise."""
    with Client(guard=Guard.allowing(private)) as client:
        return gather(names, Reading(client=client, manners=Manners(), now=NOON, folder=folder))


def test_a_folder_an_address_and_a_file_come_in_their_order(served: tuple[Path, str], tmp_path: Path) -> None:
    """Posts keep the order of their sources."""
    folder, url = served
    (folder / "web.xml").write_text(FEED.format(title="from the web"))
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "b.md").write_text("---\ntitle: from a file\n---\nText.\n")
    (tmp_path / "posts" / "a.xml").write_text(FEED.format(title="from a feed"))
    found = read(f"{url}/web.xml", "posts", folder=tmp_path)
    assert [post.title for post in found.posts] == ["from the web", "from a feed", "from a file"]
    assert found.skipped == ()


def test_one_broken_source_is_named_and_the_others_go_on(served: tuple[Path, str], tmp_path: Path) -> None:
    """Each failure is a line with source and reason."""
    folder, url = served
    (folder / "good.xml").write_text(FEED.format(title="good"))
    (tmp_path / "noise.xml").write_bytes(bytes(range(256)) * 20)
    found = read(str(tmp_path / "noise.xml"), f"{url}/none.xml", str(tmp_path / "missing"), f"{url}/good.xml")
    assert [post.title for post in found.posts] == ["good"]
    assert [skipped.source for skipped in found.skipped] == [
        str(tmp_path / "noise.xml"),
        f"{url}/none.xml",
        str(tmp_path / "missing"),
    ]
    assert all(skipped.reason for skipped in found.skipped)


def test_a_list_of_sources_is_followed_once(served: tuple[Path, str], tmp_path: Path) -> None:
    """An OPML file stands for the feeds it names; a list inside a list does not."""
    folder, url = served
    (folder / "good.xml").write_text(FEED.format(title="listed"))
    outline = '<outline text="x" type="rss" xmlUrl="{}"/>'
    opml = '<opml version="2.0"><body>{}</body></opml>'
    (folder / "list.opml").write_text(opml.format(outline.format(f"{url}/good.xml")))
    lines = "".join(outline.format(f"{url}/{name}") for name in ("good.xml", "list.opml", "gone.xml"))
    (tmp_path / "mine.opml").write_text(opml.format(lines))
    found = read(str(tmp_path / "mine.opml"))
    assert [post.title for post in found.posts] == ["listed"]
    assert [skipped.source.rpartition("/")[2] for skipped in found.skipped] == ["list.opml", "gone.xml"]
    assert "list of sources inside the list" in found.skipped[0].reason


def test_an_empty_list_of_sources_is_told(tmp_path: Path) -> None:
    """A list that names nothing is a mistake worth a line."""
    (tmp_path / "empty.opml").write_text('<opml version="2.0"><body/></opml>')
    found = read(str(tmp_path / "empty.opml"))
    assert len(found.skipped) == 1
    assert found.skipped[0].source == str(tmp_path / "empty.opml")


def test_private_addresses_are_refused_unless_allowed(served: tuple[Path, str]) -> None:
    """A feed's address must not open the inside of a network."""
    folder, url = served
    (folder / "good.xml").write_text(FEED.format(title="inside"))
    found = read(f"{url}/good.xml", private=())
    assert found.posts == ()
    assert found.skipped[0].source == f"{url}/good.xml"
