"""What every view may ask for: the newsroom's settings, its home, and the keys of readers' links."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings as django_settings

from publisher.delivery.unsubscribe import Keys
from publisher.jobs.sending.links import load_keys
from publisher.settings import Newsletter, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """One newsroom: what it chose and where it keeps its things."""

    settings: Settings
    home: Path
    keys: Keys

    @property
    def url(self) -> str:
        """Give the address of the site, without a slash at its end."""
        return self.settings.site.url

    def newsletter(self, name: str) -> Newsletter | None:
        """Give a newsletter that settings.toml declares; None: there is none of this name."""
        return self.settings.newsletters.get(name)


@lru_cache(maxsize=1)
def newsroom() -> Newsroom:
    """Give the newsroom that this process serves."""
    home: Path = django_settings.NEWSROOM_HOME
    return Newsroom(
        settings=django_settings.NEWSROOM_SETTINGS,
        home=home,
        keys=load_keys(home / "keys" / "links.json"),
    )
