"""How programs write lists of people: which columns say what, and which program wrote a list.

names of columns -> recognise -> a shape -> suggest -> what each column holds -> (an editor changes it) -> choose
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from publisher.errors import UsageError

Row = Mapping[str, str]
Status = Literal["active", "pending", "unsubscribed", "bounced", "complained"]

# What a column may hold; "" is nothing that is kept.
FIELDS: Final = (
    "email",
    "name",
    "language",
    "status",
    "consent_at",
    "consent_source",
    "tags",
    "format",
    "zone",
    "frequency",
)
TOLD: Final = "told"  # a column by which another program tells the status: it is read as that program means it

_CERTAIN: Final = 2  # columns of a program's own that make sure of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a program writes its list: which columns say what, and how a row tells its status ("" says nothing).

    `marks` are columns that tell its lists from others: one of them is there. `telling` are those that `status` reads.
    `consented`: who stands in it has agreed to get mail, unless the row says otherwise, or says nothing in a list that
    tells when people agreed.
    """

    columns: Mapping[str, tuple[str, ...]]
    status: Callable[[Row], str] = lambda _row: ""
    telling: tuple[str, ...] = ()
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
    return _column("member_status", "status")(row)


# Words of Buttondown for who pays, or does no longer: they get mail either way.
_PAYING: Final = frozenset({"unpaid", "churning", "churned", "past_due", "paused"})


def _buttondown(row: Row) -> str:
    """Buttondown tells in one column who pays and who may be written to."""
    found = _column("type", "subscriber_type")(row)
    return "active" if found in _PAYING else found


def _listmonk(row: Row) -> str:
    """Listmonk blocks a person for all lists, whatever they confirmed on one of them."""
    person = _column("status")(row)
    return person if person in {"blocklisted", "disabled"} else _column("subscription_status")(row) or person


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
            "status": ("status",),
            "tags": ("tags", "tag"),
        },
        consented=False,
    ),
    "mailchimp": Shape(
        columns={
            "email": ("email address", "email"),
            "name": ("first name", "last name"),
            "language": ("language",),
            "consent_at": ("confirm_time", "optin_time"),
            "zone": ("timezone",),
            "tags": ("tags",),
        },
        status=_mailchimp,
        telling=("clean_time", "unsub_time", "member_status", "status"),
        marks=("member_rating", "optin_time", "confirm_time", "last_changed", "leid", "unsub_time", "clean_time"),
    ),
    "substack": Shape(
        columns={"email": ("email",), "name": ("name",), "consent_at": ("created_at", "start date")},
        status=_flag("email_disabled", off="true"),
        telling=("email_disabled",),
        marks=("email_disabled", "active_subscription", "expiry", "subscription_type", "start date", "stripe plan"),
    ),
    "ghost": Shape(
        columns={"email": ("email",), "name": ("name",), "consent_at": ("created_at",), "tags": ("labels",)},
        status=_flag("subscribed_to_emails", off="false"),
        telling=("subscribed_to_emails",),
        marks=("subscribed_to_emails", "complimentary_plan", "stripe_customer_id", "tiers"),
    ),
    "buttondown": Shape(
        columns={
            "email": ("email", "email_address"),
            "name": ("metadata.name", "name"),
            "consent_at": ("creation_date", "created"),
            "tags": ("tags",),
        },
        status=_buttondown,
        telling=("type", "subscriber_type"),
        marks=("type", "subscriber_type", "creation_date", "metadata", "secondary_id", "utm_campaign"),
    ),
    "listmonk": Shape(
        columns={"email": ("email",), "name": ("name",), "consent_at": ("created_at",)},
        status=_listmonk,
        telling=("subscription_status", "status"),
        marks=("uuid", "attributes", "subscription_status"),
    ),
}


def recognise(names: Sequence[str]) -> str:
    """Tell whose export a list is by the names of its columns, as `normalise` writes them; "own" is anybody's."""
    there = set(names)
    found = {
        name: sum(mark in there for mark in shape.marks)
        for name, shape in SHAPES.items()
        if there & set(shape.columns["email"])
    }
    best = max(found, key=lambda name: found[name], default="own")
    return best if found.get(best, 0) >= _CERTAIN else "own"


def normalise(name: str) -> str:
    """Write the name of a column as tables of ours know it: in small letters, with single blanks."""
    return " ".join(name.lower().split())


def suggest(names: Sequence[str], shape: str) -> tuple[str, ...]:
    """Say what each column of a list holds as far as its name tells: a field, `TOLD`, or ""."""
    wanted = SHAPES[shape]
    known = {name: field for field, columns in wanted.columns.items() for name in columns}
    return tuple(TOLD if name in wanted.telling else known.get(name, "") for name in names)


def choose(names: Sequence[str], shape: str, chosen: Mapping[str, str]) -> tuple[str, ...]:
    """Say what each column holds, where somebody chose it for some: by name, or by place as "#1", "#2" and so on.

    What tells the status in another program's list always does: no choice brings anybody back. Raises `UsageError`.
    """
    fields = list(suggest(names, shape))
    for column, field in chosen.items():
        if field not in {"", *FIELDS}:
            raise UsageError(f"column {column}", f"{field!r} is nothing that a column can hold", ", ".join(FIELDS))
        places = _places(names, column)
        if not places:
            raise UsageError(f"column {column}", "the list has no such column", f"it has: {', '.join(names)}")
        for place in places:
            fields[place] = fields[place] if fields[place] == TOLD else field
    return tuple(fields)


def _places(names: Sequence[str], column: str) -> list[int]:
    """Find the columns that somebody means."""
    number = column.removeprefix("#")
    if number != column and number.isascii() and number.isdigit():
        return [int(number) - 1] if 0 < int(number) <= len(names) else []
    return [place for place, name in enumerate(names) if name == normalise(column)]
