"""`publisher bundle` and `verify` on files: what goes in, and what is said."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from publisher.cli.main import main
from publisher.media import embedded

Command = Callable[..., int]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """Say nothing."""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Call the program in an empty folder that allows this machine, and give its exit status."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PUBLISHER_NETWORK__ALLOW_PRIVATE", '["127.0.0.1"]')

    def called(*arguments: str) -> int:
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        return int(end.value.code or 0)

    return called


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[str]:
    """Serve one picture over HTTP."""
    folder = tmp_path / "served"
    folder.mkdir()
    Image.new("RGB", (40, 30), "navy").save(folder / "boat.png")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def write_post(picture: str) -> None:
    """Write a post with a described picture."""
    head = f"title: Boats\nlang: en\nlink: https://example.org/1\nimage: {picture}\nalt: A navy boat"
    text = f"---\n{head}\n---\nThey left.\n"
    Path("post.md").write_text(text, encoding="utf-8")


def test_media_are_linked_unless_they_are_asked_for(run: Command, pictures: str) -> None:
    """A bundle holds no picture by default; with --media fetch it does, its description inside the file."""
    write_post(f"{pictures}/boat.png")
    assert run("bundle", "post.md", "--out", "linked.zip") == 0
    assert run("bundle", "post.md", "--out", "whole.zip", "--media", "fetch") == 0
    with zipfile.ZipFile("linked.zip") as linked, zipfile.ZipFile("whole.zip") as whole:
        assert not [name for name in linked.namelist() if name.endswith(".png")]
        (name,) = [name for name in whole.namelist() if name.endswith(".png")]
        content = whole.read(name)
    assert Image.open(io.BytesIO(content)).size == (40, 30)
    assert embedded.read(content).alt_in("en") == "A navy boat"
    assert run("verify", "whole.zip") == 0


def test_a_picture_that_cannot_be_had_stays_a_link(
    run: Command, pictures: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bundle is made all the same, and the reason is said."""
    write_post(f"{pictures}/gone.png")
    assert run("bundle", "post.md", "--out", "linked.zip", "--media", "fetch") == 0
    assert f"stays a link: {pictures}/gone.png" in capsys.readouterr().err
    assert run("verify", "linked.zip") == 0


def test_the_same_posts_give_the_same_bytes(run: Command, pictures: str) -> None:
    """Nothing in a bundle depends on the clock."""
    write_post(f"{pictures}/boat.png")
    run("bundle", "post.md", "--out", "one.zip")
    run("bundle", "post.md", "--out", "two.zip")
    assert Path("one.zip").read_bytes() == Path("two.zip").read_bytes()


def test_one_changed_byte_is_found(run: Command, pictures: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 3, with what and where; --json says it to scripts."""
    write_post(f"{pictures}/boat.png")
    run("bundle", "post.md", "--out", "one.zip")
    content = bytearray(Path("one.zip").read_bytes())
    content[len(content) // 2] ^= 1
    Path("one.zip").write_bytes(content)
    assert run("verify", "one.zip") == 3
    capsys.readouterr()
    assert run("verify", "one.zip", "--json") == 3
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert found["problems"]


def test_a_key_that_is_none_is_named(run: Command, pictures: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the file."""
    write_post(f"{pictures}/boat.png")
    Path("junk.pem").write_text("junk")
    assert run("bundle", "post.md", "--out", "one.zip", "--key", "junk.pem") == 2
    assert "--key junk.pem" in capsys.readouterr().err
