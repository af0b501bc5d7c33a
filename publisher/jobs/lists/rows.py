"""Rows of a CSV that nobody has checked: what is broken costs itself alone, and memory stays flat.

A quote that is opened and never closed would swallow the rest of a file. So a row that goes on over several lines must
be right to the letter (RFC 4180); where it is not, its first line is broken, and the next line is a row of its own.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Self, TextIO

_LONGEST_LINE: Final = 256 * 1024  # characters
_LONGEST_ROW: Final = 1024 * 1024
_SHOWN: Final = 200
_STARTS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PROBE: Final = 4096  # bytes
_UNCLOSED: Final = "a quote is opened in this line and never closed"
_SWALLOWED: Final = "a quote that is opened before and closed after holds what look like rows: nobody can tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A line that is no row: its cells as far as they can be told, and why."""

    cells: tuple[str, ...]
    reason: str


def decode(raw: BinaryIO) -> io.TextIOWrapper:
    """Read a file as text, in UTF-8 or UTF-16; bytes that are no UTF-8 become lone surrogates, which cells repair."""
    start = raw.read(_PROBE)
    raw.seek(0)
    encoding = next((name for mark, name in _STARTS if start.startswith(mark)), None) or _guess(start)
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="")


def _guess(start: bytes) -> str:
    """Tell UTF-16 without its mark by the zeros that it puts beside ASCII letters."""
    zeros = (start[0::2].count(0), start[1::2].count(0))
    if max(zeros) * 4 < len(start) or not start:
        return "utf-8"
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def split_lines(stream: TextIO) -> Iterator[str]:
    """Give the lines of a text; of one that is too long, its beginning, which is too long as well."""
    while line := stream.readline(_LONGEST_LINE + 1):
        yield line
        while len(line) > _LONGEST_LINE and not line.endswith(("\n", "\r")):
            line = stream.readline(_LONGEST_LINE + 1)


def read_rows(
    lines: Iterable[str], delimiter: str, is_row: Callable[[list[str]], bool]
) -> Iterator[list[str] | Broken]:
    """Give row after row. `is_row` says whether the cells of a line would be a row, for lines that a quote holds."""
    source = _Source(iter(lines))
    rows = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        source.begin()
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as failure:
            yield _mend(source, delimiter, failure)
            continue
        if len(source.given) > 1 and any(is_row(_split(line, delimiter)) for line in source.given[1:]):
            for line in source.given:
                yield Broken(cells=tuple(_split(line, delimiter)), reason=_SWALLOWED)
        else:
            yield cells


def _mend(source: _Source, delimiter: str, failure: csv.Error) -> list[str] | Broken:
    """Make of a row that is wrong what can be made of its first line, and give the others back."""
    first, *others = source.given
    source.give_back(others)
    if isinstance(failure, _TooLongError) and not others:
        return Broken(cells=(first[:_SHOWN],), reason=str(failure))
    try:
        cells = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error as still:
        return Broken(cells=(first[:_SHOWN],), reason=f"this line is no CSV: {still}")
    return Broken(cells=tuple(cells), reason=_UNCLOSED) if others else cells


def _split(line: str, delimiter: str) -> list[str]:
    """Give the cells of a line by itself."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line[:_SHOWN]]


class _TooLongError(csv.Error):
    """A line, or a row, that is longer than any."""


class _Source:
    """Lines, and those of the row that is being read; what was too much can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.given: list[str] = []
        self._size = 0
        self._lines = lines
        self._again: deque[str] = deque()

    def begin(self) -> None:
        """Begin a row."""
        self.given.clear()
        self._size = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.given.append(line)
        self._size += len(line)
        if len(line) > _LONGEST_LINE:
            message = f"this line is longer than {_LONGEST_LINE} characters"
            raise _TooLongError(message)
        if self._size > _LONGEST_ROW:
            message = "this row does not end"
            raise _TooLongError(message)
        return line

    def give_back(self, lines: Iterable[str]) -> None:
        """Let lines come again."""
        self._again.extendleft(reversed(list(lines)))
