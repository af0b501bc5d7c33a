"""The partner's side against a publisher made by hand: outages, withdrawals in between, what must not stay."""

from __future__ import annotations

import hashlib
import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from publisher.errors import IntegrityError
from publisher.jobs.outlets.receive import LIMITS, LOG, Received, Receiver
from publisher.model import Post
from publisher.net import Client, Guard
from publisher.syndication import archive, bundle, signature
from publisher.web.outlets.api import LONGEST_WAIT

PIER, BOAT = b"a picture of the pier", b"a picture of a boat"


def digest(content: bytes) -> str:
    """Hash bytes."""
    return hashlib.sha256(content).hexdigest()


@dataclass(slots=True, kw_only=True)
class Publisher:
    """Answers from a table of paths; a path with several answers gives one after the other, the last for ever."""

    url: str = ""
    answers: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, *answers: Any) -> None:  # noqa: ANN401 - bytes, a status, or anything for JSON
        """Say what to answer at a path."""
        self.answers[path] = [
            (200, one)
            if isinstance(one, bytes)
            else (one, b"{}")
            if isinstance(one, int)
            else (200, json.dumps(one).encode())
            for one in answers
        ]

    def take(self, path: str) -> tuple[int, bytes]:
        """Give the next answer of a path."""
        self.asked.append(path)
        left = self.answers.get(path, [(404, b"{}")])
        return left.pop(0) if len(left) > 1 else left[0]

    def change(self, number: int, item: str, version: int, status: str = "usable", **told: object) -> dict[str, object]:
        """Write a change, and put the description of the version that it leads to."""
        address = f"{self.url}/items/{item}/{version}"
        files = told.pop("files", [])
        self.put(f"/items/{item}/{version}", {"status": status, "files": files, "media": told.pop("media", [])})
        return {
            "sequence": number,
            "cursor": str(number),
            "channel": "world",
            "id": item,
            "version": version,
            "status": status,
            "signal": "new" if status == "usable" else "kill",
            "note": None,
            "version_href": address,
        }

    def medium(self, content: bytes) -> dict[str, object]:
        """Put a picture; gives how a description names it."""
        self.put(f"/media/{digest(content)}", content)
        return {"href": f"{self.url}/media/{digest(content)}", "sha256": digest(content)}


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """Serve a publisher."""
    made = Publisher()

    class Handler(http.server.BaseHTTPRequestHandler):
        """Answers from the table."""

        def do_GET(self) -> None:
            status, content = made.take(urlsplit(self.path).path)
            self.send_response(status)
            if status == 503:
                self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def client() -> Iterator[Client]:
    """Open the way out that `publisher receive` uses."""
    with Client(guard=Guard.allowing(["127.0.0.1"]), limits=LIMITS) as found:
        yield found


def follow(publisher: Publisher, client: Client, out: Path, *pages: list[dict[str, object]]) -> list[Received]:
    """Pull pages of changes into a folder."""
    publisher.put("/changes", *({"changes": page} for page in pages), {"changes": []})
    return list(Receiver(url=publisher.url, token="t", folder=out, client=client).follow())


def kept(out: Path) -> set[str]:
    """Name the media that lie in a folder."""
    return {path.name for path in (out / "media").iterdir()}


def test_a_question_for_changes_is_waited_for() -> None:
    """A publisher holds it open for its longest wait; the connection must not end before."""
    assert LIMITS.read > LONGEST_WAIT * 2


def test_a_large_picture_is_taken(publisher: Publisher, client: Client, tmp_path: Path) -> None:
    """As large as a channel carries them."""
    large = bytes(25 * 1024 * 1024)
    follow(publisher, client, tmp_path, [publisher.change(1, "a", 1, media=[publisher.medium(large)])])
    assert kept(tmp_path) == {digest(large)}


def test_what_was_withdrawn_leaves_nothing_behind(publisher: Publisher, client: Client, tmp_path: Path) -> None:
    """Its versions go, and the pictures that no other story shows."""
    pier, boat = publisher.medium(PIER), publisher.medium(BOAT)
    first = [publisher.change(1, "a", 1, media=[pier, boat]), publisher.change(2, "b", 1, media=[pier])]
    assert len(follow(publisher, client, tmp_path, first)) == 2
    assert kept(tmp_path) == {digest(PIER), digest(BOAT)}
    follow(publisher, client, tmp_path, [publisher.change(3, "a", 2, "canceled")])
    assert kept(tmp_path) == {digest(PIER)}
    assert [one.name for one in (tmp_path / "posts" / "world" / "a").iterdir()] == ["v2"]
    follow(publisher, client, tmp_path, [publisher.change(4, "b", 2, "withheld")])
    assert kept(tmp_path) == set()


def test_a_description_that_cannot_be_read_any_more_stops_no_withdrawal(
    publisher: Publisher, client: Client, tmp_path: Path
) -> None:
    """Somebody spoiled it on the disk: the versions go all the same."""
    follow(publisher, client, tmp_path, [publisher.change(1, "a", 1, media=[publisher.medium(PIER)])])
    (tmp_path / "posts" / "world" / "a" / "v1" / "post.json").write_text("{")
    follow(publisher, client, tmp_path, [publisher.change(2, "a", 2, "canceled")])
    assert [one.name for one in (tmp_path / "posts" / "world" / "a").iterdir()] == ["v2"]


@pytest.mark.parametrize("answer", [404, b"the withdrawal"])
def test_a_withdrawal_between_description_and_files_is_heard(
    publisher: Publisher, client: Client, tmp_path: Path, answer: int | bytes
) -> None:
    """The files are gone, or others, before they are fetched: the version is described anew."""
    file = {"path": "post.txt", "href": f"{publisher.url}/file", "sha256": digest(b"the story")}
    change = publisher.change(1, "a", 1, files=[file])
    publisher.put("/file", answer)
    again = {"status": "canceled", "files": [], "media": []}
    publisher.put("/items/a/1", {"status": "usable", "files": [file], "media": []}, again)
    assert [one.item for one in follow(publisher, client, tmp_path, [change])] == ["a"]
    described = json.loads((tmp_path / "posts" / "world" / "a" / "v1" / "post.json").read_bytes())
    assert described["status"] == "canceled"


def test_a_file_that_is_never_what_was_promised_is_refused(
    publisher: Publisher, client: Client, tmp_path: Path
) -> None:
    """Nothing of the version is kept, and the log does not name it."""
    file = {"path": "post.txt", "href": f"{publisher.url}/file", "sha256": digest(b"the story")}
    publisher.put("/file", b"another story")
    with pytest.raises(IntegrityError, match="promises"):
        follow(publisher, client, tmp_path, [publisher.change(1, "a", 1, files=[file])])
    assert not (tmp_path / "posts" / "world" / "a" / "v1").exists()
    assert not (tmp_path / LOG).exists()


def make_bundle(folder: Path, title: str, key: bytes) -> bytes:
    """Make a bundle of one post."""
    post = Post(id=f"https://example.org/{title}", source="sea", title=title, text="At dawn.", html="<p>At dawn.</p>")
    archive.write(bundle.make([post]), folder / "made.zip", key=key)
    return (folder / "made.zip").read_bytes()


def offer(publisher: Publisher, number: int, content: bytes) -> None:
    """Let the publisher have one bundle."""
    href = f"{publisher.url}/bundles/{number}.zip"
    listed = [{"sequence": number, "channel": "world", "href": href, "sha256": digest(content)}]
    publisher.put("/bundles", {"bundles": listed})
    publisher.put(f"/bundles/{number}.zip", content)


def test_only_the_newest_bundle_of_a_channel_stays(publisher: Publisher, client: Client, tmp_path: Path) -> None:
    """An older one may hold what was withdrawn; one that is given out no longer does."""
    out, key = tmp_path / "out", signature.make_key()
    receiver = Receiver(url=publisher.url, token="t", folder=out, client=client)
    offer(publisher, 1, make_bundle(tmp_path, "Boats", key))
    assert [path.name for path in receiver.pull_bundles()] == ["world-1.zip"]
    (out / "bundles" / "mine.txt").write_text("notes of our own")
    offer(publisher, 2, make_bundle(tmp_path, "Piers", key))
    assert [path.name for path in receiver.pull_bundles()] == ["world-2.zip"]
    assert {path.name for path in (out / "bundles").iterdir()} == {"world-2.zip", "mine.txt"}
    publisher.put("/bundles", {"bundles": []})
    other = Receiver(url=publisher.url, token="t", folder=out, client=client, channel="hills")
    assert list(other.pull_bundles()) == []
    assert (out / "bundles" / "world-2.zip").exists()
    assert list(receiver.pull_bundles()) == []
    assert {path.name for path in (out / "bundles").iterdir()} == {"mine.txt"}


def test_a_bundle_that_is_not_sound_never_lies_in_its_place(
    publisher: Publisher, client: Client, tmp_path: Path
) -> None:
    """Signed by another key, or no bundle at all: it is refused at every try."""
    receiver = Receiver(url=publisher.url, token="t", folder=tmp_path / "out", client=client)
    trusted = signature.public_key(signature.make_key())
    for content in (make_bundle(tmp_path, "Boats", signature.make_key()), b"no bundle"):
        offer(publisher, 1, content)
        for _ in range(2):
            with pytest.raises(IntegrityError):
                list(receiver.pull_bundles(trusted))
            assert list((tmp_path / "out" / "bundles").iterdir()) == []


def test_whoever_follows_outlasts_an_outage(publisher: Publisher, tmp_path: Path) -> None:
    """Asked again when the publisher says so; what no later try can mend ends it. Each change is a line."""
    page = {"changes": [publisher.change(1, "a", 1)]}
    publisher.put("/changes", 503, page, {"changes": []}, 503, {"changes": []}, 401)
    command = [sys.executable, "-m", "publisher", "receive", publisher.url, "--token", "t", "--out", str(tmp_path)]
    ended = subprocess.run(  # noqa: S603 - our own command
        [*command, "--follow", "--no-bundles", "--json"], capture_output=True, text=True, check=False, timeout=120
    )
    assert (ended.returncode, "401" in ended.stderr, "asked again in 0 seconds" in ended.stderr) == (4, True, True)
    (line,) = ended.stdout.splitlines()
    assert json.loads(line)["id"] == "a"
    assert json.loads((tmp_path / LOG).read_text())["sequence"] == 1
