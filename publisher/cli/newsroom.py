"""What commands that work with the store need: the database, the way out, and the home's lock."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from publisher.cli.options import Home, Run
from publisher.delivery.control import SesControl
from publisher.delivery.fuse import FusedTransport
from publisher.delivery.queue import EventQueue, QueueOptions
from publisher.delivery.quota import Allowance
from publisher.delivery.transport import Transport
from publisher.errors import StoreError
from publisher.jobs.sending import transports
from publisher.jobs.sending.allotment import follow
from publisher.jobs.sending.deliver import Route
from publisher.jobs.sending.links import Links, load_keys
from publisher.jobs.sending.marker import Marker
from publisher.model import Counts, Edition, Segment
from publisher.settings import Settings
from publisher.store import corrections, database, editions
from publisher.store.corrections import Correction


def open_store(run: Run, *, required: bool = False) -> None:
    """Open the database of a home, and make it the first time.

    With `required` a settings file must be there. Raises `SettingsError`, `StoreError`.
    """
    settings = run.declared if required else run.settings
    database.open_database(database_url(settings, run.home))
    database.migrate()


def database_url(settings: Settings, home: Home) -> str:
    """Give the address of the database: the one that was set, else a file in the home."""
    url = settings.database.url
    if url and not url.startswith("sqlite:///"):
        return url
    file = Path(url.removeprefix("sqlite:///")) if url else home.database
    file = file.absolute() if not url or file.is_absolute() else (settings.folder / file).absolute()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise StoreError(str(file.parent), f"cannot be made: {failure.strerror}", "choose another --home") from failure
    return f"sqlite:///{file}"


def actor() -> str:
    """Name who calls the command, for the log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """How messages leave: the transport, the account whose pace it keeps, and what the account allows (None: all)."""

    transport: Transport
    account: str
    allowance: Allowance | None


def open_way_out(settings: Settings, home: Home) -> WayOut:
    """Set up the transport that the settings name, and ask SES what the account allows. Raises `TransportError`."""
    account: str = settings.ses.transport
    if account == "smtp":
        account = f"smtp-{settings.smtp.host}"
    elif account == "ses":
        account = f"ses-{transports.ses_options(settings).region or 'default'}"
    allowance = ask_allowance(settings)
    return WayOut(transport=transports.open_transport(settings, home.path), account=account, allowance=allowance)


def ask_allowance(settings: Settings) -> Allowance | None:
    """Ask the account what it allows; None: only SES knows such a thing. Raises `TransportError`."""
    if settings.ses.transport != "ses":
        return None
    with closing(SesControl(transports.ses_options(settings))) as control:
        return control.account().allowance


def open_queue(settings: Settings) -> EventQueue | None:
    """Connect to the queue of events; None: there is none."""
    url = settings.events.queue_url
    if url is None:
        return None
    keys = transports.local_keys(url)
    region = transports.region_of(settings, keys)
    topics = settings.events.topic_arns
    return EventQueue(QueueOptions(queue_url=url, region=region, topics=topics, access_key=keys, secret_key=keys))


def open_route(run: Run, stack: ExitStack, tell: Callable[[str], None]) -> tuple[Route, Allowance | None]:
    """Put together all that sending needs; `stack` closes it. The lock of the home must be held."""
    way = open_way_out(run.settings, run.home)
    stack.callback(way.transport.close)
    marker = Marker(run.home.path)
    stack.callback(marker.close)
    follow(way.account, way.allowance, datetime.now(UTC))
    route = Route(
        transport=FusedTransport(way.transport),
        account=way.account,
        links=open_links(run),
        marker=marker,
        policy=run.settings.ses.in_doubt,
        threads=transports.THREADS,
        tell=tell,
    )
    return route, way.allowance


def open_links(run: Run) -> Links:
    """Say where readers' links lead, and what signs them."""
    site, mailbox = run.settings.site, run.settings.mailbox
    return Links(site=site.url, keys=load_keys(run.home.keys / "links.json"), mailbox=mailbox.address or None)


def tell(line: str) -> None:
    """Write a line for people, away from what scripts read."""
    click.echo(line, err=True)


def confirm_count(number: int, what: str, *, yes: bool) -> None:
    """Let a person type how many people something concerns. Raises `click.UsageError` where nobody can type."""
    if yes:
        return
    if not sys.stdin.isatty():
        message = f"{what}: {number}; nobody is there to confirm it: add --yes"
        raise click.UsageError(message)
    typed = click.prompt(f"{what}: {number}. Type the number to go on", err=True)
    if typed.strip() != str(number):
        message = "the number is not right, nothing was done"
        raise click.UsageError(message)


def describe_edition(edition: Edition, counts: Counts) -> dict[str, object]:
    """Write an edition as `edition --json` has it."""
    return {
        "id": edition.id,
        "newsletter": edition.newsletter,
        "state": edition.state.value,
        "recipients": counts.recipients,
        "pending": counts.pending,
        "sending": counts.sending,
        "accepted": counts.accepted,
        "in_doubt": counts.in_doubt,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "delivered": counts.delivered,
        "bounced": counts.bounced,
        "complained": counts.complained,
        "started": _moment(edition.started),
        "finished": _moment(edition.finished),
        "title": edition.title,
        "posts": edition.posts,
        "reason": edition.reason,
        "duplicates": counts.duplicates,
        "segment": {"languages": list(edition.segment.languages), "tags": list(edition.segment.tags)},
        **_describe_links(edition),
    }


def _describe_links(edition: Edition) -> dict[str, object]:
    """Write what was said of an edition's posts since it was made, what it tells of itself, and what goes on with what.

    `corrected_by` are the newsletter's mails that tell its readers of it; none of the lists names a cancelled edition.
    """
    said = corrections.troubles(edition.id)
    tells = corrections.get(edition.withdrawal) if edition.withdrawal is not None else None
    mails = [one for each in said for one in editions.telling_of(each.key) if one.newsletter == edition.newsletter]
    return {
        "withdrawn": [_describe_correction(one) for one in said],
        "corrected_by": [one.id for one in mails],
        "corrects": _describe_correction(tells) if tells else None,
        "continues": edition.continues,
        "continued_by": [one.id for one in editions.continuing(edition.id)],
    }


def _describe_correction(said: Correction) -> dict[str, object]:
    """Write what editors said of a post."""
    return {
        "source": said.source,
        "post": said.kept.post.id,
        "title": said.kept.post.title,
        "kind": said.kind,
        "note": said.note,
        "at": _moment(said.at),
    }


def describe_segment(segment: Segment) -> str:
    """Say behind a number of people which of a newsletter's readers they are; "" for all of them."""
    tags = f" with the tag {' or '.join(segment.tags)}" if segment.tags else ""
    return tags + (f" who read {' or '.join(segment.languages)}" if segment.languages else "")


def _moment(moment: datetime | None) -> str | None:
    """Write a time as RFC 3339 in UTC."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def is_terminal() -> bool:
    """Say whether a person watches: progress is shown to nobody else."""
    return sys.stderr.isatty() and not os.environ.get("NO_PROGRESS")
