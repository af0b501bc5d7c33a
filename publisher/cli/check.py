"""`publisher check`: audit any mail or page, ours or anyone's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from publisher.accessibility import captions, page, report, report_page
from publisher.accessibility.browser import Browser
from publisher.accessibility.page import Kind, Page
from publisher.accessibility.report import Report
from publisher.cli.options import Run, common, print_json
from publisher.cli.places import OutputFolder, unwritable
from publisher.errors import FormatError, PublisherError
from publisher.jobs.editions import edition
from publisher.model import Finding, Skipped

REFUSED: Final = 1
NOTHING_USABLE: Final = 3
_LARGEST: Final = 10 * 1024 * 1024
# A main landmark is what every web page should have and no mail does.
_LANDMARK: Final = re.compile(rb"<main[\s>]", re.IGNORECASE)
_CAPTIONS: Final = frozenset({".vtt", ".srt"})
_PAGES: Final = frozenset({".html", ".htm", ".xhtml"})


@click.command(epilog="Example: publisher check mail.eml --json")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document: a list with a report for each file.")
@click.option("--browser", "in_browser", is_flag=True, help="Also ask axe in Chromium: light and dark, 800 and 320 px.")
@click.option(
    "--report",
    "folder",
    metavar="DIR",
    type=OutputFolder(),
    help="Write pages for people.",
)
@common
def check(run: Run, files: tuple[Path, ...], as_json: bool, in_browser: bool, folder: Path | None) -> int:
    """Audit FILEs against the whole scorecard: mails (.eml), pages (.html), captions of films (.vtt, .srt).

    What [accessibility] in the settings lets pass is let pass here too. Exit status 1 where a finding blocks, 3 where
    a file cannot be read; the others are audited all the same.
    """
    lenience = edition.lenience(run.settings)
    reports: list[tuple[Path, Report]] = []
    unread: list[Skipped] = []
    for file in files:
        try:
            reports.append((file, lenience.apply(_audit(file, in_browser=in_browser))))
        except PublisherError as failure:
            unread.append(Skipped(source=str(file), reason=failure.explanation))
            click.echo(f"publisher: {failure}", err=True)
    if folder is not None:
        _write_pages(folder, reports)
    if as_json:
        audited = [{"file": str(file), **report.to_json(found)} for file, found in reports]
        print_json(audited + [_describe_unread(skipped) for skipped in unread])
    else:
        for file, found in reports:
            click.echo(report.to_text(found, str(file)))
    if unread:
        return NOTHING_USABLE
    return 0 if all(found.passed for _, found in reports) else REFUSED


def _describe_unread(skipped: Skipped) -> dict[str, object]:
    """Write the report of a file that could not be read."""
    empty = Report(findings=(), rules=(), html_bytes=0, text_bytes=0, skipped=(skipped,))
    return {"file": skipped.source, **report.to_json(empty), "passed": False}


def _audit(file: Path, *, in_browser: bool) -> Report:
    """Audit a mail, a page or a captions file."""
    content = _read(file)
    if file.suffix.lower() in _CAPTIONS:
        flaws = captions.to_findings(captions.check(content, name=str(file)))
        return Report(findings=flaws, rules=(captions.FLAW.id,), html_bytes=0, text_bytes=len(content))
    read = _parse(file, content)
    return report.report_on(read, more=_ask_axe(read) if in_browser else ())


def _read(file: Path) -> bytes:
    """Read a file that is no larger than anybody's mail."""
    try:
        size = file.stat().st_size
        if size > _LARGEST:
            raise FormatError(str(file), f"has {size:,} bytes", f"At most {_LARGEST:,} are read")
        content = file.read_bytes()
    except OSError as error:
        raise FormatError(str(file), f"cannot be read: {error.strerror}", "Name a .html or .eml file") from error
    if not content.strip():
        raise FormatError(str(file), "is empty", "Name a .html or .eml file")
    return content


def _parse(file: Path, content: bytes) -> Page:
    """Take a mail or a page; which of the two is told by the content, the name decides what could be either."""
    if file.suffix.lower() == ".eml" or (file.suffix.lower() not in _PAGES and not content.lstrip().startswith(b"<")):
        return page.read_message(content, name=str(file))
    if b"\0" in content[:1024] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError(str(file), "is no text", "Name a .html or .eml file")
    return page.read_html(content, kind=Kind.WEB if _LANDMARK.search(content) else Kind.MAIL)


def _ask_axe(read: Page) -> tuple[Finding, ...]:
    """Ask axe in Chromium: light and dark, wide and narrow."""
    with Browser() as running:
        return running.audit(read)


def _write_pages(folder: Path, reports: Sequence[tuple[Path, Report]]) -> None:
    """Write each report as an accessible page, numbered where names repeat."""
    taken: Counter[str] = Counter()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, found in reports:
            taken[file.name] += 1
            number = f"-{taken[file.name]}" if taken[file.name] > 1 else ""
            page_of = folder / f"{file.name}{number}.report.html"
            page_of.write_text(report_page.write(found, name=file.name), encoding="utf-8", newline="\n")
            click.echo(f"report: {page_of}", err=True)
    except OSError as error:
        raise unwritable("--report", folder, error) from error
