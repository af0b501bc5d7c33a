"""What a backup of the database cannot know: files in the home that say how far sending has come.

A restored database would mail everybody again who was mailed since the backup. So each batch counts up the epoch of its
account in the database and here, before the first request. When the database is behind, it was restored.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Final

from publisher.errors import StoreError
from publisher.store import quota

_DIGITS: Final = 20


class Marker:
    """The epoch files of a home. `owner` names this home for good."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._open: dict[str, int] = {}
        self.owner = self._name()

    def _name(self) -> str:
        """Read the name of this home; the first time, make one."""
        file = self.folder / "home-id"
        try:
            with file.open("x", encoding="ascii") as made:
                made.write(secrets.token_hex(16))
        except FileExistsError:
            pass
        return file.read_text(encoding="ascii").strip() or "unnamed"

    def _file(self, account: str) -> Path:
        """Give the file of an account."""
        return self.folder / f"epoch-{re.sub('[^A-Za-z0-9.-]', '_', account)}"

    def read(self, account: str) -> int:
        """Give the highest epoch that was noted; 0 for none."""
        try:
            text = self._file(account).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return 0
        return int(text) if text.isdigit() else 0

    def note(self, account: str, epoch: int) -> None:
        """Note an epoch before its first request: one write of one block, so a kill leaves the old or the new one.

        Raises `StoreError` when it cannot be written.
        """
        try:
            if account not in self._open:
                self._open[account] = os.open(self._file(account), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
            os.pwrite(self._open[account], f"{epoch:0{_DIGITS}d}\n".encode("ascii"), 0)
        except OSError as failure:
            reason = f"it cannot be written ({failure.strerror}), and without it a restored backup would go unnoticed"
            fix = "make room, or give this user the right to write it"
            raise StoreError(f"file {self._file(account)}", reason, fix) from failure

    def close(self) -> None:
        """Make sure that the files are on the disk, and close them."""
        for descriptor in self._open.values():
            os.fsync(descriptor)
            os.close(descriptor)
        self._open.clear()

    def check(self, account: str) -> None:
        """Refuse to send from a database that is older than this home. Raises `StoreError`."""
        known, noted = quota.epoch_of(account), self.read(account)
        if known < noted:
            reason = f"it is older than what was sent from here (step {known} of {noted}): was a backup restored?"
            fix = "Nobody is mailed before: publisher doubt reconcile --since TIME-OF-THE-BACKUP"
            raise StoreError("database", reason, fix, retry=False)
