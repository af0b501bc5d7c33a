"""The Django site of a newsroom, in a process of its own: it wants its settings named before anything is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from publisher.cli.newsroom import database_url
from publisher.cli.options import Run


def name_site(run: Run) -> dict[str, str]:
    """Give the environment in which the site finds this newsroom."""
    return {
        "DJANGO_SETTINGS_MODULE": "publisher.web.settings",
        "PUBLISHER_HOME": str(run.home.path.absolute()),
        "PUBLISHER_DATABASE__URL": database_url(run.settings, run.home),
        **({"PUBLISHER_SETTINGS": str(run.file.absolute())} if run.file.exists() else {}),
    }


def call(run: Run, arguments: Sequence[str], text: str | None = None) -> int:
    """Run a command of the site; `text` goes to its stdin. Gives its exit status."""
    command = [sys.executable, "-m", "publisher.web", *arguments]
    ended = subprocess.run(  # noqa: S603 - our own module
        command, env={**os.environ, **name_site(run)}, input=text, text=True, check=False
    )
    return ended.returncode
