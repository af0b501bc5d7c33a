"""Find or install what the tests in a browser need.

Chromium: the one on PATH, else Playwright's own, else the system's package. The newest axe-core and the Nu HTML
checker: from npm where there is one. Without it the tests use the axe-core that the Python package carries, and skip
the checker.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def on_path() -> bool:
    """Say whether a Chromium is on PATH."""
    return any(shutil.which(name) for name in NAMES)


def playwright_has_one() -> bool:
    """Say whether Playwright downloaded its Chromium before."""
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    return any(home.glob("chromium*/**/chrome*"))


def run(*command: str) -> bool:
    """Run a command and say whether it succeeded."""
    print("$", *command, flush=True)  # noqa: T201 - the reader waits for it
    try:
        return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - fixed commands
    except FileNotFoundError:
        return False


def install() -> bool:
    """Try Playwright's download, then the system's package."""
    if run(sys.executable, "-m", "playwright", "install", "chromium"):
        return True
    root = [] if not hasattr(os, "geteuid") or os.geteuid() == 0 else ["sudo", "-n"]
    return run(*root, "apt-get", "update") and run(
        *root, "apt-get", "install", "-y", "--no-install-recommends", "chromium"
    )


def install_packages() -> bool:
    """Install what tests/node/package.json names, once, where npm is at hand."""
    folder = Path(__file__).parent / "node"
    named = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    if all(_version(folder / "node_modules" / name) == version for name, version in named.items()):
        return True
    npm = shutil.which("npm")
    return bool(npm) and run(str(npm), "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund")


def _version(package: Path) -> str | None:
    """Give the version of an installed package; None: it is not there."""
    try:
        found: str = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    except OSError:
        return None
    return found


if __name__ == "__main__":
    if not install_packages():
        sys.stderr.write("npm cannot install axe-core and the Nu checker: tests use an older axe-core and no checker\n")
    if not (on_path() or playwright_has_one() or install()):
        sys.stderr.write("no Chromium could be found or installed: tests in a browser will be skipped outside CI\n")
