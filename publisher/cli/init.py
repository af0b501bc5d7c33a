"""`publisher init`: a new newsroom."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from publisher import resources
from publisher.cli.options import DEFAULT_HOME, Run, common
from publisher.cli.places import OutputFolder, unwritable
from publisher.errors import UsageError

_SHIPPED = ("settings.toml", "feeds/sample", "templates")


@click.command(epilog="Example: publisher init newsroom")
@click.argument("folder", metavar="DIR", type=OutputFolder())
@common
def init(run: Run, folder: Path) -> None:
    """Make a new newsroom in DIR: settings.toml, feeds/ and templates/ to edit.

    Nothing that is already there is overwritten. --settings names a settings file to begin with instead of the sample;
    --home the folder that the newsroom's commands will keep their things in.
    """
    taken = [name for name in _SHIPPED if (folder / name).exists()]
    if taken:
        raise UsageError(str(folder), f"{taken[0]} is already there", "choose another folder, or remove it first")
    try:
        for name in _SHIPPED:
            _copy(_source(run, name), folder / name)
        (folder / "feeds" / "posts").mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise unwritable("", folder, failure) from failure
    click.echo(f"A newsroom is ready in {folder}. Every choice is explained in {folder / 'settings.toml'}.\n")
    click.echo("Next:")
    click.echo(f"  cd {folder}")
    if run.home.path != DEFAULT_HOME:
        click.echo(f"  export PUBLISHER_HOME={run.home.path.absolute()}")
    click.echo("  publisher preview feeds/sample --out preview     # look at preview/edition.html")
    click.echo("  publisher bundle feeds/sample --out sample.zip   # what a partner outlet would get")


def _source(run: Run, name: str) -> Path:
    """Say what is copied: the settings that were named, once they are known to be sound, else what is shipped."""
    if name == "settings.toml" and run.named_settings is not None:
        _ = run.declared
        return run.named_settings
    return resources.find(name)


def _copy(shipped: Path, target: Path) -> None:
    """Copy a shipped file or folder, writable for its new owner."""
    if shipped.is_dir():
        shutil.copytree(shipped, target, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shipped, target)
