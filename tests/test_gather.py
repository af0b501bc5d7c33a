"""Sources in, posts out: any mix of them, and one that fails stops no other."""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher.cli.main import main
from publisher.jobs.posts.gather import Gathered, Reading, gather
from publisher.jobs.posts.pull import Asked, ask
from publisher.model import Post
from publisher.net import Client, Guard
from publisher.settings import Source
from publisher.sources.fetch import Manners
from publisher.syndication import archive, bundle, signature
from publisher.syndication.channel import Channel
from tests.builders import NOON, make_post, make_rich_post

FEED = '<rss version="2.0"><channel><item><title>{title}</title><guid>{title}</guid></item></channel></rss>'


KEY = signature.make_key()


def write_bundle(path: Path, *posts: Post, formats: tuple[str, ...] = ("ninjs", "newsmlg2", "html")) -> bytes:
    """Write a bundle of another publisher, and give its bytes."""
    archive.write(bundle.make(posts, Channel(formats=formats)), path, key=KEY)
    return path.read_bytes()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def do_GET(self) -> None:
        """Say of one file that it did not change, whatever was asked."""
        if self.path == "/stubborn":
            self.send_response(304)
            self.end_headers()
        else:
            super().do_GET()

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


# --- bundles of other publishers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("formats", [("ninjs", "html"), ("newsmlg2",), ("html",), ("jsonfeed",), ("atom",), ("rss",)])
def test_a_bundle_gives_its_posts_with_every_alt_text(tmp_path: Path, formats: tuple[str, ...]) -> None:
    """Whatever form its posts have; each post's source says where in the bundle it was."""
    sent = make_rich_post(html="".join(f"<p>{'The boats left the harbour at dawn. ' * 5}</p>" for _ in range(4)))
    write_bundle(tmp_path / "partner.zip", sent, formats=formats)
    found = read("partner.zip", folder=tmp_path)
    assert found.skipped == ()
    (post,) = found.posts
    assert post.title == sent.title
    assert [(image.url, image.alt) for image in post.images] == [(image.url, image.alt) for image in sent.images]
    assert post.source.startswith("partner.zip#data/")


def test_a_bundle_without_its_ending_is_known_by_its_content(tmp_path: Path) -> None:
    """Names only help where the content says nothing."""
    write_bundle(tmp_path / "partner", make_post())
    assert [post.title for post in read("partner", folder=tmp_path).posts] == ["Boats leave the harbour"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("cut.zip", lambda raw: raw[: len(raw) // 2], "ends too early"),
        ("changed.zip", lambda raw: raw.replace(b"Boats leave", b"Goats leave", 1), "was changed"),
        ("foreign.zip", lambda _: b"PK\x03\x04" + bytes(200), "bundle"),
        ("called.zip", lambda _: b"<p>x</p>" * 2, None),
        ("paper.docx", lambda _: b"PK\x03\x04" + bytes(200), "office document"),
    ],
)
def test_a_broken_bundle_is_refused_with_its_problem(
    tmp_path: Path, name: str, content: Callable[[bytes], bytes], reason: str | None
) -> None:
    """Nothing of it is read; other ZIP files are no sources, and a name alone makes no bundle."""
    (tmp_path / name).write_bytes(content(write_bundle(tmp_path / "whole", make_post())))
    found = read(name, folder=tmp_path)
    assert len(found.posts) == (reason is None)
    assert [bool(re.search(str(reason), skipped.reason)) for skipped in found.skipped] == [True] * (reason is not None)
    assert all(skipped.source == name for skipped in found.skipped)


def test_what_is_no_ordinary_file_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe that nobody writes to, named like a bundle."""
    os.mkfifo(tmp_path / "pipe.zip")
    (skipped,) = read("pipe.zip", folder=tmp_path).skipped
    assert "no ordinary file" in skipped.reason


def test_a_bundle_with_nothing_to_read_says_so(tmp_path: Path) -> None:
    """A sound bundle that holds a book only."""
    write_bundle(tmp_path / "book.zip", make_post(), formats=("epub",))
    (skipped,) = read("book.zip", folder=tmp_path).skipped
    assert (skipped.source, "holds no post" in skipped.reason) == ("book.zip", True)


def test_a_bundle_comes_over_the_network_and_is_asked_for_again(served: tuple[Path, str]) -> None:
    """Its validators are kept under its own address, so that an unchanged bundle is not fetched twice."""
    folder, url = served
    address = f"{url}/partner.zip"
    write_bundle(folder / "partner.zip", make_rich_post(), make_post(id="urn:x:2", title="Second"))
    with Client(guard=Guard.allowing(("127.0.0.1",))) as client:
        reading = Reading(client=client, manners=Manners(), now=NOON)
        asked = Asked(name="partner", source=Source.model_validate({"url": address}), validators={})
        first = ask(asked, reading)
        assert sorted(str(post.title) for post in first.posts) == ["Boats leave the harbour", "Second"]
        assert all(post.source.startswith(f"{address}#data/") for post in first.posts)
        assert list(first.validators) == [address]
        second = ask(replace(asked, validators=first.validators), reading)
    assert (second.posts, second.skipped, second.readable) == ((), (), 1)
    assert second.is_unchanged


def test_a_changed_bundle_from_the_network_is_refused_by_its_address(served: tuple[Path, str]) -> None:
    """The message names what was asked for, no temporary file."""
    folder, url = served
    (folder / "cut.zip").write_bytes(write_bundle(folder / "whole", make_post())[:3000])
    (skipped,) = read(f"{url}/cut.zip").skipped
    assert skipped.source == f"{url}/cut.zip"
    assert tempfile.gettempdir() not in skipped.reason


def test_nothing_changed_where_nothing_was_known_is_told(served: tuple[Path, str]) -> None:
    """A server that answers 304 to a plain request is a source that failed."""
    folder, url = served
    (folder / "stubborn").write_text("x")
    (skipped,) = read(f"{url}/stubborn").skipped
    assert "nothing changed" in skipped.reason


def test_a_preview_of_a_bundle_keeps_the_descriptions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a partner's bundle to the pages and posts.json, through the command that everybody calls."""
    monkeypatch.chdir(tmp_path)
    write_bundle(tmp_path / "partner.zip", make_rich_post())
    with pytest.raises(SystemExit) as end:
        main(["preview", "partner.zip", "--out", "out"])
    assert not end.value.code
    (post,) = json.loads((tmp_path / "out" / "posts.json").read_text())
    assert [(image["alt"], image["caption"], image["credit"]) for image in post["images"]] == [
        ("Three boats at anchor", "The harbour at dawn.", "Ann Lee/Agency"),
    ]
    assert 'alt="Three boats at anchor"' in (tmp_path / "out" / "edition.html").read_text()
