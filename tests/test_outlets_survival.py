"""Partners' pages are looked at where they agreed: what survived there is fetched, told and kept."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.jobs.outlets import survival, syndicate, withdraw
from publisher.jobs.outlets.channels import newest
from publisher.jobs.outlets.shelf import Shelf
from publisher.jobs.outlets.survival import Checked
from publisher.model import AltOrigin, Image, Post
from publisher.net import Client, Guard, Limits
from publisher.settings import Channel, Outlet, Settings, Site, Source
from publisher.store import jobs, log, outlets, posts, republished
from publisher.syndication import signature
from tests.store_builders import NOW

IMAGE = Image(
    url="https://example.org/pier.jpg", alt="A pier", alt_origin=AltOrigin.EDITOR, caption="At dawn.", credit="Ann Lee"
)
WHOLE = '<img src="x" alt="A pier"><p>At dawn. Photo: Ann Lee</p><p>Three boats left the pier at dawn.</p>'
Pages = dict[str, tuple[int, str]]


@pytest.fixture
def pages() -> Iterator[tuple[str, Pages]]:
    """Serve a partner's pages: status and body by path; a redirect where the status says so."""
    shown: Pages = {}

    class Partner(http.server.BaseHTTPRequestHandler):
        """Answers with what is shown."""

        def do_GET(self) -> None:
            """Answer."""
            status, body = shown.get(self.path, (404, ""))
            self.send_response(status)
            if status == http.HTTPStatus.FOUND:
                self.send_header("Location", body)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *given: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Partner)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", shown
    server.shutdown()
    server.server_close()


def make_settings(site: str | None) -> Settings:
    """Declare one channel and one outlet."""
    return Settings(
        site=Site(name="News", url="https://news.example.org"),
        sources={"sea": Source(url="https://example.org/sea")},
        channels={"world": Channel(title="World", sources=("sea",))},
        outlets={"radio": Outlet(channels=("world",), site=site)},
    )


def bring(settings: Settings, *numbers: int) -> list[str]:
    """Let posts come and tell partners; gives their names in the API."""
    syndicate.declare(settings)
    text = "<p>Three boats left the pier at dawn.</p>"
    made = [
        Post(id=f"p{number}", source="sea", title=f"Boats {number}", html=text, images=(IMAGE,)) for number in numbers
    ]
    posts.add_posts("sea", made, NOW)
    syndicate.release(settings, NOW)
    names = {item.post.id: item.change.item for item in newest("world")}
    return [names[post.id] for post in made]


def check(name: str = "radio") -> list[Checked]:
    """Look at all pages."""
    limits = Limits(connect=5, read=5, total=10)
    with Client(guard=Guard.allowing(["127.0.0.1"]), limits=limits) as client:
        return list(survival.check(client, name, NOW))


def shelf(folder: Path) -> Shelf:
    """Make a shelf."""
    return Shelf(bundles=folder / "bundles", media=folder / "media", key=signature.make_key())


@pytest.mark.usefixtures("store")
def test_what_survived_is_told_and_kept(pages: tuple[str, Pages], tmp_path: Path) -> None:
    """One page has all, one lost its alt, one its correction, one still shows what was killed, one is gone."""
    site, shown = pages
    settings = make_settings(site)
    whole, poor, corrected, killed, gone = bring(settings, 1, 2, 3, 4, 5)
    radio = outlets.find("radio")
    republished.tell(radio, {name: f"{site}/{name}" for name in (whole, poor, corrected, killed, gone)}, NOW)
    shown |= {f"/{name}": (200, WHOLE) for name in (whole, poor, corrected, killed)}
    shown[f"/{poor}"] = (200, WHOLE.replace('alt="A pier"', 'alt="Boats 2"'))
    for number, kind in ((3, "correction"), (4, "kill"), (5, "kill")):
        withdraw.withdraw(
            settings,
            shelf(tmp_path),
            f"sea:p{number}",
            "kill" if kind == "kill" else "correction",
            "It was two boats.",
            actor="ann",
            now=NOW,
        )
    found = {one.item: one for one in check()}
    assert {name: [trace.what for trace in one.lost] for name, one in found.items()} == {
        whole: [],
        poor: ["alt"],
        corrected: ["correction"],
        killed: ["kill"],
        gone: [],
    }
    assert [trace.what for trace in found[whole].traces] == ["alt", "caption", "credit"]
    assert found[gone].traces[0].survived
    kept = {page.item: page for page in republished.pages(radio)}
    assert kept[poor].report == {
        "traces": [
            {"what": "alt", "words": "A pier", "survived": False},
            {"what": "caption", "words": "At dawn.", "survived": True},
            {"what": "credit", "words": "Ann Lee", "survived": True},
        ]
    }
    assert (kept[corrected].revision, kept[corrected].checked) == (2, NOW)


@pytest.mark.usefixtures("store")
def test_a_page_that_cannot_be_read_is_told(pages: tuple[str, Pages]) -> None:
    """It is gone, broken, leads elsewhere or lies elsewhere: the reason is told and kept, and the others are read."""
    site, shown = pages
    settings = make_settings(f"{site}/news")
    names = bring(settings, 1, 2, 3, 4)
    radio = outlets.find("radio")
    republished.tell(radio, {name: f"{site}/news/{name}" for name in names}, NOW)
    shown |= {
        f"/news/{names[1]}": (500, "broken"),
        f"/news/{names[2]}": (302, f"{site}/other"),
        "/other": (200, WHOLE),
        f"/news/{names[3]}": (200, WHOLE),
    }
    reasons = [one.reason for one in check()]
    assert "not there any more" in reasons[0]
    assert "500" in reasons[1]
    assert "not below" in reasons[2]
    assert reasons[3] == ""
    assert [page.reason for page in republished.pages(radio)] == reasons
    syndicate.declare(make_settings("https://elsewhere.example.org"))
    assert {"no longer below" in one.reason for one in check()} == {True}


@pytest.mark.usefixtures("store")
def test_nobody_is_looked_at_unasked() -> None:
    """Without agreement nothing is fetched and no page is kept; nor one of somebody else's, or of an unknown post."""
    (name,) = bring(make_settings(None), 1)
    with pytest.raises(UsageError, match="has not agreed"):
        check()
    with pytest.raises(UsageError, match="anywhere"):
        republished.tell(outlets.find("radio"), {name: "https://radio.example.org/1"}, NOW)
    republished.agree("radio", "https://radio.example.org", actor="ann", now=NOW)
    radio = outlets.find("radio")
    for url in (
        "https://radio.example.org.evil.example/1",
        "https://radio.example.org@evil.example/",
        "http://127.0.0.1/",
    ):
        with pytest.raises(UsageError, match="below https://radio"):
            republished.tell(radio, {name: url}, NOW)
    assert republished.tell(radio, {"0" * 24: "https://radio.example.org/1"}, NOW) == ()
    assert republished.tell(radio, {name: "https://radio.example.org"}, NOW) == (name,)


@pytest.mark.usefixtures("store")
def test_a_worker_is_asked_once_and_only_where_a_partner_agreed(pages: tuple[str, Pages]) -> None:
    """Asking twice is one job, and the log says who asked; a job that was given up is not waited for."""
    site, shown = pages
    settings = make_settings(site)
    (name,) = bring(settings, 1)
    republished.tell(outlets.find("radio"), {name: f"{site}/{name}"}, NOW)
    shown[f"/{name}"] = (200, WHOLE)
    assert not survival.is_asked("radio")
    survival.ask("radio", "eva", NOW)
    survival.ask("radio", "eva", NOW)
    assert (survival.is_asked("radio"), jobs.waiting(survival.JOB)) == (True, 1)
    assert [(line.actor, line.action) for line in log.lines("outlet radio")][-1] == ("eva", "look-again")
    job = jobs.take(NOW)
    assert job is not None
    with Client(guard=Guard.allowing(["127.0.0.1"]), limits=Limits(connect=5, read=5, total=10)) as client:
        survival.work(client, "radio", NOW)
    assert republished.pages(outlets.find("radio"))[0].checked == NOW
    jobs.postpone(job.key, None, "broken")
    assert not survival.is_asked("radio")


@pytest.mark.usefixtures("store")
def test_a_partner_that_takes_its_agreement_back_is_left_alone() -> None:
    """Nothing is asked for any more, and what was asked for before is not done."""
    bring(make_settings(None), 1)
    with pytest.raises(UsageError, match="it has not agreed"):
        survival.ask("radio", "eva", NOW)
    with Client(guard=Guard.allowing([]), limits=Limits(connect=5, read=5, total=10)) as client:
        survival.work(client, "radio", NOW)
    assert jobs.waiting(survival.JOB) == 0
