"""A newsroom and an outlet over HTTP: `receive`, the commands for partners, and the examples of docs/outlets.md."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.cli.main import main
from publisher.errors import FetchError, IntegrityError
from publisher.jobs.outlets.receive import LOG, Receiver
from publisher.net import Client, Guard
from publisher.store import database
from tests.web_builders import free_port, serving, write_settings

_REPOSITORY = Path(__file__).parents[1]
_POST = "---\nid: {id}\ntitle: Boats {number}\nlang: en\ndate: 2026-11-20T08:00:00Z\n---\n\n{words}\n"
_CHANNELS = """
[channels.world]
title = "World"
sources = ["sample"]
[outlets.radio]
channels = ["world"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a command printed and its exit status."""

    status: int
    output: str
    errors: str


def run(folder: Path, *arguments: str) -> Ended:
    """Run a command for the newsroom in a folder, in this process."""
    output, errors, status = io.StringIO(), io.StringIO(), 0
    places = ("--settings", str(folder / "settings.toml"), "--home", str(folder / "home"))
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            main([*arguments, *places])
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Ended(status=status, output=output.getvalue(), errors=errors.getvalue())


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """A newsroom that is served, and a token for its API."""

    folder: Path
    api: str
    token: str

    def run(self, *arguments: str) -> Ended:
        """Run a command in this process."""
        return run(self.folder, *arguments)

    def done(self, *arguments: str) -> str:
        """Run a command that must succeed; gives what it printed."""
        ended = self.run(*arguments)
        assert ended.status == 0, ended.errors
        return ended.output

    def receive(self, out: Path, *more: str) -> dict[str, list[dict[str, object]]]:
        """Pull into a folder; gives what came."""
        found: dict[str, list[dict[str, object]]] = json.loads(
            self.done("receive", self.api, "--token", self.token, "--out", str(out), "--json", *more)
        )
        return found


def write_post(folder: Path, number: int, words: str = "At dawn.") -> None:
    """Write a post file into the newsroom's source."""
    text = _POST.format(id=f"https://example.org/{number}", number=number, words=words)
    (folder / "posts" / f"{number:03}.md").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory, _ours: None) -> Iterator[Newsroom]:
    """Serve a newsroom with thirty posts."""
    port = free_port()
    folder = write_settings(tmp_path_factory.mktemp("newsroom"), _CHANNELS, url=f"http://127.0.0.1:{port}")
    for number in range(30):
        write_post(folder, number)
    for command in (("pull",), ("outlet", "sync")):
        assert run(folder, *command).status == 0
    token = run(folder, "outlet", "token", "radio").output.strip()
    with serving(folder, port) as url:
        yield Newsroom(folder=folder, api=f"{url}/api/v1", token=token)
    database.close_database()


def test_an_outlet_pulls_everything_once_and_hears_of_a_kill(newsroom: Newsroom, tmp_path: Path) -> None:
    """First everything with its bundle, then nothing, then what changed; of a killed story its withdrawal stays."""
    out = tmp_path / "stories"
    first = newsroom.receive(out)
    assert (len(first["changes"]), len(first["bundles"])) == (30, 1)
    assert newsroom.receive(out) == {"changes": [], "bundles": []}
    told = newsroom.done("withdraw", "https://example.org/3", "--kind", "kill", "--note", "Not true")
    assert "publisher outlet kills" in told
    again = newsroom.receive(out)
    (kill,) = again["changes"]
    assert (kill["signal"], kill["status"], kill["note"]) == ("kill", "canceled", "Not true")
    place = out / "posts" / "world" / str(kill["id"])
    assert [one.name for one in place.iterdir()] == ["v2"]
    assert "At dawn" not in (place / "v2" / "post.html").read_text(encoding="utf-8")
    assert "https://example.org/3" in newsroom.done("outlet", "kills")
    newsroom.done("verify", str(again["bundles"][0]))
    wrong = newsroom.run("withdraw", "https://example.org/3", "--kind", "kill", "--note", "x")
    assert (wrong.status, "killed already" in wrong.errors) == (2, True)


def test_a_bundle_of_the_store_and_one_of_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    """`bundle --channel` packs what partners see now; without source and channel it says what is missing."""
    made = json.loads(newsroom.done("bundle", "--channel", "world", "--out", str(tmp_path / "w.zip"), "--json"))
    assert made["posts"] == 30
    newsroom.done("verify", made["file"])
    for arguments in (("--out", "x.zip"), ("--channel", "moon", "--out", "x.zip")):
        assert newsroom.run("bundle", *arguments).status == 2


def test_partners_are_managed_from_the_command_line(newsroom: Newsroom) -> None:
    """Outlets, tokens, secret addresses, pushes and the log; mistakes are told with a way out."""
    newsroom.done("outlet", "add", "weekly", "--channel", "world")
    newsroom.done("outlet", "quota", "weekly", "--requests", "60")
    token = newsroom.done("outlet", "token", "weekly", "--expires", "2099-01-01", "--network", "127.0.0.0/8").strip()
    assert f"{newsroom.api}/f/" in newsroom.done("outlet", "feed", "weekly", "--channel", "world")
    assert "whsec_" in newsroom.done("outlet", "push", "add", "weekly", "webhook", "https://weekly.example/hook")
    assert "webhook" in newsroom.done("outlet", "push", "list", "weekly")
    assert "played new" in newsroom.done("outlet", "practice", "weekly", "new")
    newsroom.done("outlet", "revoke", "weekly", token)
    (found,) = [one for one in json.loads(newsroom.done("outlet", "list", "--json")) if one["name"] == "weekly"]
    assert found["tokens"][0]["revoked"]
    assert token not in newsroom.done("outlet", "list")
    newsroom.done("outlet", "log", "weekly")
    for arguments in (
        ("add", "radio", "--channel", "world"),
        ("add", "x", "--channel", "moon"),
        ("token", "nobody"),
        ("token", "weekly", "--expires", "2001-01-01"),
        ("token", "weekly", "--expires", "soon"),
        ("token", "weekly", "--network", "all"),
        ("revoke", "weekly", "pub_00000000"),
        ("revoke", "weekly", "99"),
        ("push", "add", "weekly", "s3", "https://x.example"),
        ("push", "add", "weekly", "websub", "https://hub.example"),
        ("push", "stop", "99"),
    ):
        ended = newsroom.run("outlet", *arguments)
        assert ended.status == 2, (arguments, ended.errors)


def test_a_receiver_that_is_killed_misses_and_repeats_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    """Killed at random again and again, it has every change exactly once in the end, and every file whole."""
    out, dice = tmp_path / "stories", random.Random(7)  # noqa: S311 - a test's dice
    command = [sys.executable, "-m", "publisher", "receive", newsroom.api, "--token", newsroom.token, "--no-bundles"]
    for _ in range(4):
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*command, "--out", str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        threading.Event().wait(dice.uniform(0.7, 1.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
    newsroom.receive(out, "--no-bundles")
    lines = [json.loads(line) for line in (out / LOG).read_text(encoding="utf-8").splitlines()]
    sequences = [line["sequence"] for line in lines]
    assert sequences == sorted(set(sequences))
    assert {line["uri"] for line in lines} == {f"https://example.org/{number}" for number in range(30)}
    for line in {line["id"]: line for line in lines}.values():  # the last word on each
        folder = out / "posts" / "world" / line["id"]
        assert [one.name for one in folder.iterdir() if one.name.startswith(".part")] == []
        assert json.loads((folder / f"v{line['version']}" / "post.json").read_text("utf-8"))["uri"] == line["uri"]


def test_a_torn_log_and_a_torn_bundle_are_mended(newsroom: Newsroom, tmp_path: Path) -> None:
    """Half a line is fetched again; half a bundle is gone on with; a spoiled one is refused, then pulled anew."""
    out = tmp_path / "stories"
    with Client(guard=Guard.allowing(["127.0.0.1"])) as client:
        receiver = Receiver(url=newsroom.api, token=newsroom.token, folder=out, client=client)
        count = len(list(receiver.follow()))
        (bundle,) = receiver.pull_bundles()
        whole = bundle.read_bytes()
        log = (out / LOG).read_bytes()
        (out / LOG).write_bytes(log[:-20])
        assert [one.sequence for one in receiver.follow()] == [json.loads(log.splitlines()[-1])["sequence"]]
        assert len((out / LOG).read_bytes().splitlines()) == count
        bundle.unlink()
        part = bundle.with_name(f".part-{bundle.name}")
        part.write_bytes(whole[:1000])
        assert list(receiver.pull_bundles()) == [bundle]
        assert bundle.read_bytes() == whole
        bundle.unlink()
        part.write_bytes(b"x" * 1000)
        with pytest.raises(IntegrityError, match="promises"):
            list(receiver.pull_bundles())
        assert list(receiver.pull_bundles()) == [bundle]
        with pytest.raises(FetchError, match="401"):
            list(Receiver(url=newsroom.api, token="no", folder=out, client=client).follow())


def _examples() -> list[tuple[str, str]]:
    """Give the examples of the document: language and text."""
    text = (_REPOSITORY / "docs" / "outlets.md").read_text(encoding="utf-8")
    return re.findall(r"```(sh|python)\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("number", range(len(_examples())))
def test_the_examples_of_the_document_run(newsroom: Newsroom, tmp_path: Path, number: int) -> None:
    """What docs/outlets.md shows works as it stands, with an outlet's own token."""
    kind, text = _examples()[number]
    environment = {
        **os.environ,
        "API": newsroom.api,
        "TOKEN": newsroom.token,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = ["bash", "-euo", "pipefail", "-c", text] if kind == "sh" else [sys.executable, "-c", text]
    ended = subprocess.run(  # noqa: S603 - the text of our own document
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
