"""`publisher bundle` and `publisher verify`: the syndication package, made and checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from publisher.cli.newsroom import open_store
from publisher.cli.options import Home, Run, common, nearest, print_json
from publisher.cli.places import OutputFile
from publisher.cli.reading import gather_described
from publisher.errors import FormatError, NothingUsableError, UsageError
from publisher.jobs.outlets import enclosures, syndicate
from publisher.jobs.outlets.channels import bundle_of, channel_of, newest
from publisher.jobs.outlets.shelf import load_key, open_shelf
from publisher.model import Post
from publisher.net import open_client
from publisher.settings import Settings
from publisher.syndication import archive, signature
from publisher.syndication.bundle import Rules, make
from publisher.syndication.channel import Channel
from publisher.syndication.spool import open_spool

BROKEN: Final = 3


@click.command(epilog="Example: publisher bundle feeds/sample --out sample.zip")
@click.argument("sources", metavar="[SOURCE...]", nargs=-1)
@click.option("--out", required=True, type=OutputFile(), help="The ZIP file to write.")
@click.option("--channel", metavar="NAME", help="Formats, rights and title of this channel. [default: every format]")
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="The private key. [default: the home's]")
@click.option(
    "--media",
    type=click.Choice(["link", "fetch"]),
    default="link",
    show_default=True,
    help="Leave pictures and captions where they are, or take them in.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@common
def bundle(
    run: Run,
    sources: tuple[str, ...],
    out: Path,
    channel: str | None,
    key: Path | None,
    media: str,
    as_json: bool,
) -> None:
    """Build a syndication bundle from SOURCEs: accessible pages, feeds, and a signed manifest.

    Without a SOURCE, --channel names a channel of the store: what partners see of it now goes in, with its media.
    The same posts and the same key give the same bytes. A picture without a description ships flagged in the manifest;
    exit status 1 where the channel refuses such pictures.
    """
    settings = run.settings
    if not sources:
        _bundle_channel(run, out, channel, key, as_json=as_json)
        return
    wanted = _channel(settings, channel)
    private = _given_key(key) if key else home_key(run.home)
    gathered = gather_described(sources, settings, now=datetime.now(UTC), default_language=settings.site.language)
    for skipped in gathered.skipped:
        click.echo(f"skipped {skipped.source}: {skipped.reason}", err=True)
    posts = tuple(post for post in gathered.posts if not post.is_empty())
    if not posts:
        raise NothingUsableError(" ".join(sources), "no post was left to bundle", "The reasons stand above")
    with TemporaryDirectory(prefix="publisher-media-") as folder, open_spool() as spool:
        files, missing = _fetch(settings, posts, Path(folder)) if media == "fetch" else ((), ())
        for skipped in missing:
            click.echo(f"stays a link: {skipped.source}: {skipped.reason}", err=True)
        made = make(_with_rights(posts, settings, channel), wanted, media=files, rules=Rules(spool=spool))
        checksum = archive.write(made, out, key=private)
    flagged = sum(1 for post in posts for image in post.images if image.alt is None)
    if as_json:
        skips = [{"source": skipped.source, "reason": skipped.reason} for skipped in gathered.skipped]
        print_json(
            {"file": str(out), "sha256": checksum, "posts": len(posts), "without_alt": flagged, "skipped": skips}
        )
        return
    click.echo(f"{len(posts)} posts in {out}\nSHA-256 {checksum}")
    if flagged:
        click.echo(f"{flagged} pictures without a description are flagged in the manifest; publisher alt lists them.")


def _fetch(settings: Settings, posts: tuple[Post, ...], folder: Path) -> enclosures.Fetched:
    """Fetch the media of posts through the guarded way out."""
    with open_client(settings) as client:
        return enclosures.fetch_media(posts, client, folder)


def _bundle_channel(run: Run, out: Path, channel: str | None, key: Path | None, *, as_json: bool) -> None:
    """Write the bundle of a channel as partners see it now. Raises `UsageError`, `NothingUsableError`."""
    if channel is None:
        raise UsageError("bundle", "neither a SOURCE nor a channel was named", "add --channel NAME or a SOURCE")
    open_store(run, required=True)
    wanted = channel_of(run.settings, channel)
    syndicate.declare(run.settings)
    syndicate.release(run.settings, datetime.now(UTC), [channel])
    shelf = open_shelf(run.home.path, run.settings.folder)
    items = newest(channel)
    if not items:
        raise NothingUsableError(f"channel {channel}", "there is no post in it yet", "Pull its sources: publisher pull")
    with open_spool() as spool:
        made = bundle_of(items, wanted, shelf.media, shelf.templates, spool)
        checksum = archive.write(made, out, key=signature.load_key(key) if key else shelf.key)
    if as_json:
        print_json({"file": str(out), "sha256": checksum, "posts": len(items), "sequence": items[0].change.sequence})
        return
    click.echo(f"{len(items)} posts in {out}\nSHA-256 {checksum}")


def _channel(settings: Settings, name: str | None) -> Channel:
    """Put together what the settings say of a channel; without one, every format."""
    known = Channel(language=settings.site.language, organisation=settings.site.name, site=f"{settings.site.url}/")
    if name is None:
        return known
    if name not in settings.channels:
        raise UsageError(f"--channel {name}", "is not declared in the settings", nearest(name, settings.channels))
    declared = settings.channels[name]
    return replace(
        known, name=name, title=declared.title, formats=tuple(declared.formats), rights=declared.rights or None
    )


def _with_rights(posts: tuple[Post, ...], settings: Settings, channel: str | None) -> tuple[Post, ...]:
    """Give the channel's rights to posts that state none of their own."""
    rights = settings.channels[channel].rights if channel else ""
    return tuple(replace(post, rights=rights) if rights and not post.rights else post for post in posts)


def _given_key(path: Path) -> bytes:
    """Read a private key that was named, and refuse what is none."""
    private = signature.load_key(path)
    signature.public_key(private, f"--key {path}")
    return private


def home_key(home: Home) -> bytes:
    """Give the home's signing key; made once, when it is first needed."""
    return load_key(home.keys)


@click.command(epilog="Example: publisher verify sample.zip --key partner.pub")
@click.argument("file", metavar="FILE.zip", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="The public key that must have signed it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@common
def verify(run: Run, file: Path, key: Path | None, as_json: bool) -> int:
    """Check a bundle to the byte: container, bag, manifest and signature.

    Without --key the home's key is tried; a bundle that somebody else signed is sound but its signer unknown. Exit
    status 3 with what is wrong and where.
    """
    if not file.is_file():
        raise FormatError(str(file), "cannot be read: there is no such file", "Name a bundle")
    own = run.home.keys / "bundle.pub"
    found = archive.verify(
        file,
        key=signature.load_key(key) if key else None,
        home_key=own.read_bytes() if own.exists() else None,
    )
    if as_json:
        problems = [{"where": problem.where, "reason": problem.reason} for problem in found.problems]
        print_json({"file": str(file), "ok": found.ok, "signer": found.signer, "kid": found.kid, "problems": problems})
        return 0 if found.ok else BROKEN
    for problem in found.problems:
        click.echo(f"{file}: {problem.where}: {problem.reason}", err=True)
    if not found.ok:
        return BROKEN
    signer = {"given": "signed by the key you gave", "home": "signed by this home's key"}.get(
        found.signer, f"signer unknown (key {found.kid})"
    )
    click.echo(f"{file} is sound: {found.posts} posts, {found.files} files, {signer}.")
    return 0
