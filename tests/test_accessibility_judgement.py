"""What only the posts behind an edition can tell."""

from __future__ import annotations

from typing import Literal

import pytest

from publisher.accessibility.judgement import judge
from publisher.model import AltOrigin, Digest, DigestPost, Image, Picture, Repair, Section
from tests.builders import NOON, make_post

ADDRESS = "https://example.org/9.jpg"


def picture(alt: str | None, caption: str | None = None, *, decorative: bool = False) -> Image:
    """Give a picture with these words."""
    origin = None if alt is None else AltOrigin.SOURCE
    return Image(url=ADDRESS, alt=alt, alt_origin=origin, caption=caption, decorative=decorative)


def said(
    image: Image,
    *,
    html: str = "",
    is_shown: bool = True,
    repairs: tuple[Repair, ...] = (),
    missing_alt: Literal["block", "leave-out", "ack"] = "leave-out",
) -> list[tuple[str, str, str | None, str | None]]:
    """Judge an edition with one post and one picture."""
    post = make_post(id="p1", title="Boats leave the harbour", images=(image,))
    shown = DigestPost(
        post=post,
        anchor="post-1",
        title="Boats leave the harbour",
        language="en",
        direction="ltr",
        picture=Picture(image=image, alt=image.alt or "", caption=image.caption) if is_shown else None,
        html=html,
    )
    digest = Digest(
        title="Digest",
        subject="Digest",
        language="en",
        direction="ltr",
        date=NOON.date(),
        sections=(Section(posts=(shown,)),),
        repairs=repairs,
    )
    findings = judge(digest, missing_alt=missing_alt)
    return [(one.rule, one.gate.value, one.post, one.field) for one in findings]


@pytest.mark.parametrize(
    ("image", "rule", "gate"),
    [
        (picture(None, "The east dock"), "image-own-alt", "ack"),
        (picture("The east dock", "The east dock"), "image-own-alt", "ack"),
        (picture("Boats leave the harbour", "The east dock"), "image-own-alt", "ack"),
        (picture("DSC_001.jpg", "The east dock"), "image-own-alt", "ack"),
        (picture("Two boats", "Two boats and a crane at the pier on a winter morning"), "alt-repeats-text", "info"),
        (picture("Ann Lee"), "alt-terse", "info"),
        (picture(None), "image-alt", "ack"),
        (picture("Image"), "image-alt", "ack"),
    ],
)
def test_pictures_that_somebody_should_look_at(image: Image, rule: str, gate: str) -> None:
    """Each with the post and the field to mend."""
    assert said(image) == [(rule, gate, "p1", "images[0].alt")]


@pytest.mark.parametrize(
    "image",
    [
        picture("A crane lifts a boat out of grey water", "The east dock"),
        picture("A crane lifts a boat"),
        picture(""),
        picture("", decorative=True),
    ],
)
def test_pictures_that_are_right(image: Image) -> None:
    """A description of its own, or the decision that there is nothing to say."""
    assert said(image) == []


def test_the_policy_decides_about_pictures_without_any_words() -> None:
    """They stop an edition only where the newsroom wants that."""
    assert said(picture(None), missing_alt="block") == [("image-alt", "block", "p1", "images[0].alt")]


def test_pictures_that_are_not_shown_are_asked_about_only_when_left_out_for_this() -> None:
    """A summary shows one picture: the others are nobody's business here."""
    assert said(picture(None), is_shown=False) == []
    left_out = Repair(rule="image-alt", before=f"no alt: {ADDRESS}", after="left out of the mail", post="p1")
    assert said(picture(None), is_shown=False, repairs=(left_out,)) == [("image-alt", "ack", "p1", "images[0].alt")]
    other = Repair(rule="image-alt", before="no alt: https://example.org/1.jpg", after="left out", post="p1")
    assert said(picture(None), is_shown=False, repairs=(other,)) == []


def test_pictures_in_the_text_are_shown_too() -> None:
    """A whole post shows its pictures where they stand."""
    html = f'<figure><img src="{ADDRESS}" alt=""/></figure>'
    assert said(picture(None, "The east dock"), is_shown=False, html=html)
    assert said(Image(url=None, caption="The east dock"), html=html) == []
