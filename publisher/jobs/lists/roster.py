"""Lists of people as other programs write them: rows of a CSV become subscribers, or a reason why not.

Nobody comes back by an import: rows that say unsubscribed, bounced or complained block their address here too. A wish
that cannot be read (format, language, time zone, frequency) is ignored and told; the person comes in all the same.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import chain
from typing import Final, TypeVar, get_args
from zoneinfo import available_timezones

from publisher import language
from publisher.delivery.address import write_ascii
from publisher.errors import FormatError
from publisher.jobs.lists import shapes
from publisher.jobs.lists.rows import Broken, read_rows
from publisher.jobs.lists.shapes import SHAPES, Shape, Status
from publisher.model import Audience, Subscriber

Cells = Sequence[str]
Wish = TypeVar("Wish")

COLUMNS: Final = (
    "email",
    "name",
    "language",
    "format",
    "status",
    "consent_at",
    "consent_source",
    "zone",
    "frequency",
    "tags",
)
FORMATS: Final = frozenset({"html", "text", "large"})
_FORMATS_BY_TEMPLATE: Final = {"plain": "text", "large-print": "large"}
FREQUENCIES: Final = get_args(Audience)

LONGEST_TAG: Final = 60  # characters
MOST_TAGS: Final = 50  # of one person

_LONGEST_NAME: Final = 200
_LONGEST_ADDRESS: Final = 320
_LOOKED_AT: Final = 60  # characters of a cell that somebody looks at
_FIRST: Final = 5  # rows
_SHOWN: Final = 40
_ROLES: Final = frozenset(
    "abuse postmaster hostmaster webmaster mailer-daemon noreply no-reply donotreply do-not-reply root spam".split(),
)
# What a spreadsheet would run (CWE-1236), in full width too; an apostrophe in front makes it text.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LIKE_AN_ADDRESS: Final = re.compile(r"[^@\s\"]+@[^@\s\"]+\.[^@\s\"]+")
_STRAY: Final = re.compile("[\udc80-\udcff]")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")

_STOPPING: Final[tuple[Status, ...]] = ("active", "pending", "unsubscribed", "bounced", "complained")
_PARTS: Final = re.compile(r"[,;|]")
_STATUSES: Final[Mapping[str, Status]] = {
    "active": "active",
    "confirmed": "active",
    "subscribed": "active",
    "enabled": "active",
    "regular": "active",
    "premium": "active",
    "gifted": "active",
    "trialed": "active",
    "paid": "active",
    "free": "active",
    "pending": "pending",
    "unconfirmed": "pending",
    "unactivated": "pending",
    "nonsubscribed": "pending",
    "non-subscribed": "pending",
    "transactional": "pending",
    "unsubscribed": "unsubscribed",
    "removed": "unsubscribed",
    "archived": "unsubscribed",
    "spammy": "unsubscribed",
    "disabled": "unsubscribed",
    "blocklisted": "unsubscribed",
    "blocked": "unsubscribed",
    "bounced": "bounced",
    "cleaned": "bounced",
    "undeliverable": "bounced",
    "complained": "complained",
    "spam": "complained",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that was not imported: its cells as they were, and why.

    `imported` True: the person was, and only what the reason names was left out.
    """

    cells: tuple[str, ...]
    reason: str
    imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A list that is being read: the names of its columns as they were, and its rows, one at a time."""

    columns: tuple[str, ...]
    rows: Iterator[Subscriber | Rejected]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The beginning of a list: the names of its columns, what each holds, whose export it is, and its first rows."""

    columns: tuple[str, ...]
    fields: tuple[str, ...]
    shape: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The first row of a list: the names of its columns, or a person already (`first`); and what parts its cells."""

    columns: tuple[str, ...]
    delimiter: str
    first: str = ""

    @property
    def names(self) -> list[str]:
        """Give the names as tables of ours know them."""
        return [shapes.normalise(cell) for cell in self.columns]


def look(lines: Iterable[str], shape: str = "") -> Sight:
    """Look at the beginning of a list; `shape` "" finds out whose export it is. Raises `FormatError`."""
    source = iter(lines)
    head = _read_head(source)
    found = shape or shapes.recognise(head.names)
    begin: list[tuple[str, ...]] = []
    for cells in read_rows(chain([head.first] if head.first else [], source), head.delimiter, lambda _cells: False):
        text = cells.cells if isinstance(cells, Broken) else cells
        if any(map(str.strip, text)):
            begin.append(tuple(_clean(cell)[:_LOOKED_AT] for cell in text))
        if len(begin) == _FIRST:
            break
    return Sight(columns=head.columns, fields=_guess(head, found, begin), shape=found, rows=tuple(begin))


def _guess(head: _Head, shape: str, rows: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Say what columns hold by their names; where none of them says that it holds addresses, by what is in them."""
    fields = list(shapes.suggest(head.names, shape))
    if "email" not in fields:
        cells = next(iter(rows), ())
        place = next((place for place, cell in enumerate(cells) if _is_like_an_address(cell)), None)
        if place is not None and place < len(fields):
            fields[place] = "email"
    return tuple(fields)


def read(lines: Iterable[str], shape: str, *, confirmed: bool, chosen: Mapping[str, str] | None = None) -> Roster:
    """Read a list, row by row; flat in memory. `confirmed`: the operator vouches that these people agreed.

    The first row names the columns; where it is a person already, they are "1", "2" and so on. Commas, semicolons, tabs
    and bars part them. `chosen` says what some of them hold, as `shapes.choose` reads it. Raises `FormatError` when
    there is no column of addresses, or when the columns are not those of the program whose list it is said to be;
    `UsageError` for a choice that cannot be.
    """
    source = iter(lines)
    head = _read_head(source)
    fields = shapes.choose(head.names, shape, chosen or {})
    _require_columns(head.names, fields, shape, is_chosen=bool(chosen))
    place = fields.index("email")

    def is_row(cells: list[str]) -> bool:
        return len(cells) == len(fields) and _is_like_an_address(cells[place].strip())

    reading = _Reading(head.names, fields, SHAPES[shape], confirmed=confirmed)
    rows = read_rows(chain([head.first] if head.first else [], source), head.delimiter, is_row)
    return Roster(columns=head.columns, rows=reading.read_all(rows))


def _read_head(source: Iterator[str]) -> _Head:
    """Read the names of the columns, or find that there are none. Raises `FormatError`."""
    line = next((line for line in source if line.strip(" \t\r\n\ufeff")), "")
    delimiter = max(",;\t|", key=line.count)
    try:
        cells = next(csv.reader([line.removeprefix("\ufeff")], delimiter=delimiter), [])
    except csv.Error as failure:
        raise FormatError("the list of people", f"its first row is no CSV: {failure}") from failure
    if any(_is_like_an_address(cell.strip()) for cell in cells):
        numbers = tuple(str(number) for number in range(1, len(cells) + 1))
        return _Head(columns=numbers, delimiter=delimiter, first=line.removeprefix("\ufeff"))
    return _Head(columns=tuple(cells), delimiter=delimiter)


def _is_like_an_address(cell: str) -> bool:
    """Say whether somebody may have meant an address."""
    return len(cell) <= _LONGEST_ADDRESS and _LIKE_AN_ADDRESS.fullmatch(cell) is not None


def _require_columns(names: Sequence[str], fields: Sequence[str], shape: str, *, is_chosen: bool) -> None:
    """Refuse a list that is not what it is said to be, and name the columns that were expected."""
    wanted = SHAPES[shape]
    known = " or ".join(wanted.columns["email"])
    if "email" not in fields:
        fix = "say which column holds the addresses" if is_chosen else "the first row must name the columns"
        raise FormatError("the list of people", f"it has no column {known}", fix)
    if wanted.marks and not set(names) & set(wanted.marks):
        reason = f"it does not look like an export of {shape}: there is none of the columns {', '.join(wanted.marks)}"
        raise FormatError("the list of people", reason, "leave out --from, or name the program that wrote it")


class _Reading:
    """Reads the rows of one list; which of its columns say what is found out once, for all of them."""

    def __init__(self, names: Sequence[str], fields: Sequence[str], shape: Shape, *, confirmed: bool) -> None:
        self._names = names
        self._shape = shape
        self._confirmed = confirmed
        self._is_told = bool(shape.telling)
        self._places = {field: _in_order(field, names, fields, shape) for field in set(fields)}

    def read_all(self, rows: Iterable[list[str] | Broken]) -> Iterator[Subscriber | Rejected]:
        """Read row after row: a person, a row that is not imported, or a person and what of their row was left out."""
        for cells in rows:
            if isinstance(cells, Broken):
                yield Rejected(cells=cells.cells, reason=cells.reason)
                continue
            if not any(map(str.strip, cells)):
                continue
            ignored: list[str] = []
            try:
                yield self._read(cells, ignored)
            except ValueError as failure:
                yield Rejected(cells=tuple(cells), reason=str(failure))
                continue
            if ignored:
                reason = f"imported, but without what cannot be read: {'; '.join(ignored)}"
                yield Rejected(cells=tuple(cells), reason=reason, imported=True)

    def _read(self, row: Cells, ignored: list[str]) -> Subscriber:
        """Read one person; a `ValueError` says why not, and `ignored` gets what was left out."""
        address = write_ascii(self._cell(row, "email"))
        if address.partition("@")[0].lower() in _ROLES:
            message = f"{address!r} is the address of a function: nobody subscribes there"
            raise ValueError(message)
        consent = self._wish(row, "consent_at", _read_moment, ignored)
        agreed = self._confirmed or consent is not None or self._vouches(row)
        return Subscriber(
            address=address,
            name=_clean(" ".join(map(_rearm, self._cells(row, "name"))))[:_LONGEST_NAME],
            language=self._wish(row, "language", _read_language, ignored) or "",
            format=self._wish(row, "format", _read_format, ignored) or "html",
            status=self._status(row, agreed=agreed),
            consent_at=consent,
            consent_source=_clean(self._cell(row, "consent_source")),
            zone=self._wish(row, "zone", _read_zone, ignored) or "",
            frequency=self._wish(row, "frequency", _read_frequency, ignored) or "each",
            tags=self._tags(row, ignored) if "tags" in self._places else (),
        )

    def _vouches(self, row: Cells) -> bool:
        """Say whether standing in the list says that somebody agreed.

        Who never did stands in an export too, with an empty cell where others have a time.
        """
        return self._shape.consented and ("consent_at" not in self._places or bool(self._cell(row, "consent_at")))

    def _status(self, row: Cells, *, agreed: bool) -> Status:
        """Read the status; where two columns tell it, the one that stops more counts."""
        own = _read_status(self._cell(row, "status").lower(), consented=agreed)
        if not self._is_told:
            return own
        told = _read_status(self._shape.status(dict(zip(self._names, row, strict=False))), consented=agreed)
        return max(own, told, key=_STOPPING.index)

    def _tags(self, row: Cells, ignored: list[str]) -> tuple[str, ...]:
        """Read the tags of every column that holds some; what is none is noted."""
        found: dict[str, None] = {}
        for cell in self._cells(row, "tags"):
            for tag in _read_tags(_rearm(cell.strip())):
                if len(tag) > LONGEST_TAG or len(found) >= MOST_TAGS:
                    ignored.append(f"{tag[:_SHOWN]!r} is no tag: {MOST_TAGS} of up to {LONGEST_TAG} characters fit")
                else:
                    found[tag] = None
        return tuple(sorted(found))

    def _cells(self, row: Cells, what: str) -> list[str]:
        """Give the columns that hold something, in their order."""
        return [row[place] for place in self._places.get(what, ()) if place < len(row)]

    def _cell(self, row: Cells, what: str) -> str:
        """Give the first filled column of those that may hold something."""
        for cell in self._cells(row, what):
            text = cell.strip()
            if text:
                return _rearm(text)
        return ""

    def _wish(self, row: Cells, what: str, reading: Callable[[str], Wish | None], ignored: list[str]) -> Wish | None:
        """Read a cell that may be wrong without harm; None where it is empty, or is no such thing, which is noted."""
        text = self._cell(row, what)
        if not text:
            return None
        found = reading(text)
        if found is None:
            ignored.append(f"{_clean(text)[:_SHOWN]!r} is no {_KINDS[what]}")
        return found


def _in_order(field: str, names: Sequence[str], fields: Sequence[str], shape: Shape) -> tuple[int, ...]:
    """Give the columns that hold something: those that the program has for it first, in its order."""
    known = shape.columns.get(field, ())
    places = [place for place, held in enumerate(fields) if held == field]
    return tuple(sorted(places, key=lambda at: known.index(names[at]) if names[at] in known else len(known)))


_KINDS: Final[Mapping[str, str]] = {
    "consent_at": "time such as 2026-01-31T07:30Z",
    "language": "language tag such as en or pt-BR",
    "format": "format: html, large, text",
    "zone": "time zone such as Europe/Prague",
    "frequency": f"frequency: {', '.join(FREQUENCIES)}",
}


@lru_cache(maxsize=1000)
def _read_language(text: str) -> str | None:
    """Read a language tag; None for what is none."""
    return language.normalise(text)


def _read_format(text: str) -> str | None:
    """Read a format, also by the name of its template; None for what is none."""
    found = _FORMATS_BY_TEMPLATE.get(text.lower(), text.lower())
    return found if found in FORMATS else None


@lru_cache(maxsize=1000)
def _read_tags(text: str) -> tuple[str, ...]:
    """Read tags that commas, semicolons or bars part; each in small letters, without quotes and brackets around it."""
    parts = (normalise_tag(part) for part in _PARTS.split(text.strip().strip("[]")))
    return tuple(dict.fromkeys(part for part in parts if part))


def normalise_tag(text: str) -> str:
    """Write a tag as lists keep it, so that one word in two spellings is one tag; "" for nothing."""
    return unicodedata.normalize("NFC", _clean(text).strip("\"' ").lower())


def _read_frequency(text: str) -> Audience | None:
    """Read how often somebody wants mail; None for what is no such thing."""
    return next((one for one in FREQUENCIES if one == text.lower()), None)


def _read_zone(text: str) -> str | None:
    """Read the name of a time zone, in any case; None for what is none."""
    return _zones().get(text.lower())


@cache
def _zones() -> Mapping[str, str]:
    """List the time zones by their names in lower case."""
    return {name.lower(): name for name in available_timezones()}


def _read_status(text: str, *, consented: bool) -> Status:
    """Read a status; where the row says none, who agreed is active."""
    if not text:
        return "active" if consented else "pending"
    if text not in _STATUSES:
        message = f"{text!r} is no status; known: active, pending, unsubscribed, bounced, complained"
        raise ValueError(message)
    return _STATUSES[text]


def _clean(text: str) -> str:
    """Give words on one line; bytes of an old encoding are read as Windows-1252."""
    if not text.isascii() and _STRAY.search(text):
        text = text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return " ".join((text if text.isprintable() else _CONTROL.sub(" ", text)).split())


def _rearm(cell: str) -> str:
    """Undo `disarm`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _read_moment(text: str) -> datetime | None:
    """Read a time; without a zone it is UTC. None for what is no time."""
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def write_cells(person: Subscriber) -> tuple[str, ...]:
    """Give a person as the cells of COLUMNS, safe to open in a spreadsheet."""
    consent = person.consent_at.isoformat().replace("+00:00", "Z") if person.consent_at else ""
    cells = (
        person.address,
        person.name,
        person.language,
        person.format,
        person.status,
        consent,
        person.consent_source,
        person.zone,
        person.frequency,
        ", ".join(person.tags),
    )
    return tuple(disarm(cell) for cell in cells)


def disarm(cell: str) -> str:
    """Keep a spreadsheet from running a cell."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
