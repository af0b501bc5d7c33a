"""How much of an article survives: pictures with their alt texts and captions, the words, headline and by-line.

    python -m bench.measure_articles FOLDER

FOLDER holds one folder per page with source.html, expected.html (the article that should be found) and, if there is
one, expected-metadata.json: the layout of the test pages of mozilla/readability. A caption is the figcaption of the
figure around a picture, else the words of an element named a caption in a box that holds this picture alone.
Exit status 1 when fewer than 95 % of the alt texts or 90 % of the captions are kept.
"""

from __future__ import annotations

import json
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html as lxml_html
from lxml.html import HtmlElement

from publisher.errors import FormatError
from publisher.model import Document, Image, Post
from publisher.sources import article

ADDRESS = "https://pages.example/article"
ADDRESSES = ("src", "data-src", "data-original", "data-lazy-src", "data-hi-res-src", "data-url")
ALT_TARGET, CAPTION_TARGET = 0.95, 0.90


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A picture as the expected article has it; `names` are the file names it goes by."""

    names: frozenset[str]
    alt: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured on one page."""

    page: str
    images: int = 0
    found: int = 0
    alts: int = 0
    alts_kept: int = 0
    captions: int = 0
    captions_kept: int = 0
    extra: int = 0
    title: str = "-"
    byline: str = "-"
    precision: float = 0.0
    recall: float = 0.0
    seconds: float = 0.0


def words(text: str) -> list[str]:
    """Give the words of a text in lower case."""
    return re.findall(r"\w+", text.lower())


def key(text: str | None) -> str:
    """Give a text without blanks and marks."""
    return "".join(words(text or ""))


def names_of(address: str) -> tuple[str, str]:
    """Give the path of an address and its last part, by which copies in several sizes agree."""
    path = unquote(urlsplit(address.strip()).path).lower()
    return path, path.rsplit("/", 1)[-1]


def grams(text: str, size: int = 5) -> set[tuple[str, ...]]:
    """Give the runs of words in a text; of letters where words are not parted by blanks."""
    found = words(text)
    if found and sum(map(len, found)) / len(found) > 12:
        found, size = list("".join(found)), 10
    return {tuple(found[start : start + size]) for start in range(max(len(found) - size, 0) + 1)}


def expected_images(root: HtmlElement) -> list[Expected]:
    """List the pictures of the expected article."""
    found = []
    for image in root.iter("img"):
        addresses = [value for name in ADDRESSES if (value := image.get(name))]
        sets = (part.split() for name in ("srcset", "data-srcset") for part in (image.get(name) or "").split(","))
        addresses += [part[0] for part in sets if part]
        names = frozenset(name for address in addresses for name in names_of(address) if name.strip("/"))
        found.append(Expected(names=names, alt=image.get("alt") or "", caption=caption_of(image)))
    return found


def caption_of(image: HtmlElement) -> str:
    """Give the caption of a picture in the expected article; "" for none."""
    for up in list(image.iterancestors())[:6]:
        alone = len(list(up.iter("img"))) == 1
        if up.tag != "figure" and not alone:
            return ""
        named = [one for one in up.iterdescendants() if "caption" in (one.get("class") or "")]
        marked = [*up.iter("figcaption")] or named
        if marked:
            return str(marked[0].text_content())
        if up.tag == "figure":
            return ""
    return ""


def match(expected: Expected, images: list[Image]) -> Image | None:
    """Find an expected picture among those we kept: by address, else by what its alt text says, else by file name."""
    for place in (0, 1):
        for image in images:
            if image.url and names_of(image.url)[place] in expected.names:
                return image
        for image in images:
            if key(expected.alt) and key(image.alt) == key(expected.alt):
                return image
    return None


def agrees(ours: str, theirs: str) -> str:
    """Say whether two names are the same, or one holds the other."""
    one, other = key(ours), key(theirs)
    if not other:
        return "-"
    return "yes" if one and (one in other or other in one) else "NO"


def read(page: Path) -> Post | None:
    """Read a page as the product does."""
    content = (page / "source.html").read_bytes()
    document = Document(source=page.name, content=content, url=ADDRESS, media_type="text/html")
    try:
        return article.parse(document).posts[0]
    except FormatError as error:
        print(error)
        return None


def measure(page: Path) -> Row:
    """Compare what we make of a page with what is expected."""
    root = lxml_html.document_fromstring((page / "expected.html").read_text(encoding="utf-8"))
    start = time.perf_counter()
    post = read(page)
    seconds = time.perf_counter() - start
    wanted = expected_images(root)
    images = list(post.images) if post else []
    pairs = [(one, match(one, images)) for one in wanted]
    ours, theirs = grams(post.text or "" if post else ""), grams(str(root.text_content()))
    file = page / "expected-metadata.json"
    said = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    with_alt = [(one, found) for one, found in pairs if one.alt.strip()]
    with_caption = [(one, found) for one, found in pairs if key(one.caption)]
    return Row(
        page=page.name,
        images=len(wanted),
        found=sum(found is not None for _, found in pairs),
        alts=len(with_alt),
        alts_kept=sum(found is not None and key(found.alt) == key(one.alt) for one, found in with_alt),
        captions=len(with_caption),
        captions_kept=sum(found is not None and key(one.caption) in key(found.caption) for one, found in with_caption),
        extra=len(images) - len({id(found) for _, found in pairs if found is not None}),
        title=agrees(post.title or "" if post else "", said.get("title") or ""),
        byline=agrees(" ".join(author.name for author in post.authors) if post else "", said.get("byline") or ""),
        precision=len(ours & theirs) / max(len(ours), 1),
        recall=len(ours & theirs) / max(len(theirs), 1),
        seconds=seconds,
    )


def share(part: int, whole: int) -> float:
    """Give a part of a whole; all of nothing is 1."""
    return part / whole if whole else 1.0


def main(arguments: list[str]) -> int:
    """Measure every page of a folder and print a table."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print(__doc__)
        return 2
    pages = sorted(page for page in Path(arguments[0]).iterdir() if (page / "source.html").exists())
    rows = [measure(page) for page in pages]
    print(f"{'page':28} {'found':>7} {'alt':>7} {'caption':>7} {'more':>4} title byline precision recall  ms")
    for row in rows:
        counts = (f"{row.found}/{row.images}", f"{row.alts_kept}/{row.alts}", f"{row.captions_kept}/{row.captions}")
        print(
            f"{row.page:28} {counts[0]:>7} {counts[1]:>7} {counts[2]:>7} {row.extra:>4} {row.title:>5} {row.byline:>6} "
            f"{row.precision:9.2f} {row.recall:6.2f} {row.seconds * 1000:5.0f}",
        )
    images, found, alts, alts_kept, captions, captions_kept = (
        sum(getattr(row, name) for row in rows)
        for name in ("images", "found", "alts", "alts_kept", "captions", "captions_kept")
    )
    alt_share, caption_share = share(alts_kept, alts), share(captions_kept, captions)
    precision = sum(row.precision for row in rows) / max(len(rows), 1)
    recall = sum(row.recall for row in rows) / max(len(rows), 1)
    print(f"{len(rows)} pages: {found} of {images} pictures, alt texts {alts_kept}/{alts} ({alt_share:.0%}), ", end="")
    print(f"captions {captions_kept}/{captions} ({caption_share:.0%}), ", end="")
    print(f"mean precision {precision:.3f}, recall {recall:.3f}")
    return 0 if alt_share >= ALT_TARGET and caption_share >= CAPTION_TARGET else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
