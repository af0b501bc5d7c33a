"""Where a command writes to: tried before any work is done, so that a wrong place is a mistake in usage everywhere."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import click

from publisher.errors import OutsideError, PublisherError, UsageError

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})


class NamedPath(click.Path):
    """A path that has a name: an empty one would mean the folder that one happens to be in."""

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(path_type=Path, file_okay=file_okay, dir_okay=dir_okay)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Give the path. Raises `click.BadParameter`."""
        if not str(value).strip():
            self.fail('it is empty: name one, or "." for the folder that you are in', param, ctx)
        return Path(str(super().convert(str(value), param, ctx)))


class _OutputPath(NamedPath):
    """A place that can be written to; it and the folders above it need not be there yet."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Give the path. Raises `click.BadParameter` when nothing can be written there."""
        path = super().convert(value, param, ctx)
        try:
            _try(path)
        except OSError as error:
            self.fail(f"{path}: nothing can be written there: {error.strerror}. Choose another place", param, ctx)
        return path


class OutputFolder(_OutputPath):
    """A folder to write into."""

    def __init__(self) -> None:
        super().__init__(file_okay=False)


class OutputFile(_OutputPath):
    """A file to write."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)


def _try(path: Path) -> None:
    """Write a file for a moment, into the folder itself or the nearest one above it. Raises `OSError`."""
    folder = path if path.is_dir() else path.absolute().parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    with tempfile.TemporaryFile(dir=folder):
        pass


def unwritable(option: str, path: Path, error: OSError) -> PublisherError:
    """Say that a place cannot be written to after all: a full disk is the world outside, the rest a wrong place."""
    reason = f"cannot be written: {error.strerror or error}"
    if error.errno in _DISK:
        return OutsideError(f"{option} {path}".strip(), reason, "Make room, and call it again")
    return UsageError(f"{option} {path}".strip(), reason, "Choose another place")
