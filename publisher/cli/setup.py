"""`publisher setup ses`: what Amazon SES needs before it mails, filled in from the settings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from email.utils import parseaddr
from typing import Any, Final

import boto3
import click
from botocore.exceptions import BotoCoreError

from publisher.cli.options import Run, common, print_json
from publisher.delivery import provision, receiving
from publisher.delivery.address import write_ascii
from publisher.delivery.control import Identity, SesControl
from publisher.delivery.provision import Domain, Place, Publication
from publisher.errors import SettingsError, TransportError
from publisher.jobs.sending.transports import ses_options
from publisher.settings import Settings

_PATIENCE: Final = 10  # seconds: nobody's mail depends on this answer


@click.group(epilog="Example: publisher setup ses")
def setup() -> None:
    """Print what a mail service needs before it sends for you. Changes nothing anywhere."""


@setup.command(epilog="Example: publisher setup ses --subscribers 1200")
@click.option(
    "--subscribers", metavar="N", type=click.IntRange(min=0), help="How many people subscribe: for the request."
)
@click.option("--offline", is_flag=True, help="Do not ask SES for the DKIM tokens.")
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON document.")
@common
def ses(run: Run, *, subscribers: int | None, offline: bool, as_json: bool) -> None:
    """Print DNS records, IAM policy, AWS commands and a request for production access.

    Needs neither credentials nor a network: with them the DKIM tokens are the real ones.
    """
    settings = run.declared
    senders = list_senders(settings, str(run.file))
    domains = sorted({one.rpartition("@")[2] for one in senders})
    asked = _Asked(identities={}, reasons=("not asked, as you wished",)) if offline else _ask(settings, domains)
    document = _describe(
        settings, senders, [_make_domain(one, asked.identities.get(one)) for one in domains], subscribers
    )
    document["notes"] = [*_list_notes(document, settings, asked, subscribers)]
    if as_json:
        print_json(document)
    else:
        _show(document)


def list_senders(settings: Settings, file: str) -> tuple[str, ...]:
    """List the addresses that mail is sent from, as mail servers take them. Raises `SettingsError`."""
    if not settings.newsletters:
        fix = "declare one: [newsletters.daily] with title, from and sources"
        raise SettingsError(f"{file}: newsletters", "there is none, so nobody sends", fix)
    named = [(f"newsletters.{name}.from", one.sender) for name, one in settings.newsletters.items()]
    if settings.notify.sender:
        named.append(("notify.from", settings.notify.sender))
    found: dict[str, None] = {}
    for key, sender in named:
        try:
            found[write_ascii(parseaddr(sender)[1])] = None
        except ValueError as failure:
            raise SettingsError(f"{file}: {key}", str(failure), 'write "Name <name@example.org>"') from failure
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What SES says about the domains, and why it says nothing about some."""

    identities: Mapping[str, Identity]
    reasons: tuple[str, ...] = ()


def _ask(settings: Settings, domains: Sequence[str]) -> _Asked:
    """Ask SES for each domain; that it cannot be asked is no failure here."""
    found: dict[str, Identity] = {}
    try:
        control = SesControl(replace(ses_options(settings), read_seconds=_PATIENCE))
    except TransportError as failure:
        return _Asked(identities=found, reasons=(str(failure),))
    reasons: dict[str, None] = {}
    try:
        for one in domains:
            try:
                found[one] = control.identity(one)
            except TransportError as failure:
                reasons[str(failure)] = None
    finally:
        control.close()
    return _Asked(identities=found, reasons=tuple(reasons))


def _make_domain(name: str, identity: Identity | None) -> Domain:
    """Put together what is known of a domain."""
    if identity is None:
        return Domain(name=name, mail_from=f"bounces.{name}")
    return Domain(
        name=name,
        mail_from=identity.mail_from or f"bounces.{name}",
        tokens=identity.dkim_tokens,
        zone=identity.dkim_zone,
    )


def _find_place(settings: Settings) -> Place:
    """Find region, account and names; the region also where AWS's own configuration says it."""
    place = provision.find_place(
        region=settings.ses.region,
        configuration_set=settings.ses.configuration_set,
        queue_url=settings.events.queue_url,
        topics=settings.events.topic_arns,
    )
    if place.region != provision.UNKNOWN_REGION:
        return place
    try:
        region = boto3.session.Session().region_name
    except BotoCoreError:
        region = None
    return replace(place, region=region or place.region)


def _describe(
    settings: Settings, senders: Sequence[str], domains: Sequence[Domain], subscribers: int | None
) -> dict[str, Any]:
    """Write everything as one document."""
    place = _find_place(settings)
    publication = Publication(
        name=settings.site.name,
        url=settings.site.url,
        postal_address=settings.site.postal_address,
        titles=tuple(one.title for one in settings.newsletters.values()),
        senders=tuple(senders),
        open_to_all=settings.sign_up.open,
        confirm_days=max(settings.sign_up.keep.days, 1),
        subscribers=subscribers,
    )
    box = settings.mailbox
    taking = receiving.find_receiving(address=box.address, bucket=box.bucket, queue_url=box.queue_url, place=place)
    steps = (
        *provision.list_steps(domains, place),
        *(receiving.list_steps(taking) if taking else ()),
        provision.request_step(publication, place),
    )
    records = [record for domain in domains for record in provision.list_records(domain, place)]
    policy = provision.write_policy([one.name for one in domains], senders, place)
    if taking:
        records += receiving.list_records(taking)
        policy["Statement"] += receiving.list_statements(taking)
    return {
        "region": place.region,
        "account": place.account,
        "senders": list(senders),
        "dns": [asdict(record) for record in records],
        "policy": policy,
        "steps": [{"why": step.why, "command": step.command} for step in steps],
        "settings": {
            "ses.region": place.region,
            "ses.configuration_set": place.configuration_set,
            "events.queue_url": settings.events.queue_url
            or f"https://sqs.{place.region}.{place.host}/{place.account}/{place.queue}",
            "events.topic_arns": list(settings.events.topic_arns) or [place.arn("sns", place.topic)],
        },
        "request": provision.write_request(publication),
    }


def _list_notes(
    document: Mapping[str, Any], settings: Settings, asked: _Asked, subscribers: int | None
) -> Sequence[str]:
    """Say what is still to be filled in, and where each value comes from."""
    notes = [f"The DKIM tokens are missing: {one}" for one in asked.reasons]
    if asked.identities and settings.ses.endpoint_url:
        notes.append(f"The DKIM tokens come from {settings.ses.endpoint_url}, not from Amazon")
    if document["account"] == provision.UNKNOWN_ACCOUNT:
        notes.append("ACCOUNT-ID is what this prints: aws sts get-caller-identity --query Account --output text")
    if document["region"] == provision.UNKNOWN_REGION:
        notes.append('REGION is where your SES is, such as "eu-central-1": set [ses] region')
    if subscribers is None:
        notes.append("[HOW MANY] in the request: call this with --subscribers N")
    return notes


def _show(document: Mapping[str, Any]) -> None:
    """Print it for people, ready to copy."""
    _head("1. DNS records, at whoever keeps your domain")
    for record in document["dns"]:
        value = f'"{record["value"]}"' if record["type"] == "TXT" else f"{record['value']}."
        click.echo(f"; {record['note']}\n{record['name']}. {record['type']} {value}")
    _head("2. IAM policy, for the user or the role that sends")
    print_json(document["policy"])
    _head("3. Commands of the AWS command line, in this order (the last one asks for production access)")
    for step in document["steps"]:
        click.echo(f"# {step['why']}\n{step['command']}")
    _head("4. settings.toml")
    last = ""
    for key, value in document["settings"].items():
        section, _, name = key.partition(".")
        head = "" if section == last else f"[{section}]\n"
        click.echo(f"{head}{name} = {json.dumps(value)}")
        last = section
    _head("5. The request for production access, to read before you send it")
    click.echo(document["request"])
    _head("Then: publisher doctor")
    for note in document["notes"]:
        click.echo(f"- {note}")


def _head(text: str) -> None:
    """Print a heading."""
    click.echo(f"\n## {text}\n")
