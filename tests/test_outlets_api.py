"""The partners' API over HTTP: who gets what, in which form, and that what was taken back is gone everywhere."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings, strategies
from lxml import etree
from PIL import Image as Picture

from publisher.jobs.outlets import enclosures, partners, syndicate, withdraw
from publisher.jobs.outlets.shelf import open_shelf
from publisher.media import embedded
from publisher.model import AltOrigin, Image, Post
from publisher.net import Client, Guard
from publisher.settings import Settings, load
from publisher.store import answers, bundles, channelmedia, channels, database, outlets, posts, republished
from publisher.store.bundles import StoredBundle
from publisher.store.channelmedia import StoredMedium
from publisher.store.models import ChannelRow
from publisher.syndication import archive
from publisher.syndication.release import folder_of
from publisher.web.outlets import cursor
from publisher.web.outlets.posts import format_of
from tests.web_builders import serving, write_settings

CHANNELS = """
[network]
allow_private = ["127.0.0.1"]
[sources.sea]
path = "sea"
[sources.land]
path = "land"
[channels.world]
title = "World"
sources = ["sea"]
formats = ["rss", "atom", "jsonfeed", "ninjs", "html", "text", "zip"]
[channels.brief]
title = "In brief"
sources = ["sea"]
formats = ["text"]
rights = "For the air only"
tags = ["Brief"]
[channels.hills]
title = "Hills"
sources = ["land"]
formats = ["rss", "html"]
[sources.deep]
path = "deep"
[channels.deep]
title = "Deep"
sources = ["deep"]
formats = ["rss", "atom", "jsonfeed"]
hubs = ["https://hub.example.org/"]
[outlets.library]
channels = ["deep"]
[outlets.air]
channels = ["world", "brief"]
[outlets.radio]
channels = ["world"]
[outlets.paper]
channels = ["world", "hills"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A newsroom that is served."""

    folder: Path
    url: str
    settings: Settings

    def token(self, outlet: str, **changes: Any) -> str:  # noqa: ANN401 - as `issue_token`
        """Make a token."""
        return partners.issue_token(outlet, actor="ann", now=datetime.now(UTC), **changes)

    def get(self, path: str, token: str, **headers: str) -> httpx.Response:
        """Ask with a token."""
        sent = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): one for name, one in headers.items()}}
        return httpx.get(f"{self.url}/api/v1/{path}", headers=sent, timeout=60)

    def bring(self, *given: Post, source: str = "sea") -> None:
        """Let a source bring posts, and tell partners."""
        posts.add_posts(source, given, datetime.now(UTC))
        syndicate.release(self.settings, datetime.now(UTC))

    def withdraw(self, uid: str) -> None:
        """Kill a post."""
        shelf = open_shelf(self.folder / "home", self.folder)
        withdraw.withdraw(self.settings, shelf, uid, "kill", "Not true", actor="ann", now=datetime.now(UTC))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, _ours: None) -> Iterator[Room]:
    """Serve a newsroom, and open its database here too."""
    folder = write_settings(tmp_path_factory.mktemp("newsroom"), CHANNELS)
    with serving(folder) as url:
        database.open_database(f"sqlite:///{folder}/home/publisher.sqlite3")
        found = load(folder / "settings.toml", {})
        syndicate.declare(found)
        yield Room(folder=folder, url=url, settings=found)
        database.close_database()


@pytest.fixture(autouse=True)
def _use(room: Room) -> None:
    """Let each test work on the database of the newsroom, whatever ran before."""
    database.open_database(f"sqlite:///{room.folder}/home/publisher.sqlite3")


_numbers = iter(range(1, 10_000))


def make_post(**changes: Any) -> Post:  # noqa: ANN401 - any field of a post
    """Make a post with an id of its own."""
    uid = f"https://example.org/{next(_numbers)}"
    values: dict[str, Any] = {
        "id": uid,
        "source": "sea",
        "url": uid,
        "title": f"Boats {uid[-1]}",
        "html": "<p>At dawn.</p>",
        "text": "At dawn.",
        "published": datetime(2026, 11, 20, tzinfo=UTC),
    }
    return Post(**values | changes)


def until(check: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < ends, "it did not happen in time"
        threading.Event().wait(0.05)


def change_of(room: Room, token: str, post: Post) -> dict[str, Any]:
    """Find the newest change of a post."""
    found = room.get("changes?limit=500", token).json()["changes"]
    newest: dict[str, Any] = next(one for one in reversed(found) if one["uri"] == post.id)
    return newest


# --- who ------------------------------------------------------------------------------------------------------------


def test_without_a_token_nothing_is_told(room: Room) -> None:
    """Every address but the index asks for a token, and says how to send one."""
    for path in ("changes", "bundles", "feeds/world/feed.rss", "key", "practice", f"items/{'0' * 24}"):
        answer = httpx.get(f"{room.url}/api/v1/{path}")
        assert (answer.status_code, answer.json()["status"]) == (401, 401), path
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "Bearer" in answer.headers["WWW-Authenticate"]
    assert httpx.get(f"{room.url}/api/v1/").json()["changes"].endswith("/api/v1/changes")


def test_a_token_is_good_as_bearer_and_as_password(room: Room) -> None:
    """Feed readers send it as the password of Basic; the name before it does not matter."""
    token = room.token("radio")
    assert room.get("changes", token).status_code == 200
    basic = base64.b64encode(f"radio:{token}".encode()).decode()
    for path in ("changes", "feeds/world/feed.rss"):
        answer = httpx.get(f"{room.url}/api/v1/{path}", headers={"Authorization": f"Basic {basic}"})
        assert answer.status_code == 200
    broken = httpx.get(f"{room.url}/api/v1/changes", headers={"Authorization": "Basic %%"})
    assert broken.status_code == 401


def test_what_cannot_be_done_at_an_address_is_a_problem_too(room: Room) -> None:
    """Another method is refused with those that there are, an unknown address with where to look."""
    headers = {"Authorization": f"Bearer {room.token('radio')}"}
    answer = httpx.request("DELETE", f"{room.url}/api/v1/changes", headers=headers, timeout=60)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    unknown = httpx.get(f"{room.url}/api/v1/nothing", headers=headers, timeout=60)
    for refused in (answer, unknown):
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["status"] == refused.status_code


def test_a_token_in_an_address_is_refused(room: Room) -> None:
    """It would stand in logs: the answer says so, even to a good one."""
    token = room.token("radio")
    answer = room.get(f"changes?token={token}", token)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:publisher:problem:token-in-address")


def test_tokens_end(room: Room) -> None:
    """A revoked token, one whose time is over, and one of a closed outlet open nothing from then on."""
    revoked, other = room.token("radio"), room.token("radio")
    short = room.token("radio", expires=datetime.now(UTC) + timedelta(seconds=2))
    assert {room.get("changes", one).status_code for one in (revoked, other)} == {200}
    outlets.revoke_token("radio", "_".join(revoked.split("_")[:2]), actor="ann", now=datetime.now(UTC))
    assert [room.get("changes", one).status_code for one in (revoked, other)] == [401, 200]
    until(lambda: room.get("changes", short).status_code == 401)


def test_a_token_is_bound_to_networks_and_scopes(room: Room) -> None:
    """From elsewhere, and for what it is not for, it is refused with the reason."""
    assert room.get("changes", room.token("radio", networks=["127.0.0.0/8"])).status_code == 200
    far = room.get("changes", room.token("radio", networks=["192.0.2.0/24", "2001:db8::/32"]))
    assert (far.status_code, far.json()["type"]) == (403, "urn:publisher:problem:network")
    narrow = room.token("radio", scopes=["read"])
    assert room.get("practice", narrow).status_code == 403
    assert room.get("feeds/world/feed.atom", narrow).status_code == 200


def test_a_quota_is_told_and_kept(room: Room) -> None:
    """Each answer says what is left; beyond it there is 429 with the time to come back."""
    outlets.add("small", ["world"], actor="ann", now=datetime.now(UTC))
    outlets.set_quota("small", 2, 0)
    token = room.token("small")
    answers = [room.get("changes", token) for _ in range(6)]
    assert answers[0].headers["RateLimit-Policy"] == '"requests";q=2;w=60'
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
    assert "r=0;" in refused[0].headers["RateLimit"]


def test_a_secret_address_opens_one_feed_and_is_never_written_down(room: Room) -> None:
    """It needs no header, opens nothing else, and no record holds it."""
    room.bring(make_post())
    secret = partners.issue_address("paper", "world", actor="ann", now=datetime.now(UTC))
    found = httpx.get(f"{room.url}/api/v1/f/{secret}/world/feed.atom")
    assert (found.status_code, found.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert httpx.get(f"{room.url}/api/v1/f/{secret}/hills/feed.rss").status_code == 404
    assert room.get("changes", secret).status_code == 403
    until(lambda: any(one.endpoint == "f/.../world/feed.atom" for one in answers.responses("paper")))
    assert secret.encode() not in (room.folder / "home" / "publisher.sqlite3-wal").read_bytes()
    (number,) = [one.key for one in outlets.addresses("paper")]
    outlets.revoke_address("paper", number, actor="ann", now=datetime.now(UTC))
    assert httpx.get(f"{room.url}/api/v1/f/{secret}/world/feed.atom").status_code == 401


# --- what -----------------------------------------------------------------------------------------------------------


def test_changes_come_in_order_and_pages(room: Room) -> None:
    """Following the cursor gives every change once; the end gives the same cursor again, and a stable ETag."""
    token = room.token("radio")
    room.bring(*(make_post() for _ in range(5)))
    seen: list[int] = []
    cursor = ""
    while True:
        page = room.get(f"changes?limit=2&cursor={cursor}", token).json()
        seen += [one["sequence"] for one in page["changes"]]
        cursor = page["cursor"]
        if not page["more"]:
            break
    assert seen == sorted(set(seen))
    assert len(seen) >= 5
    last = room.get(f"changes?cursor={cursor}", token)
    assert (last.json()["changes"], last.json()["cursor"]) == ([], cursor)
    assert room.get(f"changes?cursor={cursor}", token, If_None_Match=last.headers["ETag"]).status_code == 304


def test_a_cursor_from_elsewhere_is_refused(room: Room) -> None:
    """What is no cursor is 400; one from the future is 410 with the way to begin anew."""
    token = room.token("radio")
    for wrong in ("x", "MS4", "é", "A" * 90):
        assert room.get(f"changes?cursor={wrong}", token).status_code == 400, wrong
    for place in (b"1.99999999", b"1.1.99999999"):
        future = base64.urlsafe_b64encode(place).rstrip(b"=").decode()
        answer = room.get(f"changes?cursor={future}", token)
        assert (answer.status_code, answer.json()["resync"]) == (410, f"{room.settings.site.url}/api/v1/changes")
    for place in (b"1.7.7", b"1.07", b"1.1.", b"2.1"):
        wrong = base64.urlsafe_b64encode(place).rstrip(b"=").decode()
        assert room.get(f"changes?cursor={wrong}", token).status_code == 400, place
    answer = room.get(f"changes?channel=practice&cursor={future}", token)
    assert answer.json()["resync"].endswith("/changes?channel=practice")


def test_who_begins_gets_every_post_once_as_it_stands(room: Room) -> None:
    """Versions that were replaced are left out, withdrawals are not; what happens meanwhile is told behind them."""
    token = room.token("paper")
    changed, killed, kept = make_post(), make_post(), make_post()
    room.bring(changed, killed, kept)
    room.bring(replace(changed, title="Boats return"))
    room.withdraw(killed.id)
    page = room.get("changes?limit=1", token).json()
    room.bring(replace(kept, title="Piers"))  # while the partner goes through the pages
    told = page["changes"]
    while page["more"]:
        page = room.get(page["next"].partition("/api/v1/")[2], token).json()
        told += page["changes"]
    assert [one["sequence"] for one in told] == sorted({one["sequence"] for one in told})
    uris = [one["uri"] for one in told]
    assert len(uris) == len(set(uris))
    last = {one["uri"]: (one["version"], one["signal"]) for one in told}
    assert (last[changed.id], last[killed.id], last[kept.id]) == ((2, "update"), (2, "kill"), (2, "update"))
    assert room.get(f"changes?cursor={page['cursor']}", token).json()["changes"] == []
    room.bring(replace(kept, title="Stones"), replace(changed, title="Boats stay"))
    room.bring(replace(kept, title="Sand"))
    after = room.get(f"changes?cursor={page['cursor']}", token).json()["changes"]
    assert [(one["uri"], one["version"]) for one in after] == [(changed.id, 3), (kept.id, 3), (kept.id, 4)]


def test_a_cursor_of_long_ago_is_refused(room: Room) -> None:
    """What was taken back before it is forgotten: the partner is told to begin anew, and how."""
    token = room.token("library")
    ChannelRow.objects.filter(name="deep").update(floor=5)
    try:
        answer = room.get(f"changes?cursor={cursor.write(4)}", token)
        assert (answer.status_code, answer.json()["resync"]) == (410, f"{room.settings.site.url}/api/v1/changes")
        assert room.get("changes", token).status_code == 200
    finally:
        ChannelRow.objects.filter(name="deep").update(floor=0)


def test_a_long_poll_ends_with_the_change(room: Room) -> None:
    """Who waits is answered when something happens, not before."""
    token = room.token("radio")
    cursor = room.get("changes?limit=500", token).json()["cursor"]
    answers: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: answers.append(room.get(f"changes?cursor={cursor}&wait=20", token)))
    thread.start()
    thread.join(0.5)
    assert not answers
    post = make_post()
    room.bring(post)
    thread.join(10)
    assert [one["uri"] for one in answers[0].json()["changes"]] == [post.id]


def test_a_post_is_described_with_its_files(room: Room) -> None:
    """Each file is what its hash says; Accept chooses one of them directly."""
    token = room.token("radio")
    post = make_post(images=(Image(url="https://x.invalid/a.jpg", alt="A pier", alt_origin=AltOrigin.SOURCE),))
    room.bring(post)
    change = change_of(room, token, post)
    found = room.get(f"items/{change['id']}", token).json()
    assert (found["title"], found["version"], found["media"][0]["alt"]) == (post.title, 1, "A pier")
    assert {file["role"] for file in found["files"]} == {"ninjs", "html", "text"}
    for file in found["files"]:
        content = room.get(file["href"].partition("/api/v1/")[2], token).content
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    page = room.get(f"items/{change['id']}", token, Accept="text/html")
    assert page.headers["Content-Type"].startswith("text/html")
    assert 'alt="A pier"' in page.text
    assert page.headers["Content-Security-Policy"].startswith("sandbox;")
    nitf = room.get(f"items/{change['id']}", token, Accept="application/nitf+xml")
    assert nitf.headers["Content-Type"] == "application/json"  # the channel has no such file
    assert room.get(f"items/{change['id']}/versions/9", token).status_code == 404
    assert room.get(f"items/{change['id']}/versions/1/nothing.txt", token).status_code == 404


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", None),
        ("*/*", None),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("application/json, text/html;q=0.5", None),
        ("application/json;q=0.5, text/html", "html"),
        ("text/html;q=0, text/plain;q=0.3", "text"),
        ("text/*", "html"),
        ("application/vnd.iptc.g2.newsmessage+xml", "newsmlg2"),
        ("application/vnd.iptc.g2.newsitem+xml, */*;q=0.1", "newsmlg2"),
        ("application/nitf+xml", None),
        ("text/html;q=x", None),
        ("image/png", None),
    ],
)
def test_what_a_client_wants_most_is_answered(accept: str, wanted: str | None) -> None:
    """Of what the channel offers: html, text and NewsML-G2 here; else the description."""
    assert format_of(accept, ("html", "text", "newsmlg2")) == wanted


def test_a_post_in_two_channels_is_each_channels_own(room: Room) -> None:
    """Rights, formats, versions and what was taken back are those of the channel that the change is of."""
    token = room.token("air")
    post = make_post(tags=("Brief",))
    room.bring(post)
    first = {one["channel"]: one for one in room.get("changes?limit=500", token).json()["changes"][-2:]}

    def describe(change: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = room.get(change["version_href"].partition("/api/v1/")[2], token).json()
        return found

    world, brief = describe(first["world"]), describe(first["brief"])
    assert (world["rights"]["notice"], brief["rights"]["notice"]) == (None, "For the air only")
    assert [file["path"] for file in brief["files"]] == ["post.txt"]
    assert {file["path"] for file in world["files"]} == {"post.ninjs.json", "post.html", "post.txt"}
    for file in (*world["files"], *brief["files"]):
        content = room.get(file["href"].partition("/api/v1/")[2], token).content
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    room.bring(replace(post, tags=()))  # it leaves the short channel, and stays in the other
    second = {one["channel"]: one for one in room.get("changes?limit=500", token).json()["changes"][-2:]}
    assert (second["brief"]["status"], second["world"]["status"]) == ("withheld", "usable")
    assert (describe(second["world"])["status"], describe(second["world"])["version"]) == ("usable", 2)
    assert describe(second["brief"])["status"] == "withheld"
    assert room.get(f"items/{world['id']}", token).json()["channel"] == "world"
    assert room.get(f"items/{world['id']}?channel=hills", token).status_code == 404


def test_feeds_answer_conditionally_and_packed(room: Room) -> None:
    """ETags are strong, one for each encoding, found in lists; HEAD has the same headers; Last-Modified is no clock."""
    token = room.token("radio")
    room.bring(make_post(html="<p>" + "Long words. " * 200 + "</p>"))
    plain = room.get("feeds/world/feed.rss", token, Accept_Encoding="identity")
    packed = room.get("feeds/world/feed.rss", token, Accept_Encoding="gzip;q=0.5, br;q=0")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content
    assert room.get("feeds/world/feed.rss", token, Accept_Encoding="br").headers["Content-Encoding"] == "br"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert not plain.headers["ETag"].startswith("W/")
    digest = base64.b64encode(hashlib.sha256(plain.content).digest()).decode()
    assert plain.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    for wanted in (f'"other", W/{plain.headers["ETag"]}', "*"):
        same = room.get("feeds/world/feed.rss", token, Accept_Encoding="identity", If_None_Match=wanted)
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", plain.headers["ETag"])
    url = f"{room.url}/api/v1/feeds/world/feed.rss"
    head = httpx.head(url, headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"})
    assert (head.status_code, head.headers["ETag"], head.content) == (200, plain.headers["ETag"], b"")
    assert plain.headers["Last-Modified"] == room.get("feeds/world/feed.rss", token).headers["Last-Modified"]


# --- pages behind a feed ---------------------------------------------------------------------------------------------

ATOM = {"a": "http://www.w3.org/2005/Atom", "at": "http://purl.org/atompub/tombstones/1.0"}
HISTORY = "{http://purl.org/syndication/history/1.0}archive"


@dataclass(kw_only=True)
class Collector:
    """A reader of feeds that follows RFC 5005: it reads every page behind the feed that it has not read yet."""

    ask: Callable[[str], httpx.Response]
    address: str
    read: set[str]
    known: dict[str, str]
    archived: int = 0

    def collect(self) -> None:
        """Bring what is known up to date: older pages first, so that newer ones win."""
        pages: list[etree._Element] = []
        address = self.address
        while address and address not in self.read:
            root = etree.fromstring(self.ask(address).content)
            pages.append(root)
            if address != self.address:
                self.read.add(address)
                self.archived += root.find(HISTORY) is not None
                assert root.xpath("string(a:link[@rel='current']/@href)", namespaces=ATOM) == self.address
            address = root.xpath("string(a:link[@rel='prev-archive']/@href)", namespaces=ATOM)
        for root in reversed(pages):
            for entry in root.iterfind("a:entry", ATOM):
                self.known[entry.findtext("a:id", namespaces=ATOM) or ""] = entry.findtext("a:title", "", ATOM)
            for gone in root.iterfind("at:deleted-entry", ATOM):
                self.known.pop(gone.get("ref", ""), None)


def deep(number: int, **changes: Any) -> Post:  # noqa: ANN401 - any field of a post
    """Make a post of the deep channel."""
    values: dict[str, Any] = {"id": f"https://example.org/deep/{number}", "source": "deep", "title": f"Depth {number}"}
    return make_post(**values | changes)


def test_the_pages_behind_a_feed_hold_everything(room: Room) -> None:
    """However much came between two looks, whoever reads the pages that are new knows what there is, and no more."""
    token = room.token("library")
    chance = random.Random(7)  # noqa: S311 - no secret
    address = f"{room.settings.site.url}/api/v1/feeds/deep/feed.atom"

    def ask(url: str) -> httpx.Response:
        answer = room.get(url.partition("/api/v1/")[2], token)
        assert answer.status_code == 200, answer.text
        return answer

    reader = Collector(ask=ask, address=address, read=set(), known={})
    wanted: dict[str, str] = {}
    ever = 0
    for number in (30, 220, 1, 60, 0):
        fresh = [deep(5000 + ever + one) for one in range(number)]
        ever += number
        old = chance.sample(sorted(wanted), min(len(wanted), 25))
        room.bring(*fresh, *(deep(int(uid.rpartition("/")[2]), summary=f"{number}") for uid in old), source="deep")
        wanted |= {one.id: one.title or "" for one in fresh}
        if number == 1:
            for uid in old[:3]:
                room.withdraw(f"deep:{uid}")
                del wanted[uid]
        reader.collect()
        assert {uid: title for uid, title in reader.known.items() if "/deep/5" in uid} == wanted
    assert reader.archived > 2
    walk_back(room, token, sorted(reader.read))


def walk_back(room: Room, token: str, addresses: list[str]) -> None:
    """Check that pages lead on to newer ones, in RSS and JSON Feed as well, and that there are no others."""
    oldest = min(addresses, key=lambda url: int(re.findall(r"/(\d+)\.atom", url)[0]))
    steps = 0
    address = oldest
    while address:
        root = etree.fromstring(room.get(address.partition("/api/v1/")[2], token).content)
        address = root.xpath("string(a:link[@rel='next-archive']/@href)", namespaces=ATOM)
        steps += 1
    assert steps >= 3
    path = oldest.partition("/api/v1/")[2]
    assert b"fh:archive" in room.get(path.replace(".atom", ".rss"), token).content
    assert "next_url" in room.get("feeds/deep/feed.json", token).json()
    assert "next_url" not in room.get(path.replace(".atom", ".json"), token).json()
    assert room.get(re.sub(r"\d+\.atom", "99999999.atom", path), token).status_code == 404
    assert room.get(path, room.token("radio")).status_code == 404


def test_a_reader_may_ask_for_what_changed_alone(room: Room) -> None:
    """A-IM: feed and an entity tag of before give the posts behind it (226); an unknown one gives everything."""
    token = room.token("library")
    room.bring(deep(900), deep(901), source="deep")
    before = room.get("feeds/deep/feed.json", token, A_IM="feed")
    assert (before.status_code, "IM" in before.headers) == (200, False)
    tag = before.headers["ETag"]
    assert room.get("feeds/deep/feed.json", token, A_IM="feed", If_None_Match=tag).status_code == 304
    room.bring(deep(902), source="deep")
    room.withdraw("https://example.org/deep/900")
    part = room.get("feeds/deep/feed.json", token, A_IM="x, Feed;q=1", If_None_Match=f'"other", {tag}')
    assert (part.status_code, part.headers["IM"], part.headers["Cache-Control"]) == (226, "feed", "no-store, im")
    assert sorted(one["id"][-3:] for one in part.json()["items"]) == ["900", "902"]
    whole = room.get("feeds/deep/feed.json", token, If_None_Match=tag)
    assert (whole.status_code, whole.headers["ETag"]) == (200, part.headers["ETag"])
    assert {"901", "902"} <= {one["id"][-3:] for one in whole.json()["items"]}
    for unknown in ('"x"', '"abc.ffffffffff"', '"abc.0"', tag.replace(".", "-")):
        assert room.get("feeds/deep/feed.json", token, A_IM="feed", If_None_Match=unknown).status_code == 200
    until(lambda: any(one.status == 226 and "902" not in one.etag for one in answers.responses("library", 50)))


def test_a_secret_feed_leads_only_to_secret_addresses(room: Room) -> None:
    """Its own address, its pages and its hub stand in it, and no address that would ask for a token."""
    room.bring(*(deep(2000 + number) for number in range(105)), source="deep")
    secret = partners.issue_address("library", "deep", actor="ann", now=datetime.now(UTC))
    path = f"/api/v1/f/{secret}/deep/"
    for _ in range(2):
        found = httpx.get(f"{room.url}{path}feed.atom", timeout=60)
        root = etree.fromstring(found.content)
        links = {one.get("rel"): one.get("href", "") for one in root.iterfind("a:link", ATOM)}
        assert links["self"] == f"{room.settings.site.url}{path}feed.atom"
        assert links["hub"] == "https://hub.example.org"
        assert b"/feeds/deep/" not in found.content
        older = httpx.get(room.url + links["prev-archive"].removeprefix(room.settings.site.url), timeout=60)
        assert older.status_code == 200
        assert b"/feeds/deep/" not in older.content
        again = httpx.get(f"{room.url}{path}feed.atom", headers={"If-None-Match": found.headers["ETag"]}, timeout=60)
        assert again.status_code == 304
        room.bring(deep(2500, title=f"Again {secret[:4]}"), source="deep")


def test_a_bundle_can_be_pulled_in_parts(room: Room) -> None:
    """Ranges put together are the bundle; a changed If-Range gives all of it; behind the end is 416."""
    token = room.token("radio")
    room.bring(make_post())
    syndicate.pack(room.settings, open_shelf(room.folder / "home", room.folder), datetime.now(UTC))
    one = room.get("bundles", token).json()["bundles"][0]
    path = f"bundles/{one['sequence']}.zip"
    etag = f'"{one["sha256"]}"'
    first = room.get(path, token, Range="bytes=0-999")
    assert (first.status_code, first.headers["Content-Range"]) == (206, f"bytes 0-999/{one['bytes']}")
    rest = room.get(path, token, Range="bytes=1000-", If_Range=etag)
    whole = room.folder / "whole.zip"
    whole.write_bytes(first.content + rest.content)
    assert hashlib.sha256(whole.read_bytes()).hexdigest() == one["sha256"]
    key = room.get("key", token).content
    assert archive.verify(whole, key=key).signer == "given"
    assert room.get(path, token, Range="bytes=5-9", If_Range='"old"').status_code == 200
    assert room.get(path, token, Range="bytes=-7").content == whole.read_bytes()[-7:]
    behind = room.get(path, token, Range=f"bytes={one['bytes']}-")
    assert (behind.status_code, behind.headers["Content-Range"]) == (416, f"bytes */{one['bytes']}")
    assert room.get(path, token, If_None_Match=etag).status_code == 304
    assert room.get("bundles/999999.zip", token).status_code == 404


def test_a_token_that_is_revoked_ends_its_download(room: Room) -> None:
    """The rest of a large bundle is not given out: the partner sees a broken answer, and cannot go on with it."""
    size, number = 256 * 1024 * 1024, 2_000_000_000  # behind every change, so that no kill retires it
    file = room.folder / "home" / "bundles" / "channels" / "deep" / "large.zip"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as made:
        made.truncate(size)
    bundles.add(
        StoredBundle(
            channel="deep",
            sequence=number,
            file="deep/large.zip",
            sha256="0" * 64,
            size=size,
            posts=0,
            at=datetime.now(UTC),
        )
    )
    token = room.token("library")
    got: list[int] = []

    def download() -> None:
        headers = {"Authorization": f"Bearer {token}"}
        address = f"{room.url}/api/v1/bundles/{number}.zip"
        with httpx.stream("GET", address, headers=headers, timeout=60) as answer:
            assert answer.headers["Content-Length"] == str(size)
            for piece in answer.iter_bytes(1 << 18):
                if not got:
                    prefix = "_".join(token.split("_")[:2])
                    outlets.revoke_token("library", prefix, actor="ann", now=datetime.now(UTC))
                got.append(len(piece))

    with pytest.raises(httpx.RemoteProtocolError):
        download()
    assert 0 < sum(got) < size
    assert room.get(f"bundles/{number}.zip", token, Range=f"bytes={sum(got)}-").status_code == 401


class _Pictures:
    """Serves one picture over HTTP, and counts how often it was asked for."""

    def __init__(self, content: bytes) -> None:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers with the picture."""

            def do_GET(self) -> None:
                outer.asked += 1
                self.send_response(200)
                self.send_header("Content-Type", "image/png")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.asked = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/pier.png"


def test_media_are_fetched_once_and_given_by_hash(room: Room, tmp_path: Path) -> None:
    """The picture carries its description inside, travels once, and is gone for partners with its post."""
    file = tmp_path / "pier.png"
    Picture.new("RGB", (40, 30), "navy").save(file)
    pictures = _Pictures(file.read_bytes())
    image = Image(url=pictures.url, alt="A pier", alt_origin=AltOrigin.SOURCE)
    one, two = make_post(images=(image,), language="en"), make_post(images=(replace(image, alt="Stones"),))
    room.bring(one, two)
    shelf = open_shelf(room.folder / "home", room.folder)
    with Client(guard=Guard.allowing(["127.0.0.1"])) as client:
        while any(item.post.id in {one.id, two.id} for item in channelmedia.waiting(10_000)):
            enclosures.collect(client, shelf, print)
    pictures.server.shutdown()
    pictures.server.server_close()
    assert pictures.asked == 1
    token = room.token("radio")
    medium = room.get(f"items/{change_of(room, token, one)['id']}", token).json()["media"][0]
    answer = room.get(f"media/{medium['sha256']}", token)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert hashlib.sha256(answer.content).hexdigest() == medium["sha256"]
    assert embedded.read(answer.content).alt_in("en") == "A pier"
    outlets.add("other", ["hills"], actor="ann", now=datetime.now(UTC))
    assert room.get(f"media/{medium['sha256']}", room.token("other")).status_code == 404
    room.withdraw(one.id)
    assert room.get(f"media/{medium['sha256']}", token).status_code == 404


def test_a_kill_reaches_everything(room: Room) -> None:
    """After a kill no format, feed, older version or bundle holds a word of the post; partners are asked to confirm."""
    token = room.token("radio")
    word = "Zanzibarwreck"
    post = make_post(title=word, html=f"<p>{word}</p>", text=word)
    room.bring(post)
    shelf = open_shelf(room.folder / "home", room.folder)
    syndicate.pack(room.settings, shelf, datetime.now(UTC))
    before = room.get("bundles", token).json()["bundles"][0]
    item = change_of(room, token, post)["id"]
    assert word in room.get("feeds/world/feed.rss", token).text
    room.withdraw(post.id)
    change = change_of(room, token, post)
    assert (change["signal"], change["status"], change["note"]) == ("kill", "canceled", "Not true")
    paths = ["feeds/world/feed.rss", "feeds/world/feed.atom", "feeds/world/feed.json", f"items/{item}"]
    for version in (1, 2):
        described = room.get(f"items/{item}/versions/{version}", token).json()
        assert described["status"] == "canceled"
        paths += [file["href"].partition("/api/v1/")[2] for file in described["files"]]
    for path in paths:
        assert word not in room.get(path, token).text, path
    assert "deleted-entry" in room.get("feeds/world/feed.atom", token).text
    assert room.get(f"bundles/{before['sequence']}.zip", token).status_code == 410
    assert any(one.sequence == change["sequence"] for one in answers.unconfirmed_kills() if one.outlet == "radio")
    url, headers = f"{room.url}/api/v1/receipts", {"Authorization": f"Bearer {token}"}
    answer = httpx.post(url, json={"sequences": [change["sequence"], 2**40]}, headers=headers)
    assert answer.json() == {"confirmed": [change["sequence"]], "unknown": [2**40]}
    assert not [
        one for one in answers.unconfirmed_kills() if (one.sequence, one.outlet) == (change["sequence"], "radio")
    ]


def test_partners_may_rehearse(room: Room) -> None:
    """The practice channel plays everything on demand, keeps apart from real news, and shows what was done."""
    token = room.token("radio")
    headers = {"Authorization": f"Bearer {token}"}
    before = room.get("changes?limit=500", token).json()["cursor"]
    start = room.get("changes?channel=practice", token).json()["cursor"]
    for event in ("new", "update", "correction", "kill", "rtl", "embargo", "embargo-lift"):
        assert httpx.post(f"{room.url}/api/v1/practice/{event}", headers=headers).status_code == 200, event
    assert httpx.post(f"{room.url}/api/v1/practice/update", headers=headers).status_code == 200
    assert httpx.post(f"{room.url}/api/v1/practice/embargo-lift", headers=headers).status_code == 409
    assert httpx.post(f"{room.url}/api/v1/practice/dance", headers=headers).status_code == 409
    played = room.get(f"changes?channel=practice&cursor={start}", token).json()["changes"]
    assert [one["signal"] for one in played[:6]] == ["new", "update", "correction", "kill", "new", "new"]
    assert room.get(f"changes?cursor={before}", token).json()["changes"] == []
    assert room.get(f"items/{played[4]['id']}", token).json()["direction"] == "rtl"
    (bicycle,) = room.get(f"items/{played[4]['id']}", token).json()["media"]
    ferry, film = room.get(f"items/{played[5]['id']}", token).json()["media"]
    for medium in (bicycle, ferry, *film["captions"]):
        pulled = room.get(medium["href"].partition("/api/v1/")[2], token).content
        assert hashlib.sha256(pulled).hexdigest() == medium["sha256"]
        assert medium.get("alt") is None or embedded.read(pulled).alt_in(medium["altLanguage"]) == medium["alt"]
    assert (film["transcriptText"] is None, ferry["longDescription"] is None) == (False, False)
    assert room.get(f"items/{played[4]['id']}", room.token("paper")).status_code == 404
    httpx.post(f"{room.url}/api/v1/receipts", json={"sequences": [played[3]["sequence"]]}, headers=headers)
    until(lambda: bool(room.get("practice", token).json()["changes"][4]["fetched"]))
    shown = room.get("practice", token).json()["changes"]
    assert shown[3]["confirmed"]
    assert [bool(one["told"]) for one in shown] == [True] * len(played)
    assert [bool(one["fetched"]) for one in shown[:5]] == [False, False, False, False, True]
    assert not [one for one in answers.unconfirmed_kills() if one.channel.startswith("practice")]


def test_every_answer_is_written_down(room: Room) -> None:
    """The record names the token by its beginning, what was delivered, the status and the bytes."""
    token = room.token("paper")
    post = make_post(source="land")
    room.bring(post, source="land")
    change = change_of(room, token, post)
    answer = room.get(f"items/{change['id']}", token)
    room.get(f"items/{change['id']}", token, If_None_Match=answer.headers["ETag"])
    asked = answer.headers["X-Request-Id"]
    until(lambda: any(one.request_id == asked for one in answers.responses("paper")))
    (line,) = [one for one in answers.responses("paper") if one.request_id == asked]
    assert line.credential == "_".join(token.split("_")[:2])
    assert (line.status, line.size, json.loads(line.delivered)) == (
        200,
        int(answer.headers["Content-Length"]),
        [[change["id"], 1]],
    )
    until(lambda: answers.responses("paper")[0].status == 304)


def test_two_outlets_never_see_each_others_posts(room: Room) -> None:
    """Whatever an outlet asks for by name, it gets 404 for what stands in channels of others only."""
    room.bring(make_post(source="land", title="Hill secret"), source="land")
    radio, paper = room.token("radio"), room.token("paper")
    hidden = list(room.get("changes?channel=hills&limit=500", paper).json()["changes"])
    assert hidden
    assert room.get("changes?channel=hills", radio).status_code == 404
    assert room.get("feeds/hills/feed.rss", radio).status_code == 404
    assert room.get("bundles?channel=hills", radio).status_code == 404
    assert room.get("changes?channel=practice-paper", radio).status_code == 404
    for one in hidden:
        assert room.get(f"items/{one['id']}", radio).status_code == 404
        assert room.get(f"items/{one['id']}/versions/1/post.html", radio).status_code == 404
        assert room.get(f"items/{one['id']}", paper).status_code == 200


def store_picture(room: Room, channel: str, folder: str) -> str:
    """Let a post of a channel have a picture of its own on disk; gives its hash."""
    content = f"picture {next(_numbers)}".encode()
    digest = hashlib.sha256(content).hexdigest()
    place = room.folder / "home" / "media" / "channels"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{digest}.png").write_bytes(content)
    item = channels.find([channel], folder)
    assert item is not None
    url = f"https://example.org/{digest}.png"
    stored = StoredMedium(
        url=url, sha256=digest, source_sha256=digest, media_type="image/png", file=f"{digest}.png", size=len(content)
    )
    channelmedia.keep(item.key, [stored], complete=True)
    return digest


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    allowed=strategies.sets(strategies.sampled_from(["world", "hills"]), min_size=1),
    source=strategies.sampled_from(["sea", "land"]),
    hours=strategies.sampled_from([None, -1, 1]),
)
def test_entitlements_hold_whatever_they_are(room: Room, allowed: set[str], source: str, hours: int | None) -> None:
    """For random rights, sources and embargoes, an outlet sees a post exactly when one of its channels may show it."""
    name = f"any-{next(_numbers)}"
    outlets.add(name, sorted(allowed), actor="ann", now=datetime.now(UTC))
    embargo = datetime.now(UTC) + timedelta(hours=hours) if hours is not None else None
    post = make_post(source=source, embargo=embargo)
    room.bring(post, source=source)
    token = room.token(name)
    may = {"sea": "world", "land": "hills"}[source] in allowed and hours != 1
    listed = room.get("changes?limit=500", token).json()["changes"]
    assert any(one["uri"] == post.id for one in listed) == may
    folder = folder_of(post)
    assert room.get(f"items/{folder}", token).status_code == (200 if may else 404)
    if hours != 1:
        digest = store_picture(room, {"sea": "world", "land": "hills"}[source], folder)
        assert room.get(f"media/{digest}", token).status_code == (200 if may else 404)
    for channel in ("world", "hills"):
        feed = room.get(f"feeds/{channel}/feed.rss", token)
        assert feed.status_code == (200 if channel in allowed else 404)
        assert (post.id in feed.text) == (may and channel == {"sea": "world", "land": "hills"}[source])


def test_a_partner_says_where_it_shows_posts(room: Room) -> None:
    """Only after it agreed, only below its own address, only posts that it may have; it sees what was found."""
    post = make_post()
    room.bring(post)
    token = room.token("radio")
    item = change_of(room, token, post)["id"]
    sent = {"Authorization": f"Bearer {token}"}

    def tell(url: str, name: str = item) -> httpx.Response:
        body = {"pages": [{"id": name, "url": url}]}
        return httpx.post(f"{room.url}/api/v1/republished", json=body, headers=sent, timeout=60)

    assert tell("https://radio.example.net/1").status_code == 409
    republished.agree("radio", "https://radio.example.net", actor="ann", now=datetime.now(UTC))
    assert tell("https://elsewhere.example.net/1").json()["type"] == "urn:publisher:problem:not-agreed"
    assert tell("ftp://radio.example.net/1").status_code == 422
    assert tell("https://radio.example.net/1", "0" * 24).json() == {"kept": [], "unknown": ["0" * 24]}
    assert tell("https://radio.example.net/1").json() == {"kept": [item], "unknown": []}
    (page,) = room.get("republished", token).json()["pages"]
    assert (page["id"], page["url"], page["checked"]) == (item, "https://radio.example.net/1", None)
    assert room.get("republished", room.token("paper")).json() == {"pages": []}
    assert room.get("republished", room.token("radio", scopes=["read"])).status_code == 403
