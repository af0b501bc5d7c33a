"""What only the posts behind an edition can tell: whether a picture has a description of its own.

In the mail such a picture has an empty alt, which is right there, because its caption says what there is to say; that
somebody ought to describe it can be seen in the post alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from lxml import html as lxml_html

from publisher.accessibility import alt as alts
from publisher.accessibility.alt import Relation
from publisher.accessibility.images import RULES as IMAGE_RULES
from publisher.accessibility.rule import Rule, shorten
from publisher.model import Digest, DigestPost, Finding, Gate, Image, Severity

MissingAlt = Literal["block", "leave-out", "ack"]

OWN_ALT: Final = Rule(
    id="image-own-alt",
    test=29,
    wcag="1.1.1",
    severity=Severity.MODERATE,
    gate=Gate.ACK,
    message="A picture has no description of its own",
    decide="The caption says what the picture is about. Does it also say what is to be seen? Then nothing is missing.",
    fix="Write what the picture shows into its alt, or mark it as decorative.",
    check=None,
)
TERSE: Final = Rule(
    id="alt-terse",
    test=30,
    wcag="1.1.1",
    severity=Severity.MINOR,
    gate=Gate.INFO,
    message="A description of one or two words, without a caption",
    decide="A name is enough for a logo. Of a photograph people would like to know a little more.",
    fix="Say in a short sentence what the picture shows.",
    check=None,
)
_MISSING: Final = next(rule for rule in IMAGE_RULES if rule.id == "image-alt")
_REPEATS: Final = next(rule for rule in IMAGE_RULES if rule.id == "alt-repeats-text")
RULES: Final = (OWN_ALT, TERSE)


def judge(digest: Digest, *, missing_alt: MissingAlt) -> tuple[Finding, ...]:
    """Find the pictures of an edition that somebody should look at, each with its post and the field to mend."""
    return tuple(finding for shown in digest.posts() for finding in _judge_post(shown, digest, missing_alt))


def _judge_post(shown: DigestPost, digest: Digest, missing_alt: MissingAlt) -> Iterator[Finding]:
    """Look at the pictures of one post that the edition shows, or would have shown."""
    addresses = _addresses(shown)
    for place, image in enumerate(shown.post.images):
        is_shown = image.url in addresses or (shown.picture is not None and shown.picture.image == image)
        if image.url is None or image.decorative or image.alt == "":
            continue
        if is_shown or _was_left_out(image, shown, digest):
            for rule, gate, detail in _complaints(image, shown.title, missing_alt):
                yield _write(rule, gate, detail, shown.post.id, place)


def _addresses(shown: DigestPost) -> frozenset[str]:
    """Collect the addresses of the pictures that stand in the text of a post."""
    if "<img" not in shown.html:
        return frozenset()
    pictures = lxml_html.fragment_fromstring(shown.html, create_parent="div").iter("img")
    return frozenset(picture.get("src", "") for picture in pictures)


def _was_left_out(image: Image, shown: DigestPost, digest: Digest) -> bool:
    """Say whether a picture was left out because nobody described it."""
    made = (repair for repair in digest.repairs if repair.post == shown.post.id and repair.rule == _MISSING.id)
    return any(image.url is not None and repair.before.endswith(image.url) for repair in made)


def _complaints(image: Image, headline: str, missing_alt: MissingAlt) -> Iterator[tuple[Rule, Gate, str]]:
    """Say what is missing: the rule, how grave it is by the newsroom's policy, and the words that tell which."""
    given = image.alt or ""
    is_words = bool(given) and not alts.is_file_name(given) and not alts.is_placeholder(given)
    usable = given if is_words else ""
    said = f"{shorten(given)} describes nothing" if given and not is_words else shorten(image.url or "")
    relation = alts.relation(usable, image.caption)
    if relation is Relation.NOTHING:
        yield _MISSING, Gate.BLOCK if missing_alt == "block" else Gate.ACK, f"{said}, and it has no caption either"
    elif relation is Relation.CAPTION_ONLY:
        yield OWN_ALT, Gate.ACK, f"{said}; the caption is {shorten(image.caption or '')}"
    elif relation is Relation.SAME:
        yield OWN_ALT, Gate.ACK, f"its alt repeats the caption {shorten(image.caption or '')}"
    elif alts.are_alike(usable, headline):
        yield OWN_ALT, Gate.ACK, f"its alt repeats the headline {shorten(headline)}"
    elif relation is Relation.PARTLY:
        yield _REPEATS, Gate.INFO, f"{shorten(usable)} and the caption share words"
    elif relation is Relation.ALT_ONLY and alts.is_terse(usable):
        yield TERSE, TERSE.gate, shorten(usable)


def _write(rule: Rule, gate: Gate, detail: str, post: str, place: int) -> Finding:
    """Write down one complaint."""
    return Finding(
        rule=rule.id,
        test=rule.test,
        wcag=rule.wcag,
        severity=rule.severity,
        gate=gate,
        message=f"{rule.message}: {detail}",
        fix=rule.fix,
        post=post,
        field=f"images[{place}].alt",
    )
