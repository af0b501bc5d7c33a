"""Pictures kept: fetched once from a real server, made fit, stored under their hash."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from publisher.errors import FetchError, FormatError, OutsideError
from publisher.media import Embedded, FolderStore, KeptPicture, fetch_file, keep, keep_bytes, recall
from publisher.media.embedded import write
from publisher.net import Client, Guard, Limits


class Server(ThreadingHTTPServer):
    """A web server with a table of files and a list of the paths that were asked for."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, tuple[str, bytes]] = {}
        self.asked: list[str] = []

    def put(self, path: str, content: bytes, media_type: str = "application/octet-stream") -> str:
        """Offer a file, and give its address."""
        self.files[path] = (media_type, content)
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    """Answers from the server's table."""

    server: Server

    def do_GET(self) -> None:
        """Answer a GET."""
        self.server.asked.append(self.path)
        found = self.server.files.get(self.path)
        self.send_response(200 if found else 404)
        if found:
            self.send_header("Content-Type", found[0])
        self.end_headers()
        self.wfile.write(found[1] if found else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's own name
        """Write no log."""


@pytest.fixture
def server() -> Iterator[Server]:
    """Run a server."""
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def client() -> Iterator[Client]:
    """Give a client that may reach loopback."""
    with Client(guard=Guard.allowing(["127.0.0.1"]), limits=Limits(read=5, total=10)) as made:
        yield made


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """Give an empty store."""
    return FolderStore(tmp_path / "media")


def picture(kind: str = "JPEG", size: tuple[int, int] = (1600, 800)) -> bytes:
    """Make a picture."""
    written = io.BytesIO()
    Image.new("RGB", size, (20, 90, 160)).save(written, kind)
    return written.getvalue()


def test_a_picture_is_fetched_once(server: Server, client: Client, store: FolderStore) -> None:
    """The second time, and in a new process, the picture comes from the store."""
    url = server.put("/boats.jpg?w=1600", picture())
    kept = keep(url, client, store)
    assert (kept.width, kept.height, kept.media_type, kept.url) == (1200, 600, "image/jpeg", url)
    content = store.path(kept.key).read_bytes()
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert kept.size == len(content)
    assert kept.name == f"{kept.sha256}.jpg"
    again = keep(url, client, FolderStore(store.folder))
    assert again == kept
    assert recall(url, store) == kept
    assert len(server.asked) == 1


def test_widths_are_kept_side_by_side(server: Server, client: Client, store: FolderStore) -> None:
    """The same picture at another width is another picture."""
    url = server.put("/boats.jpg", picture())
    assert keep(url, client, store).width == 1200
    assert recall(url, store, width=300) is None
    assert keep(url, client, store, width=300).width == 300
    assert keep(url, client, store, width=None).width == 1600


def test_one_picture_at_two_addresses_is_kept_once(server: Server, client: Client, store: FolderStore) -> None:
    """What has the same bytes has the same name."""
    first, second = (keep(server.put(path, picture()), client, store) for path in ("/a.jpg", "/b.jpg"))
    assert first.name == second.name
    assert len(list((store.folder / "pictures").rglob("*.jpg"))) == 1


def test_a_claim_is_not_believed(server: Server, client: Client, store: FolderStore) -> None:
    """The type comes from the bytes, whatever the name and the server say."""
    assert keep(server.put("/a.jpg", picture("PNG", (30, 20)), "text/html"), client, store).media_type == "image/png"
    with pytest.raises(FormatError, match="text/html"):
        keep(server.put("/b.jpg", b"<!doctype html><p>gone", "image/jpeg"), client, store)


def test_words_inside_are_offered_and_taken_out(server: Server, client: Client, store: FolderStore) -> None:
    """The alt text that a photographer wrote comes along as a suggestion, also from the store; the copy is bare."""
    words = Embedded(alt=(("x-default", "Two boats"), ("fa", "دو قایق")), description=(("x-default", "At the quay."),))
    url = server.put("/boats.jpg", write(picture(), words))
    kept = keep(url, client, store)
    assert kept.words == words
    assert recall(url, store) == kept
    assert b"Two boats" not in store.path(kept.key).read_bytes()


def test_broken_words_do_not_cost_the_picture(server: Server, client: Client, store: FolderStore) -> None:
    """A picture that can be shown is kept, whatever is wrong with its XMP."""
    written = io.BytesIO()
    Image.new("RGB", (30, 20)).save(written, "JPEG", xmp=b"<broken")
    assert keep(server.put("/a.jpg", written.getvalue()), client, store).words == Embedded()


def test_mistakes_name_the_address(server: Server, client: Client, store: FolderStore) -> None:
    """What is missing, too large, empty or no picture is said with its address, and nothing is kept."""
    with pytest.raises(FetchError, match="404"):
        keep(f"http://127.0.0.1:{server.server_port}/none.jpg", client, store)
    with pytest.raises(FetchError, match="larger than 1,000 bytes"):
        keep(server.put("/big.jpg", picture()), client, store, max_bytes=1000)
    with pytest.raises(FetchError, match="nothing"):
        keep(server.put("/empty.jpg", b""), client, store)
    with pytest.raises(FormatError, match=r"http://127.0.0.1:\d+/drawing.svg: .*SVG"):
        keep(server.put("/drawing.svg", b"<svg/>"), client, store)
    with pytest.raises(FetchError, match="allow"):
        keep("http://10.1.2.3/a.jpg", client, store)
    assert not store.folder.exists()


def test_a_record_whose_picture_is_gone_is_fetched_again(server: Server, client: Client, store: FolderStore) -> None:
    """A store that lost a picture, or whose records are broken, gets it back."""
    url = server.put("/boats.jpg", picture())
    kept = keep(url, client, store)
    store.path(kept.key).unlink()
    assert recall(url, store) is None
    assert keep(url, client, store) == kept
    (record,) = (store.folder / "addresses").rglob("*.json")
    known = json.loads(record.read_bytes())
    changes: tuple[dict[str, object], ...] = (
        {"version": 99},
        {"sha256": "../../etc"},
        {"media_type": "text/x"},
        {"width": "wide"},
        {"height": 0},
        {"alt": []},
    )
    for change in changes:
        record.write_text(json.dumps(known | change), encoding="utf-8")
        assert recall(url, store) is None
    for broken in (b"", b"{", b"[]", b"\xff", b'{"version": 1}'):
        record.write_bytes(broken)
        assert recall(url, store) is None
    assert keep(url, client, store) == kept
    assert len(server.asked) == 3


def test_pictures_inside_addresses_are_kept(client: Client, store: FolderStore) -> None:
    """A data address holds the picture itself, which mail programs do not show there; mistakes do not repeat it."""
    small = picture("PNG", (30, 20))
    kept = keep("data:image/png;base64," + base64.b64encode(small).decode(), client, store)
    assert (kept.width, kept.media_type) == (30, "image/png")
    (record,) = (store.folder / "addresses").rglob("*.json")
    assert b"base64" not in record.read_bytes()
    assert keep("data:image/png," + "".join(f"%{byte:02x}" for byte in small), client, store).name == kept.name
    for wrong in ("data:image/png;base64,a", "data:image/png", "data:image/png;base64," + "A" * 500):
        with pytest.raises(FormatError) as caught:
            keep(wrong, client, store)
        assert len(str(caught.value)) < 300


def test_bytes_at_hand_are_kept_without_a_network(store: FolderStore) -> None:
    """A picture from a folder of posts is kept under the address that the post gives it."""
    kept = keep_bytes("file:///posts/boats.jpg", picture(), store)
    assert isinstance(kept, KeptPicture)
    assert recall("file:///posts/boats.jpg", store) == kept


def test_media_are_fetched_as_they_are(server: Server, client: Client, tmp_path: Path) -> None:
    """A film, captions and a picture in full come to disk unchanged, named by hash, with the type of their bytes."""
    film = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 2000
    medium = fetch_file(server.put("/boats", film), client, tmp_path / "new")
    assert medium.path == tmp_path / "new" / f"{hashlib.sha256(film).hexdigest()}.mp4"
    assert medium.path.read_bytes() == film
    assert (medium.media_type, medium.size, medium.language) == ("video/mp4", len(film), None)
    captions = fetch_file(server.put("/en.vtt", b"WEBVTT\n"), client, tmp_path, language="en")
    assert (captions.media_type, captions.path.suffix, captions.language) == ("text/vtt", ".vtt", "en")
    notes = fetch_file(server.put("/notes", b"words", "text/plain; charset=utf-8"), client, tmp_path)
    assert (notes.media_type, notes.path.suffix) == ("text/plain", ".txt")
    other = fetch_file(server.put("/other", b"words", "x/evil\tname"), client, tmp_path)
    assert (other.media_type, other.path.suffix) == ("application/octet-stream", ".bin")


def test_a_medium_that_fails_leaves_nothing(server: Server, client: Client, tmp_path: Path) -> None:
    """A page in place of a film, a file that is too large, a folder that is none: a message, and no file."""
    with pytest.raises(FormatError, match="web page"):
        fetch_file(server.put("/film.mp4", b"<html><p>Log in", "video/mp4"), client, tmp_path)
    with pytest.raises(FetchError, match="larger"):
        fetch_file(server.put("/long.mp4", b"x" * 5000), client, tmp_path, max_bytes=1000)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutsideError, match="nothing can be written there"):
        fetch_file(server.put("/a.mp4", b"x"), client, tmp_path / "file")


def test_a_temporary_folder_that_cannot_be_used_says_so(
    server: Server, client: Client, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can wait on disk, the message names the folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(OutsideError, match="none: nothing can be written there"):
        keep(server.put("/a.jpg", picture()), client, store)
