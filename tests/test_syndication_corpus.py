"""Posts from the wild in every format: valid by schemas, EPUBCheck, Ace, the Nu checker and axe, and read back whole.

The documents are not part of this repository: PUBLISHER_CORPUS names a folder that holds feeds/ and pages/, and
PUBLISHER_CONFORMANCE one that holds the schemas.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import Browser, Error, sync_playwright

from publisher import sources
from publisher.cli.reading import gather_described
from publisher.model import Document, Post
from publisher.settings import load
from publisher.syndication import archive, atom, bundle, epub, newsmlg2, ninjs, nitf, rss, signature
from publisher.syndication.channel import Channel
from publisher.syndication.markup import flat
from publisher.syndication.release import Release, prepare_all
from tests.nu import check_texts
from tests.test_syndication_epub import find_epubcheck
from tests.test_syndication_newsmlg2 import load_schema as load_newsmlg2
from tests.test_syndication_ninjs import load_schema as load_ninjs
from tests.test_syndication_nitf import load_schema as load_nitf
from tests.test_syndication_roundtrip import WRITERS
from tests.test_syndication_rss import NAMES, PROFILE

pytestmark = pytest.mark.proof

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHANNEL = Channel(title="Wild", organisation="Example News", language="en")
ACE = Path(__file__).parent / "node" / "ace"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BOOK = 25  # posts of the book that a browser reads
FIRST = 30  # pages that are looked at in a browser: as many languages, and all kinds
needs_schemas = pytest.mark.skipif(
    not os.environ.get("PUBLISHER_CONFORMANCE"), reason="PUBLISHER_CONFORMANCE names no folder with the schemas"
)


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Post, ...]:
    """Read every document of the corpus; give the posts with a title."""
    corpus = os.environ.get("PUBLISHER_CORPUS")
    if not corpus:
        pytest.skip("PUBLISHER_CORPUS names no folder with feeds and pages")
    path = tmp_path_factory.mktemp("home") / "settings.toml"
    path.write_text('[site]\nname = "Example News"\nurl = "https://news.example.org"\n')
    places = [str(Path(corpus) / "feeds"), *map(str, sorted(Path(corpus).glob("pages/*/source.html")))]
    gathered = gather_described(places, load(path, {}), now=NOW, default_language="en")
    found = tuple(post for post in gathered.posts if post.title)
    assert len(found) > 100
    return found


@pytest.fixture(scope="module")
def releases(posts: tuple[Post, ...]) -> tuple[Release, ...]:
    """Make the posts ready."""
    return prepare_all(posts, CHANNEL)


@pytest.fixture(scope="module")
def pages(posts: tuple[Post, ...]) -> dict[str, str]:
    """Write every post as an accessible page."""
    made = bundle.make(posts, Channel(title="Wild", organisation="Example News", formats=("html",)))
    return {file.path: file.content.decode() for file in made.files if file.path.endswith(".html")}


@needs_schemas
def test_every_post_is_valid_by_its_schemas(releases: tuple[Release, ...]) -> None:
    """Ninjs 3.1, NewsML-G2 2.35 and NITF 3.6."""
    wrong: list[tuple[str, str, str]] = []
    for release in releases:
        errors = load_ninjs().iter_errors(json.loads(ninjs.write(release)))
        wrong += [("ninjs", release.uri, error.message) for error in errors]
        for name, schema, written in (
            ("newsmlg2", load_newsmlg2(), newsmlg2.write(release, CHANNEL)),
            ("nitf", load_nitf(), nitf.write(release)),
        ):
            if not schema.validate(etree.fromstring(written)):
                wrong.append((name, release.uri, str(schema.error_log.last_error)))
    assert wrong == []


def test_feeds_stay_within_the_profile(releases: tuple[Release, ...]) -> None:
    """RSS holds nothing but what the W3C feed validator accepts; every post that may be shown is in it and in Atom."""
    shown = [release for release in releases if not release.held]
    root = etree.fromstring(rss.write(shown, CHANNEL))
    prefixes = {uri: prefix for prefix, uri in NAMES.items()}
    found = {etree.QName(one) for one in root.iter(etree.Element)}
    names = {f"{prefixes[one.namespace]}:{one.localname}" if one.namespace else one.localname for one in found}
    assert names <= PROFILE
    assert len(root.findall("channel/item")) == len(shown)
    entries = etree.fromstring(atom.write(shown, CHANNEL)).findall("{http://www.w3.org/2005/Atom}entry")
    assert [one.findtext("{http://www.w3.org/2005/Atom}id") for one in entries] == [one.uri for one in shown]


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_words_of_every_picture_come_back(name: str, releases: tuple[Release, ...]) -> None:
    """Written and read again, each alt text and each caption is there, in every format that has a reader."""
    for release in releases:
        if release.held:
            continue
        (read,) = sources.parse(Document(source="wild", content=WRITERS[name](release))).posts
        for part in ("alt", "caption"):
            got = [flat(getattr(image, part)) for image in read.images]
            for image in release.post.images:
                wanted = flat(getattr(image, part)) if image.url else ""
                assert not wanted or any(wanted in one for one in got), (release.uri, wanted)


def test_the_nu_checker_finds_no_error(pages: dict[str, str], tmp_path: Path) -> None:
    """Neither on any page nor on the one that leads to them; it does see a page with a mistake."""
    broken = {"broken": "<!DOCTYPE html><html lang=en><title>x</title><p><img src=a></p></html>"}
    found = check_texts({**pages, **broken}, tmp_path)
    assert [one for one in found if "-broken.html" not in one] == []
    assert found


def test_epubcheck_and_ace_find_no_fault_in_books(releases: tuple[Release, ...], tmp_path: Path) -> None:
    """A book of them all has no error and no warning; a short one gives Ace nothing to hold against it."""
    shown = [release for release in releases if not release.held]
    whole, short = tmp_path / "whole.epub", tmp_path / "short.epub"
    whole.write_bytes(epub.write(shown, CHANNEL))
    ran = subprocess.run([*find_epubcheck(), str(whole)], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert "0 errors / 0 warnings" in ran.stdout, ran.stdout + ran.stderr
    short.write_bytes(epub.write(shown[:: max(1, len(shown) // BOOK)], CHANNEL))
    assert ace(short, tmp_path / "ace") == []


@lru_cache(maxsize=1)
def find_ace() -> Path:
    """Give Ace, installed here once by npm; skips outside CI where it, Node or Chromium cannot be had."""
    program = ACE / "node_modules" / "@daisy" / "ace-cli" / "bin" / "ace.js"
    npm = shutil.which("npm")
    if not program.exists() and npm:
        command = [npm, "ci", "--prefix", str(ACE), "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - fixed words
    if not (program.exists() and shutil.which("node") and shutil.which("chromium")):
        if os.environ.get("CI"):
            pytest.fail("Ace needs node, npm and chromium")
        pytest.skip("Ace needs node, npm and chromium")
    return program


def ace(book: Path, folder: Path) -> list[str]:
    """Ask Ace about a book; gives what it holds against it."""
    command = [str(shutil.which("node")), str(find_ace()), "-f", "-s", "-o", str(folder), str(book)]
    environment = {**os.environ, "PUPPETEER_EXECUTABLE_PATH": str(shutil.which("chromium"))}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - ours
    report = folder / "report.json"
    assert report.exists(), ran.stdout + ran.stderr
    return [
        f"{one['earl:test']['dct:title']}: {one['earl:result']['dct:description']}"
        for document in json.loads(report.read_text(encoding="utf-8"))["assertions"]
        for one in document.get("assertions", ())
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with sync_playwright() as driver:
        try:
            chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        except Error as failure:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"there is no Chromium here: {failure.message.splitlines()[0]}")
        yield chromium
        chromium.close()


def test_axe_finds_nothing_on_pages(browser: Browser, pages: dict[str, str]) -> None:
    """On the landing page and on pages from all over the corpus."""
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    tab = browser.new_page(viewport={"width": 320, "height": 900})
    tab.route("**/*", lambda route: route.abort())
    for path in _spread(sorted(pages)):
        tab.set_content(pages[path])
        tab.evaluate(axe)
        found = tab.evaluate("async (options) => (await window.axe.run(document, options)).violations", options)
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], path


def _spread(paths: Sequence[str]) -> list[str]:
    """Choose paths from all over a list."""
    step = max(1, len(paths) // FIRST)
    return [*paths[::step], *(path for path in paths[-1:] if (len(paths) - 1) % step)]


def test_a_bundle_of_all_is_verified(posts: tuple[Post, ...], tmp_path: Path) -> None:
    """In every format at once, twice the same bytes."""
    key = signature.make_key()
    for name in ("a.zip", "b.zip"):
        archive.write(bundle.make(posts, CHANNEL), tmp_path / name, key=key)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert archive.verify(tmp_path / "a.zip").ok
