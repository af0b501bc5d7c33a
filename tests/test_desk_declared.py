"""What is declared, as the desk shows it: where each key was said, what it is in words, and no secret."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from publisher.settings import load
from publisher.web.desk.declared import Said, Section, name_variables, number_lines
from publisher.web.strings import PageWording

ENGLISH = PageWording(language="en", catalogue="en", direction="ltr")
TEXT = """
# [site]
[site]
name = "The Harbour Post"  # who publishes
url = "https://news.example.org"
[smtp]
host = "mail.example.org"
[sources.sample]
url = "https://ada:opensesame@example.org/feed"
every = "90m"
[newsletters.daily]
title = "Daily"
from = "The Harbour Post <news@example.org>"
sources = ["sample"]
"""


@pytest.fixture
def sections(tmp_path: Path) -> dict[str, Section]:
    """Read a file with something laid over it by the environment."""
    (tmp_path / "settings.toml").write_text(TEXT, encoding="utf-8")
    environ = {"PUBLISHER_SITE__LANGUAGE": "de", "PUBLISHER_SMTP__PASSWORD": "hush", "PATH": "/bin"}
    settings = load(tmp_path / "settings.toml", environ)
    said = Said(lines=number_lines(TEXT), variables=name_variables(environ), words=ENGLISH)
    return {one.name: one for one in said.read(settings)}


def test_each_key_names_the_place_where_it_was_said(sections: dict[str, Section]) -> None:
    """The line of the file, the variable that lies over it, or neither: it is built in."""
    site = {row.key: row for row in sections["site"].rows}
    assert (site["name"].value, site["name"].line, site["name"].variable) == ("The Harbour Post", 4, "")
    assert (site["language"].value, site["language"].line) == ("de", 0)
    assert site["language"].variable == "PUBLISHER_SITE__LANGUAGE"
    assert (site["time_zone"].line, site["time_zone"].variable) == (0, "")


def test_named_things_have_a_section_each_with_the_keys_of_the_file(sections: dict[str, Section]) -> None:
    """A key is named as the file names it."""
    daily = {row.key: row.value for row in sections["newsletters.daily"].rows}
    assert daily["from"] == "The Harbour Post <news@example.org>"
    assert daily["sources"] == "sample"
    assert "folder" not in sections


def test_no_secret_is_shown(sections: dict[str, Section]) -> None:
    """That there is one is; nor is what signs in to an address."""
    smtp = {row.key: row.value for row in sections["smtp"].rows}
    source = {row.key: row.value for row in sections["sources.sample"].rows}
    assert smtp["password"] == "set; it is not shown"
    assert source["url"] == "https://…@example.org/feed"
    assert source["every"] == "90 minutes"
    assert "opensesame" not in str(sections)
    assert "hush" not in str(sections)


def test_values_are_said_in_words() -> None:
    """Yes and no, lengths of time, lists and tables; a dash for nothing."""
    write = Said(lines={}, variables={}, words=ENGLISH).write
    assert (write(value=True), write(value=False)) == ("yes", "no")
    for nothing in (None, "", (), SecretStr("")):
        assert write(nothing) == "–"
    assert write(timedelta(minutes=15)) == "15 minutes"
    assert write(("a", Path("b"))) == "a, b"
    assert write({"contrast": "The sponsor's colours"}) == "contrast: The sponsor's colours"
