"""`publisher receive`: the partner's side, for an outlet that has no system of its own yet."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from publisher.cli.newsroom import tell
from publisher.cli.options import Run, common, print_json
from publisher.cli.places import OutputFolder
from publisher.errors import FetchError, UsageError
from publisher.jobs.outlets.receive import LIMITS, Received, Receiver
from publisher.net import Client, Guard
from publisher.syndication import signature

_WAIT: Final = 25

# Seconds until a publisher that cannot be reached is asked again; the last goes on.
_AGAIN: Final = (5, 15, 60, 300)


@click.command(epilog="Example: publisher receive https://news.example.org/api/v1 --token pub_... --out stories")
@click.argument("url", metavar="URL")
@click.option("--token", required=True, envvar="PUBLISHER_TOKEN", help="The token that the publisher gave you.")
@click.option("--out", required=True, type=OutputFolder(), help="The folder to fill.")
@click.option("--channel", metavar="NAME", help='Only this channel; "practice" is yours to rehearse in.')
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="The key that must have signed bundles.")
@click.option("--bundles/--no-bundles", default=True, show_default=True, help="Pull the newest bundle too.")
@click.option("--follow", is_flag=True, help="Go on, waiting for changes, until stopped.")
@click.option("--json", "as_json", is_flag=True, help="Print what came as JSON; with --follow a line for each.")
@common
def receive(
    run: Run,
    url: str,
    token: str,
    out: Path,
    channel: str | None,
    key: Path | None,
    *,
    bundles: bool,
    follow: bool,
    as_json: bool,
) -> None:
    """Pull what changed at a publisher's URL into a folder, check every file by its hash, and go on where it ended.

    Stories lie in posts/CHANNEL/ID/vN, pictures in media/, bundles in bundles/; changes.jsonl tells what came in which
    order. A story that was withdrawn loses every version but its withdrawal, and pictures that no other story shows.
    With --follow a publisher that cannot be reached for a while is asked again and again.
    """
    del run
    host = urlsplit(url).hostname
    if host is None or not url.startswith(("http://", "https://")):
        raise UsageError(url, "is no web address", "write one such as https://news.example.org/api/v1")
    public = signature.load_key(key) if key else None
    with Client(guard=Guard.allowing([host]), limits=LIMITS) as client:
        receiver = Receiver(url=url.rstrip("/"), token=token, folder=out, client=client, channel=channel)
        if follow:
            for one in _follow(receiver, public, bundles=bundles):
                _tell(one, as_json=as_json)
            return
        came: list[Received | Path] = []
        for one in _pull(receiver, public, bundles=bundles):
            came.append(one)
            if not as_json:
                _tell(one)
    if as_json:
        changes = [_describe(one) for one in came if isinstance(one, Received)]
        print_json({"changes": changes, "bundles": [str(one) for one in came if isinstance(one, Path)]})
    elif not came:
        click.echo("nothing new")


def _pull(receiver: Receiver, key: bytes | None, *, bundles: bool, wait: int = 0) -> Iterator[Received | Path]:
    """Give what comes, as it comes, until there is no more."""
    yield from receiver.follow(wait)
    if bundles:
        yield from receiver.pull_bundles(key)


def _follow(receiver: Receiver, key: bytes | None, *, bundles: bool) -> Iterator[Received | Path]:
    """Give what comes, for ever; a publisher that cannot be reached now is asked again later.

    Raises: PublisherError for what no later try can mend.
    """
    wait = failures = 0
    while True:
        try:
            yield from _pull(receiver, key, bundles=bundles, wait=wait)
            wait, failures = _WAIT, 0
        except FetchError as failure:
            if not failure.retry:
                raise
            seconds = float(_AGAIN[min(failures, len(_AGAIN) - 1)])
            if failure.again is not None:
                seconds = max(0.0, (failure.again - datetime.now(UTC)).total_seconds())
            failures += 1
            tell(f"{failure}\nIt is asked again in {seconds:.0f} seconds.")
            time.sleep(seconds)


def _tell(one: Received | Path, *, as_json: bool = False) -> None:
    """Say what came."""
    if as_json:
        click.echo(json.dumps({"bundle": str(one)} if isinstance(one, Path) else _describe(one), ensure_ascii=False))
        return
    if isinstance(one, Path):
        click.echo(f"bundle {one}: sound")
        return
    note = f": {one.note}" if one.note else ""
    click.echo(f"{one.signal} {one.channel}/{one.item} v{one.version}{note}")


def _describe(one: Received) -> dict[str, object]:
    """Write what came for scripts."""
    return {
        "channel": one.channel,
        "id": one.item,
        "version": one.version,
        "signal": one.signal,
        "status": one.status,
        "note": one.note,
        "sequence": one.sequence,
    }
