"""Our copies of pictures: mails show them where the settings say so, and the archive always does.

posts -> hang -> posts whose pictures have their true size, and our own address with host = "own"

A picture is fetched once. What it says about itself is kept with it, for editors who describe it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from publisher.errors import OutsideError, PublisherError
from publisher.media import Fetcher, KeptPicture, Store, keep, open_store, picture_key, recall
from publisher.media.kind import EXTENSIONS
from publisher.model import Image, Post, Skipped
from publisher.net import open_client
from publisher.settings import Settings

_MOST_FAILURES: Final = 1000
_AT_ONCE: Final = 8
_PATIENCE: Final = 30.0  # seconds for all pictures of an edition: news do not wait for a slow server
_WEB: Final = ("http://", "https://")
_TYPES: Final = {extension: media_type for media_type, extension in EXTENSIONS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Our copy of a picture."""

    content: bytes
    media_type: str
    sha256: str


@dataclass(slots=True, kw_only=True)
class Gallery:
    """Where copies are kept, and how what is not there is fetched; what failed is not asked for again and again.

    `site` is the address of our pages, below which copies are shown.
    """

    store: Store
    client: Fetcher
    site: str = ""
    failed: set[str] = field(default_factory=set)

    def show(self, url: str) -> Copy | None:
        """Give our copy of a picture, fetched the first time; None: it cannot be had."""
        own = name_of(self.site, url)
        if own is not None:
            return find_copy(self.store, own)
        if url in self.failed:
            return None
        try:
            kept = keep(url, self.client, self.store)
            content = self.store.read(kept.key)
        except PublisherError:
            if len(self.failed) >= _MOST_FAILURES:
                self.failed.clear()
            self.failed.add(url)
            return None
        return Copy(content=content, media_type=kept.media_type, sha256=kept.sha256) if content else None

    def with_copies(self, described: Mapping[str, Image]) -> Mapping[str, Image]:
        """Give descriptions of pictures under the addresses of our copies too: mails may have shown either."""
        found = dict(described)
        for url, image in described.items():
            try:
                kept = recall(url, self.store)
            except OutsideError:
                kept = None
            if kept is not None:
                found[own_address(self.site, kept.name)] = image
        return found


def open_gallery(settings: Settings, home: Path) -> Gallery:
    """Open the pictures of a newsroom. Raises `OutsideError`, `SettingsError`."""
    return Gallery(store=open_store(settings.media, home), client=open_client(settings), site=settings.site.url)


# --- addresses of copies ------------------------------------------------------------------------------------------


def own_address(site: str, name: str) -> str:
    """Give the address of a copy by its name, which never changes what it shows."""
    return f"{site}/media/{name}"


def name_of(site: str, url: str) -> str | None:
    """Give the name of the copy at an address; None for every other address."""
    head, _, name = url.rpartition("/")
    return name if site and head == f"{site}/media" and picture_key(name) else None


def find_copy(store: Store, name: str) -> Copy | None:
    """Give a copy by its name; None where there is none. Raises `OutsideError`."""
    key = picture_key(name)
    content = store.read(key) if key else None
    if content is None:
        return None
    sha256, _, extension = name.partition(".")
    return Copy(content=content, media_type=_TYPES[extension], sha256=sha256)


# --- pictures of an edition ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Hung:
    """Posts as mails show them, and the pictures that could not be had, each with its reason."""

    posts: tuple[Post, ...]
    skipped: tuple[Skipped, ...] = ()


def hang(posts: Sequence[Post], settings: Settings, *, fetch: bool = True) -> Hung:
    """Give the pictures of posts their true size, and with host = "own" the address of our copy.

    One that cannot be had is left out then, so that nobody is led elsewhere; its caption stays. With host = "source"
    it stays as it is. Without `fetch` only what is kept already counts. Raises `OutsideError` when the store cannot be
    used and has to be.
    """
    is_own = settings.media.host == "own"
    wanted = _addresses(posts, settings.site.url, is_own=is_own)
    if settings.home is None or not wanted:
        return Hung(posts=tuple(posts))
    try:
        store = open_store(settings.media, settings.home)
        found, reasons = _take(wanted, store, settings, fetch=fetch)
    except OutsideError:
        if is_own:
            raise
        return Hung(posts=tuple(posts))
    shown = {url: _shown(kept, settings.site.url, is_own=is_own) for url, kept in found.items()}
    lost = frozenset(reasons) if is_own else frozenset[str]()
    skipped = tuple(Skipped(source=url, reason=reasons[url]) for url in wanted if url in reasons and is_own)
    return Hung(posts=tuple(_rehang(post, shown, lost) for post in posts), skipped=skipped)


def _addresses(posts: Iterable[Post], site: str, *, is_own: bool) -> list[str]:
    """List the pictures to look at, each once: all of others for our own address, else those that lack something."""
    found: dict[str, None] = {}
    for image in (image for post in posts for image in post.images):
        url = image.url or ""
        is_theirs = url.startswith(_WEB) and not (site and url.startswith(f"{site}/"))
        lacks = not (image.width and image.height) or image.alt is None
        if is_theirs and (is_own or lacks):
            found[url] = None
    return list(found)


def _take(
    wanted: Sequence[str], store: Store, settings: Settings, *, fetch: bool
) -> tuple[dict[str, KeptPicture], dict[str, str]]:
    """Find pictures in the store, and fetch those that are not there; gives them, and why others cannot be had."""
    found = {url: kept for url in wanted if (kept := recall(url, store)) is not None}
    missing = [url for url in wanted if url not in found]
    if not fetch or not missing:
        return found, dict.fromkeys(missing, "it was not fetched")
    with open_client(settings) as client:
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="picture")
        waiting = {url: pool.submit(keep, url, client, store) for url in missing}
        wait(waiting.values(), timeout=_PATIENCE)
        pool.shutdown(wait=False, cancel_futures=True)
        reasons: dict[str, str] = {}
        for url, future in waiting.items():
            kept = _result(future, url, reasons)
            if kept is not None:
                found[url] = kept
    return found, reasons


def _result(future: Future[KeptPicture], url: str, reasons: dict[str, str]) -> KeptPicture | None:
    """Give what became of a picture; None, with the reason, where it cannot be had. Raises `OutsideError`."""
    if not future.done() or future.cancelled():
        reasons[url] = f"it did not come within {_PATIENCE:.0f} seconds"
        return None
    failure = future.exception()
    if failure is None:
        return future.result()
    if not isinstance(failure, PublisherError):
        raise failure
    reasons[url] = failure.reason
    return None


def _shown(kept: KeptPicture, site: str, *, is_own: bool) -> Callable[[Image], Image]:
    """Say how a picture that is kept is shown."""

    def show(image: Image) -> Image:
        url = own_address(site, kept.name) if is_own else image.url
        return replace(image, url=url, width=kept.width, height=kept.height)

    return show


def _rehang(post: Post, shown: Mapping[str, Callable[[Image], Image]], lost: frozenset[str]) -> Post:
    """Show the pictures of a post as they are kept, in its text too; those that are lost have no address any more."""
    images, moved = [], {}
    for image in post.images:
        url = image.url or ""
        if url in shown:
            images.append(shown[url](image))
            moved[url] = images[-1].url or ""
        elif url in lost:
            images.append(replace(image, url=None))
            moved[url] = ""
        else:
            images.append(image)
    if not moved:
        return post
    text = post.html
    if text is not None:
        text = _SOURCE.sub(lambda found: _move(found, moved), text)
    return replace(post, images=tuple(images), html=text)


_SOURCE: Final = re.compile(r"""(<img\b[^>]*?\ssrc=)("[^"]*"|'[^']*')""", re.IGNORECASE)


def _move(found: re.Match[str], moved: Mapping[str, str]) -> str:
    """Write the new address of a picture into its element."""
    url = html.unescape(found[2][1:-1])
    if url not in moved:
        return found[0]
    return f'{found[1]}"{html.escape(moved[url])}"'
