"""Find or install what the tests in a browser need.

Chromium: the one on PATH, else Playwright's own, else the system's package. The newest axe-core: from npm where there
is one; without it the tests use the one that the Python package carries.
"""

from __future__ import annotations

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


def install_axe() -> bool:
    """Install the newest axe-core, once, where npm is at hand."""
    folder = Path(__file__).parent / "node"
    if (folder / "node_modules" / "axe-core").exists():
        return True
    npm = shutil.which("npm")
    return bool(npm) and run(str(npm), "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund")


if __name__ == "__main__":
    if not install_axe():
        sys.stderr.write("the newest axe-core cannot be installed: tests use the packaged one\n")
    if not (on_path() or playwright_has_one() or install()):
        sys.stderr.write("no Chromium could be found or installed: tests in a browser will be skipped outside CI\n")
