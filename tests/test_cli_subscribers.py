"""`publisher subscribers`: lists as they come, what is told about them, and what goes out."""

from __future__ import annotations

import csv
import json
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from publisher.cli.main import main

SETTINGS = """
[site]
name = "Harbour News"
[sources.notes]
path = "notes"
[newsletters.daily]
title = "Harbour Daily"
from = "Harbour News <news@example.org>"
sources = ["notes"]
[newsletters.weekly]
title = "Harbour Weekly"
from = "Harbour News <news@example.org>"
sources = ["notes"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """A folder with settings and a home."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def call(self, *arguments: str, status: int = 0) -> str:
        """Call a command; gives what it printed."""
        place = ("--settings", str(self.folder / "settings.toml"), "--home", str(self.folder / "var"))
        with pytest.raises(SystemExit) as ended:
            main(["subscribers", *arguments, *place])
        said = self.capture.readouterr()
        assert ended.value.code == status, said
        return said.out or said.err

    def take_in(self, content: str | bytes, *options: str, status: int = 0) -> Any:  # noqa: ANN401 - any JSON document
        """Import a list; gives the numbers."""
        file = self.folder / "readers.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        said = self.call("import", str(file), "--newsletter", "daily", "--confirmed", "--json", *options, status=status)
        return json.loads(said) if not status else said

    def rejected(self) -> list[dict[str, str]]:
        """Read the rows that were left out."""
        with (self.folder / "readers.rejected.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def export(self, newsletter: str = "daily") -> list[dict[str, str]]:
        """Read what goes out."""
        return list(csv.DictReader(self.call("export", "--newsletter", newsletter).splitlines()))


@pytest.fixture
def newsroom(tmp_path: Path, sqlite: str, capsys: pytest.CaptureFixture[str]) -> Newsroom:
    """Make a newsroom."""
    (tmp_path / "var").mkdir()
    shutil.copy(sqlite.removeprefix("sqlite:///"), tmp_path / "var" / "publisher.sqlite3")
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    return Newsroom(folder=tmp_path, capture=capsys)


def test_a_list_of_everything_that_goes_wrong(newsroom: Newsroom) -> None:
    """Who can be written to comes in; every other row is in the file, with its reason, safe to open."""
    done = newsroom.take_in(
        "email,name,format,zone\n"
        "ann@example.org,Ann,html,Europe/Prague\n"
        "ANN@EXAMPLE.ORG,Ann again,,\n"
        'ben@example.org,"Ben\n'
        "cid@example.org,Cid,,\n"
        "nobody,=1+1,,\n"
        '"dan@example.org\r\nBcc: x@example.org",Dan,,\n'
        "postmaster@example.org,Root,,\n"
        "eva@example.org,Eva,pdf,Mars\n"
        "red@nový.example,Red,,\n",
    )
    assert done == {
        "added": 4,
        "kept": 0,
        "blocked": 0,
        "duplicates": 1,
        "rejected": 4,
        "ignored": 1,
        "rejected_file": str(newsroom.folder / "readers.rejected.csv"),
    }
    told = {row["email"].split("\r")[0]: row["reason"] for row in newsroom.rejected()}
    assert "never closed" in told["ben@example.org"]
    assert "address of a function" in told["postmaster@example.org"]
    assert "'pdf' is no format" in told["eva@example.org"]
    assert "'Mars' is no time zone" in told["eva@example.org"]
    assert "imported, but" in told["eva@example.org"]
    assert newsroom.rejected()[1]["name"] == "'=1+1"
    mode = (newsroom.folder / "readers.rejected.csv").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    names = {row["email"]: row["name"] for row in newsroom.export()}
    assert names == {
        "ann@example.org": "Ann",
        "cid@example.org": "Cid",
        "eva@example.org": "Eva",
        "red@xn--nov-noa.example": "Red",
    }


def test_the_file_of_rejected_rows_can_be_mended_and_imported(newsroom: Newsroom) -> None:
    """It has the columns of the list; once all is well, it is gone."""
    assert newsroom.take_in("email,name\nann(at)example.org,Ann\nben@example.org,Ben\n")["rejected"] == 1
    mended = (newsroom.folder / "readers.rejected.csv").read_text(encoding="utf-8").replace("(at)", "@", 1)
    assert newsroom.take_in(mended)["added"] == 1
    assert not (newsroom.folder / "readers.rejected.csv").exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_lists_of_spreadsheets(newsroom: Newsroom, encoding: str) -> None:
    """Whatever encoding a spreadsheet chose, names are what they were."""
    assert newsroom.take_in("email\tname\nann@example.org\tMüller\n".encode(encoding))["added"] == 1
    assert newsroom.export()[0]["name"] == "Müller"


def test_an_export_is_an_import(newsroom: Newsroom) -> None:
    """All that goes out comes in again, formulas, zone and frequency among it; nobody who left comes back."""
    newsroom.take_in(
        "email,name,language,format,status,consent_at,consent_source,zone,frequency\n"
        "ann@example.org,=SUM(A1),fa,large,active,2026-01-02T03:04:05Z,form,Asia/Tehran,weekly\n"
        "ben@example.org,Ben,,html,unsubscribed,,,,each\n",
    )
    first = newsroom.export()
    assert first[0]["name"] == "'=SUM(A1)"
    assert (first[0]["zone"], first[0]["frequency"]) == ("Asia/Tehran", "weekly")
    out = newsroom.folder / "out.csv"
    newsroom.call("export", "--newsletter", "daily", "--out", str(out))
    newsroom.call("import", str(out), "--newsletter", "weekly", "--confirmed")
    assert newsroom.export("weekly") == first


def test_a_list_of_another_program_names_its_columns(newsroom: Newsroom) -> None:
    """--from refuses a list that the program did not write, and names the file and the columns."""
    said = newsroom.take_in("email,name\nann@example.org,Ann\n", "--from", "mailchimp", status=3)
    assert "readers.csv" in said
    assert "MEMBER_RATING".lower() in said
    assert newsroom.export() == []


def test_numbers_for_people(newsroom: Newsroom) -> None:
    """Without --json the numbers are a sentence, and the file of what was left out is named."""
    file = newsroom.folder / "readers.csv"
    file.write_text("email,zone\nann@example.org,Mars\nann@example.org,\nnobody,\n")
    said = newsroom.call("import", str(file), "--newsletter", "daily")
    assert "1 added, 0 known already, 0 blocked, 1 twice in the file, 1 rejected" in said
    assert "Of 1 rows something was left out" in said
    assert "readers.rejected.csv" in said
    assert "nearest" not in newsroom.call("import", str(file), "--newsletter", "dayly", status=2)
    assert "cannot be read" in newsroom.call("import", str(file) + "x", "--newsletter", "daily", status=3)


def test_a_folder_that_cannot_be_written(newsroom: Newsroom) -> None:
    """Where the rejected rows cannot be kept, the import stops with a message that names the file."""
    (newsroom.folder / "readers.rejected.csv").mkdir()
    said = newsroom.take_in("email\nnobody\n", status=4)
    assert "readers.rejected.csv: cannot be written" in said


def test_columns_by_option(newsroom: Newsroom) -> None:
    """A list with other names, or without any, is read as --column says; a mistake names what there is."""
    content = "Adresse,Vorname,Gruppe\nann@example.org,Ann,Harbour; Sea\n"
    options = ("--column", "Adresse=email", "--column", "#2=name", "--column", "gruppe=tags")
    assert newsroom.take_in(content, *options)["added"] == 1
    (ann,) = newsroom.export()
    assert (ann["email"], ann["name"], ann["tags"]) == ("ann@example.org", "Ann", "harbour, sea")
    assert newsroom.take_in("bo@example.org;Bo\n", "--column", "#1=email", "--column", "2=name")["added"] == 1
    assert "It has: adresse, vorname" in newsroom.take_in(content, "--column", "Mail=email", status=2)
    assert "nothing that a column can hold" in newsroom.take_in(content, "--column", "Adresse=mail", status=2)
    assert "says nothing" in newsroom.take_in(content, "--column", "Adresse", status=2)


def test_tags_go_in_and_out_and_are_forgotten(newsroom: Newsroom) -> None:
    """Another list adds tags and takes none away; those of one newsletter are not those of another."""
    newsroom.take_in("email,tags\nann@example.org,sea\nbo@example.org,=sea\n")
    newsroom.take_in("email,tags\nann@example.org,Harbour\n")
    assert {row["email"]: row["tags"] for row in newsroom.export()} == {
        "ann@example.org": "harbour, sea",
        "bo@example.org": "'=sea",
    }
    newsroom.take_in("email,status,tags\nbo@example.org,unsubscribed,late\n")
    assert "late" not in str(newsroom.export())
    newsroom.call("erase", "ann@example.org")
    assert "ann@example.org" not in str(newsroom.export())
