"""Lists of people as other programs write them: rows of a CSV become subscribers, or a reason why not.

Nobody comes back by an import: rows that say unsubscribed, bounced or complained block their address here too. A wish
that cannot be read (format, language, time zone, frequency) is ignored and told; the person comes in all the same.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Final, Literal, TypeVar, get_args
from zoneinfo import available_timezones

from publisher import language
from publisher.delivery.address import write_ascii
from publisher.errors import FormatError
from publisher.jobs.rows import Broken, read_rows
from publisher.model import Audience, Subscriber

Status = Literal["active", "pending", "unsubscribed", "bounced", "complained"]
Row = Mapping[str, str]
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
)
FORMATS: Final = frozenset({"html", "text", "large"})
FREQUENCIES: Final = get_args(Audience)

_LONGEST_NAME: Final = 200
_SHOWN: Final = 40
_ROLES: Final = frozenset(
    "abuse postmaster hostmaster webmaster mailer-daemon noreply no-reply donotreply do-not-reply root spam".split(),
)
# What a spreadsheet would run (CWE-1236), in full width too; an apostrophe in front makes it text.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LIKE_AN_ADDRESS: Final = re.compile(r"[^@\s\"]+@[^@\s\"]+\.[^@\s\"]+")
_STRAY: Final = re.compile("[\udc80-\udcff]")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")

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
    "unsubscribed": "unsubscribed",
    "removed": "unsubscribed",
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
class Shape:
    """How a program writes its list: which columns say what, and how a row tells its status ("" says nothing).

    `marks` are columns that tell its lists from others: one of them is there. `consented`: who stands in it has agreed
    to get mail, unless the row says otherwise.
    """

    columns: Mapping[str, tuple[str, ...]]
    status: Callable[[Row], str]
    marks: tuple[str, ...] = ()
    consented: bool = True


def _column(*names: str) -> Callable[[Row], str]:
    """Read the status out of the first of some columns that is filled."""
    return lambda row: next((row[name].strip().lower() for name in names if row.get(name, "").strip()), "")


def _mailchimp(row: Row) -> str:
    """Mailchimp writes a file per status; what has a time of cleaning or of leaving is not active."""
    if row.get("clean_time", "").strip():
        return "bounced"
    if row.get("unsub_time", "").strip():
        return "unsubscribed"
    return _column("member_status", "status")(row) or "subscribed"


def _flag(name: str, *, off: str) -> Callable[[Row], str]:
    """Read a column of true and false; `off` is the word that means: gets no mail."""
    return lambda row: "unsubscribed" if row.get(name, "").strip().lower() == off else "active"


SHAPES: Final[Mapping[str, Shape]] = {
    "own": Shape(
        columns={
            "email": ("email", "e-mail", "address", "email address"),
            "name": ("name", "full name"),
            "language": ("language", "lang"),
            "format": ("format",),
            "consent_at": ("consent_at",),
            "consent_source": ("consent_source",),
            "zone": ("zone", "time_zone", "time zone", "timezone"),
            "frequency": ("frequency",),
        },
        status=_column("status"),
        consented=False,
    ),
    "mailchimp": Shape(
        columns={
            "email": ("email address", "email"),
            "name": ("first name", "last name"),
            "language": ("language",),
            "consent_at": ("confirm_time", "optin_time"),
            "zone": ("timezone",),
        },
        status=_mailchimp,
        marks=("member_rating", "optin_time", "confirm_time", "last_changed", "leid", "unsub_time", "clean_time"),
    ),
    "substack": Shape(
        columns={"email": ("email",), "name": ("name",), "consent_at": ("created_at", "start date")},
        status=_flag("email_disabled", off="true"),
        marks=("email_disabled", "active_subscription", "expiry", "subscription_type", "start date", "stripe plan"),
    ),
    "ghost": Shape(
        columns={"email": ("email",), "name": ("name",), "consent_at": ("created_at",)},
        status=_flag("subscribed_to_emails", off="false"),
        marks=("subscribed_to_emails", "complimentary_plan", "stripe_customer_id", "tiers"),
    ),
    "buttondown": Shape(
        columns={
            "email": ("email", "email_address"),
            "name": ("metadata.name", "name"),
            "consent_at": ("creation_date", "created"),
        },
        status=_column("type", "subscriber_type"),
        marks=("type", "subscriber_type", "creation_date", "metadata", "secondary_id", "utm_campaign"),
    ),
    "listmonk": Shape(
        columns={"email": ("email",), "name": ("name",), "consent_at": ("created_at",)},
        status=_column("subscription_status", "status"),
        marks=("uuid", "attributes", "subscription_status"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A list that is being read: the names of its columns as they were, and its rows, one at a time."""

    columns: tuple[str, ...]
    rows: Iterator[Subscriber | Rejected]


def read(lines: Iterable[str], shape: str, *, confirmed: bool) -> Roster:
    """Read a list, row by row; flat in memory. `confirmed`: the operator vouches that these people agreed.

    The first row names the columns; commas, semicolons and tabs part them. Raises `FormatError` when there is no column
    of addresses, or when the columns are not those of the program whose list it is said to be.
    """
    source = iter(lines)
    head = next((line for line in source if line.strip(" \t\r\n\ufeff")), "")
    delimiter = max(",;\t", key=head.count)
    columns = _read_head(head, delimiter)
    names = [" ".join(cell.lower().split()) for cell in columns]
    wanted = SHAPES[shape]
    _require_columns(names, shape, wanted)
    place = next(number for number, name in enumerate(names) if name in wanted.columns["email"])

    def is_row(cells: list[str]) -> bool:
        return len(cells) == len(names) and _LIKE_AN_ADDRESS.fullmatch(cells[place].strip()) is not None

    reading = _Reading(names, wanted, confirmed=confirmed)
    return Roster(columns=tuple(columns), rows=reading.read_all(read_rows(source, delimiter, is_row)))


def _read_head(head: str, delimiter: str) -> list[str]:
    """Read the names of the columns. Raises `FormatError`."""
    try:
        return next(csv.reader([head.removeprefix("\ufeff")], delimiter=delimiter), [])
    except csv.Error as failure:
        raise FormatError("the list of people", f"its first row is no CSV: {failure}") from failure


def _require_columns(names: Sequence[str], shape: str, wanted: Shape) -> None:
    """Refuse a list that is not what it is said to be, and name the columns that were expected."""
    there = set(names)
    known = " or ".join(wanted.columns["email"])
    if not there & set(wanted.columns["email"]):
        raise FormatError("the list of people", f"it has no column {known}", "the first row must name the columns")
    if wanted.marks and not there & set(wanted.marks):
        reason = f"it does not look like an export of {shape}: there is none of the columns {', '.join(wanted.marks)}"
        raise FormatError("the list of people", reason, "leave out --from, or name the program that wrote it")


class _Reading:
    """Reads the rows of one list; which of its columns say what is found out once, for all of them."""

    def __init__(self, names: Sequence[str], shape: Shape, *, confirmed: bool) -> None:
        self._names = names
        self._shape = shape
        self._confirmed = confirmed
        there = set(names)
        self._columns = {what: tuple(name for name in known if name in there) for what, known in shape.columns.items()}

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
                yield self._read(dict(zip(self._names, cells, strict=False)), ignored)
            except ValueError as failure:
                yield Rejected(cells=tuple(cells), reason=str(failure))
                continue
            if ignored:
                reason = f"imported, but without what cannot be read: {'; '.join(ignored)}"
                yield Rejected(cells=tuple(cells), reason=reason, imported=True)

    def _read(self, row: Row, ignored: list[str]) -> Subscriber:
        """Read one person; a `ValueError` says why not, and `ignored` gets what was left out."""
        address = write_ascii(self._cell(row, "email"))
        if address.partition("@")[0].lower() in _ROLES:
            message = f"{address!r} is the address of a function: nobody subscribes there"
            raise ValueError(message)
        consent = self._wish(row, "consent_at", _read_moment, ignored)
        agreed = self._confirmed or self._shape.consented or consent is not None
        names = [_rearm(row.get(name, "")) for name in self._columns.get("name", ())]
        return Subscriber(
            address=address,
            name=_clean(" ".join(names))[:_LONGEST_NAME],
            language=self._wish(row, "language", _read_language, ignored) or "",
            format=self._wish(row, "format", _read_format, ignored) or "html",
            status=_read_status(self._shape.status(row), consented=agreed),
            consent_at=consent,
            consent_source=_clean(self._cell(row, "consent_source")),
            zone=self._wish(row, "zone", _read_zone, ignored) or "",
            frequency=self._wish(row, "frequency", _read_frequency, ignored) or "each",
        )

    def _cell(self, row: Row, what: str) -> str:
        """Give the first filled column of those that may hold something."""
        for name in self._columns.get(what, ()):
            text = row.get(name, "").strip()
            if text:
                return _rearm(text)
        return ""

    def _wish(self, row: Row, what: str, reading: Callable[[str], Wish | None], ignored: list[str]) -> Wish | None:
        """Read a cell that may be wrong without harm; None where it is empty, or is no such thing, which is noted."""
        text = self._cell(row, what)
        if not text:
            return None
        found = reading(text)
        if found is None:
            ignored.append(f"{_clean(text)[:_SHOWN]!r} is no {_KINDS[what]}")
        return found


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
    """Read a format; None for what is none."""
    return text.lower() if text.lower() in FORMATS else None


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
    )
    return tuple(disarm(cell) for cell in cells)


def disarm(cell: str) -> str:
    """Keep a spreadsheet from running a cell."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
