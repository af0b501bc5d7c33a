"""What editors want of an edition, and an edition made anew from it: in place, so that its address stays.

Whatever changes an edition withdraws its approvals. Only an edition of which nobody has anything yet can be changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from publisher.errors import UsageError
from publisher.model import Content, EditionState, Kept, Post, Segment
from publisher.store import clicks, codec, editions, freeze, log, newsletters
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import AuditRow, ContentRow, DeliveryRow, EditionPostRow, EditionRow, VersionRow, WishRow

_OPEN = frozenset({EditionState.DRAFT.value, EditionState.READY.value, EditionState.APPROVED.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Subject, preheader and intro of an edition in one language; "" lets the program write it."""

    subject: str = ""
    preheader: str = ""
    intro: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What editors want of an edition; `author` wrote it last, "" while nobody did."""

    texts: Mapping[str, Texts] = field(default_factory=dict)
    author: str = ""

    def of(self, language: str) -> Texts:
        """Give the wishes for one language."""
        return self.texts.get(language, Texts())


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A post of an edition: `key` is the row of the version that was composed, `post_key` that of the post.

    `newer` says that the post has a newer version; `position` None: it was looked at and left out.
    """

    key: int
    post_key: int
    post: Post
    source: str
    position: int | None
    newer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """An edition made anew: its contents, the versions in it in order, those left out, and the report."""

    title: str
    contents: tuple[Content, ...]
    chosen: tuple[int, ...]
    left_out: tuple[int, ...]
    report: Mapping[str, object]
    blocked: bool


def of_edition(edition: str) -> Wishes:
    """Give what editors want of an edition. Raises `UsageError`."""
    row = editions.find(edition)
    with speaking_clearly():
        found = WishRow.objects.filter(edition=row).first()
    if found is None:
        return Wishes()
    return Wishes(texts={name: Texts(**texts) for name, texts in found.texts.items()}, author=found.author)


def version(edition: str) -> int:
    """Give a number that grows whenever an editor makes an edition anew: it says which one somebody saw."""
    return log.newest(edition, "rework")


def places(edition: str) -> tuple[Place, ...]:
    """Give the posts of an edition in its order, then those left out. Raises `UsageError`."""
    row = editions.find(edition)
    with speaking_clearly():
        rows = EditionPostRow.objects.filter(edition=row).select_related("version__post__source")
        found = [
            Place(
                key=one.version.pk,
                post_key=one.version.post_id,
                post=codec.read(Post, one.version.body),
                source=one.version.post.source.name,
                position=one.position,
                newer=one.version.post.current > one.version.n,
            )
            for one in rows.order_by("position", "pk")
        ]
    return tuple(sorted(found, key=lambda place: (place.position is None, place.position or 0)))


def current_versions(keys: Sequence[int]) -> tuple[Kept, ...]:
    """Give the newest versions of the posts that some versions belong to, in the order of these."""
    with speaking_clearly():
        posts = dict(VersionRow.objects.filter(pk__in=list(keys)).values_list("pk", "post_id"))
        rows = VersionRow.objects.filter(post_id__in=list(posts.values()), n=newsletters.CURRENT).select_related("post")
        found = {
            row.post_id: Kept(key=row.pk, post=codec.read(Post, row.body), first_seen=row.post.first_seen_at)
            for row in rows
        }
    return tuple(found[posts[key]] for key in keys if key in posts)


def require_open(edition: str) -> EditionRow:
    """Give an edition that may still be changed. Raises `UsageError`."""
    row = editions.find(edition)
    if row.state not in _OPEN:
        raise UsageError("this edition", f"it is {row.state}: what people have got cannot be changed any more")
    return row


def remake(edition: str, remade: Remade, wishes: Wishes, now: datetime, *, changes: Mapping[str, object]) -> None:
    """Put an edition made anew in the place of the old one; its approvals are withdrawn. Raises `UsageError`."""
    with unit():
        require_open(edition)
        row = EditionRow.objects.select_for_update().get(ulid=edition)
        _withdraw(row, wishes.author, now)
        row.state = (EditionState.DRAFT if remade.blocked else EditionState.READY).value
        row.reason = "a finding blocks it" if remade.blocked else ""
        row.title = remade.title
        row.report = dict(remade.report)
        row.save()
        _replace(row, remade)
        wanted = {"texts": _write(wishes.texts), "author": wishes.author, "at": now}
        WishRow.objects.update_or_create(edition=row, defaults=wanted)
        log.note(now, wishes.author, "rework", edition, **dict(changes))


def narrow(edition: str, segment: Segment, actor: str, now: datetime) -> None:
    """Let an edition go to a segment of its newsletter's readers; its approvals are withdrawn. Raises `UsageError`."""
    with unit():
        require_open(edition)
        row = EditionRow.objects.select_for_update().get(ulid=edition)
        if row.withdrawal_id is not None or row.continues_id is not None:
            raise UsageError("this edition", "it goes to those whom another one reached, or did not reach yet")
        before = freeze.segment_of(row)
        if before == segment:
            return
        _withdraw(row, actor, now)
        row.segment = freeze.write_segment(segment)
        row.save()
        wish, made = WishRow.objects.get_or_create(edition=row, defaults={"author": actor, "at": now})
        if not made:
            wish.author, wish.at = actor, now
            wish.save()
        log.note(now, actor, "rework", edition, readers={"before": _say(before), "after": _say(segment)})


def _say(segment: Segment) -> list[str]:
    """Name a segment in the log."""
    return [*segment.languages, *segment.tags] or ["*"]


def sign(edition: str, wishes: Wishes, now: datetime) -> None:
    """Keep who asked for a new edition, and how: where two people must let it out, that is one of them.

    Raises `UsageError`.
    """
    with unit():
        WishRow.objects.create(edition=editions.find(edition), texts=_write(wishes.texts), author=wishes.author, at=now)


def _write(texts: Mapping[str, Texts]) -> dict[str, dict[str, str]]:
    """Write texts as the table keeps them."""
    return {
        name: {"subject": one.subject, "preheader": one.preheader, "intro": one.intro} for name, one in texts.items()
    }


def withdraw(edition: str, actor: str, now: datetime) -> None:
    """Take back the approvals of an edition that nobody has got yet. Raises `UsageError`."""
    with unit():
        require_open(edition)
        row = EditionRow.objects.select_for_update().get(ulid=edition)
        _withdraw(row, actor, now)
        row.save()


def _withdraw(row: EditionRow, actor: str, now: datetime) -> None:
    """Take back approvals: recipients and content are no longer frozen, and no moment is set."""
    given = approvals(row.ulid)
    DeliveryRow.objects.filter(edition=row, state="pending", attempt=0).delete()
    if row.state == EditionState.APPROVED.value:
        row.state = EditionState.READY.value
    row.approved_at = None
    row.content_sha256 = ""
    row.send_at = None
    if given:
        log.note(now, actor, "withdraw", row.ulid, approvals=list(given))


def _replace(row: EditionRow, remade: Remade) -> None:
    """Write posts and contents anew."""
    EditionPostRow.objects.filter(edition=row).delete()
    ContentRow.objects.filter(edition=row).delete()
    placed: list[tuple[int, int | None]] = [(key, place) for place, key in enumerate(remade.chosen)]
    placed += [(key, None) for key in remade.left_out]
    EditionPostRow.objects.bulk_create(
        EditionPostRow(edition=row, version_id=key, position=place) for key, place in placed
    )
    for content in remade.contents:
        body = codec.write(replace(content, key=0))
        ContentRow.objects.create(
            edition=row, language=content.language, format=content.format, body=body, sha256=codec.digest(body)
        )
    clicks.keep(row, remade.contents)


def approvals(edition: str) -> tuple[str, ...]:
    """Name those who approved an edition since it was last changed."""
    with speaking_clearly():
        rows = AuditRow.objects.filter(subject=edition)
        last = rows.filter(action__in=("withdraw", "rework")).order_by("-pk").values_list("pk", flat=True).first() or 0
        actors = rows.filter(action="approve", pk__gt=last).order_by("pk").values_list("actor", flat=True)
        return tuple(dict.fromkeys(actors))


def set_moment(edition: str, moment: datetime | None, actor: str, now: datetime) -> None:
    """Set when an approved edition begins to be sent, or that it waits for a person. Raises `UsageError`."""
    with unit():
        row = EditionRow.objects.select_for_update().filter(ulid=edition).first() or editions.find(edition)
        if row.state != EditionState.APPROVED.value:
            raise UsageError("this edition", f"it is {row.state}: only an approved edition can wait for its moment")
        before = row.send_at.isoformat() if row.send_at else ""
        row.send_at = moment
        row.save()
        after = moment.isoformat() if moment else ""
        log.note(now, actor, "schedule" if moment else "unschedule", edition, before=before, after=after)
