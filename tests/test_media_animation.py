"""How long pictures move."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from publisher.errors import FormatError
from publisher.media.animation import Animation, read


def moving(kind: str, delays: list[int], **options: object) -> bytes:
    """Make an animation of differing frames."""
    frames = [Image.new("RGB", (16, 8), (step * 60 % 256, 90, 30)) for step in range(len(delays))]
    written = io.BytesIO()
    frames[0].save(written, kind, save_all=True, append_images=frames[1:], duration=delays, **options)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_frames_and_their_time_are_counted(kind: str) -> None:
    """Each format says how many frames there are, how long they take and how often they play."""
    once = read(moving(kind, [400, 600, 1000], **({} if kind == "GIF" else {"loop": 1})))
    assert once == Animation(frames=3, milliseconds=2000, plays=1)
    assert once.moves
    assert once.short


@pytest.mark.parametrize(
    ("kind", "loop", "plays"),
    [("GIF", 0, None), ("GIF", 1, 2), ("PNG", 0, None), ("PNG", 3, 3), ("WEBP", 0, None), ("WEBP", 3, 3)],
)
def test_loops_are_never_short(kind: str, loop: int, plays: int | None) -> None:
    """What plays again, or for ever, does not stop by itself in time; a GIF's loops come on top of its first play."""
    animation = read(moving(kind, [100, 100], loop=loop))
    assert animation.plays == plays
    assert not animation.short


@pytest.mark.parametrize(("delays", "short"), [([2500, 2500], True), ([2500, 2510], False)])
def test_five_seconds_are_the_limit(delays: list[int], short: bool) -> None:  # noqa: FBT001 - the expected answer
    """Five seconds are short, more is not."""
    assert read(moving("GIF", delays)).short is short


def test_hasty_frames_count_as_browsers_show_them() -> None:
    """A frame that asks for no time at all is shown for a tenth of a second."""
    assert read(moving("GIF", [0, 10, 20])).milliseconds == 220


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "JPEG"])
def test_a_still_picture_does_not_move(kind: str) -> None:
    """One frame is no animation, and neither is any other kind of file."""
    written = io.BytesIO()
    Image.new("RGB", (16, 8)).save(written, kind)
    animation = read(written.getvalue())
    assert animation == Animation()
    assert not animation.moves


def test_a_gif_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    """Browsers play what is there of a GIF; every cut of one gives an answer."""
    content = moving("GIF", [100, 200, 300], loop=0)
    counted = [read(content[:end]).frames for end in range(6, len(content) + 1)]
    assert counted == sorted(counted)
    assert counted[-1] == 3


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_formats_that_break_off_are_refused(kind: str) -> None:
    """A PNG or WebP file that ends too early is a mistake."""
    content = moving(kind, [100, 200])
    with pytest.raises(FormatError, match="breaks off"):
        read(content[:-20])


@given(st.sampled_from([b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\0\0\0WEBP"]), st.binary(max_size=300))
def test_any_bytes_give_an_animation_or_a_mistake(start: bytes, rest: bytes) -> None:
    """Whatever follows the first bytes, the answer is a value or a message."""
    try:
        animation = read(start + rest)
    except FormatError:
        return
    assert animation.frames >= 1
    assert animation.milliseconds >= 0
