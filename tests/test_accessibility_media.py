"""Rules about what moves and sounds, and moving pictures themselves."""

from __future__ import annotations

import base64
import io

import pytest
from hypothesis import given, settings, strategies
from PIL import Image as Pictures

from publisher.accessibility import animation
from publisher.accessibility.audit import audit, rules_run
from publisher.accessibility.page import Kind, read_html, read_message, read_rendered
from publisher.model import Digest, DigestPost, Media, Rendered, Section
from tests.builders import NOON, make_medium, make_post
from tests.mails import MAIL_TEXT, check_clean, check_finds, make_eml, make_mail


def gif(levels: list[int], milliseconds: int, loop: int | None = None) -> bytes:
    """Draw a GIF whose frames have these levels of grey."""
    frames = [Pictures.new("L", (8, 8), level) for level in levels]
    for place, frame in enumerate(frames):  # equal frames would be joined
        frame.putpixel((place % 8, place // 8 % 8), 255 - levels[place])
    drawn = io.BytesIO()
    more = {} if loop is None else {"loop": loop}
    frames[0].save(drawn, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, **more)
    return drawn.getvalue()


def embedded(content: bytes) -> str:
    """Give a picture whose bytes stand in its address."""
    return f'<img src="data:image/gif;base64,{base64.b64encode(content).decode()}" alt="A turning wheel">'


@pytest.mark.parametrize(
    "inner",
    [
        "<p><blink>New</blink></p>",
        "<p><marquee>New</marquee></p>",
        '<p><bgsound src="a.wav"></p>',
    ],
)
def test_what_moves_by_itself_is_found(inner: str) -> None:
    """Nothing moves or sounds unasked."""
    check_finds(make_mail(inner), "motion")


def test_a_page_that_reloads_or_plays_by_itself_is_found() -> None:
    """Neither refresh nor autoplay."""
    check_finds(make_mail(head='<meta http-equiv="refresh" content="5">'), "motion")
    check_finds(make_mail('<video src="a.mp4" autoplay></video>'), "motion")


@pytest.mark.parametrize("inner", ["<p>Blink and you miss it</p>", "<p><em>New</em></p>", "<p><s>Old</s></p>"])
def test_what_stands_still_is_clean(inner: str) -> None:
    """Words about motion do not move."""
    check_clean(make_mail(inner))


@pytest.mark.parametrize("inner", ['<video src="a.mp4"></video>', '<audio src="a.mp3"></audio>', "<video></video>"])
def test_players_in_a_mail_are_found(inner: str) -> None:
    """Few clients play them, and captions and transcripts cannot be reached there."""
    check_finds(make_mail(inner), "media-alternative")


@pytest.mark.parametrize(
    ("inner", "is_found"),
    [
        ('<video src="a.mp4"></video>', True),
        ('<video src="a.mp4"><track kind="chapters" src="a.vtt"></video>', True),
        ('<video src="a.mp4"><track kind="metadata" src="a.vtt"></video>', True),
        ('<video src="a.mp4"><track kind="captions" src="a.vtt"></video>', False),
        ('<video src="a.mp4"><track src="a.vtt"></video>', False),
        ('<audio src="a.mp3"></audio>', False),
    ],
)
def test_a_video_on_the_web_has_captions(inner: str, is_found: bool) -> None:  # noqa: FBT001 - a column
    """A track without a kind holds subtitles."""
    rules = {finding.rule for finding in audit(read_html(make_mail(inner), kind=Kind.WEB))}
    assert ("media-alternative" in rules) is is_found


def posted(medium: Media, words: str) -> list[tuple[str, str | None, str | None]]:
    """Audit an edition of ours with a medium and a link."""
    post = make_post(id="p1", media=(medium,))
    shown = DigestPost(post=post, anchor="post-1", title="Harbour", language="en", direction="ltr", media=(medium,))
    digest = Digest(
        title="Morning digest",
        subject="Morning digest",
        language="en",
        direction="ltr",
        date=NOON.date(),
        web_url="https://example.org/web",
        sections=(Section(posts=(shown,)),),
    )
    link = f'<p><a href="https://example.org/v" style="color:#0b5394">{words}</a></p>'
    rendered = Rendered(
        subject="Morning digest", html=make_mail(link), text=MAIL_TEXT, web="", language="en", direction="ltr"
    )
    return [(one.rule, one.post, one.field) for one in audit(read_rendered(rendered, digest=digest))]


def test_media_of_our_posts_have_captions_or_a_transcript() -> None:
    """And a link in the mail says what it leads to."""
    film = make_medium(title="Boats leave")
    assert posted(film, "Watch: Boats leave (video, captions, transcript)") == []
    assert posted(film, "Watch the film of the day") == [("media-alternative", "p1", "media")]
    silent = make_medium(captions=(), transcript=None, transcript_text=None)
    assert posted(silent, "Watch: Boats leave (video)") == [("media-alternative", "p1", "media")]
    assert posted(make_medium(captions=(), transcript=None, transcript_text="Words"), "Boats leave") == []


@pytest.mark.parametrize(
    "content",
    [
        gif([0, 60, 120], 500, loop=0),
        gif([0, 60, 120], 3000),
        gif([0, 255] * 6, 100),
        gif([0, 40], 2000, loop=2),
    ],
)
def test_a_picture_that_moves_too_long_or_flashes_is_asked_about(content: bytes) -> None:
    """Five seconds, three flashes: the limits of WCAG 2.2.2 and 2.3.1."""
    check_finds(make_mail(embedded(content)), "animation")


@pytest.mark.parametrize(
    "content",
    [
        gif([0, 20, 40], 500),
        gif([0], 100),
        gif([100, 105], 1000, loop=1),
        b"no picture",
    ],
)
def test_a_picture_that_ends_soon_is_clean(content: bytes) -> None:
    """Short, gentle, still, or no picture at all."""
    check_clean(make_mail(embedded(content)))


def test_pictures_in_a_message_are_looked_at() -> None:
    """A picture that the message carries is named by its content id."""
    part = (
        "--frontier\r\nContent-Type: image/gif\r\nContent-ID: <wheel@example.org>\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
        f"{base64.b64encode(gif([0, 60, 120], 500, loop=0)).decode()}\r\n--frontier--"
    ).encode()
    mail = make_mail('<img src="cid:wheel@example.org" alt="A turning wheel">')
    page = read_message(make_eml(mail).replace(b"--frontier--", part))
    assert [finding.rule for finding in audit(page)] == ["animation"]
    assert "animation" not in rules_run(read_html(mail))


@pytest.mark.parametrize(
    "source",
    ["data:image/gif;base64,R", "data:image/gif,GIF89a", "data:image/svg+xml;charset=utf-8,%3Csvg/%3E", "data:,x"],
)
def test_broken_pictures_in_addresses_are_passed_over(source: str) -> None:
    """Bytes that are no picture do not move."""
    check_clean(make_mail(f'<img src="{source}" alt="A turning wheel">'))


def test_what_is_said_of_a_movement() -> None:
    """Frames, time, flashes."""
    movement = animation.look_at(gif([0, 60, 120], 500, loop=0))
    assert str(movement) == "3 frames for ever"
    flashing = animation.look_at(gif([0, 255] * 6, 100))
    assert flashing is not None
    assert flashing.flashes > 3
    assert "flashes in a second" in str(flashing)
    slow = animation.look_at(gif([0, 20, 10, 60], 0))
    assert slow is not None
    assert slow.seconds == pytest.approx(0.4)


def test_a_harmful_movement_is_flattened() -> None:
    """The first frame stays; what may move stays as it is."""
    still = animation.flatten(gif([10, 60, 120], 500, loop=0))
    assert still is not None
    assert animation.look_at(still) is None
    with Pictures.open(io.BytesIO(still)) as picture:
        assert picture.size == (8, 8)
    assert animation.flatten(gif([0, 20], 100)) is None
    assert animation.flatten(b"") is None


@settings(deadline=None)
@given(strategies.binary(max_size=400), strategies.integers(0, 60))
def test_any_bytes_can_be_looked_at(tail: bytes, kept: int) -> None:
    """Broken pictures stand still."""
    animation.look_at(gif([0, 60], 100)[:kept] + tail)
