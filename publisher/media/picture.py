"""A picture made fit for mail: still or short, upright, no wider than needed, without what the camera noted.

What comes out is JPEG, PNG or GIF, which every mail program shows; WebP and AVIF it does not. Pillow decodes; this is
its one adapter.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import islice
from typing import Final

from PIL import ExifTags, Image, ImageCms, ImageOps, ImageSequence

from publisher.errors import FormatError
from publisher.media import animation
from publisher.media.kind import EXTENSIONS, SNIFFED, sniff

DISPLAY_WIDTH: Final = 600
MAIL_WIDTH: Final = 2 * DISPLAY_WIDTH  # screens of phones have two points and more to a pixel
MOST_PIXELS: Final = 64_000_000
MOST_MOVING_PIXELS: Final = 40_000_000  # of all frames together

_FORMATS: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
_TALLEST: Final = 8  # times the width
_QUALITY: Final = 85
_SIDEWAYS: Final = frozenset({5, 6, 7, 8})  # orientations (Exif 4.6.4) that swap width and height
_LARGE: Final = 200_000  # bytes from which a PNG picture may do better as JPEG
_CLEAR: Final = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A picture as it is kept; sizes in its own pixels."""

    content: bytes
    media_type: str
    width: int
    height: int
    moves: bool = False

    @property
    def extension(self) -> str:
        """Give the ending of its file name."""
        return EXTENSIONS[self.media_type]


def display_size(width: int, height: int, column: int = DISPLAY_WIDTH) -> tuple[int, int]:
    """Give the size at which a picture is shown in a column: never larger than it is, proportions kept."""
    shown = min(width, column)
    return shown, max(1, round(height * shown / width))


def prepare(content: bytes, *, width: int | None = MAIL_WIDTH) -> Prepared:
    """Make a picture fit for mail, at most `width` pixels wide (None: as wide as it is).

    Raises: FormatError for what is no picture, a broken one, and one too large to decode.
    """
    media_type = sniff(content[:SNIFFED])
    if media_type == "image/svg+xml":
        raise FormatError("picture", "it is an SVG drawing, which mail programs do not show", "Offer it as PNG as well")
    if media_type not in _FORMATS:
        raise FormatError("picture", f"it is no picture{f' but {media_type}' if media_type else ''}")
    try:
        return _prepare(content, media_type, width)
    except FormatError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FormatError("picture", f"it has more than {MOST_PIXELS:,} pixels") from None
    except Exception as error:  # Pillow's decoders raise whatever hostile bytes lead them to
        raise FormatError("picture", f"it cannot be decoded: {str(error) or type(error).__name__}") from error


def _prepare(content: bytes, media_type: str, width: int | None) -> Prepared:
    """Decode, change and encode a picture."""
    with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as image:
        if image.width * image.height > MOST_PIXELS:
            raise FormatError("picture", f"it has {image.width} x {image.height} pixels, more than {MOST_PIXELS:,}")
        motion = animation.read(content)
        small = image.width * image.height * motion.frames <= MOST_MOVING_PIXELS
        if media_type == "image/gif" and motion.moves and motion.short and small:
            return _moving(image, width, motion.frames)
        return _still(image, width)


def _box(image: Image.Image, width: int | None) -> tuple[int, int]:
    """Give the size that a picture has to fit into."""
    return (image.width, image.height) if width is None else (width, width * _TALLEST)


# --- still ----------------------------------------------------------------------------------------------------------


def _still(image: Image.Image, width: int | None) -> Prepared:
    """Make a still picture of the first frame."""
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    box = _box(image, width)
    if orientation in _SIDEWAYS and width is not None:
        box = (box[1], box[0])
    before = image.size
    touched = (
        image.format != "JPEG" or orientation != 1 or "icc_profile" in image.info or image.mode not in {"RGB", "L"}
    )
    flat = _plain(image)
    flat.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if orientation != 1:
        flat = ImageOps.exif_transpose(flat)
    flat = _in_srgb(flat)
    if not touched and flat.size == before:
        return _finish(flat, "image/jpeg", _encode(flat, "JPEG", quality="keep"))
    return _finish(flat, *_best(flat, lossy=image.format in {"JPEG", "MPO"}))


def _plain(image: Image.Image) -> Image.Image:
    """Give a picture whose pixels can be averaged: no palette, no 16 bits, transparency as a channel."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")
    if image.mode in {"1", "P", "PA"} or "transparency" in image.info:
        clear = image.mode == "PA" or "transparency" in image.info
        return image.convert("RGBA" if clear else "RGB")
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """Give a picture in the colours that every screen assumes, so that the profile need not travel with it."""
    profile = image.info.get("icc_profile")
    target = "RGBA" if image.mode in _CLEAR else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            changed = None  # a profile that does not fit its picture is ignored, as browsers do
        if changed is not None:
            image = changed
    return image if image.mode in {"L", target} else image.convert(target)


def _best(image: Image.Image, *, lossy: bool) -> tuple[str, bytes]:
    """Encode a picture: a photograph as JPEG, a drawing and what is transparent as PNG."""
    clear = image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255)
    if clear:
        return "image/png", _encode(image, "PNG", optimize=True)
    opaque = image if image.mode in {"RGB", "L"} else image.convert("RGB")
    if lossy:
        return "image/jpeg", _encode(opaque, "JPEG", quality=_QUALITY)
    drawn = _encode(opaque, "PNG", optimize=True)
    if len(drawn) > _LARGE:
        photographed = _encode(opaque, "JPEG", quality=_QUALITY)
        if len(photographed) < len(drawn) / 2:
            return "image/jpeg", photographed
    return "image/png", drawn


def _encode(image: Image.Image, kind: str, **options: object) -> bytes:
    """Write a picture without anything but its pixels."""
    image.info = {}
    written = io.BytesIO()
    if kind == "JPEG":
        options |= {"progressive": True, "optimize": True}
    image.save(written, kind, **options)
    return written.getvalue()


def _finish(image: Image.Image, media_type: str, content: bytes) -> Prepared:
    """Put the result together."""
    return Prepared(content=content, media_type=media_type, width=image.width, height=image.height)


# --- moving ---------------------------------------------------------------------------------------------------------


def _moving(image: Image.Image, width: int | None, most: int) -> Prepared:
    """Make a short GIF again, frame by frame, to be played once; never more frames than were counted before."""
    frames: list[Image.Image] = []
    delays: list[int] = []
    for frame in islice(ImageSequence.Iterator(image), most):
        delays.append(int(frame.info.get("duration", 0)))
        whole = frame.convert("RGBA")
        whole.thumbnail(_box(image, width), Image.Resampling.LANCZOS)
        whole.info = {}
        frames.append(whole)
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], duration=delays, disposal=2)
    return Prepared(
        content=written.getvalue(),
        media_type="image/gif",
        width=frames[0].width,
        height=frames[0].height,
        moves=True,
    )
