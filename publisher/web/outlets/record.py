"""What was answered to whom: collected in memory and written in groups, at most half a second late."""

from __future__ import annotations

import atexit
import logging
import queue
import threading
from typing import Final

from publisher.errors import StoreError
from publisher.store import answers
from publisher.store.answers import Response
from publisher.store.database import close_database

_LATE: Final = 0.5  # seconds
_GROUP: Final = 5000

log = logging.getLogger("publisher.outlets")


class Recorder:
    """Writes answers down in a thread of its own, which begins with the first of them."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Response] = queue.SimpleQueue()
        self._begin = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, response: Response) -> None:
        """Remember an answer."""
        self._waiting.put(response)
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        """Begin to write, once."""
        with self._begin:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="record", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def _run(self) -> None:
        """Write what has come, again and again."""
        while not self._stop.wait(_LATE):
            self._write()
        self._write()
        close_database()

    def _write(self) -> None:
        """Write everything that waits; what the database does not take now is written with the next group."""
        while group := self._take():
            try:
                answers.add_responses(group)
            except StoreError as failure:
                log.warning("answers to partners wait to be written: %s", failure)
                close_database()
                for response in group:
                    self._waiting.put(response)
                return

    def _take(self) -> list[Response]:
        """Take a group."""
        group: list[Response] = []
        while len(group) < _GROUP:
            try:
                group.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return group

    def close(self) -> None:
        """Write the rest and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)


RECORDER: Final = Recorder()
