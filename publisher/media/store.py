"""Where pictures are kept: a folder, or anything else that keeps bytes under a key."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Final, Protocol

from publisher.errors import OutsideError
from publisher.media.kind import EXTENSIONS

_KEY: Final = re.compile(r"[0-9a-z]+(?:/[0-9a-z]+)*\.[0-9a-z]+")
_NAME: Final = re.compile(rf"([0-9a-f]{{64}})\.({'|'.join(EXTENSIONS.values())})")


class Store(Protocol):
    """Keeps bytes under keys such as "pictures/ab/ab12...jpg"; what is written is there whole or not at all."""

    def write(self, key: str, content: bytes, media_type: str) -> None:
        """Keep bytes; the same key again replaces them.

        Raises: OutsideError when the place cannot be used.
        """
        ...

    def read(self, key: str) -> bytes | None:
        """Give the bytes; None where there are none.

        Raises: OutsideError when the place cannot be used.
        """
        ...

    def has(self, key: str) -> bool:
        """Say whether there are bytes under a key.

        Raises: OutsideError when the place cannot be used.
        """
        ...


def check_key(key: str) -> str:
    """Refuse a key that could lead out of the store."""
    if not _KEY.fullmatch(key):
        message = f"not a key of the picture store: {key!r}"
        raise ValueError(message)
    return key


def picture_key(name: str) -> str | None:
    """Give the key of a picture by its name, `<sha256>.<ext>`; None for every other name, such as those people try."""
    found = _NAME.fullmatch(name)
    return f"pictures/{found[1][:2]}/{name}" if found else None


class FolderStore:
    """A store in a folder, made when the first picture comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """Give the file of a key, which may not be there yet."""
        return self.folder / check_key(key)

    def write(self, key: str, content: bytes, media_type: str) -> None:  # noqa: ARG002 - a file has no media type
        """Keep bytes, written beside their place and then moved there."""
        path = self.path(key)
        try:
            write_whole(path, content)
        except OSError as error:
            raise _failed(path, error) from error

    def read(self, key: str) -> bytes | None:
        """Give the bytes; None where there are none."""
        path = self.path(key)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed(path, error) from error

    def has(self, key: str) -> bool:
        """Say whether there are bytes under a key."""
        return self.path(key).is_file()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that no reader and no crash ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _failed(path: Path, error: OSError) -> OutsideError:
    """Say that the folder cannot be used."""
    fix = "Check the folder, its owner and the space on the disk"
    return OutsideError(str(path), f"the picture store cannot be used: {error.strerror or error}", fix)
