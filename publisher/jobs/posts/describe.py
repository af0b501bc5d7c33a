"""An editor mends the pictures of a post: a new version of it, remembered for the same picture elsewhere.

history -> mend(post, changes) -> keep -> remember

What the source said stays in its own version; when the source changes the post, `renew` carries over what editors
wrote about pictures that are still there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import html as lxml_html

from publisher.errors import UsageError
from publisher.jobs.posts import annotate
from publisher.model import AltOrigin, Image, Post, Status
from publisher.store import edits

_LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an editor wrote about one picture; `alt` None: nothing yet. `reason` counts only for a decorative one."""

    alt: str | None
    decorative: bool = False
    reason: str = ""
    caption: str = ""
    credit: str = ""
    long_description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A field that cannot be kept as it is: the place of the picture, the field, and why."""

    place: int
    field: str
    reason: str


def check(changes: Mapping[int, Words]) -> tuple[Refused, ...]:
    """Find what cannot be kept: a decorative picture without a reason or with a description, texts without end."""
    found = []
    for place, words in changes.items():
        if words.decorative and words.alt:
            found.append(Refused(place=place, field="alt", reason="A decorative picture has no description: keep one."))
        if words.decorative and not words.reason.strip():
            found.append(Refused(place=place, field="reason", reason="Say why it may be passed over in silence."))
        found += [
            Refused(place=place, field=name, reason="This is too long: at most 2,000 characters.")
            for name in ("alt", "reason", "caption", "credit", "long_description")
            if len(getattr(words, name) or "") > _LONGEST
        ]
        url = words.long_description.strip()
        if url and not url.startswith(("https://", "http://")):
            found.append(
                Refused(place=place, field="long_description", reason="Write a whole address, beginning with https://")
            )
    return tuple(found)


def describe(key: int, changes: Mapping[int, Words], actor: str, now: datetime, *, based_on: int) -> bool:
    """Write what an editor says about the pictures of a post, by their places; False: nothing changed.

    Raises `UsageError` when somebody changed the post meanwhile, or for a change that `check` refuses.
    """
    refused = check(changes)
    if refused:
        raise UsageError(f"picture {refused[0].place + 1}", refused[0].reason)
    before = edits.history(key).current
    after = mend(before, changes)
    if after == before:
        return False
    edits.keep(key, after, actor, now, based_on=based_on)
    for old, new in zip(before.images, after.images, strict=True):
        if new.url and (old.alt, old.decorative) != (new.alt, new.decorative) and new.alt is not None:
            edits.remember(new.url, new.alt, new.decorative_reason if new.decorative else None, actor, now)
    return True


def withhold(key: int, actor: str, now: datetime, *, withheld: bool, based_on: int) -> None:
    """Keep a post out of editions that are built from now on, or let it in again. Raises `UsageError`."""
    post = edits.history(key).current
    status = Status.WITHHELD if withheld else Status.USABLE
    edits.keep(key, replace(post, status=status), actor, now, based_on=based_on)


def mend(post: Post, changes: Mapping[int, Words]) -> Post:
    """Put what an editor wrote into the pictures of a post, and into its body."""
    images = tuple(
        _mend(image, changes[place]) if place in changes else image for place, image in enumerate(post.images)
    )
    changed = {new.url: new for old, new in zip(post.images, images, strict=True) if new != old and new.url}
    return replace(post, images=images, html=_mend_body(post.html, changed))


def _mend(image: Image, words: Words) -> Image:
    """Put what an editor wrote into one picture; what is as it was keeps its origin."""
    alt = None if words.alt is None and not words.decorative else " ".join((words.alt or "").split())
    is_same = (alt, words.decorative) == (image.alt, image.decorative)
    origin = image.alt_origin if is_same else AltOrigin.EDITOR
    return replace(
        image,
        alt=alt,
        alt_origin=None if alt is None else origin,
        decorative=words.decorative,
        decorative_reason=" ".join(words.reason.split()) or None if words.decorative else None,
        caption=_text(words.caption, image.caption),
        credit=_text(words.credit, image.credit),
        long_description=_text(words.long_description, image.long_description),
    )


def _text(written: str, before: str | None) -> str | None:
    """Give a text on one line; one that differs by its spaces only stays as it was."""
    text = " ".join(written.split())
    return before if text == " ".join((before or "").split()) else text or None


def _mend_body(body: str | None, changed: Mapping[str, Image]) -> str | None:
    """Put alts and captions into a body, which is well-formed XHTML and stays so."""
    if not body or not changed:
        return body
    root = lxml_html.fragment_fromstring(body, create_parent="div")
    for element in list(root.iter("img")):
        image = changed.get(element.get("src", ""))
        if image is None:
            continue
        if image.alt is None:
            element.attrib.pop("alt", None)
        else:
            element.set("alt", image.alt)
        figure = element.getparent()
        caption = figure.find("figcaption") if figure is not None and figure.tag == "figure" else None
        if caption is not None and " ".join(caption.text_content().split()) != " ".join((image.caption or "").split()):
            _write_caption(caption, image.caption)
    written = lxml_html.tostring(root, encoding="unicode", method="xml")
    return written.removeprefix("<div>").removesuffix("</div>")


def _write_caption(element: lxml_html.HtmlElement, caption: str | None) -> None:
    """Put a caption in the place of another; without one its element goes."""
    if caption is None:
        element.drop_tree()
        return
    for child in list(element):
        element.remove(child)
    element.text = caption


def renew(source: str, now: datetime) -> int:
    """Carry over what editors wrote to what a source told since; gives the number of posts that got it."""
    return sum(1 for key in edits.overtaken(source) if _renew(key, now))


def _renew(key: int, now: datetime) -> bool:
    """Carry over what an editor wrote about one post; False: nothing of it stands any more."""
    versions = edits.history(key).versions
    written = next(one for one in versions if one.actor)
    base = next((one.post for one in versions if one.number < written.number and not one.actor), written.post)
    carried = annotate.carry(_carry(versions[0].post, written.post, base), written.post, base)
    if carried == versions[0].post:
        return False
    edits.keep(key, carried, written.actor, now, based_on=versions[0].number)
    return True


def _carry(fresh: Post, written: Post, base: Post) -> Post:
    """Give a post from its source with what an editor wrote of pictures about which the source says what it said."""
    told = {image.url: image for image in base.images if image.url}
    mine = {image.url: image for image in written.images if image.url}
    changes: dict[int, Words] = {}
    for place, image in enumerate(fresh.images):
        edited = mine.get(image.url or "")
        if edited is not None and edited != image and told.get(image.url or "") == image:
            changes[place] = words_of(edited)
    return mend(fresh, changes)


def words_of(image: Image) -> Words:
    """Give what is written about a picture, as a form has it."""
    return Words(
        alt=image.alt,
        decorative=image.decorative,
        reason=image.decorative_reason or "",
        caption=image.caption or "",
        credit=image.credit or "",
        long_description=image.long_description or "",
    )
