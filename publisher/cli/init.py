"""`publisher init`: a new newsroom."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from publisher import resources
from publisher.errors import UsageError

_SHIPPED = ("settings.toml", "feeds/sample", "templates")


@click.command(epilog="Example: publisher init newsroom")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Make a new newsroom in DIR: settings.toml, feeds/ and templates/ to edit.

    Nothing that is already there is overwritten.
    """
    taken = [name for name in _SHIPPED if (folder / name).exists()]
    if taken:
        raise UsageError(str(folder), f"{taken[0]} is already there", "choose another folder, or remove it first")
    try:
        for name in _SHIPPED:
            _copy(resources.find(name), folder / name)
        (folder / "feeds" / "posts").mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise UsageError(str(folder), f"cannot be written: {failure.strerror or failure}") from failure
    click.echo(f"A newsroom is ready in {folder}. Every choice is explained in {folder / 'settings.toml'}.\n")
    click.echo("Next:")
    click.echo(f"  cd {folder}")
    click.echo("  publisher preview feeds/sample --out preview     # look at preview/edition.html")
    click.echo("  publisher bundle feeds/sample --out sample.zip   # what a partner outlet would get")


def _copy(shipped: Path, target: Path) -> None:
    """Copy a shipped file or folder, writable for its new owner."""
    if shipped.is_dir():
        shutil.copytree(shipped, target, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shipped, target)
