"""Rows of a CSV: one that is broken costs itself alone."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.jobs.lists.rows import Broken, decode, read_rows, split_lines

LINE = 256 * 1024


def is_row(cells: list[str]) -> bool:
    """Say whether a line alone reads as a person with a name."""
    return len(cells) == 2 and "@" in cells[0]


def read(text: str) -> list[list[str] | Broken]:
    """Read the rows of a text."""
    return list(read_rows(split_lines(io.StringIO(text, newline="")), ",", is_row))


def good(text: str) -> list[list[str]]:
    """Read the rows that are right."""
    return [row for row in read(text) if isinstance(row, list)]


def broken(text: str) -> list[Broken]:
    """Read the rows that are not."""
    return [row for row in read(text) if isinstance(row, Broken)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a@x.y,Ann\nb@x.y,Ben\n", [["a@x.y", "Ann"], ["b@x.y", "Ben"]]),
        ("a@x.y,Ann\r\nb@x.y,Ben", [["a@x.y", "Ann"], ["b@x.y", "Ben"]]),
        ("a@x.y,Ann\rb@x.y,Ben", [["a@x.y", "Ann"], ["b@x.y", "Ben"]]),
        ('a@x.y,"Ann, Lee"\n', [["a@x.y", "Ann, Lee"]]),
        ('a@x.y,"Ann ""the"" Lee"\n', [["a@x.y", 'Ann "the" Lee']]),
        ('a@x.y,Ann "the" Lee\n', [["a@x.y", 'Ann "the" Lee']]),
        ('a@x.y,"Ann"Lee\n', [["a@x.y", "AnnLee"]]),
        ('a@x.y,"Ann\nLee"\nb@x.y,Ben\n', [["a@x.y", "Ann\nLee"], ["b@x.y", "Ben"]]),
        ('a@x.y,5" disk\n', [["a@x.y", '5" disk']]),
        ('a@x.y,"Ann', [["a@x.y", "Ann"]]),
        ("", []),
    ],
)
def test_rows_that_are_right(text: str, rows: list[list[str]]) -> None:
    """Every way in which programs write rows is read, also one that strict readers refuse."""
    assert [row for row in read(text) if row] == rows


@pytest.mark.parametrize(
    "after",
    [
        "b@x.y,Ben\nc@x.y,Cid\n",
        'b@x.y,Ben\nc@x.y,"Cid"\n',
        'b@x.y,Ben\n"c@x.y",Cid\n',
        'b@x.y,Ben\nc@x.y,"Cid, of"\n',
    ],
    ids=["no quote after", "the last cell", "the first cell", "a cell with a comma"],
)
def test_an_unclosed_quote_swallows_nothing(after: str) -> None:
    """Its line is broken, with the reason and its cells; the next line is a row of its own."""
    text = f'a@x.y,"Ann\n{after}'
    assert [row[0] for row in good(text)] == ["b@x.y", "c@x.y"]
    (line,) = broken(text)
    assert line.cells == ("a@x.y", "Ann\n")
    assert "never closed" in line.reason


def test_many_unclosed_quotes() -> None:
    """Each costs its own line, wherever it stands."""
    text = "".join(f'u{n}@x.y,"{n}\n' if n % 3 == 0 else f'u{n}@x.y,"{n}"\n' for n in range(300))
    assert len(good(text)) == 200
    assert len(broken(text)) == 100


def test_a_quote_that_is_closed_by_another_rows() -> None:
    """Where a quote is closed by chance, what it holds may be people or words: all its lines are left to a person."""
    found = broken('a@x.y,"Ann\nb@x.y,Ben\nc@x.y,Cid"\nd@x.y,Dan\n')
    assert [line.cells[0] for line in found] == ["a@x.y", "b@x.y", "c@x.y"]
    assert {line.reason.partition(":")[2] for line in found} == {" nobody can tell"}
    assert good('a@x.y,"Ann\nb@x.y,Ben\nc@x.y,Cid"\nd@x.y,Dan\n') == [["d@x.y", "Dan"]]


def test_lines_and_rows_without_end() -> None:
    """What is longer than any row is broken, cut for the report, and memory stays flat."""
    (line,) = broken(f"a@x.y,Ann\n{'x' * (3 * LINE)}\nb@x.y,Ben\n")
    assert len(line.cells[0]) == 200
    assert "longer" in line.reason
    assert len(good(f"a@x.y,Ann\n{'x' * (3 * LINE)}\nb@x.y,Ben\n")) == 2
    quoted = 'a@x.y,"Ann\n' + "c@x.y,Cid\n" * 30_000
    assert len(good(quoted)) == 30_000
    assert len(broken(quoted)) == 1
    cell = f'a@x.y,"{"x" * 200_000}"\nb@x.y,Ben\n'
    assert "no CSV" in broken(cell)[0].reason
    assert len(good(cell)) == 1
    held = f'a@x.y,"Ann\n{",".join(["y" * 140_000])}"\nb@x.y,Ben\n'
    assert good(held)[-1] == ["b@x.y", "Ben"]
    endless = "a," + '"\n",' * 300_000 + "\nb@x.y,Ben\n"
    assert good(endless)[-1] == ["b@x.y", "Ben"]
    assert broken(endless)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    """UTF-8 and UTF-16 are told apart, with and without their marks."""
    raw = io.BytesIO("email,name\nann@example.org,Žák\n".encode(encoding))
    assert decode(raw).read() == "email,name\nann@example.org,Žák\n"


def test_bytes_that_are_no_text() -> None:
    """Bytes of an older encoding are kept for whoever reads the cell; half a letter of UTF-16 stops nothing."""
    assert decode(io.BytesIO("Müller".encode("cp1252"))).read() == "M\udcfcller"
    assert decode(io.BytesIO("ab".encode("utf-16") + b"\xd8")).read().startswith("ab")
    assert decode(io.BytesIO(b"")).read() == ""


@given(st.lists(st.tuples(st.emails(), st.text(max_size=20))))
def test_what_csv_writes_is_read(rows: list[tuple[str, str]]) -> None:
    """Every row that the library writes comes back as it was, unless a quoted cell holds what reads as a row."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    expected = [list(row) for row in rows]
    if not any("@" in name and "," in name for _, name in rows):
        assert read(text.getvalue()) == expected


@given(st.text(alphabet='a@x.y,"\n\r;', max_size=200))
def test_any_text_gives_rows_or_reasons(text: str) -> None:
    """Whatever quotes stand where, each line is in a row or broken with a reason."""
    for row in read(text):
        assert isinstance(row, list) or row.reason


@given(st.binary(max_size=200))
def test_any_bytes_are_text(raw: bytes) -> None:
    """Whatever a file holds, it can be read."""
    assert isinstance(decode(io.BytesIO(raw)).read(), str)
