"""`publisher doctor`: looks at the whole set-up and changes nothing; every line says ok or how to mend it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from publisher.cli.newsroom import database_url, open_queue
from publisher.cli.options import Run, common, print_json
from publisher.cli.setup import list_senders
from publisher.delivery import checkup
from publisher.delivery.arrival import check_arrival
from publisher.delivery.checkup import Check, Verdict
from publisher.delivery.control import EventDestination, SesControl
from publisher.delivery.incoming import LONGEST
from publisher.delivery.ses import SesOptions, connect, require_one_attempt
from publisher.delivery.smtp import SmtpTransport
from publisher.delivery.topics import signature_version
from publisher.delivery.unsubscribe import LENGTH, unsubscribe_url
from publisher.errors import FetchError, FormatError, PublisherError, SettingsError, TransportError
from publisher.jobs.readers import mailbag
from publisher.jobs.readers.mailbag import Mailbox
from publisher.jobs.sending.transports import ses_options, smtp_options
from publisher.jobs.worker import timetable
from publisher.net import Client, Guard
from publisher.net.dns import Resolver, ask_texts, find_resolver, read_resolver
from publisher.settings import Settings
from publisher.store import database

WRONG_SETTINGS: Final = 2
OUTSIDE_FAILED: Final = 4
_PATIENCE: Final = 10  # seconds
_FINE: Final = 200
_ONE_CLICK: Final = b"List-Unsubscribe=One-Click"  # RFC 8058, 3.1
_ACCOUNT: Final = ("SES account", "production access", "quota", "clock")


@click.command(epilog="Example: publisher doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the checks as one JSON document.")
@click.option(
    "--received",
    metavar="FILE.eml",
    type=click.Path(path_type=Path),
    help="Look at a newsletter as it arrived, saved with all its headers, and at nothing else.",
)
@common
def doctor(run: Run, *, as_json: bool, received: Path | None) -> int:
    """Check settings, database, SES, events and links. Reads only.

    Ends with 0 when all is well, with 2 when the settings have to be mended, with 4 when something outside has to.
    With --received: whether a mail that was sent with `publisher send --test` arrived with its one-click headers whole
    and signed, which large providers ask for.
    """
    if received is not None:
        inside, outside = list[Check](), [*check_arrival(_read(received))]
    else:
        inside = _check_settings(run)
        outside = [] if _is_lost(inside) else [*_check_outside(run)]
    checks = [*inside, *outside]
    if as_json:
        print_json({"passed": not _mends(checks), "checks": [_describe(one) for one in checks]})
    else:
        for one in checks:
            way_out = f" — {one.fix}" if one.fix else ""
            click.echo(f"{one.verdict.value:<8}{one.name}: {one.found}{way_out}")
    if _mends(inside):
        return WRONG_SETTINGS
    return OUTSIDE_FAILED if _mends(outside) else 0


def _read(file: Path) -> bytes:
    """Read the beginning of a file. Raises `FormatError`."""
    try:
        with file.open("rb") as stream:
            return stream.read(LONGEST)
    except OSError as failure:
        raise FormatError(str(file), f"cannot be read: {failure.strerror}") from failure


def _is_lost(inside: Sequence[Check]) -> bool:
    """Say whether nothing more can be checked: there are no settings to go by."""
    return inside[0].verdict is Verdict.MEND


def _mends(checks: Sequence[Check]) -> bool:
    """Say whether something has to be mended."""
    return any(one.verdict is Verdict.MEND for one in checks)


def _describe(one: Check) -> dict[str, str]:
    """Write a check as --json has it."""
    return {"name": one.name, "verdict": one.verdict.value, "found": one.found, "fix": one.fix}


def _fail(name: str, failure: PublisherError) -> Check:
    """Make a check of a failure."""
    return checkup.judge(name, f"{failure.subject}: {failure.reason}", failure.fix, well=False)


# --- what the operator wrote --------------------------------------------------------------------------------------


def _check_settings(run: Run) -> list[Check]:
    """Read the settings, with senders and schedules; the first check is whether they can be used at all."""
    try:
        settings = run.declared
        senders = list_senders(settings, str(run.file))
        timetable.read(settings, run.file)
    except SettingsError as failure:
        return [_fail("settings", failure)]
    found = f"{run.file}: {', '.join(settings.newsletters)}, mailed from {', '.join(senders)}"
    return [checkup.judge("settings", found, "", well=True), checkup.check_unsubscribe(settings.site.url)]


# --- what lies outside --------------------------------------------------------------------------------------------


def _check_outside(run: Run) -> Iterator[Check]:
    """Look at the database, at SES, at the queue, and name what only DNS knows."""
    settings = run.declared
    yield _check_database(run)
    domains = sorted({one.rpartition("@")[2] for one in list_senders(settings, str(run.file))})
    yield from _check_ses(settings, domains)
    yield _check_queue(settings)
    yield from _check_mailboxes(settings, run.home.path)
    yield _check_answer(settings)
    resolver = read_resolver(settings.network.resolver) if settings.network.resolver else find_resolver()
    for domain in domains:
        yield _check_dmarc(domain, resolver)


def _check_dmarc(domain: str, resolver: Resolver | None) -> Check:
    """Ask the DNS for the policy of a domain, at its own name and above it."""
    skipped, fix = f"DMARC of {domain}", f"look it up: dig TXT _dmarc.{domain}"
    if resolver is None:
        return checkup.skip(skipped, "this machine names no DNS server; [network] resolver does", fix)
    name, texts = domain, tuple[str, ...]()
    try:
        for name in checkup.list_dmarc_names(domain):
            texts = ask_texts(name, resolver)
            if checkup.has_dmarc(texts):
                break
    except FetchError as failure:
        return checkup.skip(skipped, f"{failure.subject}: {failure.reason}", fix)
    return checkup.check_dmarc(domain, name, texts)


def _check_database(run: Run) -> Check:
    """Open the database and see whether its tables are up to date, without making either."""
    fix = "run: publisher migrate"
    try:
        url = database_url(run.declared, run.home)
        file = Path(url.removeprefix("sqlite:///"))
        if url.startswith("sqlite:///") and not file.exists():
            return checkup.judge("database", f"{file} is not made yet", fix, well=False)
        database.open_database(url)
        current = database.is_migrated()
        return checkup.judge("database", f"{database.place()}{'' if current else ' is behind'}", fix, well=current)
    except PublisherError as failure:
        return _fail("database", failure)
    finally:
        database.close_database()


def _check_server(settings: Settings) -> Check:
    """Log in to the mail server, and send nothing."""
    name = "mail server"
    try:
        with closing(SmtpTransport(replace(smtp_options(settings), seconds=_PATIENCE))) as server:
            server.greet()
    except PublisherError as failure:
        return _fail(name, failure)
    login = f"logged in as {settings.smtp.user}" if settings.smtp.user else "without a login"
    return checkup.judge(
        name, f"{settings.smtp.host}:{settings.smtp.port}, {settings.smtp.security}, {login}", "", well=True
    )


def _check_ses(settings: Settings, domains: Sequence[str]) -> Iterator[Check]:
    """Ask SES about account, identities and events, where mail leaves through it."""
    names = (*_ACCOUNT, *(f"identity {one}" for one in domains), "boto3 attempts")
    if settings.ses.transport != "ses":
        reason = f'mail leaves by transport = "{settings.ses.transport}"'
        yield from (checkup.skip(name, reason) for name in names)
        if settings.ses.transport == "smtp":
            yield _check_server(settings)
        return
    options = replace(ses_options(settings), read_seconds=_PATIENCE)
    yield _check_attempts(options)
    try:
        control = SesControl(options)
    except TransportError as failure:
        yield _fail("SES account", failure)
        yield from (checkup.skip(name, "SES could not be asked") for name in names[1:-1])
        return
    try:
        yield from _guarded("SES account", lambda: checkup.check_account(control.account()))
        yield checkup.check_clock(control.clock, datetime.now(UTC))
        for one in domains:
            yield from _guarded(f"identity {one}", _asking(control, one))
        yield from _check_events(settings, control)
    finally:
        control.close()


def _asking(control: SesControl, name: str) -> Callable[[], Sequence[Check]]:
    """Make the question about an identity."""
    return lambda: checkup.check_identity(control.identity(name))


def _asking_topic(topic: str) -> Callable[[], Sequence[Check]]:
    """Make the question about a topic."""
    return lambda: [checkup.check_signature(topic, signature_version(topic))]


def _check_events(settings: Settings, control: SesControl) -> Iterator[Check]:
    """Ask where the events of the configuration set go, and how the topics sign that carry them."""
    name = settings.ses.configuration_set
    destinations: Sequence[EventDestination] = ()
    if name is None:
        found = "no configuration set, so bounces and complaints are never heard of"
        fix = "set [ses] configuration_set; to make one: publisher setup ses"
        yield checkup.judge("configuration set", found, fix, well=False)
    else:
        try:
            destinations = control.event_destinations(name)
            yield checkup.check_destinations(name, destinations)
        except TransportError as failure:
            yield _fail(f"events of {name}", failure)
    own = () if settings.ses.endpoint_url else destinations  # a local SES leads nowhere in AWS
    for topic in checkup.list_topics(settings.events.topic_arns, own):
        yield from _guarded(f"signature of {topic}", _asking_topic(topic))


def _guarded(name: str, ask: Callable[[], Sequence[Check]]) -> Sequence[Check]:
    """Ask SES; a refusal is the finding."""
    try:
        return ask()
    except TransportError as failure:
        return [_fail(name, failure)]


def _check_mailboxes(settings: Settings, home: Path) -> Iterator[Check]:
    """Open each mailbox for reading, and say how much lies in it."""
    name = "mailbox"
    if not settings.mailbox.is_read:
        if settings.ses.transport == "smtp":
            fix = "set [mailbox] host and user, and [smtp] return_path to its address"
            yield checkup.judge(name, "none is set, so bounces are never heard of", fix, well=False)
        else:
            yield checkup.skip(name, "none is set, so people leave by links alone")
        return
    try:
        mailboxes = mailbag.open_mailboxes(settings, home)
    except TransportError as failure:
        yield _fail(name, failure)
        return
    for mailbox in mailboxes:
        with closing(mailbox):
            yield from _guarded(name, _asking_mailbox(mailbox))


def _asking_mailbox(mailbox: Mailbox) -> Callable[[], Sequence[Check]]:
    """Make the question about a mailbox."""
    return lambda: [checkup.judge("mailbox", f"{mailbox.name}: open, about {mailbox.count()} mails", "", well=True)]


def _check_answer(settings: Settings) -> Check:
    """Post a token that nobody signed to the one-click address: whatever it says, nobody is unsubscribed."""
    site = settings.site.url
    url = unsubscribe_url(site, "A" * LENGTH)
    if checkup.check_unsubscribe(site).verdict is not Verdict.OK:
        return checkup.skip("unsubscribe answer", "the address has to be mended first")
    guard = Guard.allowing((urlsplit(site).hostname or "", *settings.network.allow_private))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        with Client(guard=guard, contact=site, tls=ssl.create_default_context()) as client:
            client.post(url, _ONE_CLICK, headers=headers, expect=frozenset({_FINE}))
    except FetchError as failure:
        return checkup.check_answer(site, failure.reason)
    return checkup.check_answer(site, None)


def _check_attempts(options: SesOptions) -> Check:
    """Make sure that boto3 sends each request once."""
    try:
        client = connect(options, attempts=1)
        require_one_attempt(client)
    except TransportError as failure:
        return _fail("boto3 attempts", failure)
    client.close()
    return checkup.judge("boto3 attempts", "1: a lost answer never repeats a message", "", well=True)


def _check_queue(settings: Settings) -> Check:
    """Ask the queue of events how much waits in it."""
    try:
        queue = open_queue(settings)
        if queue is None:
            fix = "set [events] queue_url; to make a queue: publisher setup ses"
            needed = settings.ses.transport == "ses"
            return (
                checkup.judge("event queue", "none is set, so bounces are never heard of", fix, well=False)
                if needed
                else checkup.skip("event queue", "none is set")
            )
        try:
            return checkup.judge("event queue", f"reachable, about {queue.count()} messages wait", "", well=True)
        finally:
            queue.close()
    except TransportError as failure:
        return _fail("event queue", failure)
