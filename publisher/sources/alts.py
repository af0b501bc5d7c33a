"""alts.toml: the descriptions that people write for pictures whose source gives none.

parse -> Alts; describe(posts, alts) -> posts; write(posts) -> the file to fill in. A picture is known by its address,
or by the SHA-256 of its bytes where our own copies carry that in their names.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml import html as lxml_html

from publisher.errors import FormatError
from publisher.model import AltOrigin, Image, Post

_KEYS: Final = frozenset({"url", "sha256", "alt", "decorative", "post", "caption"})
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_HEAD: Final = """\
# Pictures without a description. For each one write, in the language of its post,
#   alt = "what the picture shows, as you would tell it on the telephone"
# or, where it shows nothing that the text does not say,
#   decorative = "why it may be passed over in silence"
# Every build reads this file where it lies beside settings.toml. What is left empty changes nothing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a person wrote about a picture: an alt text, or the reason why it is decorative; one of the two."""

    alt: str | None = None
    decorative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alts:
    """Descriptions by address and by SHA-256 of the picture, in lower-case hexadecimal."""

    by_url: Mapping[str, Description]
    by_sha256: Mapping[str, Description]

    def find(self, url: str | None) -> Description | None:
        """Give the description of the picture at an address."""
        if url is None:
            return None
        if url in self.by_url:
            return self.by_url[url]
        return next((self.by_sha256[name] for name in _SHA256.findall(url) if name in self.by_sha256), None)


NOTHING: Final = Alts(by_url={}, by_sha256={})


def parse(content: bytes, source: str) -> Alts:
    """Read the file. Raises: FormatError naming the file and the picture."""
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FormatError(source, f"is no valid TOML: {error}") from error
    unknown = sorted(set(tables) - {"picture"})
    if unknown:
        raise FormatError(source, f"unknown key {unknown[0]!r}", "Each picture is a table [[picture]]")
    pictures = tables.get("picture", [])
    if not isinstance(pictures, list):
        raise FormatError(source, "[picture] is one table", "Write [[picture]], with two brackets")
    by_url: dict[str, Description] = {}
    by_sha256: dict[str, Description] = {}
    for number, picture in enumerate(pictures, 1):
        place = f"{source}: picture {number}"
        description = _read(place, picture)
        if description is None:
            continue
        if "url" in picture:
            by_url[picture["url"]] = description
        if "sha256" in picture:
            by_sha256[picture["sha256"].lower()] = description
    return Alts(by_url=by_url, by_sha256=by_sha256)


def _read(place: str, picture: Mapping[str, Any]) -> Description | None:
    """Read one picture; None while nobody has filled it in."""
    unknown = sorted(set(picture) - _KEYS)
    if unknown:
        raise FormatError(place, f"unknown key {unknown[0]!r}", f"Known are {', '.join(sorted(_KEYS))}")
    for key, value in picture.items():
        if not isinstance(value, str):
            raise FormatError(f"{place}: {key}", "must be a text in quotes")
    if "url" not in picture and "sha256" not in picture:
        raise FormatError(place, "names no picture", "Give its url or its sha256")
    if "sha256" in picture and not _SHA256.fullmatch(picture["sha256"].lower()):
        raise FormatError(f"{place}: sha256", "must be 64 hexadecimal digits")
    alt, decorative = (" ".join(picture.get(key, "").split()) for key in ("alt", "decorative"))
    if alt and decorative:
        raise FormatError(
            place, "has both alt and decorative", "Keep one: a decorative picture is passed over in silence"
        )
    if not alt and not decorative:
        return None
    return Description(alt=alt or None, decorative=decorative or None)


def describe(posts: Iterable[Post], alts: Alts) -> tuple[Post, ...]:
    """Give the posts with the descriptions that people wrote; posts without one of those pictures stay as they are."""
    return tuple(_describe_post(post, alts) for post in posts)


def _describe_post(post: Post, alts: Alts) -> Post:
    """Put what people wrote into the pictures of a post and into its body."""
    found = {image.url: text for image in post.images if (text := alts.find(image.url)) and image.url}
    if not found:
        return post
    images = tuple(_describe_image(image, found[image.url]) if image.url in found else image for image in post.images)
    return replace(post, images=images, html=_describe_body(post.html, found))


def _describe_image(image: Image, text: Description) -> Image:
    """Put one description into a picture."""
    return replace(
        image,
        alt=text.alt or "",
        alt_origin=AltOrigin.ALTS_FILE,
        decorative=text.alt is None,
        decorative_reason=text.decorative,
    )


def _describe_body(body: str | None, found: Mapping[str, Description]) -> str | None:
    """Put descriptions into the img elements of a body, which is well-formed XHTML and stays so."""
    if not body:
        return body
    root = lxml_html.fragment_fromstring(body, create_parent="div")
    for element in root.iter("img"):
        text = found.get(element.get("src", ""))
        if text is not None:
            element.set("alt", text.alt or "")
    written = lxml_html.tostring(root, encoding="unicode", method="xml")
    return written.removeprefix("<div>").removesuffix("</div>")


def missing(posts: Iterable[Post]) -> tuple[tuple[Post, Image], ...]:
    """List the pictures that have an address and no description, each address once, in reading order."""
    seen: set[str] = set()
    listed = []
    for post in posts:
        for image in post.images:
            if image.url and image.alt is None and image.url not in seen:
                seen.add(image.url)
                listed.append((post, image))
    return tuple(listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A picture in the file that nobody has described yet: its post's title and its address, as the file has them."""

    post: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a file holds already: its text, the address of every picture in it, and those that are not filled in."""

    text: str
    listed: frozenset[str]
    waiting: tuple[Waiting, ...] = ()


def list_urls(content: bytes, source: str) -> Listing:
    """Read which pictures a file asks for. Raises: FormatError as `parse` does."""
    known = parse(content, source)
    text = content.decode("utf-8")
    pictures = [picture for picture in tomllib.loads(text).get("picture", []) if "url" in picture]
    return Listing(
        text=text,
        listed=frozenset(picture["url"] for picture in pictures),
        waiting=tuple(
            Waiting(post=picture.get("post", ""), url=picture["url"])
            for picture in pictures
            if picture["url"] not in known.by_url
        ),
    )


def write(listed: Iterable[tuple[Post, Image]], *, head: bool = True) -> str:
    """Write the file to fill in, or without its head what is added to one."""
    tables = [_HEAD] if head else []
    for post, image in listed:
        lines = ["[[picture]]", f"url = {_quote(image.url or '')}", f"post = {_quote(post.title or post.id)}"]
        if image.caption:
            lines.append(f"caption = {_quote(image.caption)}")
        tables.append("\n".join([*lines, 'alt = ""', 'decorative = ""', ""]))
    return "\n".join(tables)


def _quote(text: str) -> str:
    """Write a TOML basic string: JSON's escapes are a part of TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
