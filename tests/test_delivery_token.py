"""Tokens from files and commands: whole, on one line, and shown to nobody."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from publisher.delivery.token import ask_for_token, read_token, write_xoauth2
from publisher.errors import TransportError


def command(program: str) -> str:
    """Write a command that runs some Python."""
    return shlex.join([sys.executable, "-c", program])


def test_a_token_in_a_file(tmp_path: Path) -> None:
    """White space around it does not count."""
    file = tmp_path / "token"
    file.write_text(" ya29.abc\n", encoding="ascii")
    assert read_token(file) == "ya29.abc"


def test_a_token_from_a_command() -> None:
    """It is run without a shell, and what it prints is the token."""
    assert ask_for_token(command("print('ya29.$HOME')")) == "ya29.$HOME"


@pytest.mark.parametrize("content", ["", "two words", "line\nline", "x" * 17_000, "ä"])
def test_what_is_no_token_is_shown_to_nobody(tmp_path: Path, content: str) -> None:
    """Whatever stands there instead may be a secret too."""
    file = tmp_path / "token"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(TransportError) as failed:
        read_token(file)
    assert "gives no token" in failed.value.reason
    assert not content or content not in str(failed.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (command("import sys; sys.exit('log in first')"), "ended with 1: log in first"),
        (command("import sys; sys.exit(3)"), "ended with 3: it said nothing"),
        ("/nowhere/get-token", "cannot be run: "),
        ("get-token 'unclosed", "cannot be run: No closing quotation"),
        (command("print('two words')"), "gives no token"),
    ],
)
def test_a_command_that_fails(line: str, said: str) -> None:
    """It is told with the reason, and how to look into it."""
    with pytest.raises(TransportError) as failed:
        ask_for_token(line)
    assert said in failed.value.reason
    assert "by hand" in failed.value.fix


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The file and the setting are named."""
    with pytest.raises(TransportError, match="cannot be read: No such file") as failed:
        read_token(tmp_path / "none")
    assert "token_file" in failed.value.fix


def test_the_words_of_xoauth2() -> None:
    """User and token, between the bytes that the providers agreed on."""
    assert write_xoauth2("a@example.org", "t") == b"user=a@example.org\x01auth=Bearer t\x01\x01"
