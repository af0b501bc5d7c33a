"""Two outlets, whatever each may pull: neither ever gets a word, a picture or a name of what is not meant for it."""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from publisher.jobs.outlets import partners, syndicate
from publisher.jobs.outlets.shelf import open_shelf
from publisher.model import AltOrigin, Image, Post, Status
from publisher.settings import Settings, load
from publisher.store import (
    channelmedia,
    channels,
    counters,
    database,
    outlets,
    posts,
    republished,
    withdrawals,
)
from publisher.store.channelmedia import StoredMedium
from publisher.store.models import BundleRow, PostRow
from publisher.syndication.release import folder_of
from tests.web_builders import publisher, write_settings

FORMATS: Final = (
    ("rss", "atom", "jsonfeed", "ninjs", "html", "text", "zip"),
    ("rss", "html"),
    ("atom", "ninjs", "newsmlg2", "epub", "zip"),
    ("jsonfeed", "nitf", "text", "zip"),
)
FILES: Final = ("post.ninjs.json", "post.g2.xml", "post.nitf.xml", "post.html", "post.txt")
FEEDS: Final = {"rss": "rss", "atom": "atom", "jsonfeed": "json"}
STRETCH: Final = 100  # changes that a page of a feed's archive is about
MARK: Final = re.compile(rb"(?:name|word)\d+z")

# --- what channels there are -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A channel as settings.toml declares it; `takes` says in a few words of our own what that means."""

    name: str
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    tags: tuple[str, ...]
    kickers: tuple[str, ...]
    missing_alt: str
    formats: tuple[str, ...]

    @property
    def rights(self) -> str:
        """Give the words that only this channel has."""
        return f"Rights of {self.name}."

    def takes(self, post: Post, source: str) -> bool:
        """Say whether a post belongs to the channel."""
        language = (post.language or "en").split("-")[0]
        return (
            source in self.sources
            and (not self.languages or language in self.languages)
            and (not self.tags or bool(set(self.tags) & set(post.tags)))
            and (not self.kickers or post.kicker in self.kickers)
            and (self.missing_alt == "flag" or all(one.alt is not None or one.decorative for one in post.images))
        )

    def to_toml(self) -> str:
        """Write the section."""
        lines = [f"[channels.{self.name}]", f'title = "{self.name}"', f'rights = "{self.rights}"']
        lines += [
            f"{key} = {list(getattr(self, key))}" for key in ("sources", "languages", "tags", "kickers", "formats")
        ]
        return "\n".join([*lines, f'missing_alt = "{self.missing_alt}"', ""])


CHANNELS: Final = tuple(
    Declared(
        name=f"c{number}",
        sources=sources,
        languages=languages,
        tags=tags,
        kickers=kickers,
        missing_alt=missing_alt,
        formats=FORMATS[(number + number // 4) % 4],
    )
    for number, (sources, languages, tags, (kickers, missing_alt)) in enumerate(
        itertools.product(
            (("sea",), ("land",), ("sea", "land")),
            ((), ("en",), ("fa",)),
            ((), ("harbour",)),
            (((), "flag"), (("Local",), "flag"), ((), "block")),
        )
    )
)

# --- what happens ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a source says of a post in one round."""

    language: str | None
    tags: tuple[str, ...]
    kicker: str | None
    described: bool
    hold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A post, what is said of it round for round, and whether an editor kills it at the end."""

    source: str
    states: tuple[State, ...]
    killed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Channels, which of them each of two outlets may pull, and what happens in them."""

    channels: tuple[Declared, ...]
    first: frozenset[str]
    second: frozenset[str]
    stories: tuple[Story, ...]


STATES: Final = some.builds(
    State,
    language=some.sampled_from([None, "en", "en-GB", "fa"]),
    tags=some.sampled_from([(), ("harbour",), ("sport",), ("harbour", "sport")]),
    kicker=some.sampled_from([None, "Local", "World"]),
    described=some.booleans(),
    hold=some.sampled_from(["", "", "", "embargo", "lifted", "withheld", "canceled"]),
)
STORIES: Final = some.builds(
    Story,
    source=some.sampled_from(["sea", "land"]),
    states=some.lists(STATES, min_size=1, max_size=3).map(tuple),
    killed=some.sampled_from([False, False, False, True]),
)


@some.composite
def plans(draw: some.DrawFn) -> Plan:
    """Draw what happens."""
    chosen = draw(some.lists(some.sampled_from(CHANNELS), min_size=2, max_size=4, unique_by=lambda one: one.name))
    rights = some.sets(some.sampled_from([one.name for one in chosen]), min_size=1).map(frozenset)
    stories = draw(some.lists(STORIES, min_size=1, max_size=4).map(tuple))
    return Plan(channels=tuple(chosen), first=draw(rights), second=draw(rights), stories=stories)


# --- the newsroom ----------------------------------------------------------------------------------------------------

_SERVER: Final = """
from wsgiref.simple_server import WSGIRequestHandler, make_server
from publisher.web.wsgi import application
class Handler(WSGIRequestHandler):
    def log_message(self, *_):
        pass
server = make_server("127.0.0.1", 0, application, handler_class=Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A newsroom whose API answers; nothing else works in it, so that only the test decides what happens when."""

    folder: Path
    settings: Settings
    client: httpx.Client

    @property
    def home(self) -> Path:
        """Give the home."""
        return self.folder / "home"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, _ours: None) -> Iterator[Room]:
    """Serve the API of a newsroom that declares all channels, and open its database here too."""
    more = '[sources.sea]\npath = "sea"\n[sources.land]\npath = "land"\n' + "".join(one.to_toml() for one in CHANNELS)
    folder = write_settings(tmp_path_factory.mktemp("newsroom"), more)
    assert publisher(folder, "migrate").returncode == 0
    names = {name: value for name, value in os.environ.items() if not name.startswith(("PUBLISHER_", "DJANGO_"))}
    names |= {"PUBLISHER_SETTINGS": str(folder / "settings.toml"), "PUBLISHER_HOME": str(folder / "home")}
    with subprocess.Popen([sys.executable, "-c", _SERVER], env=names, cwd=folder, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own code
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1/", timeout=60) as client:
            database.open_database(f"sqlite:///{folder}/home/publisher.sqlite3")
            yield Room(folder=folder, settings=load(folder / "settings.toml", {}), client=client)
            database.close_database()
        process.terminate()


_numbers = itertools.count(1)


def begin(room: Room, plan: Plan) -> World:
    """Begin anew: no post, no change, no bundle; the order of changes and of rights goes on."""
    database.open_database(f"sqlite:///{room.home}/publisher.sqlite3")
    with database.unit():
        PostRow.objects.all().delete()
        BundleRow.objects.all().delete()
        before = counters.raise_by(counters.CHANGES)
        counters.raise_by(counters.ACCESS)
    return World(room=room, plan=plan, before=before, number=next(_numbers))


@dataclass(kw_only=True)
class World:
    """What really is, as the test keeps count of it: which words of which post partners of which channel may see."""

    room: Room
    plan: Plan
    before: int
    number: int
    made: dict[int, Post] = field(default_factory=dict)
    words: dict[int, list[str]] = field(default_factory=dict)
    told: set[tuple[str, int]] = field(default_factory=set)
    seen: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    shown: set[tuple[str, int]] = field(default_factory=set)

    def uid(self, story: int) -> str:
        """Name a post; no name is ever used twice."""
        return f"https://example.org/name{self.number}{story}z"

    def folder(self, story: int) -> str:
        """Give the name of a post in addresses."""
        return folder_of(Post(id=self.uid(story), source="x", title="x"))

    @property
    def head(self) -> int:
        """Give the newest change of all channels."""
        return counters.read().changes

    def pack(self) -> None:
        """Let bundles be written."""
        shelf = open_shelf(self.room.home, self.room.folder)
        syndicate.pack(self.room.settings, shelf, datetime.now(UTC), [one.name for one in self.plan.channels])

    def play(self) -> None:
        """Let everything happen, round for round, and keep count."""
        rounds = max(len(story.states) for story in self.plan.stories)
        for number in range(rounds):
            for place, story in enumerate(self.plan.stories):
                if number < len(story.states):
                    self._bring(place, story, story.states[number])
            self._tell()
            fill(self.room.home)
            self.pack()
        for place, story in enumerate(self.plan.stories):
            if story.killed:
                withdrawn = f"{story.source}:{self.uid(place)}"
                withdrawals.withdraw(withdrawn, "kill", "Not true", actor="ann", now=datetime.now(UTC))
                self.made[place] = Post(id=self.uid(place), source=story.source, status=Status.CANCELED)
        self._tell()

    def words_of(self, channel: str) -> set[str]:
        """Give the words that a channel shows now."""
        return {self.words[place][-1] for name, place in self.shown if name == channel}

    def _bring(self, place: int, story: Story, state: State) -> None:
        """Let a source say something of a post."""
        word = f"word{next(_numbers)}z"
        self.words.setdefault(place, []).append(word)
        image = Image(
            url=f"https://example.org/{word}.png",
            alt=f"A pier {word}" if state.described else None,
            alt_origin=AltOrigin.SOURCE if state.described else None,
            caption=f"Caption {word}",
        )
        held = {"embargo": timedelta(days=9), "lifted": timedelta(days=-9)}.get(state.hold)
        post = Post(
            id=self.uid(place),
            source=story.source,
            url=self.uid(place),
            title=f"Title {word}",
            kicker=state.kicker,
            language=state.language,
            tags=state.tags,
            summary=f"Summary {word}",
            html=f"<p>Body {word}</p>",
            text=f"Body {word}",
            images=(image,),
            published=datetime(2026, 11, 20, tzinfo=UTC),
            embargo=None if held is None else datetime.now(UTC) + held,
            status=Status(state.hold) if state.hold in {"withheld", "canceled"} else None,
        )
        posts.add_posts(story.source, [post], datetime.now(UTC))
        self.made[place] = post

    def _tell(self) -> None:
        """Let partners be told, and keep count of what each channel shows now."""
        syndicate.release(self.room.settings, datetime.now(UTC), [one.name for one in self.plan.channels])
        for channel, (place, post) in itertools.product(self.plan.channels, self.made.items()):
            key = (channel.name, place)
            self.shown.discard(key)
            is_held = post.embargo is not None and post.embargo > datetime.now(UTC)
            if channel.takes(post, self.plan.stories[place].source) and not is_held and post.status is None:
                self.told.add(key)
                self.shown.add(key)
                self.seen.setdefault(key, set()).add(self.words[place][-1])


def fill(home: Path) -> None:
    """Let the pictures of all posts in channels lie on disk, each with bytes that name it."""
    for item in channelmedia.waiting(10_000):
        stored = [store_picture(home, image.url) for image in item.post.images if image.url]
        channelmedia.keep(item.key, stored, complete=True)


def store_picture(home: Path, url: str) -> StoredMedium:
    """Put a picture on disk."""
    content = picture(url)
    digest = hashlib.sha256(content).hexdigest()
    file = home / "media" / "channels" / f"{digest}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return StoredMedium(
        url=url, sha256=digest, source_sha256=digest, media_type="image/png", file=file.name, size=len(content)
    )


def picture(url: str) -> bytes:
    """Give the bytes of a picture."""
    return f"\x89PNG {url}".encode("latin-1")


# --- what an outlet gets ---------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Reader:
    """An outlet that asks for everything that there is, and what it may get."""

    world: World
    name: str
    may: frozenset[str]
    token: str = ""
    asked: int = 0

    def __post_init__(self) -> None:
        now = datetime.now(UTC)
        outlets.add(self.name, sorted(self.may), actor="ann", now=now)
        outlets.set_quota(self.name, 0, 0)
        self.token = partners.issue_token(self.name, actor="ann", now=now)

    @property
    def words(self) -> set[str]:
        """Give the words that it may see: of what stands in its channels, in every version that they were told."""
        return {word for key in self.world.shown if key[0] in self.may for word in self.world.seen[key]}

    @property
    def names(self) -> set[str]:
        """Give the names that it may know: of everything that its channels ever told it."""
        return {f"name{self.world.number}{place}z" for channel, place in self.world.told if channel in self.may}

    def ask(self, path: str, *, token: bool = True, **headers: str) -> httpx.Response:
        """Ask for something; whatever is answered, nothing in it is meant for others."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {self.token}"
        answer = self.world.room.client.get(path, headers=sent)
        self.asked += 1
        found = {mark.decode() for mark in marks(answer.content) | marks(str(answer.headers).encode())}
        assert found <= self.words | self.names, (path, found)
        foreign = [one.rights for one in self.world.plan.channels if one.name not in self.may]
        assert not any(words.encode() in answer.content for words in foreign), path
        return answer

    def is_told(self, place: int) -> bool:
        """Say whether it knows of a post."""
        return any((name, place) in self.world.told for name in self.may)

    def is_shown(self, place: int) -> bool:
        """Say whether it may use a post now."""
        return any((name, place) in self.world.shown for name in self.may)


def marks(content: bytes) -> set[bytes]:
    """Find names and words, also inside containers, and in containers in them."""
    found = set(MARK.findall(content))
    if zipfile.is_zipfile(io.BytesIO(content)):  # not so for a part of one
        with zipfile.ZipFile(io.BytesIO(content)) as inside:
            for name in inside.namelist():
                found |= marks(inside.read(name))
    return found


def check_changes(reader: Reader) -> None:
    """Check that it is told of what its channels told, page for page, and by channel."""
    cursor, seen = "", []
    while True:
        page = reader.ask(f"changes?limit=3&cursor={cursor}").json()
        seen += page["changes"]
        cursor = page["cursor"]
        if not page["more"]:
            break
    told = {(name, reader.world.uid(place)) for name, place in reader.world.told if name in reader.may}
    assert {(one["channel"], one["uri"]) for one in seen} == told
    assert [one["sequence"] for one in seen] == sorted({one["sequence"] for one in seen})
    usable = {(one["channel"], one["uri"]): one["status"] == "usable" for one in seen}
    assert {key for key, is_usable in usable.items() if is_usable} == {
        (name, reader.world.uid(place)) for name, place in reader.world.shown if name in reader.may
    }
    for channel in reader.world.plan.channels:
        found = reader.ask(f"changes?channel={channel.name}")
        assert found.status_code == (200 if channel.name in reader.may else 404)
    for change in seen:
        described = reader.ask(change["version_href"].partition("/api/v1/")[2])
        assert described.status_code == 200, change
        assert (described.json()["channel"], described.json()["uri"]) == (change["channel"], change["uri"])


def check_posts(reader: Reader) -> None:
    """Check that a post is there when a channel told it, with its files and pictures while one of them shows it."""
    world = reader.world
    for place in world.made:
        told, shown = reader.is_told(place), reader.is_shown(place)
        base = f"items/{world.folder(place)}"
        found = reader.ask(base)
        assert found.status_code == (200 if told else 404)
        described: dict[str, Any] = found.json() if told else {"files": []}
        for file in described["files"]:
            assert reader.ask(file["href"].partition("/api/v1/")[2]).status_code == 200
        assert (world.words[place][-1] in found.text) == shown
        paths = [*(f"{base}/versions/{n}" for n in (1, 2, 3)), *(f"{base}/versions/1/{name}" for name in FILES)]
        answers = [*(reader.ask(path) for path in paths), reader.ask(base, Accept="text/html")]
        assert {one.status_code for one in answers} <= ({200, 404} if told else {404})
        for word in world.words[place]:
            digest = hashlib.sha256(picture(f"https://example.org/{word}.png")).hexdigest()
            is_newest = word == world.words[place][-1]
            assert reader.ask(f"media/{digest}").status_code == (200 if shown and is_newest else 404)


def check_bundles(reader: Reader, *, packed: bool) -> None:
    """Check that it is offered bundles of its own channels only, and none that holds what was taken back."""
    world = reader.world
    listed = {one["sequence"]: one["channel"] for one in reader.ask("bundles").json()["bundles"]}
    assert set(listed.values()) <= reader.may
    for sequence in range(world.before, world.head + 2):
        answer = reader.ask(f"bundles/{sequence}.zip")
        assert answer.status_code == 200 if sequence in listed else answer.status_code in {404, 410}
        if sequence not in listed:
            assert reader.ask(f"bundles/{sequence}.zip", Range="bytes=0-99").status_code == answer.status_code
    for channel in world.plan.channels:
        found = reader.ask(f"bundles?channel={channel.name}")
        assert found.status_code == (200 if channel.name in reader.may else 404)
        if packed and channel.name in reader.may and "zip" in channel.formats and channels.head([channel.name]):
            newest = found.json()["bundles"][0]
            inside = reader.ask(f"bundles/{newest['sequence']}.zip")
            assert newest["sequence"] == channels.head([channel.name])
            assert words_in(inside) == world.words_of(channel.name)
            pictures = {f"https://example.org/{word}.png" for word in world.words_of(channel.name)}
            assert all(picture(url) in inside.content for url in pictures)


def check_feeds(reader: Reader) -> None:
    """Check that its feeds hold what its channels show, and so do the pages behind them and all secret addresses."""
    world = reader.world
    pages = range(world.before // STRETCH, world.head // STRETCH + 1)
    for channel in world.plan.channels:
        folders = {f"feeds/{channel.name}": True}
        if channel.name in reader.may:
            secret = partners.issue_address(reader.name, channel.name, actor="ann", now=datetime.now(UTC))
            folders[f"f/{secret}/{channel.name}"] = False
            for other in world.plan.channels:
                strange = [
                    reader.ask(f"f/{secret}/{other.name}/{end}.rss", token=False) for end in ("feed", "archive/0")
                ]
                assert other is channel or {one.status_code for one in strange} == {404}
            assert reader.world.room.client.get("changes", headers={"Authorization": f"Bearer {secret}"}).is_error
        for (kind, suffix), (folder, token) in itertools.product(FEEDS.items(), folders.items()):
            feed = reader.ask(f"{folder}/feed.{suffix}", token=token)
            older = [reader.ask(f"{folder}/archive/{number}.{suffix}", token=token) for number in pages]
            if channel.name not in reader.may or kind not in channel.formats:
                assert {one.status_code for one in (feed, *older)} == {404}
                continue
            assert words_in(feed) == world.words_of(channel.name)
            assert set().union(*(words_in(one) for one in older)) == world.words_of(channel.name)
            since = reader.ask(f"{folder}/feed.{suffix}", token=token, A_IM="feed", If_None_Match='"x.1"')
            assert since.status_code == (226 if channels.head([channel.name]) else 200)


def words_in(answer: httpx.Response) -> set[str]:
    """Find the words in an answer."""
    return {mark.decode() for mark in marks(answer.content) if mark.startswith(b"word")}


def check_returns(reader: Reader, other: Reader) -> None:
    """Check that what it tells us of posts of others is unknown, and that their practice is none of its."""
    world = reader.world
    sent = {"Authorization": f"Bearer {reader.token}"}
    numbers = list(range(world.before, world.head + 1))
    answer = world.room.client.post("receipts", headers=sent, json={"sequences": numbers})
    own = {change.sequence for change in channels.changes(sorted(reader.may), 0, 10_000)}
    assert set(answer.json()["confirmed"]) == own
    for path in (f"changes?channel=practice-{other.name}", f"bundles?channel=practice-{other.name}"):
        assert reader.ask(path).status_code == 404
    assert reader.ask(f"feeds/practice-{other.name}/feed.rss").status_code == 404
    assert reader.ask("practice").json()["changes"] == []
    site = f"https://{reader.name}.example.net"
    republished.agree(reader.name, site, actor="ann", now=datetime.now(UTC))
    pages = [{"id": world.folder(place), "url": f"{site}/{place}"} for place in world.made]
    answer = world.room.client.post("republished", headers=sent, json={"pages": pages})
    assert set(answer.json()["kept"]) == {world.folder(place) for place in world.made if reader.is_told(place)}
    assert {one["id"] for one in reader.ask("republished").json()["pages"]} == set(answer.json()["kept"])


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans())
def test_no_outlet_sees_what_is_not_meant_for_it(room: Room, plan: Plan) -> None:
    """For any channels, rights, filters, embargoes and withdrawals, everything that the API answers is one's own."""
    world = begin(room, plan)
    one = Reader(world=world, name=f"one-{world.number}", may=plan.first)
    other = Reader(world=world, name=f"other-{world.number}", may=plan.second)
    world.play()
    for reader in (one, other):
        check_bundles(reader, packed=False)
    world.pack()
    for reader, beside in ((one, other), (other, one)):
        check_changes(reader)
        check_posts(reader)
        check_bundles(reader, packed=True)
        check_feeds(reader)
        check_returns(reader, beside)
