"""`publisher receive`: the partner's side, for an outlet that has no system of its own yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click

from publisher.cli.options import Run, common, print_json
from publisher.cli.places import OutputFolder
from publisher.errors import UsageError
from publisher.jobs.receive import Received, Receiver
from publisher.net import Client, Guard
from publisher.syndication import signature

_WAIT = 25


@click.command(epilog="Example: publisher receive https://news.example.org/api/v1 --token pub_... --out stories")
@click.argument("url", metavar="URL")
@click.option("--token", required=True, envvar="PUBLISHER_TOKEN", help="The token that the publisher gave you.")
@click.option("--out", required=True, type=OutputFolder(), help="The folder to fill.")
@click.option("--channel", metavar="NAME", help='Only this channel; "practice" is yours to rehearse in.')
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="The key that must have signed bundles.")
@click.option("--bundles/--no-bundles", default=True, show_default=True, help="Pull the newest bundle too.")
@click.option("--follow", is_flag=True, help="Go on, waiting for changes, until stopped.")
@click.option("--json", "as_json", is_flag=True, help="Print what came as JSON.")
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
    order. A story that was withdrawn loses every version but its withdrawal.
    """
    del run
    host = urlsplit(url).hostname
    if host is None or not url.startswith(("http://", "https://")):
        raise UsageError(url, "is no web address", "write one such as https://news.example.org/api/v1")
    public = signature.load_key(key) if key else None
    came: list[Received | Path] = []
    with Client(guard=Guard.allowing([host])) as client:
        receiver = Receiver(url=url.rstrip("/"), token=token, folder=out, client=client, channel=channel)
        for one in _pull(receiver, public, bundles=bundles, follow=follow):
            came.append(one)
            if not as_json:
                _tell(one)
    if as_json:
        changes = [_describe(one) for one in came if isinstance(one, Received)]
        print_json({"changes": changes, "bundles": [str(one) for one in came if isinstance(one, Path)]})
    elif not came:
        click.echo("nothing new")


def _pull(receiver: Receiver, key: bytes | None, *, bundles: bool, follow: bool) -> Iterator[Received | Path]:
    """Give what comes, as it comes; with `follow` for ever."""
    yield from receiver.follow()
    while True:
        if bundles:
            yield from receiver.pull_bundles(key)
        if not follow:
            return
        yield from receiver.follow(_WAIT)


def _tell(one: Received | Path) -> None:
    """Say what came."""
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
