"""`publisher pull` and `publisher import`: posts into the store."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from publisher.cli.newsroom import open_store
from publisher.cli.options import Run, common, nearest, print_json
from publisher.cli.reading import read_alts
from publisher.errors import NothingUsableError, UsageError
from publisher.jobs.newsroom.declaration import declare
from publisher.jobs.posts import pull as job
from publisher.jobs.posts.gather import Reading
from publisher.jobs.posts.pull import SourceReport
from publisher.net import open_client
from publisher.settings import Settings, Source
from publisher.sources import fetch
from publisher.sources.alts import Alts

_THREADS = 16


@click.command(epilog="Example: publisher pull --source sample")
@click.option("--source", "names", metavar="NAME", multiple=True, help="Only this source; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print what came as JSON.")
@common
def pull(run: Run, names: tuple[str, ...], as_json: bool) -> int:
    """Ask every source what is new, and keep it.

    A source that cannot be read is reported and stops no other. Exit status 4: none could be read.
    """
    open_store(run, required=True)
    wanted = _choose(run.settings, names)
    reports = _pull(run.settings, wanted)
    _tell(reports, as_json=as_json)
    return 4 if all(report.status == "failed" for report in reports) else 0


def _choose(settings: Settings, names: Iterable[str]) -> dict[str, Source]:
    """Find the sources that were named; none named means all."""
    if not settings.sources:
        raise NothingUsableError("settings", "no source is declared", 'add [sources.NAME] with url = "https://..."')
    for name in names:
        if name not in settings.sources:
            raise UsageError(f"--source {name}", "is not declared in the settings", nearest(name, settings.sources))
    return {name: settings.sources[name] for name in (list(names) or settings.sources)}


def _pull(settings: Settings, wanted: dict[str, Source], known: Alts | None = None) -> list[SourceReport]:
    """Pull sources with a few threads."""
    now = datetime.now(UTC)
    declare(settings, now)
    with open_client(settings) as client, ThreadPoolExecutor(_THREADS) as threads:
        reading = Reading(
            client=client,
            manners=fetch.Manners(),
            now=now,
            default_language=settings.site.language,
            folder=settings.folder,
        )
        return list(job.pull(wanted, reading, known or read_alts(settings.folder), spread=threads.map))


def _tell(reports: list[SourceReport], *, as_json: bool) -> None:
    """Say how it went."""
    if as_json:
        print_json({"sources": [_describe(report) for report in reports]})
        return
    for report in reports:
        words = {"new": f"{report.posts_new} new, {report.posts_changed} changed", "unchanged": "nothing new"}
        click.echo(f"{report.name}: {words.get(report.status, 'failed')}")
        if report.reason:
            click.echo(f"  {report.reason}", err=True)


def _describe(report: SourceReport) -> dict[str, object]:
    """Write how a source went as `pull --json` has it."""
    return {
        "name": report.name,
        "status": report.status,
        "posts_new": report.posts_new,
        "posts_changed": report.posts_changed,
        "reason": report.reason,
    }


@click.command("import", epilog="Example: publisher import notes/*.md --source sample")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", "name", metavar="NAME", required=True, help="The source that the posts belong to.")
@click.option("--json", "as_json", is_flag=True, help="Print what came as JSON.")
@common
def import_posts(run: Run, files: tuple[Path, ...], name: str, as_json: bool) -> int:
    """Put posts from FILEs into the store, as if the source had brought them.

    A post is known by the id in its front matter, else by the name of its file.
    """
    open_store(run, required=True)
    if name not in run.settings.sources:
        raise UsageError(f"--source {name}", "is not declared in the settings", nearest(name, run.settings.sources))
    declared = run.settings.sources[name]
    reports: list[SourceReport] = []
    for file in files:
        source = Source(path=Path(os.path.abspath(file)), language=declared.language)  # noqa: PTH100 - links stay
        settings = run.settings.model_copy(update={"folder": source.path.parent if source.path else Path()})
        found = _pull(settings, {name: source}, read_alts(run.settings.folder))
        reports += [replace(report, name=str(file)) for report in found]
    _tell(reports, as_json=as_json)
    return 3 if all(report.status == "failed" for report in reports) else 0
