"""A newsroom with a desk to work at: accounts, posts, readers and editions, made in one process of their own.

`furnish` runs desk_furniture.py beside this file, in a process of its own, because Django reads its settings once.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import httpx

PASSWORD: Final = "a quiet harbour at night"  # of every account, as desk_furniture.py makes them
ROLES: Final = ("viewer", "editor", "approver", "admin")
_MORE: Final = """
[sources.agency]
path = "agency"
[newsletters.alerts]
title = "Alerts"
from = "The Harbour Post <news@example.org>"
sources = ["agency"]
count_clicks = true
start = 2020-01-01
[newsletters.pair]
title = "Two pairs of eyes"
from = "The Harbour Post <news@example.org>"
sources = ["sample"]
start = 2020-01-01
approval = "two"
schedule = "weekdays at 07:30"
zone = "Europe/Prague"
[sources.wire]
path = "wire"
[newsletters.halted]
title = "Halted"
from = "The Harbour Post <news@example.org>"
sources = ["wire"]
start = 2020-01-01
[newsletters.moving]
title = "Moving"
from = "The Harbour Post <news@example.org>"
sources = ["wire"]
start = 2020-01-01
[channels.world]
title = "World"
sources = ["sample"]
[outlets.radio]
channels = ["world"]
site = "https://radio.example.org"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """What there is: session keys by account, editions by newsletter, posts by id, reports by place; and routes."""

    sessions: Mapping[str, str]
    editions: Mapping[str, str]
    posts: Mapping[str, int]
    tasks: Mapping[str, int]
    lists: Mapping[str, str]
    routes: Sequence[str]


def write_newsroom(folder: Path, settings: str) -> Path:
    """Write settings.toml with what the desk needs more; `settings` is the text to begin with."""
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "agency").mkdir(exist_ok=True)
    (folder / "wire").mkdir(exist_ok=True)
    text = settings.format(url="http://127.0.0.1:8000", ses='[ses]\ntransport = "outbox"')
    (folder / "settings.toml").write_text(text + _MORE, encoding="utf-8")
    return folder


def furnish(folder: Path) -> Furnished:
    """Fill the newsroom in a folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PUBLISHER_", "DJANGO_"))}
    environment["PUBLISHER_SETTINGS"] = str(folder / "settings.toml")
    environment["PUBLISHER_HOME"] = str(folder / "home")
    environment["DJANGO_SETTINGS_MODULE"] = "publisher.web.settings"
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(Path(__file__).with_name("desk_furniture.py"))],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return Furnished(**json.loads(done.stdout.splitlines()[-1]))


class Person:
    """Somebody at the desk, with a browser that knows nothing but forms."""

    def __init__(self, site: str, session: str | None, language: str = "en") -> None:
        cookies = httpx.Cookies()
        if session:
            host = httpx.URL(site).host  # as the server renews it; Python names hosts without a dot so
            cookies.set("sessionid", session, domain=host if "." in host else f"{host}.local")
        self.client = httpx.Client(
            base_url=site, cookies=cookies, timeout=30, headers={"Accept-Language": language}, trust_env=False
        )

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection."""
        self.client.close()

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.client.get(path)

    def send(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        page: str = "/desk/",
        **more: Any,  # noqa: ANN401 - what httpx takes
    ) -> httpx.Response:
        """Send a form of a page; gives the answer itself, before anybody follows it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.client.get("/desk/help/").text)
        fields = {"csrfmiddlewaretoken": token[1] if token else "", "page": page, **(data or {})}
        return self.client.post(path, data=fields, headers={"Referer": str(self.client.base_url)}, **more)

    def say(self, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> str:  # noqa: ANN401 - as above
        """Send a form, and give the text of the page that follows."""
        answer = self.send(path, data, **more)
        return self.get(answer.headers["Location"]).text if answer.is_redirect else answer.text


@contextmanager
def people(site: str, furnished: Furnished) -> Iterator[dict[str, Person]]:
    """Give everybody who has a session."""
    found = {name: Person(site, key) for name, key in furnished.sessions.items()}
    try:
        yield found
    finally:
        for person in found.values():
            person.client.close()
