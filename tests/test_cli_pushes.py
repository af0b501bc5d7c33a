"""`publisher outlet push`: places are named with all that they need, and no secret is kept where it could be read."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publisher.cli.main import main
from publisher.store import database, pushes

SETTINGS = """
[site]
name = "Harbour Post"
url = "https://news.example.org"
[sources.sea]
path = "sea"
[channels.world]
title = "World"
sources = ["sea"]
[outlets.radio]
channels = ["world"]
"""
PIN = "SHA256:" + "a" * 43
URL = "sftp://news@radio.example.org/in"

Call = Callable[..., str]


@pytest.fixture
def call(sqlite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Give a way to call `publisher outlet push`; gives what it says, of a failure the reason."""
    (tmp_path / "var").mkdir()
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copy(sqlite.removeprefix("sqlite:///"), tmp_path / "var" / "publisher.sqlite3")

    def run(*arguments: str, status: int = 0) -> str:
        named = ["--settings", str(tmp_path / "settings.toml"), "--home", str(tmp_path / "var")]
        with pytest.raises(SystemExit) as ended:
            main(["outlet", "push", *arguments, *named])
        said = capsys.readouterr()
        assert ended.value.code == status, said.err
        return said.out + said.err

    yield run
    database.close_database()


def test_an_sftp_server_is_named_with_a_key_file(call: Call, tmp_path: Path) -> None:
    """Its address, the key it is known by and where our key lies are kept; the list shows it."""
    (tmp_path / "id").write_text("a key", encoding="utf-8")
    said = call("add", "radio", "sftp", URL, "--host-key", PIN, "--key-file", str(tmp_path / "id"))
    assert said == f"push 1: sftp {URL}\n"
    (kept,) = pushes.of_outlet("radio")
    assert kept.options == {"host_keys": PIN, "key_file": str(tmp_path / "id")}
    assert URL in call("list", "radio")


def test_a_password_stands_in_no_database(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lies in the folder of keys alone, which nobody else can read; or only the name of a variable is kept."""
    (tmp_path / "typed").write_text("open-sesame\n", encoding="utf-8")
    with (tmp_path / "typed").open(encoding="utf-8") as typed:
        monkeypatch.setattr("sys.stdin", typed)
        assert "open-sesame" not in call("add", "radio", "sftp", URL, "--host-key", PIN, "--password-stdin")
    call("add", "radio", "sftp", URL, "--host-key", PIN, "--password-env", "RADIO_SFTP", "--channel", "practice")
    first, second = pushes.of_outlet("radio")
    assert first.options == {"host_keys": PIN}
    assert second.options == {"host_keys": PIN, "password_env": "RADIO_SFTP", "channel": "practice-radio"}
    file = tmp_path / "var" / "keys" / "push" / "1.secret"
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o077) == ("open-sesame\n", 0)
    for kept in (tmp_path / "var").glob("publisher.sqlite3*"):
        assert b"open-sesame" not in kept.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["ftp", "ftp://radio.example.org"], "plain FTP is not offered"),
        (["sftp", "ftp://radio.example.org", "--host-key", PIN], "plain FTP is not offered"),
        (["sftp", "sftp://news:secret@radio.example.org", "--host-key", PIN], "does not belong into an address"),
        (["sftp", "https://radio.example.org"], "Write sftp://USER@HOST/FOLDER"),
        (["sftp", URL, "--password-env", "X"], "--host-key: is needed"),
        (["sftp", URL, "--host-key", "nothing", "--password-env", "X"], "is no key of a server"),
        (["sftp", URL, "--host-key", PIN], "nothing lets us in"),
        (["sftp", URL, "--host-key", PIN, "--password-env", "X", "--password-stdin"], "two places"),
        (["webhook", "https://radio.example.org", "--host-key", PIN], "belong to sftp"),
        (["webhook", "https://radio.example.org", "--channel", "hills"], "may not pull the channel hills"),
        (["pigeon", "https://radio.example.org"], "is not one of"),
    ],
)
def test_what_cannot_be_is_refused(call: Call, arguments: list[str], reason: str) -> None:
    """With the reason and a way out, before anything is kept."""
    said = call("add", "radio", *arguments, status=2)
    assert reason in " ".join(said.split())
    assert "secret" not in said
    assert call("list", "radio") == ""
