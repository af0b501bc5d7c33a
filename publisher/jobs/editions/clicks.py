"""Clicks: which links of an edition are counted, and how the counts reach the database, many in one transaction."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from publisher.delivery import clicks
from publisher.delivery.unsubscribe import Keys
from publisher.errors import PublisherError
from publisher.jobs.sending.links import load_keys
from publisher.model import Link, Rendered
from publisher.settings import Settings
from publisher.store.database import close_database

_EVERY: Final = 2.0  # seconds between two transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How the links of an edition are counted: over which site, and what gives them their words."""

    site: str
    edition: str
    keys: Keys

    def wrap(self, rendered: Rendered) -> tuple[Rendered, tuple[Link, ...]]:
        """Let the links of the mail lead over our address; the page of the archive keeps its own."""
        give = partial(clicks.sign, self.keys, self.edition)
        wrapped = clicks.wrap(rendered.html, self.site, self.edition, give)
        return replace(rendered, html=wrapped.html), wrapped.links


def counting(settings: Settings, newsletter: str, edition: str) -> Counting | None:
    """Say how an edition's links are counted; None: they are not, as by default, and in a preview."""
    if not settings.newsletters[newsletter].count_clicks or settings.home is None:
        return None
    keys = load_keys(settings.home / "keys" / "links.json")
    return Counting(site=settings.site.url, edition=edition, keys=keys)


class Tally:
    """Counts in memory, and writes now and then: whoever follows a link waits for no disk.

    `write` takes how often each key was counted since. What it cannot write now it is given again. Counts of the last
    seconds are lost when the process is killed.
    """

    def __init__(self, write: Callable[[Mapping[int, int]], None], every: float = _EVERY) -> None:
        self._write = write
        self._every = every
        self._counts: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def add(self, key: int) -> None:
        """Count one."""
        with self._lock:
            self._counts[key] += 1
            self._plan()

    def _plan(self) -> None:
        """Let what is counted be written after a while; call it with the lock held."""
        if self._timer is None:
            self._timer = threading.Timer(self._every, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def flush(self) -> None:
        """Write what was counted; what could not be written stays, and is tried again."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._timer = None
        try:
            if counts:
                self._write(counts)
        except PublisherError:
            with self._lock:
                self._counts.update(counts)
                self._plan()
        finally:
            close_database()
