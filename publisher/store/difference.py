"""What differs between two versions of a post, field by field; pictures by address, texts by paragraph. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from publisher.model import Image, Media, Post

_FIELDS: Final = ("title", "kicker", "language", "summary", "status", "rights", "embargo", "url")
_OF_PICTURE: Final = ("alt", "decorative_reason", "caption", "credit", "long_description")
_LONGEST: Final = 600  # characters of one side; both versions are kept whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field with what was there and what is there now; `place` is that of the picture or medium, from 0."""

    field: str
    before: str
    after: str
    place: int | None = None


def compare(before: Post, after: Post) -> tuple[Change, ...]:
    """Give what differs between two versions of a post; nothing for what nobody can read, such as its position."""
    found = [*_compare_fields(before, after), *_compare_text(before.text or "", after.text or "")]
    pictures = list(_compare_pictures(before.images, after.images))
    media = list(_compare_media(before.media, after.media))
    if not (found or pictures or media) and before.html != after.html:
        found.append(Change(field="html", before="", after=""))
    return (*found, *pictures, *media)


def list_changes(changes: Sequence[Change]) -> dict[str, Mapping[str, str]]:
    """Give changes by name, as the log keeps them; a second one of the same name gets a number."""
    found: dict[str, Mapping[str, str]] = {}
    for one in changes:
        name = one.field if one.place is None else f"{one.field} {one.place + 1}"
        same = sum(1 for known in found if known == name or known.startswith(f"{name} #"))
        found[f"{name} #{same + 1}" if same else name] = {"before": one.before, "after": one.after}
    return found


def _compare_fields(before: Post, after: Post) -> Iterator[Change]:
    """Compare what a post has once."""
    for name in _FIELDS:
        yield from _differ(name, _write(getattr(before, name)), _write(getattr(after, name)))
    yield from _differ("authors", _name_authors(before), _name_authors(after))
    yield from _differ("tags", ", ".join(before.tags), ", ".join(after.tags))


def _name_authors(post: Post) -> str:
    """Name who wrote a post."""
    return ", ".join(author.name for author in post.authors)


def _name_tracks(medium: Media) -> str:
    """Name the files with the captions of a film or sound."""
    return ", ".join(track.url for track in medium.captions)


def _compare_text(before: str, after: str) -> Iterator[Change]:
    """Compare texts by paragraphs."""
    old, new = ([part.strip() for part in text.split("\n\n") if part.strip()] for text in (before, after))
    for kind, begin, end, start, stop in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            yield from _differ("text", "\n\n".join(old[begin:end]), "\n\n".join(new[start:stop]))


def _compare_pictures(before: Sequence[Image], after: Sequence[Image]) -> Iterator[Change]:
    """Compare pictures by their addresses; one that came or went counts whole."""
    known = {image.url: image for image in before if image.url}
    for place, image in enumerate(after):
        old = known.pop(image.url or "", None)
        if old is None and not image.url and place < len(before) and not before[place].url:
            old = before[place]
        if old is None:
            yield Change(field="picture", before="", after=image.url or "", place=place)
            continue
        for name in _OF_PICTURE:
            yield from _differ(name, _write(getattr(old, name)), _write(getattr(image, name)), place)
        if old.decorative != image.decorative and not (old.decorative_reason or image.decorative_reason):
            yield from _differ("decorative", _write(old.decorative), _write(image.decorative), place)
    for place, image in enumerate(before):
        if image.url in known:
            yield Change(field="picture", before=image.url or "", after="", place=place)


def _compare_media(before: Sequence[Media], after: Sequence[Media]) -> Iterator[Change]:
    """Compare films and sounds by their addresses."""
    known = {medium.url: medium for medium in before}
    for place, medium in enumerate(after):
        old = known.pop(medium.url, None)
        if old is None:
            yield Change(field="medium", before="", after=medium.url, place=place)
            continue
        yield from _differ("transcript", old.transcript or "", medium.transcript or "", place)
        yield from _differ("captions", _name_tracks(old), _name_tracks(medium), place)
    for place, medium in enumerate(before):
        if medium.url in known:
            yield Change(field="medium", before=medium.url, after="", place=place)


def _differ(field: str, before: str, after: str, place: int | None = None) -> Iterator[Change]:
    """Give a change where there is one."""
    if before != after:
        yield Change(field=field, before=_shorten(before), after=_shorten(after), place=place)


def _write(value: object) -> str:
    """Write a value as people read it; "" for none."""
    return "" if value is None or value is False else str(value)


def _shorten(text: str) -> str:
    """Cut a text that is too long to be compared by eye."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
