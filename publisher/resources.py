"""Where the files lie that the program ships beside its code: templates, sample feeds, settings.toml.

In a wheel they are package data; in a checkout they stand at the top of the repository.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent


def find(name: str) -> Path:
    """Give the path of a shipped file or folder, such as "templates/email"."""
    packaged = _PACKAGE / "data" / name
    return packaged if packaged.exists() else _PACKAGE.parent / name
