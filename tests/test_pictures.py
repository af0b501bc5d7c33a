"""Pictures on their way into mails: fetched once, made fit, and shown from where the settings say."""

from __future__ import annotations

import email
import email.policy
import io
import re
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from PIL import ExifTags, Image

from publisher.errors import OutsideError
from publisher.jobs.posts import pictures
from publisher.jobs.posts.pictures import Gallery, find_copy, hang, name_of, open_gallery, own_address
from publisher.media import Embedded, FolderStore, recall
from publisher.media.embedded import write
from publisher.model import AltOrigin, Post
from publisher.model import Image as Picture
from publisher.settings import Settings
from tests.web_builders import free_port, publish, serving, write_settings

SITE = "https://news.example.org"


def make_photograph() -> bytes:
    """Make a photograph as a camera does: large, with its place, its owner and a description inside."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "SECRET"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (50.0, 5.0, 0.0)
    written = io.BytesIO()
    Image.effect_noise((3000, 2000), 20).convert("RGB").save(written, "JPEG", exif=exif, quality=60)
    return write(written.getvalue(), Embedded(alt=(("x-default", "Two boats at the quay"),)))


PHOTOGRAPH = make_photograph()


class Source(ThreadingHTTPServer):
    """A web server with a picture, a page, and nothing else; `asked` is what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Give the address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    """One request."""

    server: Source

    def do_GET(self) -> None:
        """Answer."""
        self.server.asked.append(self.path)
        path = self.path.partition("?")[0]
        body = {"/boats.jpg": PHOTOGRAPH, "/page.jpg": b"<html>Sign in</html>"}.get(path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def source() -> Iterator[Source]:
    """Run a web server."""
    with Source() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def make_settings(home: Path | None, host: str = "own", **media: str) -> Settings:
    """Make the settings of a newsroom that may fetch from this machine."""
    return Settings.model_validate(
        {
            "home": home,
            "site": {"name": "News", "url": SITE},
            "network": {"allow_private": ["127.0.0.1"]},
            "media": {"host": host, **media},
        }
    )


def make_post(*urls: str, markup: str | None = None) -> Post:
    """Make a post with pictures."""
    images = tuple(Picture(url=url, alt="Boats", alt_origin=AltOrigin.SOURCE, caption="A caption") for url in urls)
    return Post(id="1", source="notes", title="Boats", images=images, html=markup)


# --- hanging ------------------------------------------------------------------------------------------------------


def test_our_own_copy_is_shown(source: Source, tmp_path: Path) -> None:
    """The post points at the copy, in its text too, with its size; the picture is fetched once for good."""
    url = f"{source.url}/boats.jpg?a=1&b=2"
    markup = f'<p>x</p><figure><img alt="Boats" src="{url.replace("&", "&amp;")}"/></figure><img src="cid:other"/>'
    settings, name = make_settings(tmp_path), ""
    for _ in range(2):
        hung = hang([make_post(url, markup=markup)], settings)
        (image,) = hung.posts[0].images
        name = name_of(SITE, image.url or "") or ""
        assert name
        assert (image.width, image.height, image.alt) == (1200, 800, "Boats")
        assert hung.posts[0].html == markup.replace(url.replace("&", "&amp;"), image.url or "")
        assert hung.skipped == ()
    assert source.asked == ["/boats.jpg?a=1&b=2"]
    found = find_copy(FolderStore(tmp_path / "media"), name)
    assert found is not None
    assert found.media_type == "image/jpeg"
    assert b"SECRET" not in found.content
    with Image.open(io.BytesIO(found.content)) as shown:
        assert shown.size == (1200, 800)
        assert not shown.getexif()
    kept = recall(url, FolderStore(tmp_path / "media"))
    assert kept is not None
    assert kept.words.alt_in("en") == "Two boats at the quay"


def test_the_sources_address_stays_with_its_true_size(source: Source, tmp_path: Path) -> None:
    """With host = "source" only the size is filled in, and only what lacks something is looked at."""
    url = f"{source.url}/boats.jpg"
    settings = make_settings(tmp_path, "source")
    hung = hang([make_post(url, f"{source.url}/gone.jpg")], settings)
    sizes = [(image.url, image.width, image.height) for image in hung.posts[0].images]
    assert sizes == [(url, 1200, 800), (f"{source.url}/gone.jpg", None, None)]
    assert hung.skipped == ()
    source.asked.clear()
    whole = Picture(url=f"{source.url}/other.jpg", alt="", alt_origin=AltOrigin.SOURCE, width=5, height=5)
    post = Post(id="1", source="notes", title="Boats", images=(whole,))
    assert hang([post], settings).posts == (post,)
    assert source.asked == []


def test_what_cannot_be_had_leads_nobody_elsewhere(source: Source, tmp_path: Path) -> None:
    """With host = "own" a picture that is gone or none is left out, with the reason; its caption stays."""
    urls = (f"{source.url}/gone.jpg", f"{source.url}/page.jpg")
    markup = "".join(f'<img src="{url}"/>' for url in urls)
    hung = hang([make_post(*urls, markup=markup)], make_settings(tmp_path))
    assert [(image.url, image.caption) for image in hung.posts[0].images] == [(None, "A caption")] * 2
    assert hung.posts[0].html == '<img src=""/><img src=""/>'
    assert [one.source for one in hung.skipped] == list(urls)
    assert "404" in hung.skipped[0].reason


def test_nothing_is_fetched_inside_a_transaction(source: Source, tmp_path: Path) -> None:
    """Without fetching, only what is kept counts."""
    url = f"{source.url}/boats.jpg"
    settings = make_settings(tmp_path)
    assert hang([make_post(url)], settings, fetch=False).posts[0].images[0].url is None
    hang([make_post(url)], settings)
    assert name_of(SITE, hang([make_post(url)], settings, fetch=False).posts[0].images[0].url or "")
    assert source.asked == ["/boats.jpg"]


def test_posts_that_need_nothing(source: Source, tmp_path: Path) -> None:
    """Without a home, without pictures, and with pictures of our own, posts stay as they are."""
    url = f"{source.url}/boats.jpg"
    assert hang([make_post(url)], make_settings(None)).posts == (make_post(url),)
    own = make_post(f"{SITE}/pictures/{'a' * 32}", "cid:1")
    assert hang([own, make_post()], make_settings(tmp_path)).posts == (own, make_post())
    assert source.asked == []


def test_a_store_that_cannot_be_used(source: Source, tmp_path: Path) -> None:
    """Where our copies have to be shown, the build stops and says why; where not, it goes on."""
    (tmp_path / "media").write_text("no folder")
    posts = [make_post(f"{source.url}/boats.jpg")]
    with pytest.raises(OutsideError, match="picture store"):
        hang(posts, make_settings(tmp_path))
    assert hang(posts, make_settings(tmp_path, "source")).posts == tuple(posts)


def test_a_bucket_keeps_copies(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With store = "s3" the copy lies in the bucket, and is found there by its name."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    for name, value in (
        ("AWS_ENDPOINT_URL_S3", f"http://{host}:{port}"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/harbour", method="PUT")).close()
    settings = make_settings(tmp_path, store="s3", bucket="harbour")
    hung = hang([make_post(f"{source.url}/boats.jpg")], settings)
    gallery = open_gallery(settings, tmp_path)
    shown = gallery.show(hung.posts[0].images[0].url or "")
    moto.stop()
    assert shown is not None
    assert shown.media_type == "image/jpeg"
    assert not (tmp_path / "media").exists()


def test_the_archive_shows_our_own_copies(source: Source, tmp_path: Path) -> None:
    """A page that points at our copy is shown from the store; nothing is asked of our own pages."""
    settings = make_settings(tmp_path)
    hung = hang([make_post(f"{source.url}/boats.jpg")], settings)
    gallery: Gallery = open_gallery(settings, tmp_path)
    assert gallery.show(hung.posts[0].images[0].url or "") is not None
    assert gallery.show(own_address(SITE, f"{'0' * 64}.jpg")) is None
    assert gallery.show(f"{source.url}/gone.jpg") is None
    assert gallery.show(f"{source.url}/gone.jpg") is None
    assert source.asked == ["/boats.jpg", "/gone.jpg"]


def test_a_description_reaches_either_address(source: Source, tmp_path: Path) -> None:
    """What an editor says of a picture later is said where the mail showed our copy too."""
    url = f"{source.url}/boats.jpg"
    (image,) = hang([make_post(url)], make_settings(tmp_path)).posts[0].images
    described = {url: image, f"{source.url}/never.jpg": image}
    gallery = open_gallery(make_settings(tmp_path), tmp_path)
    assert dict(gallery.with_copies(described)) == {**described, image.url or "": image}
    (tmp_path / "file").write_text("")
    broken = Gallery(store=FolderStore(tmp_path / "file"), client=gallery.client, site=SITE)
    assert dict(broken.with_copies(described)) == described


@pytest.mark.parametrize("url", [f"{SITE}/media/x.jpg", f"{SITE}/media/../{'0' * 64}.jpg", "", f"{SITE}/media/"])
def test_addresses_that_are_no_copies(url: str) -> None:
    """Only the hash of a picture names a copy."""
    assert name_of(SITE, url) is None
    assert pictures.find_copy(FolderStore(Path("nowhere")), url) is None


# --- from the pull to the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["own", "source"])
def test_from_the_pull_to_the_mail_and_back(source: Source, tmp_path: Path, host: str) -> None:
    """A mail shows the picture from where the settings say, with its size; our copy is served at its address."""
    port = free_port()
    more = f'[network]\nallow_private = ["127.0.0.1"]\n[media]\nhost = "{host}"\n'
    write_settings(tmp_path, more, url=f"http://127.0.0.1:{port}")
    theirs = f"{source.url}/boats.jpg"
    (tmp_path / "posts" / "a.md").write_text(
        "---\nid: a\ntitle: The harbour opens\ndate: 2026-11-20\nlang: en\n---\n\nThe boats are back at the quay.\n\n"
        f"![Three boats leave the harbour in fog]({theirs})\n\nThe last boats leave at noon.\n",
        encoding="utf-8",
    )
    (tmp_path / "readers.csv").write_text("email\nann@example.net\n")
    publish(tmp_path, f"subscribers import {tmp_path / 'readers.csv'} --newsletter daily --confirmed")
    (file,) = (tmp_path / "home" / "outbox").rglob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body(("html",))
    assert body is not None
    (element,) = re.findall(r"<img[^>]*>", body.get_content())
    address = re.search(r'src="([^"]+)"', element)
    assert address
    assert 'alt="Three boats leave the harbour in fog"' in element
    sizes = {side: int(re.findall(rf'{side}="(\d+)"', element)[0]) for side in ("width", "height")}
    assert abs(sizes["width"] / sizes["height"] - 1.5) < 0.01
    if host == "source":
        assert address[1] == theirs
        return
    assert source.asked == ["/boats.jpg"]
    with serving(tmp_path, port) as site, urllib.request.urlopen(address[1]) as answer:  # noqa: S310 - ours
        assert address[1].startswith(f"{site}/media/")
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert "immutable" in answer.headers["Cache-Control"]
        shown = answer.read()
    assert b"SECRET" not in shown
    with Image.open(io.BytesIO(shown)) as picture:
        assert picture.size == (1200, 800)
