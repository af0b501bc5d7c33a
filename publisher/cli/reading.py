"""Sources for a command: read over the guarded network, described by alts.toml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from publisher.errors import FormatError, SettingsError
from publisher.jobs.posts.gather import Gathered, Reading, gather
from publisher.net import open_client
from publisher.settings import Settings
from publisher.sources import alts, fetch

ALTS: Final = "alts.toml"


def gather_described(sources: Sequence[str], settings: Settings, *, now: datetime, default_language: str) -> Gathered:
    """Read sources, and put in what people wrote about their pictures in alts.toml beside the settings."""
    known = read_alts(settings.folder)
    with open_client(settings) as client:
        reading = Reading(client=client, manners=fetch.Manners(), now=now, default_language=default_language)
        gathered = gather(sources, reading)
    return replace(gathered, posts=alts.describe(gathered.posts, known))


def read_alts(folder: Path) -> alts.Alts:
    """Read alts.toml in a folder; nothing where there is none. Raises: SettingsError."""
    file = folder / ALTS
    try:
        return alts.parse(file.read_bytes(), str(file))
    except FileNotFoundError:
        return alts.NOTHING
    except OSError as error:
        raise SettingsError(str(file), f"cannot be read: {error.strerror}") from error
    except FormatError as error:
        raise SettingsError(error.subject, error.reason, error.fix) from error
