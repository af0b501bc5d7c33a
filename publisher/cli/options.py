"""What every command has: the settings file, the home, and how results are printed."""

from __future__ import annotations

import difflib
import functools
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import click

from publisher.cli.places import NamedPath
from publisher.errors import UsageError
from publisher.settings import Settings, load

P = ParamSpec("P")
R = TypeVar("R")

_DEFAULT_SETTINGS: Final = Path("settings.toml")
DEFAULT_HOME: Final = Path("var")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folder in which everything lies that the program keeps."""

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite file of the embedded store."""
        return self.path / "publisher.sqlite3"

    @property
    def outbox(self) -> Path:
        """Where the outbox transport writes messages."""
        return self.path / "outbox"

    @property
    def bundles(self) -> Path:
        """Where bundles are kept."""
        return self.path / "bundles"

    @property
    def keys(self) -> Path:
        """Signing keys; readable by the owner only."""
        return self.path / "keys"

    @property
    def media(self) -> Path:
        """The picture store."""
        return self.path / "media"

    @property
    def lock(self) -> Path:
        """The file that the one sending process holds."""
        return self.path / "lock"


class Run:
    """One call of a command: its home, and its settings, read when they are first needed.

    `named_settings` is the file that was named; None: the usual one, if there is one.
    """

    def __init__(self, settings: Path | None, home: Path) -> None:
        self._file = settings or _DEFAULT_SETTINGS
        self._required = settings is not None
        self.named_settings = settings
        self.home = Home(path=home)

    @property
    def file(self) -> Path:
        """The settings file, whether it is there or not."""
        return self._file

    @functools.cached_property
    def settings(self) -> Settings:
        """What the operator chose; the built-in defaults where there is no file and none was named."""
        return self._at_home(load(self._file, os.environ, required=self._required))

    @functools.cached_property
    def declared(self) -> Settings:
        """The same for commands that need a newsroom: without a file this is a `SettingsError`."""
        return self._at_home(load(self._file, os.environ, required=True))

    def _at_home(self, settings: Settings) -> Settings:
        """Say where the home is."""
        return settings.model_copy(update={"home": self.home.path})


def common(command: Callable[Concatenate[Run, P], R]) -> Callable[..., R]:
    """Give a command --settings and --home, and hand it a `Run` as its first argument."""

    @click.option(
        "--settings",
        type=NamedPath(),
        envvar="PUBLISHER_SETTINGS",
        help="The settings file. [default: settings.toml]",
    )
    @click.option(
        "--home",
        type=NamedPath(file_okay=False),
        envvar="PUBLISHER_HOME",
        default=DEFAULT_HOME,
        show_default=True,
        help="The folder of database, outbox, bundles and keys.",
    )
    @functools.wraps(command)
    def called(*args: Any, settings: Path | None, home: Path, **kwargs: Any) -> R:  # noqa: ANN401 - click's own values
        return command(Run(settings, home), *args, **kwargs)

    return called


def print_json(document: Any) -> None:  # noqa: ANN401 - any JSON document
    """Print one JSON document on stdout, readable and in UTF-8."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name an unknown one resembles, or which there are."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"There are: {', '.join(names)}" if names else "There is none yet"


def read_moment(text: str | None, settings: Settings) -> datetime:
    """Read the value of --now: ISO 8601, in the site's zone where it names none; None is this moment.

    Raises: UsageError.
    """
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--now {text}", "is no ISO 8601 moment", "Write one such as 2026-12-01T07:30") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.site.time_zone))).astimezone(UTC)
