"""The media of posts in channels: here before partners hear of the post, words inside, transcripts as pages."""

from __future__ import annotations

import http.server
import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image as Picture

from publisher.jobs.outlets import enclosures, syndicate
from publisher.jobs.outlets.shelf import Shelf
from publisher.media import embedded
from publisher.model import AltOrigin, Image, Media, Post, Track
from publisher.net import Client, Guard
from publisher.settings import Channel, Settings, Site, Source
from publisher.store import bundles, channelmedia, channels, posts
from publisher.store.channelmedia import StoredMedium
from publisher.syndication import archive, signature
from publisher.syndication.read import unpack
from publisher.syndication.release import folder_of

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
SETTINGS = Settings(
    site=Site(name="Harbour Post", url="https://news.example.org"),
    sources={"sea": Source(path=Path("sea"))},
    channels={
        "world": Channel(title="World", sources=("sea",), formats=("html", "zip")),
        "brief": Channel(title="In brief", sources=("sea",), formats=("text",)),
    },
)
TRANSCRIPT = """<!DOCTYPE html><html lang="fa">
<head><title>گفت‌وگو با ناخدا</title><script>alert(1)</script></head><body>
<nav><a href="/">خانه</a></nav><article><h1>گفت‌وگو با ناخدا</h1>
<p>ناخدا می‌گوید که کشتی هر شب ساعت ده از اسکله راه می‌افتد و پیش از سپیده به جزیره می‌رسد، هر قدر هم که باد تند باشد.</p>
<p>مسافران می‌گویند که یازده سال چشم‌به‌راه این کشتی بوده‌اند و حالا می‌توانند شب‌ها به خانه برگردند و صبح سر کار باشند.</p>
</article></body></html>"""


class Files:
    """A server of files, by path; `status` answers for what is not there. `before` is called before each answer."""

    def __init__(self) -> None:
        self.content: dict[str, tuple[str, bytes]] = {}
        self.asked: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        self.status = 404
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers with a file."""

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.before(self.path)
                kind, content = outer.content.get(self.path, ("", b""))
                self.send_response(200 if content else outer.status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def put(self, path: str, kind: str, content: bytes) -> str:
        """Serve a file; gives its address."""
        self.content[path] = (kind, content)
        return self.url + path


@pytest.fixture
def files(sqlite: str) -> Iterator[Files]:
    """Serve files for a newsroom with a database."""
    assert sqlite
    syndicate.declare(SETTINGS)
    found = Files()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Make a place for bundles and media."""
    return Shelf(bundles=tmp_path / "bundles", media=tmp_path / "media", key=signature.make_key())


@pytest.fixture
def client() -> Iterator[Client]:
    """Open a way out."""
    with Client(guard=Guard.allowing(["127.0.0.1"])) as found:
        yield found


def make_picture() -> bytes:
    """Make a picture."""
    out = io.BytesIO()
    Picture.new("RGB", (8, 8), "navy").save(out, "PNG")
    return out.getvalue()


def make_post(number: int, **changes: object) -> Post:
    """Make a post."""
    uid = f"https://example.org/{number}"
    values: dict[str, object] = {"id": uid, "source": "sea", "url": uid, "title": "Boats", "language": "en"}
    return Post(**values | {"html": "<p>At dawn.</p>", "text": "At dawn.", "published": NOW} | changes)  # type: ignore[arg-type]  # any field


def make_image(url: str) -> Image:
    """Make a picture with words."""
    return Image(url=url, alt="A pier", alt_origin=AltOrigin.SOURCE)


def media_of(number: int, channel: str = "world") -> tuple[StoredMedium, ...]:
    """Give what partners of a channel can pull of a post."""
    found = channels.find([channel], folder_of(make_post(number)))
    assert found is not None
    return channelmedia.of_items([found.key]).get(found.key, ())


def test_partners_hear_of_a_post_when_its_pictures_are_here(files: Files, shelf: Shelf, client: Client) -> None:
    """While its picture is on the way nothing is told; then the picture can be pulled at once, from both channels."""
    seen: list[int] = []
    files.before = lambda _: seen.append(len(channels.changes(["world", "brief"], 0, 10)))
    url = files.put("/pier.png", "image/png", make_picture())
    posts.add_posts("sea", [make_post(1, images=(make_image(url),))], NOW)
    assert syndicate.run(SETTINGS, shelf, client, NOW, print) == {"world": 1, "brief": 1}
    assert (seen, files.asked) == ([0], ["/pier.png"])
    (medium,), (same,) = media_of(1), media_of(1, "brief")
    assert medium.sha256 == same.sha256
    assert embedded.read((shelf.media / medium.file).read_bytes()).alt_in("en") == "A pier"


def test_a_picture_that_cannot_be_had_keeps_no_news_back(files: Files, shelf: Shelf, client: Client) -> None:
    """The post is told with its address, and the picture comes with a later round; one round asks for it once."""
    said: list[str] = []
    files.put("/pier.png", "image/png", b"")
    files.status = 503
    posts.add_posts("sea", [make_post(1, images=(make_image(f"{files.url}/pier.png"),))], NOW)
    assert syndicate.run(SETTINGS, shelf, client, NOW, said.append) == {"world": 1, "brief": 1}
    assert (media_of(1), files.asked, len(said)) == ((), ["/pier.png"], 1)
    assert "503" in said[0]
    files.put("/pier.png", "image/png", make_picture())
    assert syndicate.run(SETTINGS, shelf, client, NOW, said.append) == {"world": 0, "brief": 0}
    assert (len(media_of(1)), len(media_of(1, "brief")), len(files.asked)) == (1, 1, 2)


def test_a_host_that_hangs_keeps_news_back_for_a_while_only(files: Files, shelf: Shelf, client: Client) -> None:
    """When the time is over, the rest is left for later; each version is looked at once."""
    url = files.put("/pier.png", "image/png", make_picture())
    news = [(7, make_post(1, images=(make_image(url),))), (7, make_post(1)), (8, make_post(2))]
    found = enclosures.ahead(iter(news), client, shelf, print)
    assert {version: len(one.media) for version, one in found.items()} == {7: 1, 8: 0}
    assert all(one.complete for one in found.values())
    assert enclosures.ahead(iter(news), client, shelf, print, seconds=-1) == {}


def test_one_post_with_many_pictures_keeps_news_back_no_longer(files: Files, shelf: Shelf, client: Client) -> None:
    """When the time is over in the middle of it, the rest of its pictures comes with another try."""
    urls = [files.put(f"/{number}.png", "image/png", make_picture()) for number in range(3)]

    def dawdle(_: str) -> None:
        threading.Event().wait(0.6)

    files.before = dawdle
    post = make_post(1, images=tuple(map(make_image, urls)))
    found = enclosures.ahead(iter([(7, post)]), client, shelf, print, seconds=0.5).values()
    assert [one.complete for one in found if len(one.media) == len(urls)] == []
    assert not any(one.complete for one in found)
    assert len(files.asked) <= 1


def test_captions_and_transcripts_lie_in_the_bundle(files: Files, shelf: Shelf, client: Client, tmp_path: Path) -> None:
    """A transcript that is a web page becomes a page of its own: its words, language and direction, and no script."""
    track = files.put("/film.vtt", "text/vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n")
    page = files.put("/film.html", "text/html", TRANSCRIPT.encode())
    plain = files.put("/sound.txt", "text/plain", b"Hello, says the captain.")
    film = Media(
        url=f"{files.url}/film.mp4",
        type="video/mp4",
        title="The crossing",
        captions=(Track(url=track, type="text/vtt", language="en"),),
        transcript=page,
    )
    sound = Media(url=f"{files.url}/sound.mp3", type="audio/mpeg", title="The horn", transcript=plain)
    posts.add_posts("sea", [make_post(1, media=(film, sound))], NOW)
    assert syndicate.run(SETTINGS, shelf, client, NOW, print)["world"] == 1
    assert sorted(files.asked) == ["/film.html", "/film.vtt", "/sound.txt"]
    (stored,) = bundles.listed(["world"])
    assert archive.verify(shelf.bundles / stored.file).ok
    folder = unpack(shelf.bundles / stored.file, tmp_path / "unpacked")
    (captions,) = (folder / "data" / "captions").iterdir()
    found = {path.suffix: path for path in (folder / "data" / "transcripts").iterdir()}
    assert found[".txt"].read_bytes() == b"Hello, says the captain."
    text = found[".html"].read_text(encoding="utf-8")
    assert '<html lang="fa" dir="rtl">' in text
    assert "چشم‌به‌راه این کشتی" in text
    assert "<script" not in text
    (shown,) = (folder / "data" / "items").rglob("post.html")
    for target in (captions, *found.values()):
        assert f"../../../{target.parent.name}/{target.name}" in shown.read_text(encoding="utf-8")


def test_a_page_that_says_nothing_stays_a_link(files: Files, shelf: Shelf, client: Client) -> None:
    """As a transcript; and a page in the place of a picture is refused as ever."""
    said: list[str] = []
    empty = files.put("/empty.html", "text/html", b"<!DOCTYPE html><html><title>x</title><body></body></html>")
    sound = Media(url=f"{files.url}/sound.mp3", type="audio/mpeg", transcript=empty)
    posts.add_posts("sea", [make_post(1, media=(sound,), images=(make_image(empty),))], NOW)
    syndicate.run(SETTINGS, shelf, client, NOW, said.append)
    assert media_of(1) == ()
    assert any("web page instead of a file" in line for line in said)
