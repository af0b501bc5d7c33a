"""`publisher segment`: who gets an edition, said and changed; approving it says so as well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.cli.main import main
from publisher.model import Subscriber
from publisher.store import database, people
from tests.store_builders import NOW, make_edition

SETTINGS = """
[site]
name = "Harbour News"
[sources.notes]
path = "notes"
[newsletters.daily]
title = "Harbour Daily"
from = "Harbour News <news@example.org>"
sources = ["notes"]
"""
Call = Callable[..., str]


@pytest.fixture
def call(tmp_path: Path, sqlite: str, capsys: pytest.CaptureFixture[str]) -> Call:
    """Give a way to call commands in a newsroom of three readers, two of whom have a tag."""
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    edition = make_edition(0)
    readers = (("ann", ("sea",)), ("ben", ("sea", "harbour")), ("cyd", ()))
    people.add("daily", [Subscriber(address=f"{name}@example.org", tags=tags) for name, tags in readers], NOW)
    database.close_database()  # what is in the write-ahead log goes into the file
    (tmp_path / "var").mkdir()
    shutil.copy(sqlite.removeprefix("sqlite:///"), tmp_path / "var" / "publisher.sqlite3")
    place = ("--settings", str(tmp_path / "settings.toml"), "--home", str(tmp_path / "var"))

    def do(command: str, *arguments: str, status: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main([command, edition, *arguments, *place])
        said = capsys.readouterr()
        assert ended.value.code == status, said
        return said.out or said.err

    return do


def test_without_options_it_tells(call: Call) -> None:
    """How many, and which tags there are."""
    said = call("segment").splitlines()
    assert said[0].endswith("to 3 people")
    assert [line.split() for line in said[1:]] == [["1", "harbour"], ["2", "sea"]]


def test_an_edition_is_narrowed_and_approved(call: Call) -> None:
    """Those with the tag; everybody again; the approval says whom it was fixed for, and so does the edition."""
    assert "to 2 people with the tag sea" in call("segment", "--tag", "Sea")
    assert "to 0 people with the tag sea who read fa" in call("segment", "--tag", "sea", "--language", "fa")
    assert "to 3 people\n" in call("segment", "--everybody")
    found = json.loads(call("segment", "--tag", "sea", "--tag", "harbour", "--json"))
    assert (found["recipients"], found["segment"]) == (2, {"languages": [], "tags": ["sea", "harbour"]})
    assert "approved for 2 recipients with the tag sea or harbour" in call("approve")
    assert "segment      with the tag sea or harbour" in call("edition")
    assert json.loads(call("edition", "--json"))["segment"] == {"languages": [], "tags": ["sea", "harbour"]}


def test_what_cannot_be(call: Call) -> None:
    """A tag that nobody has, a language that is none, and both at once with everybody."""
    assert "There are: harbour, sea" in call("segment", "--tag", "lake", status=2)
    assert "none of this tag" in call("segment", "--language", "klingonese", status=2)
    assert "leave out" in call("segment", "--everybody", "--tag", "sea", status=2).lower()
