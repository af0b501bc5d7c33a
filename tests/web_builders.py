"""A newsroom that is served: the real command on a port of its own, for tests that talk to it over HTTP."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PATIENCE: Final = 60  # seconds until the pages must answer

SETTINGS: Final = """
[site]
name = "The Harbour Post"
url = "{url}"
language = "en"
postal_address = "4 Quay Street, Haven"
[ses]
transport = "outbox"
[sources.sample]
path = "posts"
[newsletters.daily]
title = "The Harbour Post Daily"
from = "The Harbour Post <news@example.org>"
sources = ["sample"]
languages = ["en", "fa"]
[newsletters.weekly]
title = "The Harbour Post Weekly"
from = "The Harbour Post <news@example.org>"
sources = ["sample"]
"""


def publisher(folder: Path, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of ours for the newsroom in a folder: `settings.toml` and `home` lie in it."""
    command = [sys.executable, "-m", "publisher", *arguments]
    environment = {**_environment(), "PUBLISHER_SETTINGS": str(folder / "settings.toml")}
    environment["PUBLISHER_HOME"] = str(folder / "home")
    return subprocess.run(  # noqa: S603 - our own command
        command, env=environment, cwd=folder, input=text, capture_output=True, text=True, check=False, timeout=120
    )


def _environment() -> dict[str, str]:
    """Give the environment without what a run of tests put into it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PUBLISHER_", "DJANGO_"))}


def write_settings(folder: Path, more: str = "", url: str = "http://127.0.0.1:8000") -> Path:
    """Write the settings.toml of a small newsroom with two newsletters; gives the folder."""
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "settings.toml").write_text(SETTINGS.format(url=url) + more, encoding="utf-8")
    return folder


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[str]:
    """Serve the newsroom in a folder; gives the address of its pages, without a slash at its end."""
    names = {
        **_environment(),
        "PUBLISHER_SETTINGS": str(folder / "settings.toml"),
        "PUBLISHER_HOME": str(folder / "home"),
        "PYTHONUNBUFFERED": "1",
        **environment,
    }
    log = folder / "serve.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "publisher", "serve", "--port", "0", "--workers", "1"],
            env=names,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield _read_address(process, log)
        finally:
            process.terminate()
            process.wait(30)
            if process.stdout is not None:
                process.stdout.close()


def _read_address(process: subprocess.Popen[str], log: Path) -> str:
    """Wait for the line that names the address."""
    ends = time.monotonic() + _PATIENCE
    while process.stdout is not None and time.monotonic() < ends:
        ready, _, _ = select.select([process.stdout], [], [], 1)
        if not ready:
            continue
        line = process.stdout.readline()
        if line.startswith("Serving at "):
            return line.removeprefix("Serving at ").strip().rstrip("/")
        if not line:
            break
    message = f"the pages do not answer: {log.read_text(encoding='utf-8', errors='replace')}"
    raise AssertionError(message)
