"""The templates of accessible pages: a newsroom's own folder first, then those that come with the program."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import jinja2

from publisher import resources


def load(folders: Sequence[Path] = ()) -> jinja2.Environment:
    """Give the environment that finds templates in `folders` first; a missing value is an error, not an empty text."""
    return _load(tuple(folders))


@lru_cache(maxsize=8)
def _load(folders: tuple[Path, ...]) -> jinja2.Environment:
    """Make an environment once for each list of folders."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, resources.find("templates/bundle")]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
