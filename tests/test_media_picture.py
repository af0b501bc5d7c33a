"""Pictures made fit for mail."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin
from PIL.JpegImagePlugin import JpegImageFile

from publisher.errors import FormatError
from publisher.media import MAIL_WIDTH, display_size
from publisher.media.picture import MOST_PIXELS, Prepared, prepare

RED, BLUE = (200, 30, 30), (20, 40, 220)


def halves(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Draw a picture that is red on its left half and blue on its right one."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, size[0], size[1]))
    return image.convert(mode)


def noise(size: tuple[int, int]) -> Image.Image:
    """Make a picture that no encoder can make small without loss."""
    return Image.frombytes("RGB", size, random.Random(7).randbytes(size[0] * size[1] * 3))  # noqa: S311 - no secret


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    """Write a picture in a format."""
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def decode(prepared: Prepared) -> Image.Image:
    """Open a result, and hold it to what it says about itself."""
    image = Image.open(io.BytesIO(prepared.content))
    image.load()
    assert image.size == (prepared.width, prepared.height)
    assert image.get_format_mimetype() == prepared.media_type
    return image


def near(image: Image.Image, place: tuple[int, int], colour: tuple[int, int, int], by: int = 12) -> bool:
    """Say whether a pixel has about a colour."""
    found = image.convert("RGB").getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(one - other) <= by for one, other in zip(found, colour, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_large_pictures_become_twice_the_column(kind: str) -> None:
    """A wide picture of any kind becomes 1200 pixels wide, keeps its proportions and its colours."""
    prepared = prepare(encode(halves((2400, 900)), kind))
    assert (prepared.width, prepared.height) == (MAIL_WIDTH, 450)
    image = decode(prepared)
    assert near(image, (100, 200), RED)
    assert near(image, (1100, 200), BLUE)


def test_small_pictures_stay_as_large_as_they_are() -> None:
    """Nothing is blown up, and a width of None keeps every pixel."""
    assert prepare(encode(halves((300, 200)), "JPEG")).width == 300
    assert prepare(encode(halves((2400, 900)), "JPEG"), width=None).width == 2400


def test_a_column_of_great_height_is_held() -> None:
    """A picture that is mostly height is made to fit as well."""
    prepared = prepare(encode(halves((20, 2000)), "PNG"), width=100)
    assert (prepared.width, prepared.height) == (8, 800)


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/png"), ("AVIF", "image/png"), ("GIF", "image/png")],
)
def test_what_comes_out_every_mail_program_shows(kind: str, media_type: str) -> None:
    """WebP and AVIF come out as JPEG or PNG; a drawing stays without loss."""
    prepared = prepare(encode(halves((300, 200)), kind))
    assert prepared.media_type == media_type
    assert prepared.extension == media_type.removeprefix("image/").replace("jpeg", "jpg")
    decode(prepared)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_photographs_become_jpeg_where_that_is_much_smaller(kind: str) -> None:
    """A photograph that came without loss is not mailed at many times the bytes."""
    lossless = {"WEBP": {"lossless": True}, "PNG": {}}[kind]
    prepared = prepare(encode(noise((400, 400)), kind, **lossless))
    assert prepared.media_type == "image/jpeg"
    decode(prepared)


def test_a_large_drawing_stays_png() -> None:
    """Where JPEG would save less than half, the picture stays without loss."""
    grey = Image.frombytes("L", (700, 700), random.Random(7).randbytes(490_000))  # noqa: S311 - no secret
    prepared = prepare(encode(grey.point(lambda value: value & 0xF0), "PNG"))
    assert prepared.media_type == "image/png"
    assert len(prepared.content) > 200_000


def test_frames_that_were_not_counted_are_not_made() -> None:
    """Junk between the frames of a GIF does not smuggle in more of them than its time was counted for."""
    content = gif([100, 100, 100])
    third = content.rindex(b"\x21\xf9\x04")
    junk = content[:third] + b"\x07" + content[third:]
    assert getattr(Image.open(io.BytesIO(junk)), "n_frames", 1) == 3
    assert getattr(decode(prepare(junk)), "n_frames", 1) == 2


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA"])
def test_transparent_pictures_stay_transparent(mode: str) -> None:
    """What lets the page through comes out as PNG that does."""
    clear = halves((200, 100), "RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 50, 100))
    content = encode(clear.convert(mode) if mode != "PA" else clear.convert("P"), "PNG")
    if mode == "LA":
        content = encode(clear.convert("LA"), "PNG")
    image = decode(prepare(content, width=100))
    assert image.mode == "RGBA"
    pixel = image.getpixel((5, 25))
    assert isinstance(pixel, tuple)
    assert pixel[3] < 10


def test_one_transparent_colour_counts_too() -> None:
    """A PNG that names one colour as transparent keeps it so."""
    image = decode(prepare(encode(halves((20, 10)), "PNG", transparency=RED)))
    pixel = image.getpixel((2, 5))
    assert isinstance(pixel, tuple)
    assert pixel[3] == 0


def test_an_alpha_channel_that_hides_nothing_is_dropped() -> None:
    """A picture whose every pixel is opaque needs no transparency."""
    assert decode(prepare(encode(halves((20, 10), "RGBA"), "PNG"))).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "CMYK"])
def test_odd_pixels_are_shown_right(mode: str) -> None:
    """Black and white, grey, palettes, 16 bits and printing colours keep light light and dark dark."""
    image = Image.new("L", (40, 10), 250)
    image.paste(5, (20, 0, 40, 10))
    if mode == "I;16":
        deep = Image.new("I;16", (40, 10), 250 * 256)
        deep.paste(5 * 256, (20, 0, 40, 10))
        content = encode(deep, "PNG")
    elif mode == "CMYK":
        content = encode(image.convert("RGB").convert("CMYK"), "JPEG", quality=95)
    else:
        content = encode(image.convert(mode), "PNG")
    shown = decode(prepare(content))
    assert near(shown, (3, 5), (250, 250, 250))
    assert near(shown, (36, 5), (5, 5, 5))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_cameras_held_sideways_are_put_upright(orientation: int) -> None:
    """The orientation is applied to the pixels, whatever it is, also while a picture is made smaller."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = halves((600, 200))
    prepared = prepare(encode(stored, "JPEG", exif=exif, quality=95), width=150)
    image = decode(prepared)
    assert (prepared.width, prepared.height) == ((150, 450) if orientation >= 5 else (150, 50))
    red_first = orientation in {1, 4, 5, 6}
    first, last = ((75, 20), (75, 430)) if orientation >= 5 else ((10, 25), (140, 25))
    assert near(image, first, RED if red_first else BLUE)
    assert near(image, last, BLUE if red_first else RED)
    assert "exif" not in image.info


def test_what_the_camera_noted_is_gone() -> None:
    """Places, names, comments, colour profiles and what hangs on behind do not travel on."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "SECRET"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (50.0, 5.0, 0.0)
    photograph = encode(halves((300, 200)), "JPEG", exif=exif, comment=b"SECRET", xmp=b"<x>SECRET</x>") + b"SECRET"
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SECRET")
    text.add_itxt("XML:com.adobe.xmp", "<x>SECRET</x>")
    drawing = encode(halves((300, 200)), "PNG", exif=exif, pnginfo=text) + b"SECRET"
    film = encode(halves((30, 20)), "GIF", comment=b"SECRET") + b"SECRET"
    webp = encode(halves((300, 200)), "WEBP", exif=exif, xmp=b"<x>SECRET</x>")
    for content in (photograph, drawing, film, webp):
        assert b"SECRET" in content
        prepared = prepare(content)
        assert b"SECRET" not in prepared.content
        assert not decode(prepared).getexif()


def test_a_photograph_that_fits_is_not_made_worse() -> None:
    """A JPEG that needs no change is written with its own tables: its pixels hardly change."""
    before = Image.open(io.BytesIO(encode(halves((301, 203)), "JPEG", quality=97, comment=b"x")))
    after = decode(prepare(encode(halves((301, 203)), "JPEG", quality=97, comment=b"x")))
    assert isinstance(before, JpegImageFile)
    assert isinstance(after, JpegImageFile)
    assert after.quantization == before.quantization
    changes = [abs(one - other) for one, other in zip(before.tobytes(), after.tobytes(), strict=True)]
    assert sum(changes) / len(changes) < 0.5


def test_colours_of_a_wide_screen_are_brought_to_the_usual_one() -> None:
    """A colour profile is applied, then dropped; one that is broken or does not fit is ignored."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, usual, b"broken"):
        image = decode(prepare(encode(halves((30, 20)), "JPEG", icc_profile=icc, quality=95)))
        assert near(image, (5, 5), RED)
        assert "icc_profile" not in image.info


def gif(delays: list[int], **options: object) -> bytes:
    """Make an animated GIF of differing frames."""
    frames = [Image.new("RGB", (60, 20), (step * 40 % 256, 100, 50)) for step in range(len(delays))]
    return encode(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=delays, **options)


def test_a_short_animation_goes_on_moving() -> None:
    """What stops by itself within five seconds stays an animation, is made smaller, and is played once."""
    prepared = prepare(gif([400, 600, 1000]), width=30)
    image = decode(prepared)
    assert prepared.moves
    assert (image.width, image.height) == (30, 10)
    assert getattr(image, "n_frames", 1) == 3
    assert "loop" not in image.info
    assert b"SECRET" not in prepare(gif([400, 600], comment=b"SECRET") + b"SECRET").content


@pytest.mark.parametrize("content", [gif([100, 100], loop=0), gif([100, 100], loop=1), gif([3000, 2500])])
def test_long_and_looping_animations_become_their_first_frame(content: bytes) -> None:
    """What moves longer than five seconds, or again and again, is shown still (WCAG 2.2.2)."""
    prepared = prepare(content)
    assert not prepared.moves
    assert prepared.media_type == "image/png"
    assert near(decode(prepared), (30, 10), (0, 100, 50))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animations_of_other_formats_become_still(kind: str) -> None:
    """Only GIF moves in mail: others show their first frame."""
    frames = [Image.new("RGB", (60, 20), colour) for colour in (RED, BLUE)]
    content = encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, loop=1, lossless=True)
    prepared = prepare(content)
    assert not prepared.moves
    assert near(decode(prepared), (30, 10), RED)


def bomb(width: int, height: int) -> bytes:
    """Make a PNG that announces more pixels than it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


@pytest.mark.parametrize("side", [8_001, 10_000, 20_000, 60_000])
def test_bombs_are_refused_before_they_are_decoded(side: int) -> None:
    """A file that would unpack to more pixels than any photograph has is refused by its header."""
    assert side * side > MOST_PIXELS
    with pytest.raises(FormatError, match="pixels"):
        prepare(bomb(side, side))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- x --><svg onload='alert(1)'/>", "SVG"),
        (b"<!doctype html><p>not found", "text/html"),
        (b"%PDF-1.7", "application/pdf"),
        (b"", "no picture"),
        (b"plain words", "no picture"),
        (b"\x89PNG\r\n\x1a\n", "cannot be decoded"),
        (b"GIF89a", "cannot be decoded"),
        (bomb(30, 30), "cannot be decoded"),
        (encode(halves((300, 200)), "JPEG")[:800], "cannot be decoded"),
        (encode(halves((300, 200)), "PNG")[:120], "cannot be decoded|no whole PNG"),
    ],
)
def test_what_is_no_whole_picture_is_refused_with_a_reason(content: bytes, said: str) -> None:
    """Drawings that carry scripts, pages, and files that break off are mistakes that say what they are."""
    with pytest.raises(FormatError, match=said):
        prepare(content)


SEEDS = [
    encode(halves((40, 30)), "JPEG"),
    encode(halves((40, 30), "P"), "PNG"),
    encode(halves((40, 30)), "WEBP"),
    gif([100, 100]),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=8), st.binary())
def test_hostile_bytes_give_a_picture_or_a_mistake(seed: bytes, changes: list[tuple[int, int]], tail: bytes) -> None:
    """However a file is damaged, the answer is a picture that can be opened or a message."""
    damaged = bytearray(seed)
    for place, value in changes:
        damaged[8 + place % (len(damaged) - 8)] = value
    try:
        prepared = prepare(bytes(damaged) + tail)
    except FormatError:
        return
    decode(prepared)


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_picture_or_a_mistake(content: bytes) -> None:
    """Bytes that are no picture at all are a message."""
    with pytest.raises(FormatError):
        prepare(content)


@pytest.mark.parametrize(
    ("size", "shown"),
    [((1200, 800), (600, 400)), ((300, 200), (300, 200)), ((1000, 1), (600, 1)), ((601, 601), (600, 600))],
)
def test_the_size_on_the_page(size: tuple[int, int], shown: tuple[int, int]) -> None:
    """A picture fills the column at most, is never larger than it is, and never flat."""
    assert display_size(*size) == shown
