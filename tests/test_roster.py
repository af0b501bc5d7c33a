"""Lists of people from anywhere: what can be used comes in, the rest has a reason, nobody comes back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import FormatError, UsageError
from publisher.jobs.lists import roster, shapes
from publisher.jobs.lists.roster import Rejected
from publisher.model import Subscriber


def read(text: str, shape: str = "own", *, confirmed: bool = True) -> list[Subscriber | Rejected]:
    """Read a list."""
    return list(roster.read(text.splitlines(keepends=True), shape, confirmed=confirmed).rows)


def person(text: str, shape: str = "own", *, confirmed: bool = False) -> Subscriber:
    """Read a list of one."""
    (found,) = read(text, shape, confirmed=confirmed)
    assert isinstance(found, Subscriber), found
    return found


def reason(cell: str) -> str:
    """Read an address that is refused; gives why."""
    (found,) = read(f'email,name\n"{cell}",Ann\n')
    assert isinstance(found, Rejected), found
    assert found.cells == (cell, "Ann")
    return found.reason


def test_every_column() -> None:
    """Each column says what it says, whatever the order and the case of the names."""
    found = person(
        "Name;EMAIL;language;consent_at;consent_source;format;status;Time zone;Frequency\n"
        "Ann  Lee;Ann.Lee@Example.ORG;pt_br;2026-01-02T03:04:05+01:00;form;text;Confirmed;europe/prague;Weekly\n",
    )
    assert found == Subscriber(
        address="Ann.Lee@example.org",
        name="Ann Lee",
        language="pt-BR",
        format="text",
        status="active",
        consent_at=datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC),
        consent_source="form",
        zone="Europe/Prague",
        frequency="weekly",
    )


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("nobody", "needs one @"),
        ("a b@example.org", "cannot be mailed"),
        ("jürgen@example.org", "cannot be mailed"),
        ("a@localhost", "no domain name"),
        ("a@example.org\r\nBcc: b@example.org", "cannot be mailed"),
        ("postmaster@example.org", "address of a function"),
        ("No-Reply@example.org", "address of a function"),
        ("", "needs one @"),
    ],
)
def test_addresses_that_are_refused(cell: str, why: str) -> None:
    """Broken, injected and functional addresses are refused with the reason, and the row is kept as it was."""
    assert why in reason(cell)


def test_forms_go_by_the_names_of_their_templates_too() -> None:
    """People who know the templates write what they know."""
    assert person("email,format\nann@example.org,Plain\n").format == "text"
    assert person("email,format\nann@example.org,large-print\n").format == "large"


def test_internationalised_domains() -> None:
    """A domain in another script is written as it goes over the wire."""
    assert person("email\nred@nový.example\n").address == "red@xn--nov-noa.example"


def test_consent() -> None:
    """Who neither says when they agreed nor is vouched for waits for confirmation."""
    assert person("email\na@example.org\n").status == "pending"
    assert person("email\na@example.org\n", confirmed=True).status == "active"
    assert person("email,consent_at\na@example.org,2026-01-01\n").status == "active"
    late, told = read("email,consent_at\na@example.org,once\n", confirmed=False)
    assert isinstance(late, Subscriber)
    assert late.status == "pending"
    assert isinstance(told, Rejected)
    assert "'once' is no time" in told.reason
    (found,) = read("email,status\na@example.org,perhaps\n")
    assert isinstance(found, Rejected)
    assert "no status" in found.reason


@pytest.mark.parametrize(
    ("shape", "text", "status"),
    [
        ("mailchimp", "Email Address,First Name,Last Name,OPTIN_TIME\n{},Ann,Lee,2026-01-01 10:00:00\n", "active"),
        ("mailchimp", "Email Address,MEMBER_RATING,TIMEZONE\n{},2,Europe/London\n", "active"),
        ("mailchimp", "Email Address,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME\n{},2,,2026-01-01 10:00:00\n", "active"),
        ("mailchimp", "Email Address,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME\n{},2,,\n", "pending"),
        ("mailchimp", "Email Address,MEMBER_RATING,member_status\n{},2,nonsubscribed\n", "pending"),
        ("mailchimp", "Email Address,UNSUB_TIME\n{},2026-01-01 10:00:00\n", "unsubscribed"),
        ("mailchimp", "Email Address,CLEAN_TIME\n{},2026-01-01 10:00:00\n", "bounced"),
        ("substack", "Email,Name,email_disabled,created_at\n{},Ann,false,2026-01-01T10:00:00.000Z\n", "active"),
        ("substack", "Email,Name,email_disabled\n{},Ann,true\n", "unsubscribed"),
        ("ghost", "id,email,name,subscribed_to_emails,created_at\n1,{},Ann,true,2026-01-01T10:00:00Z\n", "active"),
        ("ghost", "id,email,name,subscribed_to_emails\n1,{},Ann,false\n", "unsubscribed"),
        ("buttondown", "email,type,creation_date\n{},regular,2026-01-01T10:00:00Z\n", "active"),
        ("buttondown", "email,type\n{},unactivated\n", "pending"),
        ("buttondown", "email,type\n{},complained\n", "complained"),
        ("buttondown", "email,type\n{},past_due\n", "active"),
        ("buttondown", "email,type\n{},unpaid\n", "active"),
        ("buttondown", "email,type\n{},spammy\n", "unsubscribed"),
        ("listmonk", "uuid,email,name,attributes,status,created_at\nx,{},Ann,{{}},enabled,2026-01-01\n", "active"),
        ("listmonk", "uuid,email,name,attributes,status\nx,{},Ann,{{}},blocklisted\n", "unsubscribed"),
        ("listmonk", "uuid,email,status,subscription_status\nx,{},blocklisted,confirmed\n", "unsubscribed"),
        ("listmonk", "uuid,email,status,subscription_status\nx,{},enabled,unsubscribed\n", "unsubscribed"),
        ("listmonk", "uuid,email,status,subscription_status\nx,{},enabled,unconfirmed\n", "pending"),
    ],
)
def test_exports_of_other_programs(shape: str, text: str, status: str) -> None:
    """Readers of other programs come in; who left or bounced there stays blocked here."""
    found = person(text.format("ann@example.org"), shape)
    assert (found.address, found.status) == ("ann@example.org", status)
    assert found.consent_at is None or found.consent_at.year == 2026


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        ("format", "pdf"),
        ("language", "klingonese"),
        ("zone", "Mars/Olympus"),
        ("frequency", "hourly"),
        ("format,zone", "pdf,Mars"),
    ],
)
def test_wishes_that_cannot_be_read(columns: str, values: str) -> None:
    """The person comes in without the wish, and the row is written down with each value that was left out."""
    found, told = read(f"email,{columns}\na@example.org,{values}\n")
    assert found == Subscriber(address="a@example.org")
    assert isinstance(told, Rejected)
    assert told.imported
    assert told.cells == ("a@example.org", *values.split(","))
    assert all(f"'{value}' is no" in told.reason for value in values.split(","))


@pytest.mark.parametrize("shape", [name for name in shapes.SHAPES if name != "own"])
def test_a_list_of_another_program_is_refused(shape: str) -> None:
    """--from names the program that wrote the list; one without its columns is refused, and they are named."""
    with pytest.raises(FormatError) as refused:
        read("email,email address,name\na@example.org,a@example.org,Ann\n", shape)
    assert f"export of {shape}" in refused.value.reason
    assert shapes.SHAPES[shape].marks[0] in refused.value.reason


def test_names_of_two_columns() -> None:
    """First and last name are one name."""
    text = "Email Address,First Name,Last Name,MEMBER_RATING\na@example.org,Ann,Lee,2\n"
    assert person(text, "mailchimp").name == "Ann Lee"


def test_first_lines_of_spreadsheets() -> None:
    """A mark of the encoding and blank lines before the names of the columns are no names."""
    assert person("\ufeffemail\na@example.org\n").address == "a@example.org"
    assert person("\r\n\nemail;name\na@example.org;Ann\n").name == "Ann"


def test_old_encodings() -> None:
    """A name in Windows-1252 is read as such; other rows are not touched."""
    content = "email,name\na@example.org,Müller\n".encode("cp1252") + "b@example.org,Žák\n".encode()
    names = [one.name for one in read(content.decode("utf-8", "surrogateescape")) if isinstance(one, Subscriber)]
    assert names == ["Müller", "Žák"]


def test_what_is_no_list_of_people() -> None:
    """A file without a column of addresses is refused with what is missing."""
    with pytest.raises(FormatError, match="no column email"):
        read("name\nAnn\n")
    with pytest.raises(FormatError, match="no column email"):
        read("")
    with pytest.raises(FormatError, match="no CSV"):
        read(f"email,{'x' * 140_000}\na@example.org,\n")


def test_a_quote_that_is_never_closed() -> None:
    """It costs its own row; everybody after it comes in."""
    after = "".join(f"u{n}@example.org,U\n" for n in range(5000))
    found = read(f'email,name\na@example.org,"Ann\n{after}')
    assert isinstance(found[0], Rejected)
    assert "never closed" in found[0].reason
    assert found[0].cells == ("a@example.org", "Ann\n")
    assert sum(isinstance(one, Subscriber) for one in found) == 5000


def test_formulas() -> None:
    """What a spreadsheet would run is written as text, and comes back as it was."""
    ann = Subscriber(
        address="+ann@example.org", name="=cmd|' /C calc'!A0", consent_source="\uff20SUM(1)", tags=("=a", "b")
    )
    cells = roster.write_cells(ann)
    assert not any(cell.startswith(("=", "+", "-", "@", "\uff20")) for cell in cells)
    line = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    assert person(",".join(roster.COLUMNS) + "\n" + line + "\n") == ann


# --- columns that somebody chooses ------------------------------------------------------------------------------------


def chosen(text: str, shape: str = "own", **columns: str) -> list[Subscriber | Rejected]:
    """Read a list with columns that somebody chose; "_1" is "#1"."""
    wanted = {name.replace("_", "#"): field for name, field in columns.items()}
    return list(roster.read(text.splitlines(keepends=True), shape, confirmed=True, chosen=wanted).rows)


@pytest.mark.parametrize(
    ("names", "shape"),
    [
        ("email,name,status", "own"),
        ("Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,TAGS", "mailchimp"),
        (
            "Email,Name,Stripe plan,Cancel date,Start date,Subscription type,email_disabled,active_subscription",
            "substack",
        ),
        ("id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,labels", "ghost"),
        ("email,notes,creation_date,metadata,tags,subscriber_type,utm_campaign", "buttondown"),
        ("uuid,email,name,attributes,status,created_at,updated_at", "listmonk"),
        ("name,uuid,attributes", "own"),
        ("email,type", "own"),
    ],
)
def test_whose_export_a_list_is(names: str, shape: str) -> None:
    """Two columns that are a program's own make sure of it; one alone may be anybody's."""
    assert roster.look([f"{names}\n"]).shape == shape


def test_the_beginning_of_a_list() -> None:
    """Names of columns, what they hold, and the first rows without what a terminal or a page would act on."""
    found = roster.look(["Adresse;Vorname;Gruppe\n", "\n", "a@example.org;Ann\x1b[2J;x\n", "b@example.org;" + "B" * 99])
    assert found.columns == ("Adresse", "Vorname", "Gruppe")
    assert found.fields == ("email", "", "")
    assert found.rows == (("a@example.org", "Ann [2J", "x"), ("b@example.org", "B" * 60))
    assert len(roster.look(["email\n", *(f"u{n}@example.org\n" for n in range(99))]).rows) == 5


def test_a_list_without_names_of_columns() -> None:
    """Where the first row is a person already, columns have numbers, and the person is not lost."""
    found = roster.look(["a@example.org|Ann\n", "b@example.org|Bob\n"])
    assert (found.columns, found.fields) == (("1", "2"), ("email", ""))
    assert found.rows[0] == ("a@example.org", "Ann")
    everybody = chosen("a@example.org|Ann\nb@example.org|Bob\n", _1="email", _2="name")
    assert everybody == [
        Subscriber(address="a@example.org", name="Ann"),
        Subscriber(address="b@example.org", name="Bob"),
    ]


def test_columns_that_are_chosen() -> None:
    """By name or by place; what is not chosen stays as its name tells, and "" leaves a column out."""
    text = "Adresse,Vorname,Nachname,email,language\na@example.org,Ann,Lee,x@example.org,fr\n"
    wanted = {"ADRESSE": "email", "email": "", "#2": "name", "nachname": "name"}
    (found,) = roster.read(text.splitlines(keepends=True), "own", confirmed=True, chosen=wanted).rows
    assert found == Subscriber(address="a@example.org", name="Ann Lee", language="fr")


@pytest.mark.parametrize(
    ("column", "field", "why"),
    [
        ("mail", "email", "no such column"),
        ("#3", "email", "no such column"),
        ("#0", "email", "no such column"),
        ("name", "telephone", "nothing that a column can hold"),
    ],
)
def test_choices_that_cannot_be(column: str, field: str, why: str) -> None:
    """A column that is not there, and a field that there is not, are named."""
    with pytest.raises(UsageError, match=why):
        roster.read(["email,name\n"], "own", confirmed=True, chosen={column: field})


def test_a_choice_without_addresses_is_refused() -> None:
    """Somebody has to say where the addresses are."""
    with pytest.raises(FormatError, match="which column holds the addresses"):
        roster.read(["email,name\n"], "own", confirmed=True, chosen={"email": "name"})


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ("a@example.org,2026-01-01 10:00:00,active", "unsubscribed"),
        ("a@example.org,,unsubscribed", "unsubscribed"),
        ("a@example.org,,complained", "complained"),
        ("a@example.org,,active", "active"),
    ],
)
def test_no_choice_brings_anybody_back(row: str, status: str) -> None:
    """What tells the status in another program's list counts whatever is chosen; of two that tell it, the stricter."""
    (found,) = chosen(
        f"Email Address,UNSUB_TIME,Standing,MEMBER_RATING\n{row},2\n", "mailchimp", _2="name", _3="status"
    )
    assert isinstance(found, Subscriber)
    assert (found.status, found.name) == (status, "")


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("News; Sport", ("news", "sport")),
        ('"""News"",""Sport"""', ("news", "sport")),
        ("[a|b|A]", ("a", "b")),
        ("", ()),
        ("E\u0301cole  du soir", ("\u00e9cole du soir",)),
    ],
)
def test_tags(cell: str, tags: tuple[str, ...]) -> None:
    """However a program parts and quotes them, each is one word or phrase in small letters."""
    assert person(f"email\ttags\na@example.org\t{cell}\n").tags == tags


def test_tags_that_do_not_fit() -> None:
    """What is too long, or too much, is told; the person comes in with the rest."""
    found, told = read(f"email,tags\na@example.org,ok;{'x' * 61}\n")
    assert isinstance(found, Subscriber)
    assert found.tags == ("ok",)
    assert isinstance(told, Rejected)
    assert "is no tag" in told.reason
    found, told = read(f"email,tags\na@example.org,{';'.join(f't{n}' for n in range(51))}\n")
    assert isinstance(found, Subscriber)
    assert len(found.tags) == roster.MOST_TAGS


@given(st.text(), st.sampled_from(sorted(shapes.SHAPES)))
def test_any_text_gives_people_or_reasons(text: str, shape: str) -> None:
    """Whatever a file holds, each row is a person or a reason."""
    head = ",".join([*(columns[0] for columns in shapes.SHAPES[shape].columns.values()), *shapes.SHAPES[shape].marks])
    for found in read(f"{head}\n{text}", shape):
        assert isinstance(found, Subscriber | Rejected)
