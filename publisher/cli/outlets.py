"""`publisher outlet`: partners, their tokens and secret feed addresses, what they got and must still confirm."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from publisher.cli.newsroom import actor, open_store, tell
from publisher.cli.options import Run, common, nearest, print_json
from publisher.cli.pushes import pushing
from publisher.errors import UsageError
from publisher.jobs.outlets import partners, practice, push, survival, syndicate
from publisher.jobs.outlets.push import Courier
from publisher.jobs.outlets.shelf import open_shelf
from publisher.jobs.outlets.survival import Checked
from publisher.net import Guard, open_client
from publisher.settings import Settings
from publisher.store import answers, outlets, republished
from publisher.store.outlets import Outlet


@click.group("outlet", epilog="Example: publisher outlet add radio --channel world")
def outlet() -> None:
    """Partner outlets: what they may pull and how they prove who they are."""


def _open(run: Run) -> Settings:
    """Open the store, and make what the settings declare known."""
    open_store(run, required=True)
    syndicate.declare(run.settings)
    return run.settings


@outlet.command(epilog="Example: publisher outlet add radio --channel world --channel sport")
@click.argument("name", metavar="NAME")
@click.option("--channel", "channels", metavar="NAME", multiple=True, required=True, help="May be repeated.")
@common
def add(run: Run, name: str, channels: tuple[str, ...]) -> None:
    """Let a partner pull exactly these channels, and a practice channel of its own."""
    settings = _open(run)
    for channel in channels:
        if channel not in settings.channels:
            reason = "is not declared in the settings"
            raise UsageError(f"--channel {channel}", reason, nearest(channel, settings.channels))
    outlets.add(name, channels, actor=actor(), now=datetime.now(UTC))
    click.echo(f"outlet {name} may pull {', '.join(channels)}\nNext: publisher outlet token {name}")


@outlet.command(epilog="Example: publisher outlet token radio --expires 2027-06-30 --network 192.0.2.0/24")
@click.argument("name", metavar="NAME")
@click.option("--expires", metavar="ISO8601", help="When it ends. [default: never]")
@click.option("--network", "networks", metavar="CIDR", multiple=True, help="Good from here only; may be repeated.")
@click.option("--scope", "scopes", type=click.Choice(partners.SCOPES), multiple=True, help="[default: all of them]")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@common
def token(
    run: Run, name: str, expires: str | None, networks: tuple[str, ...], scopes: tuple[str, ...], as_json: bool
) -> None:
    """Make a token and print it, this once. Others go on to work, so that a partner can change over in its own time."""
    settings = _open(run)
    made = partners.issue_token(
        name,
        actor=actor(),
        now=datetime.now(UTC),
        scopes=scopes or partners.SCOPES,
        networks=networks,
        expires=_moment(expires) if expires else None,
    )
    if as_json:
        print_json({"outlet": name, "token": made, "expires": expires})
        return
    click.echo(made)
    tell(f"It is shown only now. Try it: publisher receive {settings.site.url}/api/v1 --token ... --out stories")


def _moment(text: str) -> datetime:
    """Read a time; without a zone it is this machine's. Raises `UsageError`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as failure:
        raise UsageError(f"--expires {text}", "is no ISO 8601 moment", "Write one such as 2027-06-30") from failure
    return (moment if moment.tzinfo else moment.astimezone()).astimezone(UTC)


@outlet.command(epilog="Example: publisher outlet revoke radio pub_1a2b3c4d")
@click.argument("name", metavar="NAME")
@click.argument("credential", metavar="PREFIX|NUMBER")
@common
def revoke(run: Run, name: str, credential: str) -> None:
    """Let a token (by its beginning) or a secret feed address (by its number) open nothing any more, at once."""
    _open(run)
    now = datetime.now(UTC)
    if credential.isdigit():
        partners.close_feed(run.home.keys, name, int(credential), actor=actor(), now=now)
    else:
        outlets.revoke_token(name, "_".join(credential.split("_")[:2]), actor=actor(), now=now)
    click.echo(f"{credential[:12]} opens nothing any more")


@outlet.command(epilog="Example: publisher outlet feed radio --channel world")
@click.argument("name", metavar="NAME")
@click.option("--channel", metavar="NAME", required=True, help="The channel whose feeds it opens.")
@common
def feed(run: Run, name: str, channel: str) -> None:
    """Make secret feed addresses for readers that can send no token, and print them, this once.

    The hubs that the settings name for the channel are told of them, whenever it has news.
    """
    settings = _open(run)
    now = datetime.now(UTC)
    for address in partners.open_feed(settings, run.home.keys, name, channel, actor=actor(), now=now):
        click.echo(address)
    tell("They are as secret as a token, and are shown only now.")


@outlet.command(epilog="Example: publisher outlet quota radio --requests 600")
@click.argument("name", metavar="NAME")
@click.option("--requests", type=click.IntRange(min=0), default=3000, show_default=True, help="A minute; 0: any.")
@click.option("--bytes", "size", type=click.IntRange(min=0), default=0, show_default=True, help="An hour; 0: any.")
@common
def quota(run: Run, name: str, requests: int, size: int) -> None:
    """Say how much a partner may ask for with one token of each process that serves."""
    _open(run)
    outlets.set_quota(name, requests, size)
    click.echo(
        f"outlet {name}: {requests or 'any number of'} requests a minute, {size or 'any number of'} bytes an hour"
    )


@outlet.command("list", epilog="Example: publisher outlet list --json")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@common
def list_outlets(run: Run, as_json: bool) -> None:
    """List partners, their channels, tokens and secret addresses; the secrets themselves nobody can show."""
    _open(run)
    found = [_describe(one) for one in outlets.all_outlets()]
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(f"{one['name']}: {', '.join(one['channels'])}" + ("" if one["active"] else " (closed)"))
        for kept in one["tokens"]:
            state = "revoked" if kept["revoked"] else f"until {kept['expires']}" if kept["expires"] else "for good"
            click.echo(f"  token {kept['prefix']}  {', '.join(kept['scopes'])}  {state}")
        for kept in one["addresses"]:
            click.echo(f"  feed address {kept['number']}  {kept['channel']}" + ("  revoked" if kept["revoked"] else ""))


def _describe(one: Outlet) -> dict[str, Any]:
    """Write a partner for scripts."""
    return {
        "name": one.name,
        "channels": list(one.channels),
        "declared": one.declared,
        "active": one.active,
        "tokens": [
            {
                "prefix": kept.prefix,
                "scopes": sorted(kept.scopes),
                "networks": list(kept.networks),
                "expires": kept.expires.isoformat() if kept.expires else None,
                "revoked": kept.revoked.isoformat() if kept.revoked else None,
            }
            for kept in outlets.tokens(one.name)
        ],
        "addresses": [
            {"number": kept.key, "channel": kept.channel, "revoked": kept.revoked is not None}
            for kept in outlets.addresses(one.name)
        ],
    }


@outlet.command(epilog="Example: publisher outlet kills --json")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@common
def kills(run: Run, as_json: bool) -> None:
    """List withdrawals that a partner has not confirmed yet: ring them up."""
    _open(run)
    found = answers.unconfirmed_kills()
    if as_json:
        names = ("outlet", "channel", "item", "uri", "sequence", "note")
        print_json([{**{name: getattr(one, name) for name in names}, "at": one.at.isoformat()} for one in found])
        return
    for one in found:
        click.echo(f"{one.outlet}: {one.uri} (change {one.sequence}, {one.at:%Y-%m-%d %H:%M} UTC): {one.note}")
    if not found:
        click.echo("Every withdrawal was confirmed.")


@outlet.command(epilog="Example: publisher outlet log radio")
@click.argument("name", metavar="NAME")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@common
def log(run: Run, name: str, limit: int, as_json: bool) -> None:
    """Show what a partner was answered, newest first."""
    _open(run)
    found = answers.responses(name, limit)
    if as_json:
        names = ("credential", "endpoint", "status", "size", "etag", "sequence", "request_id", "delivered")
        print_json([{"at": one.at.isoformat(), **{key: getattr(one, key) for key in names}} for one in found])
        return
    for one in found:
        click.echo(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.credential}  {one.status}  {one.size:>9}  {one.endpoint}")


@outlet.command(epilog="Example: publisher outlet agree radio https://radio.example.org")
@click.argument("name", metavar="NAME")
@click.argument("site", metavar="[URL]", default="")
@common
def agree(run: Run, name: str, site: str) -> None:
    """Keep that a partner lets its pages below URL be looked at; without URL it does so no longer."""
    settings = _open(run)
    if name in settings.outlets:
        fix = f"change site in [outlets.{name}] there"
        raise UsageError(f"outlet {name}", "settings.toml declares it", fix)
    if site and not site.startswith(("http://", "https://")):
        raise UsageError(site, "is no address", "write one such as https://radio.example.org")
    republished.agree(name, site.rstrip("/"), actor=actor(), now=datetime.now(UTC))
    click.echo(
        f"outlet {name}: pages below {site} may be looked at" if site else f"outlet {name}: no page is looked at"
    )


@outlet.command(epilog="Example: publisher outlet audit radio --json")
@click.argument("name", metavar="NAME")
@click.option("--page", "pages", metavar="POST URL", nargs=2, multiple=True, help="Where it shows a post; is kept.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@common
def audit(run: Run, name: str, pages: tuple[tuple[str, str], ...], as_json: bool) -> None:
    """Look at a partner's pages with our posts, and say which alts, captions, credits and corrections survived.

    Pages come from the partner itself (POST /republished) or from --page, with the post as /changes names it. Only
    those below the address that it agreed to are fetched. A withdrawn post survives where its words are gone.
    """
    settings = _open(run)
    found = survival.require_agreement(name)
    known = republished.tell(found, dict(pages), datetime.now(UTC))
    for post, url in pages:
        if post not in known:
            raise UsageError(f"--page {post} {url}", f"outlet {name} has no post of this id", "take it from /changes")
    with open_client(settings) as client:
        checked = list(survival.check(client, name, datetime.now(UTC)))
    if as_json:
        print_json([_describe_check(one) for one in checked])
        return
    for one in checked:
        _tell_check(one)
    if not checked:
        click.echo("No page is known: the partner tells them with POST /republished, or give --page.")


def _describe_check(one: Checked) -> dict[str, Any]:
    """Write what was found on a page for scripts."""
    traces = [{"what": trace.what, "words": trace.words, "survived": trace.survived} for trace in one.traces]
    return {"item": one.item, "title": one.title, "url": one.url, "traces": traces, "reason": one.reason or None}


def _tell_check(one: Checked) -> None:
    """Say what was found on a page."""
    if one.reason:
        click.echo(f"{one.url}: not looked at: {one.reason}")
        return
    click.echo(f"{one.url}: {len(one.traces) - len(one.lost)} of {len(one.traces)} survived ({one.title})")
    for trace in one.lost:
        words = f"still shown: {trace.words}" if trace.what == "kill" else f"lost: {trace.words or 'decorative'}"
        click.echo(f"  {trace.what} {words}")


@outlet.command("practice", epilog="Example: publisher outlet practice radio kill")
@click.argument("name", metavar="NAME")
@click.argument("event", type=click.Choice(practice.EVENTS))
@common
def rehearse(run: Run, name: str, event: str) -> None:
    """Play an event in a partner's practice channel."""
    settings = _open(run)
    shelf = open_shelf(run.home.path, settings.folder)
    sequence = practice.play(settings, shelf, name, event, datetime.now(UTC))
    click.echo(f"played {event}: change {sequence}; the partner follows it with /changes?channel=practice")


@outlet.command(epilog="Example: publisher outlet sync")
@common
def sync(run: Run) -> None:
    """Bring every channel up to date now: changes, media, bundles, pushes."""
    settings = _open(run)
    shelf = open_shelf(run.home.path, settings.folder)
    guard = Guard.allowing(settings.network.allow_private)
    with open_client(settings) as client:
        told = syndicate.run(settings, shelf, client, datetime.now(UTC), tell)
        courier = Courier(settings=settings, shelf=shelf, keys=run.home.keys, way=client, guard=guard)
        pushed = push.run(courier, datetime.now(UTC), tell)
    for name, number in told.items():
        click.echo(f"{name}: {number} changes")
    if pushed:
        click.echo(f"{pushed} changes pushed")


outlet.add_command(pushing)
