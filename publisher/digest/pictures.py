"""Alternative text against caption, for the mail: what a reader hears once, nobody hears twice.

The decisions are taken here for one rendering; the source's words stay as they are in the post (EN 301 549, 5.4).
None of them invents a description (ATAG 2.0, B.2.3.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from publisher.accessibility import alt as alts
from publisher.accessibility.alt import Relation
from publisher.digest.rules import MissingAlt
from publisher.digest.strings import SOURCE_LANGUAGE, Wording, wording
from publisher.model import Image, Picture, Repair

_SHOWABLE: Final = ("http://", "https://", "cid:")
_QUOTED: Final = 200
_LONGEST_LABEL: Final = 40
_LABELS: Final = ("Photo:", "Video:", "Image:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a picture: `picture` None where nothing of it is shown; `left_out` when it is on the web only."""

    picture: Picture | None = None
    repairs: tuple[Repair, ...] = ()
    left_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside a picture: the post's id and headline, our words in its language, the policy.

    `posters` are the addresses of pictures that stand for a video.
    """

    post: str
    headline: str
    words: Wording
    missing_alt: MissingAlt
    posters: frozenset[str] = frozenset()

    def label(self, caption: str, url: str | None) -> str:
        """Begin a caption with "Photo:" or "Video:" unless it begins with such a word already."""
        own = self.words.say("Video:" if url in self.posters else "Photo:")
        known = {words.say(label) for words in (self.words, wording(SOURCE_LANGUAGE)) for label in _LABELS}
        is_labelled = _plain(caption).startswith(tuple(_plain(label) for label in known))
        return caption if is_labelled else f"{own} {caption}"


def _plain(text: str) -> str:
    """Write a text so that capitals and the kind of its spaces make no difference."""
    return " ".join(text[:_LONGEST_LABEL].casefold().split())


def decide(image: Image, beside: Beside) -> Decision:
    """Choose alt text and visible caption of one picture."""
    caption = _caption(image, beside)
    if image.url is None or not image.url.startswith(_SHOWABLE):
        return _without_address(image, caption, beside)
    given = " ".join((image.alt or "").split())
    if image.decorative or (image.alt is not None and not given):
        return Decision(picture=Picture(image=image, alt="", caption=caption))
    usable = "" if alts.is_file_name(given) or alts.is_placeholder(given) else given
    words = " ".join((image.caption or "").split())
    relation = alts.relation(usable, words)
    if relation is Relation.NOTHING:
        return _undescribed(image, caption, beside)
    if relation is Relation.CAPTION_ONLY:
        return _silent(image, caption, beside, "image-alt")
    if relation is Relation.SAME or alts.are_alike(usable, beside.headline):
        return _silent(image, caption, beside, "image-redundant-alt")
    return Decision(picture=Picture(image=image, alt=usable, caption=caption))


def _caption(image: Image, beside: Beside) -> str | None:
    """Write the visible caption: label, the source's words, and the credit where they do not hold it."""
    words = " ".join((image.caption or "").split())
    credit = " ".join((image.credit or "").split())
    if credit and not re.search(rf"(?<!\w){re.escape(credit)}(?!\w)", words, re.IGNORECASE):
        words = f"{words} ({credit})" if words else credit
    return beside.label(words, image.url) if words else None


def _quote(alt: str | None) -> str:
    """Write an alt attribute as it stood, for the report."""
    return "no alt" if alt is None else f'alt="{alt[:_QUOTED]}"'


def _silent(image: Image, caption: str | None, beside: Beside, rule: str) -> Decision:
    """Show the picture with an empty alt: what there is to say stands beside it."""
    repair = Repair(rule=rule, before=_quote(image.alt), after='alt=""', post=beside.post)
    return Decision(picture=Picture(image=image, alt="", caption=caption), repairs=(repair,))


def _undescribed(image: Image, caption: str | None, beside: Beside) -> Decision:
    """Do with a picture that nobody described what the policy says."""
    before = f"{_quote(image.alt)}: {image.url}"
    if beside.missing_alt == "block":
        return Decision(picture=Picture(image=image, alt=None, caption=caption))
    if beside.missing_alt == "ack":
        repair = Repair(rule="image-alt", before=before, after='alt=""', post=beside.post)
        return Decision(picture=Picture(image=image, alt="", caption=caption), repairs=(repair,))
    repair = Repair(rule="image-alt", before=before, after="left out of the mail", post=beside.post)
    return Decision(repairs=(repair,), left_out=True)


def _without_address(image: Image, caption: str | None, beside: Beside) -> Decision:
    """Keep the caption of a picture that a mail cannot show, as text."""
    picture = Picture(image=image, alt="", caption=caption) if caption else None
    if image.url is None:
        return Decision(picture=picture)
    repair = Repair(
        rule="image-address",
        before=image.url[:_QUOTED],
        after="left out of the mail: only web addresses can be shown there",
        post=beside.post,
    )
    return Decision(picture=picture, repairs=(repair,), left_out=True)


def is_shown(picture: Picture) -> bool:
    """Say whether the picture itself stands in the page, not only its caption."""
    return picture.image.url is not None and picture.image.url.startswith(_SHOWABLE)
