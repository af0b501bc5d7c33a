"""`publisher alt`: the pictures nobody has described yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from publisher.cli.options import Run, common
from publisher.cli.places import OutputFile, unwritable
from publisher.cli.reading import ALTS, gather_described
from publisher.errors import NothingUsableError, UsageError
from publisher.model import Post
from publisher.sources import alts


@click.command(epilog="Example: publisher alt feeds/sample --out alts.toml")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--out",
    type=OutputFile(),
    default=Path(ALTS),
    show_default=True,
    help="The file to fill in; what already stands in it is kept.",
)
@common
def alt(run: Run, sources: tuple[str, ...], out: Path) -> None:
    """List the pictures of SOURCEs that have no description, and write the file to fill in.

    Every build reads alts.toml beside the settings. A picture that is already in the file is not added again; those
    that nobody has described yet are named.
    """
    settings = run.settings
    gathered = gather_described(sources, settings, now=datetime.now(UTC), default_language=settings.site.language)
    for skipped in gathered.skipped:
        click.echo(f"skipped {skipped.source}: {skipped.reason}", err=True)
    if not gathered.posts:
        raise NothingUsableError(" ".join(sources), "no post could be read", "The reasons stand above")
    before = _read(out)
    listed = tuple((post, image) for post, image in alts.missing(gathered.posts) if image.url not in before.listed)
    for post, image in listed:
        _show(post.title or post.id, image.url or "", image.caption)
    if listed:
        _write(out, before.text + ("\n" if before.text else "") + alts.write(listed, head=not before.text))
        click.echo(f"{len(listed)} to describe, in {out}")
    _tell(out, _still_waiting(before, gathered.posts), is_all=not listed)
    if out.absolute() != (settings.folder / ALTS).absolute():
        click.echo(f"Builds read {settings.folder / ALTS}: what is written in {out} counts once it stands there.")


def _still_waiting(before: alts.Listing, posts: Iterable[Post]) -> tuple[alts.Waiting, ...]:
    """Give what is not filled in, but for the pictures that their source describes by now."""
    described = {image.url for post in posts for image in post.images if image.alt is not None}
    return tuple(one for one in before.waiting if one.url not in described)


def _tell(out: Path, waiting: Sequence[alts.Waiting], *, is_all: bool) -> None:
    """Say which of the pictures that stood in the file before still wait for their words."""
    if waiting:
        click.echo(f"{len(waiting)} in {out} still {'waits' if len(waiting) == 1 else 'wait'} for a description:")
        for one in waiting:
            _show(one.post or "(a picture without a post)", one.url)
    elif is_all:
        click.echo("Every picture has a description.")


def _show(post: str, url: str, caption: str | None = None) -> None:
    """Name a picture by its post, its address and its caption."""
    click.echo(f"{post}\n  {url}" + (f"\n  caption: {caption}" if caption else ""))


def _read(out: Path) -> alts.Listing:
    """Read what the file holds already."""
    try:
        return alts.list_urls(out.read_bytes(), str(out))
    except FileNotFoundError:
        return alts.Listing(text="", listed=frozenset())
    except OSError as error:
        raise UsageError(f"--out {out}", f"cannot be read: {error.strerror}") from error


def _write(out: Path, text: str) -> None:
    """Write the file whole or not at all: hours of somebody's work may stand in it."""
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(out)
    except OSError as error:
        raise unwritable("--out", out, error) from error
