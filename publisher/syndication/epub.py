"""The posts of a channel as one EPUB 3.3 to read offline, with the metadata of EPUB Accessibility 1.1.

The library lays out the book; each page is ours, because it drops text and directions, and so is the container,
because it asks the clock. Films and sounds stay links. Pictures are inside where their files are at hand, up to
`MOST_PICTURES`; elsewhere their words stand in their place.
"""

from __future__ import annotations

import io
import uuid
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from ebooklib import epub as library
from lxml import etree

from publisher.errors import OutsideError
from publisher.language import direction
from publisher.model import MediaFile
from publisher.syndication import container, dates, metadata
from publisher.syndication.channel import NAMESPACE, Channel
from publisher.syndication.container import Entry
from publisher.syndication.epubpage import Shelf, stylesheet, write_contents, write_page
from publisher.syndication.markup import LANG
from publisher.syndication.mediatypes import ending_of, essence
from publisher.syndication.release import Release
from publisher.syndication.words import words_of

NAME: Final = "digest.epub"
MEDIA_TYPE: Final = "application/epub+zip"
# A book is made in memory; what is larger than this stays on the web.
MOST_PICTURES: Final = 32 * 1024 * 1024

_CORE_PICTURES: Final = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
_PACKAGE: Final = "EPUB/content.opf"
_CONFORMS: Final = "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"


class _Page(library.EpubHtml):  # type: ignore[misc]  # the library publishes no types
    """A page that is written as it is given."""

    def get_content(self, default: object = None) -> bytes:
        """Give the bytes of the page."""
        del default
        content: bytes = self.content
        return content


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """A picture inside the book."""

    url: str
    path: str
    media_type: str
    content: bytes


def write(releases: Sequence[Release], channel: Channel, media: Sequence[MediaFile] = ()) -> bytes:
    """Write the posts that readers may see as a book; the same posts always give the same bytes.

    Raises:
        OutsideError: a picture's file cannot be read.
    """
    return b"".join(pieces(releases, channel, media))


def pieces(releases: Sequence[Release], channel: Channel, media: Sequence[MediaFile] = ()) -> Iterator[bytes]:
    """Write a book file by file. Raises: OutsideError."""
    return _repack(_bind(releases, channel, media), channel)


def _bind(releases: Sequence[Release], channel: Channel, media: Sequence[MediaFile]) -> bytes:
    """Let the library lay out a book."""
    shown = [release for release in releases if not release.held and not release.killed]
    pictures = _pictures(shown, media)
    book = library.EpubBook()
    newest = max((release.moment for release in shown if release.moment), default=dates.UNKNOWN)
    identity = "|".join([channel.uri, *(f"{one.uri} {one.revision.number} {one.changed}" for one in shown)])
    book.set_identifier(f"urn:uuid:{uuid.uuid5(NAMESPACE, identity)}")
    book.set_title(channel.title)
    book.set_language(channel.language)
    book.set_direction(direction(channel.language))
    _add_metadata(book, shown, channel, {picture.media_type for picture in pictures})
    _add_pages(book, shown, channel, pictures)
    raw = io.BytesIO()
    options = {"mtime": newest.astimezone(UTC), "package_direction": True, "raise_exceptions": True, "compresslevel": 0}
    library.EpubWriter(raw, book, options).write()
    return raw.getvalue()


def _pictures(shown: Sequence[Release], media: Sequence[MediaFile]) -> list[_Picture]:
    """Read the pictures that posts show, as long as there is room."""
    wanted = {image.url for release in shown for image in release.post.images}
    found: list[_Picture] = []
    room = MOST_PICTURES
    for medium in media:
        kind = essence(medium.media_type)
        if medium.url not in wanted or kind not in _CORE_PICTURES or medium.size > room:
            continue
        room -= medium.size
        try:
            content = medium.path.read_bytes()
        except OSError as cause:
            raise OutsideError(str(medium.path), f"cannot be read: {cause.strerror}", "Fetch it again.") from cause
        path = f"media/{medium.sha256}.{ending_of(kind)}"
        found.append(_Picture(url=medium.url, path=path, media_type=kind, content=content))
    return found


def _add_metadata(book: library.EpubBook, shown: Sequence[Release], channel: Channel, kinds: set[str]) -> None:
    """Write who published it, and how people can take it in (EPUB Accessibility 1.1, 2.2)."""
    book.add_metadata("DC", "publisher", channel.publisher)
    if channel.rights:
        book.add_metadata("DC", "rights", channel.rights)
    for name in dict.fromkeys(author.name for release in shown for author in release.post.authors):
        book.add_metadata("DC", "creator", name)
    for language in sorted({release.language for release in shown} - {channel.language}):
        book.add_metadata("DC", "language", language)
    described = _described(shown)
    properties = [
        *(("schema:accessMode", mode) for mode in metadata.modes(shown, still=True)),
        *(("schema:accessModeSufficient", senses) for senses in metadata.sufficient(shown, still=True)),
        *(("schema:accessibilityFeature", name) for name in ("tableOfContents", *metadata.features(shown, still=True))),
        ("schema:accessibilityHazard", "unknown" if "image/gif" in kinds else "none"),
        ("schema:accessibilitySummary", _summary(described=described)),
    ]
    if described:
        properties.append(("dcterms:conformsTo", _CONFORMS))
        properties.append(("a11y:certifiedBy", channel.publisher))
    for name, value in properties:
        book.add_metadata(None, "meta", value, {"property": name})


def _described(shown: Sequence[Release]) -> bool:
    """Say whether every picture has words or is decorative."""
    return all(image.alt is not None or image.decorative for release in shown for image in release.post.images)


def _summary(*, described: bool) -> str:
    """Say in a sentence or two what a reader can expect."""
    base = (
        "Headings, reading order, language and direction are marked; films and sounds are links, with captions and"
        " transcripts where there are any."
    )
    if described:
        return f"{base} Every picture has a text alternative or is decorative."
    return f"{base} Some pictures came without a text alternative; the text says where."


def _add_pages(
    book: library.EpubBook, shown: Sequence[Release], channel: Channel, pictures: Sequence[_Picture]
) -> None:
    """Put pages, pictures, style and both tables of contents into the book."""
    style = library.EpubItem(uid="style", file_name="style.css", media_type="text/css", content=stylesheet())
    book.add_item(style)
    shelf: Mapping[str, str] = {picture.url: picture.path for picture in pictures}
    unique = {picture.path: picture for picture in pictures}
    for number, picture in enumerate(unique.values(), start=1):
        book.add_item(
            library.EpubItem(
                uid=f"picture-{number}",
                file_name=picture.path,
                media_type=picture.media_type,
                content=picture.content,
            ),
        )
    pages = []
    for number, release in enumerate(shown, start=1):
        page = _Page(uid=f"post-{number}", file_name=f"post-{number}.xhtml", title=release.title)
        page.content = write_page(release, Shelf(pictures=shelf))
        book.add_item(page)
        pages.append(page)
    contents = _Page(uid="contents", file_name="contents.xhtml", title=words_of(channel.language).contents)
    contents.content = write_contents(channel, [(page.file_name, one) for page, one in zip(pages, shown, strict=True)])
    contents.properties = ["nav"]
    book.add_item(contents)
    book.add_item(library.EpubNcx())
    book.toc = pages
    book.spine = [contents, *pages]


def _repack(raw: bytes, channel: Channel) -> Iterator[bytes]:
    """Lay the book into a container without dates, its package marked with the language that the library leaves out."""
    entries: list[Entry] = []
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        for name in book.namelist():
            content = book.read(name)
            if name == _PACKAGE:
                content = _mark(content, channel)
            entry = Entry(name=name, size=len(content), crc=zlib.crc32(content))
            entries.append(entry)
            yield container.local_header(entry)
            yield content
    yield from container.directory(entries)


def _mark(package: bytes, channel: Channel) -> bytes:
    """Say the language and direction of the package document itself (Ace: epub-lang)."""
    root = etree.fromstring(package)
    root.set(LANG, channel.language)
    root.set("dir", direction(channel.language))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
