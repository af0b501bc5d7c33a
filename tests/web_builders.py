"""A newsroom that is served: the real command on a port of its own, for tests that talk to it over HTTP."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

_PATIENCE: Final = 240  # seconds until the pages must answer

_OUTBOX: Final = '[ses]\ntransport = "outbox"'

SETTINGS: Final = """
[site]
name = "The Harbour Post"
url = "{url}"
language = "en"
postal_address = "4 Quay Street, Haven"
{ses}
[sources.sample]
path = "posts"
[newsletters.daily]
title = "The Harbour Post Daily"
from = "The Harbour Post <news@example.org>"
sources = ["sample"]
start = 2020-01-01
languages = ["en", "fa"]
[newsletters.weekly]
title = "The Harbour Post Weekly"
from = "The Harbour Post <news@example.org>"
sources = ["sample"]
start = 2020-01-01
"""


def publisher(folder: Path, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of ours for the newsroom in a folder: `settings.toml` and `home` lie in it."""
    command = [sys.executable, "-m", "publisher", *arguments]
    environment = {**_environment(), "PUBLISHER_SETTINGS": str(folder / "settings.toml")}
    environment["PUBLISHER_HOME"] = str(folder / "home")
    return subprocess.run(  # noqa: S603 - our own command
        command, env=environment, cwd=folder, input=text, capture_output=True, text=True, check=False, timeout=120
    )


_SEND: Final = """
import sys
from publisher.cli.main import main
from publisher.store import editions
for words in sys.argv[1:]:
    arguments = words.split(" ")
    if "EDITION" in arguments:
        arguments[arguments.index("EDITION")] = editions.recent(1, "daily")[0].id
    try:
        main(arguments)
    except SystemExit as ended:
        if ended.code:
            raise
print(editions.recent(1, "daily")[0].id)
"""


def publish(folder: Path, *before: str) -> str:
    """Pull, build, approve and send an edition of the newsletter "daily" in one process; gives its id."""
    commands = [*before, "pull", "build daily", "approve EDITION", "send EDITION --yes --wait"]
    environment = {**_environment(), "PUBLISHER_SETTINGS": str(folder / "settings.toml")}
    environment["PUBLISHER_HOME"] = str(folder / "home")
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", _SEND, *commands],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout.split()[-1]


def _environment() -> dict[str, str]:
    """Give the environment without what a run of tests put into it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PUBLISHER_", "DJANGO_"))}


def write_settings(folder: Path, more: str = "", *, url: str = "http://127.0.0.1:8000", ses: str = _OUTBOX) -> Path:
    """Write the settings.toml of a small newsroom with two newsletters; gives the folder."""
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "settings.toml").write_text(SETTINGS.format(url=url, ses=ses) + more, encoding="utf-8")
    return folder


def write_note(folder: Path, name: str, title: str, text: str = "The last boats leave at noon.") -> None:
    """Write a post as a file into the source of the newsroom."""
    note = f"---\nid: {name}\ntitle: {title}\ndate: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\nlang: en\n---\n\n{text}\n"
    (folder / "posts" / f"{name}.md").write_text(note, encoding="utf-8")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser; a test is skipped where there is none, except in CI."""
    with sync_playwright() as driver:
        try:
            started = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        except Error as failure:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"there is no Chromium here: {failure.message.splitlines()[0]}")
        yield started
        started.close()


AXE_TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def violations(page: Page) -> list[tuple[str, str]]:
    """Ask axe-core about the page that is open; gives each broken rule with the first place. Needs `bypass_csp`."""
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)
    found: Any = page.evaluate("tags => axe.run({runOnly: tags})", list(AXE_TAGS))
    return [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]


def is_narrow(page: Page) -> bool:
    """Say whether nobody has to scroll sideways."""
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return fits


def free_port() -> int:
    """Find a port that nobody listens at, for a site whose address stands in mails."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@contextmanager
def serving(folder: Path, port: int = 0, **environment: str) -> Iterator[str]:
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
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "publisher", "serve", "--port", str(port), "--workers", "1"],
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
