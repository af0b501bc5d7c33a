"""Lists of people as other programs write them: rows of a CSV become subscribers, or a reason why not.

Nobody comes back by an import: rows that say unsubscribed, bounced or complained block their address here too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, Protocol

from publisher import language
from publisher.delivery.address import write_ascii
from publisher.errors import FormatError
from publisher.model import Subscriber

Status = Literal["active", "pending", "unsubscribed", "bounced", "complained"]
Row = Mapping[str, str]


class Reader(Protocol):
    """The part of a `csv.reader` that is used."""

    line_num: int

    def __next__(self) -> list[str]:
        """Give the cells of the next row."""
        ...


COLUMNS: Final = ("email", "name", "language", "format", "status", "consent_at", "consent_source")
FORMATS: Final = frozenset({"html", "text", "large"})

_LONGEST_NAME: Final = 200
_ROLES: Final = frozenset(
    "abuse postmaster hostmaster webmaster mailer-daemon noreply no-reply donotreply do-not-reply root spam".split(),
)
# What a spreadsheet would run (CWE-1236); an apostrophe in front makes it text.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_ESCAPED: Final = re.compile(r"'(?=[=+\-@\t\r])")
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
    """A row that was not imported: its cells as they were, and why."""

    cells: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a program writes its list: which columns say what, and how a row tells its status ("" says nothing).

    `consented`: who stands in it has agreed to get mail, unless the row says otherwise.
    """

    columns: Mapping[str, tuple[str, ...]]
    status: Callable[[Row], str]
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
        },
        status=_mailchimp,
    ),
    "substack": Shape(
        columns={"email": ("email",), "name": ("name",), "consent_at": ("created_at", "start date")},
        status=_flag("email_disabled", off="true"),
    ),
    "ghost": Shape(
        columns={"email": ("email",), "name": ("name",), "consent_at": ("created_at",)},
        status=_flag("subscribed_to_emails", off="false"),
    ),
    "buttondown": Shape(
        columns={
            "email": ("email", "email_address"),
            "name": ("metadata.name", "name"),
            "consent_at": ("creation_date", "created"),
        },
        status=_column("type", "subscriber_type"),
    ),
    "listmonk": Shape(
        columns={"email": ("email",), "name": ("name",), "consent_at": ("created_at",)},
        status=_column("subscription_status", "status"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A list that is being read: the names of its columns as they were, and its rows, one at a time."""

    columns: tuple[str, ...]
    rows: Iterator[Subscriber | Rejected]


def read(lines: Iterable[str], shape: str, *, confirmed: bool) -> Roster:
    """Read a list, row by row; flat in memory. `confirmed`: the operator vouches that these people agreed.

    Raises `FormatError` when it has no column of addresses. The first row names the columns; commas, semicolons and
    tabs part them.
    """
    source = iter(lines)
    head = next(source, "")
    delimiter = max(",;\t", key=head.count)
    columns = next(csv.reader([head], delimiter=delimiter), [])
    names = [" ".join(cell.lower().split()) for cell in columns]
    wanted = SHAPES[shape]
    if not set(names) & set(wanted.columns["email"]):
        known = " or ".join(wanted.columns["email"])
        raise FormatError("the list of people", f"it has no column {known}", "the first row must name the columns")
    rows = _read_rows(csv.reader(source, delimiter=delimiter), names, wanted, confirmed=confirmed)
    return Roster(columns=tuple(columns), rows=rows)


def _read_rows(
    rows: Reader,
    names: Sequence[str],
    shape: Shape,
    *,
    confirmed: bool,
) -> Iterator[Subscriber | Rejected]:
    """Read row after row; one that is no CSV stops none."""
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as failure:
            yield Rejected(cells=(), reason=f"line {rows.line_num + 1} is no CSV: {failure}")
            continue
        if any(cell.strip() for cell in cells):
            yield _read_row(dict(zip(names, cells, strict=False)), cells, shape, confirmed=confirmed)


def _read_row(row: Row, cells: Sequence[str], shape: Shape, *, confirmed: bool) -> Subscriber | Rejected:
    """Read one person."""
    try:
        return _read_person(row, shape, confirmed=confirmed)
    except ValueError as failure:
        return Rejected(cells=tuple(cells), reason=str(failure))


def _read_person(row: Row, shape: Shape, *, confirmed: bool) -> Subscriber:
    """Read one person; a `ValueError` says why not."""
    address = write_ascii(_ESCAPED.sub("", _cell(row, shape, "email")))
    if address.partition("@")[0].lower() in _ROLES:
        message = f"{address!r} is the address of a function: nobody subscribes there"
        raise ValueError(message)
    consent = _read_moment(_cell(row, shape, "consent_at"))
    names = [row.get(name, "") for name in shape.columns.get("name", ())]
    kind = _cell(row, shape, "format").lower()
    return Subscriber(
        address=address,
        name=_clean(" ".join(names))[:_LONGEST_NAME],
        language=language.normalise(_cell(row, shape, "language")) or "",
        format=kind if kind in FORMATS else "html",
        status=_read_status(shape.status(row), consented=confirmed or shape.consented or consent is not None),
        consent_at=consent,
        consent_source=_clean(_cell(row, shape, "consent_source")),
    )


def _cell(row: Row, shape: Shape, what: str) -> str:
    """Give the first filled column of those that may hold something."""
    return next((row[name].strip() for name in shape.columns.get(what, ()) if row.get(name, "").strip()), "")


def _read_status(text: str, *, consented: bool) -> Status:
    """Read a status; where the row says none, who agreed is active."""
    if not text:
        return "active" if consented else "pending"
    if text not in _STATUSES:
        message = f"{text!r} is no status; known: active, pending, unsubscribed, bounced, complained"
        raise ValueError(message)
    return _STATUSES[text]


def _clean(text: str) -> str:
    """Give words on one line, as text and not as a formula; bytes of an old encoding are read as Windows-1252."""
    if any("\udc80" <= mark <= "\udcff" for mark in text):
        text = text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return " ".join(_CONTROL.sub(" ", _ESCAPED.sub("", text)).split())


def _read_moment(text: str) -> datetime | None:
    """Read a time; without a zone it is UTC. None for none, and for what is no time."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
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
    )
    return tuple(disarm(cell) for cell in cells)


def disarm(cell: str) -> str:
    """Keep a spreadsheet from running a cell."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
