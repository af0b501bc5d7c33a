"""The words that pictures carry inside."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from publisher.errors import FormatError
from publisher.media import Embedded
from publisher.media.containers import LONGEST_XMP, read_xmp, write_xmp
from publisher.media.embedded import read, write

WORDS = Embedded(
    alt=(("x-default", "Two boats"), ("en", "Two boats"), ("fa", "دو قایق")),
    description=(("x-default", "Two boats lie at the quay; <one> is red & old."),),
)
KINDS = ("JPEG", "PNG", "WEBP")
PACKET = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="Ann Lee"/>
<rdf:Description rdf:about="" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/">
<Iptc4xmpCore:AltTextAccessibility><rdf:Alt>%s</rdf:Alt></Iptc4xmpCore:AltTextAccessibility>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def picture(kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """Make a small picture."""
    written = io.BytesIO()
    Image.new(mode, (33, 17), (200, 10, 10, 90)[: len(mode)]).save(written, kind, **options)
    return written.getvalue()


def with_packet(items: str) -> bytes:
    """Make a picture whose XMP another program wrote."""
    return picture("JPEG", xmp=(PACKET % items).encode())


def pixels(content: bytes) -> tuple[tuple[int, int], str, bytes]:
    """Give what a picture shows."""
    with Image.open(io.BytesIO(content)) as image:
        return image.size, image.mode, image.tobytes()


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGBA", {}),
        ("WEBP", "RGB", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}),
    ],
)
def test_what_is_written_is_read_again(kind: str, mode: str, options: dict[str, object]) -> None:
    """Words go in and come out, the pixels stay, other readers find the packet, and writing again replaces."""
    before = picture(kind, mode, **options)
    assert read(before) == Embedded()
    after = write(before, WORDS)
    assert read(after) == WORDS
    assert pixels(after) == pixels(before)
    with Image.open(io.BytesIO(after)) as image:
        assert b"AltTextAccessibility" in image.info["xmp"]
    other = Embedded(alt=(("x-default", "One boat"),))
    assert read(write(after, other)) == other
    assert not read(write(after, Embedded()))


def test_the_first_text_is_for_all_other_languages() -> None:
    """XMP wants a text for every other language: the first one, put first."""
    written = read(write(picture(), Embedded(alt=(("de", "Zwei Boote"), ("en", "Two boats")))))
    assert written.alt == (("x-default", "Zwei Boote"), ("de", "Zwei Boote"), ("en", "Two boats"))
    assert bool(written)


@pytest.mark.parametrize(
    ("language", "alt"),
    [("fa", "دو قایق"), ("fa-IR", "دو قایق"), ("EN", "Two boats"), ("de", "Two boats")],
)
def test_a_suggestion_in_the_language_of_the_post(language: str, alt: str) -> None:
    """The text in the language comes first, then one in a near one, then the one for all others."""
    assert WORDS.alt_in(language) == alt
    assert WORDS.description_in(language) == WORDS.description[0][1]


def test_no_suggestion_in_another_language() -> None:
    """Without a text for all others, none is offered in a language that it is not in."""
    assert Embedded(alt=(("fr", "Deux bateaux"),)).alt_in("de") is None


def test_words_of_other_programs_are_read_and_the_rest_of_theirs_stays() -> None:
    """What photographers write with their tools is found in any of its places, and nothing else of it is lost."""
    content = with_packet('<rdf:li xml:lang="x-default"> Two\n boats </rdf:li><rdf:li xml:lang="cs">Dva čluny</rdf:li>')
    assert read(content).alt == (("x-default", "Two boats"), ("cs", "Dva čluny"))
    packet = read_xmp(write(content, WORDS))
    assert packet is not None
    assert b"Ann Lee" in packet
    assert packet.count(b"<Iptc4xmpCore:AltTextAccessibility") == 1


def test_rdf_without_its_wrapper_is_filled_too() -> None:
    """Some programs write the RDF alone."""
    bare = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    assert read(write(picture(xmp=bare), WORDS)) == WORDS


@pytest.mark.parametrize("items", ["", "<rdf:li> </rdf:li>", "<rdf:li xml:lang='en'/>"])
def test_empty_words_are_none(items: str) -> None:
    """A property that says nothing is no alt text."""
    assert read(with_packet(items)) == Embedded()


def test_the_first_of_two_texts_in_one_language_counts() -> None:
    """A language that stands twice is read once; an item without a language is for all."""
    content = with_packet("<rdf:li>First</rdf:li><rdf:li xml:lang='x-default'>Second</rdf:li>")
    assert read(content).alt == (("x-default", "First"),)


@pytest.mark.parametrize("packet", [b"\0\0", b"  "])
def test_an_empty_packet_says_nothing(packet: bytes) -> None:
    """Room that was left for words is no mistake, and can be written into."""
    content = write_xmp(picture("PNG"), packet)
    assert read(content) == Embedded()
    assert read(write(content, WORDS)) == WORDS


@pytest.mark.parametrize(
    ("packet", "said"),
    [
        (b"<x:xmpmeta", "no XML"),
        (b"words", "no XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (b"<a>" * 300 + b"</a>" * 300, "no XML"),
    ],
)
def test_hostile_packets_are_refused(packet: bytes, said: str) -> None:
    """Entities, files from elsewhere, depth without end: a message, and nothing is fetched."""
    with pytest.raises(FormatError, match=said):
        read(picture(xmp=packet))


def test_a_packet_without_rdf_cannot_be_filled() -> None:
    """There is no place for words in XML that is no RDF."""
    bare = b'<i:AltTextAccessibility xmlns:i="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"/>'
    for packet in (b"<a/>", bare):
        with pytest.raises(FormatError, match="no RDF"):
            write(picture(xmp=packet), WORDS)


def test_words_too_long_for_the_file_are_refused() -> None:
    """A JPEG segment holds 64 KB, any packet a megabyte; control characters are written as spaces."""
    long = Embedded(description=(("en", "a" * 70_000),))
    with pytest.raises(FormatError, match="JPEG file can hold"):
        write(picture(), long)
    assert read(write(picture("PNG"), long)).description_in("en") == "a" * 70_000
    with pytest.raises(FormatError, match="longer"):
        write(picture("PNG"), Embedded(alt=(("en", "a" * LONGEST_XMP),)))
    with pytest.raises(FormatError, match="longer"):
        read(picture("WEBP", xmp=b"<a>" + b" " * LONGEST_XMP + b"</a>"))
    assert read(write(picture(), Embedded(alt=(("en", "a\0b\ud800c"),)))).alt_in("en") == "a b c"


def test_packed_text_in_png_is_unpacked_within_limits() -> None:
    """XMP in a PNG may be compressed; what unpacks to more than a megabyte, or not at all, is refused."""
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", PACKET % "<rdf:li>Two boats</rdf:li>", zip=True)
    assert read(picture("PNG", pnginfo=text)).alt_in("en") == "Two boats"
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", " " * (LONGEST_XMP + 1), zip=True)
    with pytest.raises(FormatError, match="longer"):
        read(picture("PNG", pnginfo=text))
    for body, said in (
        (b"\1\0\0\0broken", "unpacked"),
        (b"\0\1\0\0x", "cannot be read"),
        (b"\0\0\0", "cannot be read"),
    ):
        with pytest.raises(FormatError, match=said):
            read(png((b"iTXt", b"XML:com.adobe.xmp\0" + body), (b"IEND", b"")))


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Make a PNG file of chunks."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    """Make a WebP file of chunks."""
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


@pytest.mark.parametrize(
    "content",
    [
        png((b"IHDR", b"")),
        png((b"IHDR", b""))[:-6],
        b"\xff\xd8\xff\xe1\0\x99",
        b"\xff\xd8\xff\xe1\0\0",
        b"\xff\xd8\xff\xe0\0\x02words",
        webp((b"ICCP", b"words"))[:-4],
        webp((b"ICCP", b"words")),
        webp((b"VP8 ", b"words")),
        webp((b"VP8L", b"words")),
        webp((b"VP8 ", b"\0\0\0\x9d\x01\x2a\0\0\0\0")),
        webp((b"VP8X", b"")),
        webp(),
        picture("GIF"),
        b"words",
        b"",
    ],
)
def test_broken_files_and_other_kinds_cannot_be_written_into(content: bytes) -> None:
    """A file that breaks its format, and one of a kind that holds no XMP, is refused."""
    with pytest.raises(FormatError):
        write(content, WORDS)


def test_jpeg_files_with_odd_markers_are_read() -> None:
    """Fill bytes and markers without a length stand between segments."""
    content = write(picture(), WORDS)
    assert read(content[:2] + b"\xff\x01\xff\xff\xff" + content[3:]) == WORDS
    assert read(b"\xff\xd8\xff\xd9") == Embedded()
    assert read(b"\xff\xd8\xff") == Embedded()


def test_a_second_packet_in_a_jpeg_goes() -> None:
    """What an extended packet says would contradict what is written, so it goes with the first."""
    extension = b"http://ns.adobe.com/xmp/extension/\0old words"
    content = picture()
    content = content[:2] + b"\xff\xe1" + struct.pack(">H", len(extension) + 2) + extension + content[2:]
    assert b"old words" not in write(content, WORDS)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), TEXTS, st.dictionaries(st.sampled_from(["en", "fa", "zh-Hant"]), TEXTS), TEXTS)
def test_any_words_survive(kind: str, default: str, others: dict[str, str], description: str) -> None:
    """Whatever is written is read again, word for word."""
    words = Embedded(alt=(("x-default", default), *others.items()), description=(("x-default", description),))
    readable = {mark for text in (default, description, *others.values()) for mark in text} & {"\ufffe", "\uffff"}
    assert readable or read(write(picture(kind), words)) == words


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KINDS), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=6), st.binary())
def test_hostile_bytes_give_words_or_a_mistake(kind: str, changes: list[tuple[int, int]], tail: bytes) -> None:
    """However a file is damaged, reading and writing give a value or a message."""
    damaged = bytearray(write(picture(kind), WORDS))
    for place, value in changes:
        damaged[place % len(damaged)] = value
    content = bytes(damaged) + tail
    try:
        read(content)
        again = write(content, WORDS)
    except FormatError:
        return
    assert read(again).alt_in("fa") == "دو قایق"
