"""`publisher subscribers`: people in and out."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

import click

from publisher.cli.newsroom import open_store
from publisher.cli.options import Run, common, nearest, print_json
from publisher.delivery.address import write_ascii
from publisher.errors import FormatError, UsageError
from publisher.jobs import roster
from publisher.jobs.declaration import declare
from publisher.jobs.roster import Rejected
from publisher.model import Imported, Subscriber
from publisher.store import people

_BOMS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


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
    type=click.Choice([name for name in roster.SHAPES if name != "own"]),
    help="Whose export FILE is. [default: our own columns]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
@common
def import_people(
    run: Run,
    file: Path,
    newsletter: str,
    confirmed: bool,
    shape: str | None,
    as_json: bool,
) -> None:
    """Subscribe the people in FILE.csv (columns email, name, language, format, status, consent_at, consent_source).

    --from reads the export of another program. Nobody who left, bounced or complained comes back. Rows that cannot be
    used are written to FILE.rejected.csv with the reason. Without --confirmed, people whose row does not say when
    they agreed wait for their confirmation and get nothing.
    """
    open_store(run, required=True)
    if newsletter not in run.settings.newsletters:
        fix = nearest(newsletter, run.settings.newsletters)
        raise UsageError(f"--newsletter {newsletter}", "is not declared in the settings", fix)
    now = datetime.now(UTC)
    declare(run.settings, now)
    rejected_file = file.with_name(f"{file.name.removesuffix('.csv')}.rejected.csv")
    try:
        with file.open(encoding=_encoding(file), errors="surrogateescape", newline="") as lines:
            total, rejected = _import(lines, shape or "own", newsletter, rejected_file, confirmed=confirmed)
    except OSError as failure:
        raise FormatError(str(file), f"cannot be read: {failure.strerror}") from failure
    _tell(total, rejected, rejected_file, as_json=as_json)


def _encoding(file: Path) -> str:
    """Look how a file is encoded; what is not UTF-8 in it is sorted out row by row."""
    with file.open("rb") as start:
        head = start.read(4)
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), "utf-8")


def _import(
    lines: Iterable[str],
    shape: str,
    newsletter: str,
    rejected_file: Path,
    *,
    confirmed: bool,
) -> tuple[Imported, int]:
    """Import a stream of rows; gives what changed and how many rows were rejected."""
    with ExitStack() as stack:
        found = roster.read(lines, shape, confirmed=confirmed)
        bin_ = _Bin(rejected_file, found.columns, stack)
        total = people.add(newsletter, bin_.sift(found.rows), datetime.now(UTC))
    if not bin_.count:
        rejected_file.unlink(missing_ok=True)
    return total, bin_.count


class _Bin:
    """The file of rejected rows; made when the first one comes."""

    def __init__(self, file: Path, columns: Sequence[str], stack: ExitStack) -> None:
        self.count = 0
        self._columns = columns
        self._file = file
        self._stack = stack
        self._writer: Any = None

    def sift(self, rows: Iterable[Subscriber | Rejected]) -> Iterator[Subscriber]:
        """Let people through, and write down the rest."""
        for row in rows:
            if isinstance(row, Subscriber):
                yield row
            else:
                self._write(row)

    def _write(self, row: Rejected) -> None:
        """Write a rejected row with its reason."""
        if self._writer is None:
            opened = self._file.open("w", encoding="utf-8", errors="backslashreplace", newline="")
            self._writer = csv.writer(self._stack.enter_context(opened))
            self._writer.writerow((*self._columns, "reason"))
        missing = max(0, len(self._columns) - len(row.cells))
        self._writer.writerow((*map(roster.disarm, row.cells), *[""] * missing, row.reason))
        self.count += 1


def _tell(total: Imported, rejected: int, rejected_file: Path, *, as_json: bool) -> None:
    """Say what changed."""
    if as_json:
        numbers = {"added": total.added, "kept": total.kept, "blocked": total.blocked, "rejected": rejected}
        print_json({**numbers, "rejected_file": str(rejected_file) if rejected else None})
        return
    click.echo(f"{total.added} added, {total.kept} known already, {total.blocked} blocked, {rejected} rejected")
    if rejected:
        click.echo(f"The rejected rows and why: {rejected_file}")


@subscribers.command("export")
@click.option("--newsletter", metavar="NAME", required=True, help="Whose readers.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file. [default: print it]")
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
        raise UsageError(f"--out {out}", f"cannot be written: {failure.strerror}") from failure


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
