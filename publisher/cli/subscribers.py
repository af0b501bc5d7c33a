"""`publisher subscribers`: people in and out."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from publisher.cli.newsroom import actor, open_store
from publisher.cli.options import Run, common, nearest, print_json
from publisher.cli.places import OutputFile, unwritable
from publisher.delivery.address import write_ascii
from publisher.errors import FormatError, UsageError
from publisher.jobs.lists import roster, shapes
from publisher.jobs.lists.enrol import Enrolled, Manner, enrol
from publisher.store import newsletters, people


@click.group(epilog="Example: publisher subscribers import readers.csv --newsletter daily --confirmed")
def subscribers() -> None:
    """Import, export and erase the people who get newsletters."""


@subscribers.command("import")
@click.argument("file", metavar="FILE.csv", type=click.Path(path_type=Path))
@click.option("--newsletter", metavar="NAME", required=True, help="What they subscribe to.")
@click.option("--confirmed", is_flag=True, help="They have agreed to get mail, and you can show it.")
@click.option(
    "--from",
    "shape",
    type=click.Choice([name for name in shapes.SHAPES if name != "own"]),
    help="Whose export FILE is. [default: our own columns]",
)
@click.option(
    "--column",
    "columns",
    metavar="COLUMN=FIELD",
    multiple=True,
    help="What a column holds, by its name or as #1, #2; nothing after = leaves it out. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
@common
def import_people(
    run: Run,
    *,
    file: Path,
    newsletter: str,
    confirmed: bool,
    shape: str | None,
    columns: tuple[str, ...],
    as_json: bool,
) -> None:
    """Subscribe the people in FILE.csv.

    Its columns are email, name, language, format, status, consent_at, consent_source, zone, frequency and tags; only
    the first must be there. --column says what others hold: --column "Vorname=name" --column "#3=tags". --from reads
    the export of another program. Nobody who left, bounced or complained comes back.
    Rows that cannot be used are written to FILE.rejected.csv with the reason; so are rows of which only a wish could
    not be read. Without --confirmed, people whose row does not say when they agreed wait for their confirmation and
    get nothing.
    """
    open_store(run, required=True)
    if newsletter not in run.settings.newsletters:
        fix = nearest(newsletter, run.settings.newsletters)
        raise UsageError(f"--newsletter {newsletter}", "is not declared in the settings", fix)
    rejected_file = file.with_name(f"{file.name.removesuffix('.csv')}.rejected.csv")
    manner = Manner(shape=shape or "own", confirmed=confirmed, actor=actor(), columns=_read_columns(columns))
    try:
        with file.open("rb") as source:
            done = enrol(run.settings, source, newsletter, rejected_file, manner, datetime.now(UTC))
    except OSError as failure:
        raise FormatError(str(file), f"cannot be read: {failure.strerror}") from failure
    except FormatError as failure:
        raise FormatError(str(file), failure.reason, failure.fix) from failure
    _tell(done, rejected_file, as_json=as_json)
    waiting = 0 if confirmed or as_json else newsletters.waiting(newsletter)
    if waiting:
        click.echo(
            f"Waiting for their confirmation, and getting nothing yet: {waiting}. If they have agreed, and you can "
            "show it, import them once more with --confirmed"
        )


def _read_columns(written: tuple[str, ...]) -> dict[str, str] | None:
    """Read what columns hold; None: what their names tell. Raises `UsageError`."""
    for one in written:
        if "=" not in one:
            raise UsageError(f"--column {one}", "says nothing", 'write --column "COLUMN=FIELD"')
    pairs = (one.rpartition("=") for one in written)
    return {name.strip(): field.strip() for name, _, field in pairs} or None


def _tell(done: Enrolled, rejected_file: Path, *, as_json: bool) -> None:
    """Say what changed."""
    numbers = {**asdict(done.total), "rejected": done.rejected, "ignored": done.ignored}
    if as_json:
        print_json({**numbers, "rejected_file": str(rejected_file) if done.file else None})
        return
    said = "{added} added, {kept} known already, {blocked} blocked, {duplicates} twice in the file, {rejected} rejected"
    click.echo(said.format(**numbers))
    if done.ignored:
        click.echo(f"Of {done.ignored} rows something was left out")
    if done.file:
        click.echo(f"The rows that were left out, wholly or in part, and why: {rejected_file}")


@subscribers.command("export")
@click.option("--newsletter", metavar="NAME", required=True, help="Whose readers.")
@click.option("--out", type=OutputFile(), help="The file. [default: print it]")
@common
def export_people(run: Run, newsletter: str, out: Path | None) -> None:
    """Write everybody who ever subscribed to a newsletter as CSV, with their status and consent."""
    open_store(run)
    with _writing(out) as stream:
        writer = csv.writer(stream)
        writer.writerow(roster.COLUMNS)
        writer.writerows(roster.write_cells(person) for person in people.export(newsletter))


@contextmanager
def _writing(out: Path | None) -> Iterator[TextIO]:
    """Open the file, or take stdout."""
    if out is None:
        yield sys.stdout
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as stream:
            yield stream
    except OSError as failure:
        raise unwritable("--out", out, failure) from failure


@subscribers.command("erase")
@click.argument("address", metavar="ADDRESS")
@common
def erase_person(run: Run, address: str) -> None:
    """Forget ADDRESS. Only a hash is kept, so that nobody writes there again."""
    open_store(run)
    try:
        written = write_ascii(address)
    except ValueError as failure:
        raise UsageError(f"address {address}", str(failure)) from failure
    known = people.erase(written, datetime.now(UTC))
    click.echo(f"{written} is erased" if known else f"{written} was not known; it is never written to")
