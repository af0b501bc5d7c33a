"""What every engine can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event
from typing import Protocol, TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Job = Callable[..., None]


class Engine(Protocol):
    """Runs jobs at least once each."""

    def submit(self, job: str, args: Mapping[str, Json], *, run_at: datetime | None = None) -> None:
        """Ask for work, inside the caller's transaction; `run_at` None: as soon as possible."""
        ...

    def is_known(self, job: str, args: Mapping[str, Json]) -> bool:
        """Say whether such work waits, runs, or was given up until people have looked at it."""
        ...

    def run_due(self) -> int:
        """Do what is due now, and what that brings at once; gives how much it was, as far as it is known."""
        ...

    def run(self, *, workers: int, stop: Event) -> None:
        """Work until `stop` is set, and let what has begun end."""
        ...
