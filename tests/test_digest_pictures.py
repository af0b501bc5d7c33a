"""Alternative text against caption: the table of decisions for mail."""

from __future__ import annotations

import pytest

from publisher.digest.pictures import Beside, decide, is_shown
from publisher.digest.rules import MissingAlt
from publisher.digest.strings import wording
from publisher.model import Image
from tests.builders import make_image

CAPTION = "Pupils enter a school in the north of the country on Monday."


def beside(missing_alt: MissingAlt = "leave-out", language: str = "en") -> Beside:
    """Give what stands beside a picture."""
    return Beside(post="1", headline="Schools open again", words=wording(language), missing_alt=missing_alt)


def image(**changes: object) -> Image:
    """Give a picture without caption and credit."""
    return make_image(**{"caption": None, "credit": None} | changes)


@pytest.mark.parametrize(
    ("alt", "caption", "written", "rule"),
    [
        (None, CAPTION, "", "image-alt"),
        (CAPTION, CAPTION, "", "image-redundant-alt"),
        (CAPTION.upper(), CAPTION, "", "image-redundant-alt"),
        ("Schools open again", None, "", "image-redundant-alt"),
        ("Schools open again.", CAPTION, "", "image-redundant-alt"),
        ("IMG_20231104.jpg", CAPTION, "", "image-alt"),
        ("photo", CAPTION, "", "image-alt"),
        ("Children with red bags run up the steps", CAPTION, "Children with red bags run up the steps", None),
        ("Children with red bags", None, "Children with red bags", None),
        ("", CAPTION, "", None),
        ("", None, "", None),
    ],
)
def test_decide(alt: str | None, caption: str | None, written: str, rule: str | None) -> None:
    """What the caption or headline says already gets an empty alt; every such decision is recorded."""
    decision = decide(image(alt=alt, caption=caption), beside())
    assert decision.picture is not None
    assert decision.picture.alt == written
    assert decision.picture.caption == (f"Photo: {caption}" if caption else None)
    assert [repair.rule for repair in decision.repairs] == ([rule] if rule else [])


@pytest.mark.parametrize("alt", [None, "image", "DSC_0042.JPG"])
def test_leave_out_what_nobody_described(alt: str | None) -> None:
    """By default a picture without words is left to the web, and the report names it."""
    decision = decide(image(alt=alt), beside())
    assert decision.picture is None
    assert decision.left_out
    assert decision.repairs[0].before.endswith("https://example.org/harbour.jpg")


def test_block_what_nobody_described() -> None:
    """With "block" the picture gets no alt attribute at all, so that the gate refuses."""
    decision = decide(image(alt=None), beside("block"))
    assert decision.picture is not None
    assert decision.picture.alt is None
    assert not decision.repairs


def test_acknowledge_what_nobody_described() -> None:
    """With "ack" the picture stands with an empty alt, and that is recorded."""
    decision = decide(image(alt=None), beside("ack"))
    assert decision.picture is not None
    assert decision.picture.alt == ""
    assert [repair.rule for repair in decision.repairs] == ["image-alt"]


def test_decorative() -> None:
    """A picture that somebody marked as decorative is shown without words and without a finding."""
    decision = decide(image(alt=None, decorative=True), beside("block"))
    assert decision.picture is not None
    assert decision.picture.alt == ""


@pytest.mark.parametrize(
    ("caption", "credit", "shown"),
    [
        ("The harbour.", "Ann Lee", "Photo: The harbour. (Ann Lee)"),
        ("The harbour. (Ann Lee)", "Ann Lee", "Photo: The harbour. (Ann Lee)"),
        ("The escape.", "AP", "Photo: The escape. (AP)"),
        ("Photo: The harbour.", None, "Photo: The harbour."),
        ("video: the harbour", None, "video: the harbour"),
        ("Image: The harbour", None, "Image: The harbour"),
        (None, "Ann Lee", "Photo: Ann Lee"),
        ("  two \n lines ", None, "Photo: two lines"),
        (" ", " ", None),
    ],
)
def test_caption(caption: str | None, credit: str | None, shown: str | None) -> None:
    """A caption begins with one label, and names the photographer once."""
    decision = decide(image(caption=caption, credit=credit), beside())
    assert decision.picture is not None
    assert decision.picture.caption == shown


def test_caption_in_the_language_of_the_post() -> None:
    """The label is in the post's language."""
    decision = decide(image(caption="بندر در سپیده‌دم"), beside(language="fa"))
    assert decision.picture is not None
    assert decision.picture.caption == "عکس: بندر در سپیده‌دم"


@pytest.mark.parametrize("caption", ["Photo : le port", "Photo\u00a0: le port", "PHOTO: le port"])
def test_label_with_either_space(caption: str) -> None:
    """In French a space stands before the colon, of whatever kind."""
    decision = decide(image(caption=caption), beside(language="fr"))
    assert decision.picture is not None
    assert decision.picture.caption == " ".join(caption.split())


def test_poster_of_a_video() -> None:
    """The picture of a video says that it is one."""
    around = Beside(
        post="1",
        headline="x",
        words=wording("en"),
        missing_alt="leave-out",
        posters=frozenset({"https://example.org/harbour.jpg"}),
    )
    decision = decide(image(caption="The harbour."), around)
    assert decision.picture is not None
    assert decision.picture.caption == "Video: The harbour."


def test_without_an_address_the_caption_stays() -> None:
    """A picture that the source did not say where to find keeps its caption as text."""
    decision = decide(image(url=None, caption=CAPTION), beside())
    assert decision.picture is not None
    assert not is_shown(decision.picture)
    assert decision.picture.caption == f"Photo: {CAPTION}"
    assert not decision.left_out


def test_without_an_address_and_caption_nothing_stays() -> None:
    """Without a caption there is nothing to tell."""
    decision = decide(image(url=None), beside())
    assert decision.picture is None
    assert not decision.left_out


@pytest.mark.parametrize("url", ["data:image/png;base64,AAAA", "file:/pictures/a.png"])
def test_an_address_that_mail_cannot_show(url: str) -> None:
    """A picture inside the page or on this machine is left out, and that is recorded."""
    decision = decide(image(url=url, caption=CAPTION), beside())
    assert decision.left_out
    assert decision.picture is not None
    assert not is_shown(decision.picture)
    assert [repair.rule for repair in decision.repairs] == ["image-address"]
