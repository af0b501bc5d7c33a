"""Editions: made, approved and frozen, moved from state to state, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast

from django.db import connection

from publisher.errors import IntegrityError, UsageError
from publisher.model import EVERYBODY, Audience, Content, Counts, DeliveryState, Edition, EditionState, Mark, Segment
from publisher.store import clicks, codec, freeze, log, newsletters, spoken
from publisher.store.database import speaking_clearly, unit
from publisher.store.models import (
    AuditRow,
    ContentRow,
    DeliveryRow,
    EditionPostRow,
    EditionRow,
    NewsletterRow,
    SubscriptionRow,
)
from publisher.store.moments import to_micros
from publisher.store.ulid import make_ulid

S = EditionState

# action -> (the states it starts from, the state it leads to; None: the state before it was stopped)
ACTIONS: Final[Mapping[str, tuple[frozenset[EditionState], EditionState | None]]] = {
    "start": (frozenset({S.APPROVED}), S.SENDING),
    "pause": (frozenset({S.APPROVED, S.SENDING}), S.PAUSED),
    "hold": (frozenset({S.READY, S.APPROVED, S.SENDING, S.PAUSED}), S.HELD),
    "resume": (frozenset({S.PAUSED, S.HELD}), None),
    "cancel": (frozenset({S.DRAFT, S.READY, S.APPROVED, S.SENDING, S.PAUSED, S.HELD}), S.CANCELLED),
    "reopen": (frozenset({S.SENT}), S.SENDING),
}

_FINISH: Final = """
UPDATE edition SET state = 'sent', finished_at = %s
WHERE id = %s AND state = 'sending'
AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.edition_id = edition.id AND d.state = 'pending')
AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.edition_id = edition.id AND d.state = 'sending')
"""

# Grouping would sort every recipient in memory. A complaint comes from somebody who got the message.
_COUNTED: Final[Mapping[str, str]] = {
    **{state.value: f"state = '{state.value}'" for state in DeliveryState},
    "delivered": f"state = 'accepted' AND mark IN ('{Mark.DELIVERED.value}', '{Mark.COMPLAINED.value}')",
    "bounced": f"state = 'accepted' AND mark = '{Mark.BOUNCED.value}'",
    "complained": f"state = 'accepted' AND mark = '{Mark.COMPLAINED.value}'",
}
_COUNT: Final = (
    f"SELECT {', '.join(f'COUNT(*) FILTER (WHERE {rows})' for rows in _COUNTED.values())} "  # noqa: S608 - our own words
    "FROM delivery WHERE edition_id = %s"
)

_DUPLICATES: Final = """
SELECT COUNT(*) FROM delivery d WHERE d.edition_id = %s AND d.attempt > 1
AND (SELECT COUNT(*) FROM attempt a WHERE a.delivery_id = d.id AND a.outcome = 'accepted') > 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an edition is made of: contents (the first is everybody's fallback), posts chosen and posts left out.

    `id` comes from `new_id`. `chosen` and `left_out` are keys of `Kept`. `occurrence` is the local time of the
    schedule, None by hand. `audience` is whom it is made for, `readers` who gets it by their wishes. `withdrawal` is
    the number of the withdrawal that it tells of, `continues` the edition that it goes on with. `segment` is to which
    readers it goes.
    """

    id: str
    newsletter: str
    title: str
    contents: tuple[Content, ...]
    chosen: tuple[int, ...]
    left_out: tuple[int, ...] = ()
    report: Mapping[str, object]
    blocked: bool
    occurrence: str | None = None
    replaces: bool = True
    audience: Audience = "each"
    readers: tuple[Audience, ...] = ("each", "daily", "weekly")
    withdrawal: int | None = None
    continues: str | None = None
    segment: Segment = EVERYBODY


def new_id(now: datetime, noise: int) -> str:
    """Make the id of a new edition; `noise` is a random number of 40 bits or more."""
    return make_ulid(now, noise)


def create(draft: Draft, now: datetime) -> None:
    """Keep a new edition. An edition of the same newsletter that nobody approved yet is cancelled, if it `replaces`.

    Raises `UsageError`: no such newsletter, or the schedule's occurrence
    has its edition already.
    """
    newsletter = newsletters.find(draft.newsletter)
    ulid = draft.id
    with unit():
        if draft.occurrence and EditionRow.objects.filter(newsletter=newsletter, occurrence=draft.occurrence).exists():
            raise UsageError(f"newsletter {draft.newsletter}", f"the edition of {draft.occurrence} exists already")
        if draft.replaces:
            _replace(newsletter, draft, now)
        row = EditionRow.objects.create(
            ulid=ulid,
            newsletter=newsletter,
            state=(S.DRAFT if draft.blocked else S.READY).value,
            reason="a finding blocks it" if draft.blocked else "",
            occurrence=draft.occurrence,
            audience=draft.audience,
            readers=",".join(draft.readers),
            title=draft.title,
            report=dict(draft.report),
            created_at=now,
            withdrawal_id=draft.withdrawal,
            continues=find(draft.continues) if draft.continues else None,
            segment=freeze.write_segment(draft.segment),
        )
        _add_posts(row, draft)
        _add_contents(row, draft.contents)
        log.note(now, "publisher", "build", ulid, posts=len(draft.chosen))


def _replace(newsletter: NewsletterRow, draft: Draft, now: datetime) -> None:
    """Cancel the editions of its own kind that nobody approved yet; an alert is of none."""
    open_states = (S.DRAFT.value, S.READY.value)
    waiting = EditionRow.objects.filter(newsletter=newsletter, urgent=False, state__in=open_states)
    for older in waiting.filter(audience=draft.audience, withdrawal=draft.withdrawal, continues__ulid=draft.continues):
        older.state, older.reason = S.CANCELLED.value, f"replaced by {draft.id}"
        older.save()
        log.note(now, "publisher", "replace", older.ulid, by=draft.id)


def _add_posts(row: EditionRow, draft: Draft) -> None:
    """Keep which posts stand in the edition and which were looked at."""
    placed: list[tuple[int, int | None]] = [(key, place) for place, key in enumerate(draft.chosen)]
    placed += [(key, None) for key in draft.left_out]
    EditionPostRow.objects.bulk_create(
        EditionPostRow(edition=row, version_id=key, position=place) for key, place in placed
    )


def _add_contents(row: EditionRow, contents: Sequence[Content]) -> None:
    """Keep what readers will get, each with its hash."""
    for content in contents:
        body = codec.write(replace(content, key=0))
        ContentRow.objects.create(
            edition=row,
            language=content.language,
            format=content.format,
            body=body,
            sha256=codec.digest(body),
        )
    clicks.keep(row, contents)


def find(edition: str) -> EditionRow:
    """Give the row of an edition. Raises `UsageError`."""
    with speaking_clearly():
        row = EditionRow.objects.select_related("newsletter", "continues").filter(ulid=edition).first()
    if row is None:
        raise UsageError(f"edition {edition}", "there is none of this id", "list them with: publisher edition")
    return row


def _locked(edition: str) -> EditionRow:
    """Give the row of an edition for a change; call it in a transaction. Raises `UsageError`."""
    row = EditionRow.objects.select_for_update().filter(ulid=edition).first()
    return row or find(edition)


def get(edition: str) -> Edition:
    """Give an edition. Raises `UsageError`."""
    row = find(edition)
    with speaking_clearly():
        return _read(row)


def recent(limit: int = 50, newsletter: str | None = None) -> tuple[Edition, ...]:
    """Give the newest editions, the newest first."""
    with speaking_clearly():
        rows = EditionRow.objects.select_related("newsletter", "continues").order_by("-created_at", "-pk")
        if newsletter is not None:
            rows = rows.filter(newsletter__name=newsletter)
        return tuple(_read(row) for row in rows[:limit])


def in_state(*states: EditionState) -> tuple[Edition, ...]:
    """Give the editions that stand in one of some states, the oldest first."""
    with speaking_clearly():
        rows = EditionRow.objects.select_related("newsletter", "continues").filter(
            state__in=[state.value for state in states]
        )
        return tuple(_read(row) for row in rows.order_by("created_at", "pk"))


def telling_of(withdrawal: int) -> tuple[Edition, ...]:
    """Give the editions that tell readers of a withdrawal, the newest first; not those that were cancelled."""
    return _linked(withdrawal=withdrawal)


def continuing(edition: str) -> tuple[Edition, ...]:
    """Give the editions that go on with one that was stopped, the newest first; not those that were cancelled."""
    return _linked(continues__ulid=edition)


def _linked(**to: object) -> tuple[Edition, ...]:
    """Give the editions that hang on something."""
    with speaking_clearly():
        rows = EditionRow.objects.select_related("newsletter", "continues").filter(**to).exclude(state=S.CANCELLED)
        return tuple(_read(row) for row in rows.order_by("-pk"))


def _read(row: EditionRow) -> Edition:
    """Give a row as a value."""
    return Edition(
        id=row.ulid,
        newsletter=row.newsletter.name,
        state=S(row.state),
        title=row.title,
        posts=EditionPostRow.objects.filter(edition=row, position__isnull=False).count(),
        created=row.created_at,
        reason=row.reason,
        report=row.report,
        content_sha256=row.content_sha256,
        send_at=row.send_at,
        approved=row.approved_at,
        started=row.started_at,
        finished=row.finished_at,
        withdrawal=row.withdrawal_id,
        continues=row.continues.ulid if row.continues else None,
        segment=freeze.segment_of(row),
    )


def audience_of(edition: str) -> tuple[Audience, tuple[Audience, ...]]:
    """Give whom an edition was made for, and who gets it by their wishes. Raises `UsageError`."""
    row = find(edition)
    return cast("Audience", row.audience), cast("tuple[Audience, ...]", tuple(row.readers.split(",")))


def contents(edition: str) -> tuple[Content, ...]:
    """Give what readers get, the fallback first.

    Raises `UsageError`, and `IntegrityError` when it is not what was approved.
    """
    row = find(edition)
    with speaking_clearly():
        rows = list(ContentRow.objects.filter(edition=row).order_by("pk"))
    if row.content_sha256 and row.content_sha256 != _hash(rows):
        raise IntegrityError(f"edition {edition}", "its content is not what was approved", "build and approve it anew")
    return tuple(replace(codec.read(Content, content.body), key=content.pk) for content in rows)


def _hash(rows: Sequence[ContentRow]) -> str:
    """Hash everything that readers get; the bodies themselves, not what is noted beside them."""
    return codec.digest(*(part for row in rows for part in (row.language, row.format, codec.digest(row.body))))


def approve(edition: str, actor: str, now: datetime, *, needed: int = 1) -> int:
    """Approve an edition; gives how many more people must.

    The last approval freezes content and recipients; approving again changes nothing. Raises `UsageError`.
    """
    with unit():
        row = _locked(edition)
        if row.approved_at is not None:
            return 0
        if row.state != S.READY:
            raise _refuse(row, "approve")
        said = AuditRow.objects.filter(subject=edition, action="approve", pk__gt=_last_change(edition))
        if not said.filter(actor=actor).exists():
            log.note(now, actor, "approve", edition)
        missing = max(0, needed - said.values("actor").distinct().count())
        if not missing:
            _freeze(row, now)
        return missing


def _last_change(edition: str) -> int:
    """Give the line of the log after which approvals count: an edition that was changed has to be approved anew."""
    changes = AuditRow.objects.filter(subject=edition, action__in=("withdraw", "rework")).order_by("-pk")
    return changes.values_list("pk", flat=True).first() or 0


def _freeze(row: EditionRow, now: datetime) -> None:
    """Fix what is sent and to whom."""
    row.content_sha256 = _hash(list(ContentRow.objects.filter(edition=row).order_by("pk")))
    row.state = S.APPROVED.value
    row.approved_at = now
    row.save()
    freeze.freeze(row)
    if row.continues_id is not None:
        older = EditionRow.objects.get(pk=row.continues_id)
        older.state, older.reason, older.finished_at = S.CANCELLED.value, f"continued by {row.ulid}", now
        older.save()
        _skip_open(older, now)
        log.note(now, "publisher", "cancel", older.ulid, by=row.ulid)


def expected_recipients(edition: str) -> int:
    """Count whom an edition goes to: frozen once approved, an estimate before."""
    row = find(edition)
    with speaking_clearly():
        if row.approved_at is not None:
            return DeliveryRow.objects.filter(edition=row).count()
        if row.withdrawal_id is not None or row.continues_id is not None or row.segment:
            return freeze.estimate(row)
        return SubscriptionRow.objects.filter(
            newsletter=row.newsletter_id, state="active", frequency__in=row.readers.split(",")
        ).count()


def act(edition: str, action: str, actor: str, now: datetime, *, reason: str = "") -> EditionState:
    """Start, pause, hold, resume, cancel or reopen an edition; gives the state it is in now.

    An edition that is there already stays as it is. Raises `UsageError` where the action makes no sense.
    """
    with unit():
        row = _locked(edition)
        allowed, target = ACTIONS[action]
        if target is not None and row.state == target:
            return target
        if S(row.state) not in allowed:
            raise _refuse(row, action)
        row.prior, row.state = row.state, (target.value if target else row.prior or S.SENDING.value)
        if row.state in (S.PAUSED, S.HELD) and row.prior in (S.PAUSED, S.HELD):
            row.prior = S.SENDING.value if row.started_at else S.APPROVED.value
        row.reason = reason
        if row.state == S.SENDING and row.started_at is None:
            row.started_at = now
            spoken.keep(row.pk)
        row.finished_at = None if row.state != S.CANCELLED else now
        row.save()
        if row.state == S.CANCELLED:
            _skip_open(row, now)
        log.note(now, actor, action, edition, reason=reason)
        return S(row.state)


def _skip_open(row: EditionRow, now: datetime) -> None:
    """Say of everybody who was not written to yet that nobody will."""
    DeliveryRow.objects.filter(edition=row, state=DeliveryState.PENDING.value).update(
        state=DeliveryState.SKIPPED.value,
        code="cancelled",
        at=now,
    )


def _refuse(row: EditionRow, action: str) -> UsageError:
    """Say why an action makes no sense now, and what would."""
    ways = {
        S.DRAFT: "mend what blocks it and build it again",
        S.READY: f"approve it first: publisher approve {row.ulid}",
        S.APPROVED: f"send it: publisher send {row.ulid}",
        S.PAUSED: f"resume it: publisher resume {row.ulid}",
        S.HELD: f"mend it ({row.reason}), then: publisher resume {row.ulid}",
    }
    reason = f"it is {row.state}" + (f" ({row.reason})" if row.reason and row.state != S.HELD else "")
    return UsageError(f"edition {row.ulid}", f"{reason}, so that one cannot {action} it", ways.get(S(row.state), ""))


def finish(edition: str, now: datetime) -> bool:
    """Call an edition sent when nobody is left; of a cancelled one, skip what came back. True when it ended."""
    row = find(edition)
    with unit(), connection.cursor() as cursor:
        if row.state == S.CANCELLED:
            _skip_open(row, now)
            return True
        cursor.execute(_FINISH, [to_micros(now), row.pk])
        return bool(cursor.rowcount)


def count(edition: str) -> Counts:
    """Count an edition's recipients by state and mark. Raises `UsageError`."""
    row = find(edition)
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_COUNT, [row.pk])
        found = dict(zip(_COUNTED, cursor.fetchone(), strict=True))
        cursor.execute(_DUPLICATES, [row.pk])
        (duplicates,) = cursor.fetchone()
    return Counts(**found, duplicates=duplicates)
