"""Who gets an edition, fixed when the last person approves it.

    an ordinary edition   everybody who reads the newsletter, by their wishes, or a segment of them
    a correction          those who were reached by an edition of the newsletter that held the post, each once
    what continues one    those for whom the edition that was stopped is still pending; it ends with that

Nobody who has left or may not be written to any more is among them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection

from publisher import language
from publisher.errors import UsageError
from publisher.model import DeliveryState, EditionState, Segment
from publisher.store.database import marks
from publisher.store.models import ContentRow, DeliveryRow, EditionPostRow, EditionRow, WithdrawalRow

_READERS: Final = """
FROM subscription u JOIN subscriber s ON s.id = u.subscriber_id
WHERE u.newsletter_id = %s AND u.state = 'active'
AND NOT EXISTS (SELECT 1 FROM suppression x WHERE x.fingerprint = s.fingerprint)
AND {chosen}
"""

# A second run changes nothing.
_FREEZE: Final = (
    """
INSERT INTO delivery (edition_id, subscriber_id, fingerprint, content_id, state, mark, attempt, lease, code)
SELECT %s, s.id, s.fingerprint, {content}, 'pending', '', 0, 0, ''
"""
    + _READERS
    + """
ORDER BY s.id
ON CONFLICT DO NOTHING
"""
)

# Those who are suppressed are few: they are counted by themselves, which is quicker than asking everybody. CROSS JOIN
# lets SQLite begin with them.
_CHOSEN: Final = "SELECT COUNT(*) FROM subscription u WHERE u.newsletter_id = %s AND u.state = 'active' AND {chosen}"
_SHUT: Final = """
SELECT COUNT(*) FROM suppression x CROSS JOIN subscriber s CROSS JOIN subscription u
WHERE s.fingerprint = x.fingerprint AND u.subscriber_id = s.id
AND u.newsletter_id = %s AND u.state = 'active' AND {chosen}
"""

_REACHED: Final = """
EXISTS (
    SELECT 1 FROM delivery d
    WHERE d.subscriber_id = s.id AND d.edition_id IN ({held}) AND d.state IN ('accepted', 'in_doubt')
)
"""

_UNTOLD: Final = """
AND NOT EXISTS (
    SELECT 1 FROM delivery d JOIN edition e ON e.id = d.edition_id
    WHERE d.subscriber_id = s.id AND e.withdrawal_id = %s AND e.id <> %s
    AND d.state IN ('pending', 'sending', 'accepted', 'in_doubt')
)
"""

_PENDING: Final = """
EXISTS (SELECT 1 FROM delivery d WHERE d.subscriber_id = s.id AND d.edition_id = %s AND d.state = 'pending')
"""

_TAGGED: Final = """
s.id IN (SELECT t.subscriber_id FROM subscription_tag t WHERE t.newsletter_id = %s AND t.tag IN ({tags}))
"""

_STOPPED: Final = frozenset({EditionState.PAUSED.value, EditionState.HELD.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Part of a statement, and its values."""

    test: str
    values: tuple[Any, ...]


def freeze(row: EditionRow) -> None:
    """Fix to whom an edition is sent; call it in a transaction.

    Raises `UsageError`: somebody may be getting what it corrects or continues this very moment, or the edition that it
    continues goes on already.
    """
    _require_quiet(row)
    content, contents = _choose_content(row)
    choice = _choose(row)
    statement = _FREEZE.replace("{content}", content).replace("{chosen}", choice.test)
    with connection.cursor() as cursor:
        cursor.execute(statement, [row.pk, *contents, row.newsletter_id, *choice.values])


def estimate(row: EditionRow) -> int:
    """Count whom an edition would go to if it were approved now."""
    choice = _choose(row)
    if row.withdrawal_id is None and row.continues_id is None:
        return _count("SELECT COUNT(*)" + _READERS, row, choice)
    by_number = replace(choice, test=choice.test.replace("s.id", "u.subscriber_id"))
    return _count(_CHOSEN, row, by_number) - _count(_SHUT, row, choice)


def _count(statement: str, row: EditionRow, choice: _Choice) -> int:
    """Count some of those who read the newsletter of an edition."""
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{chosen}", choice.test), [row.newsletter_id, *choice.values])
        return int(cursor.fetchone()[0])


def _choose(row: EditionRow) -> _Choice:
    """Choose among those who read the newsletter."""
    if row.withdrawal_id is not None:
        held = holding(row.withdrawal_id, row.newsletter_id)
        test = _REACHED.replace("{held}", marks(len(held)) or "-1")
        others = EditionRow.objects.filter(withdrawal=row.withdrawal_id, approved_at__isnull=False)
        if not others.exclude(pk=row.pk).exists():
            return _Choice(test=test, values=held)
        return _Choice(test=test + _UNTOLD, values=(*held, row.withdrawal_id, row.pk))
    if row.continues_id is not None:
        return _Choice(test=_PENDING, values=(row.continues_id,))
    readers = row.readers.split(",")
    everybody = _Choice(test=f"u.frequency IN ({marks(len(readers))})", values=tuple(readers))
    parts = (everybody, *_segment(row))
    return _Choice(
        test=" AND ".join(part.test for part in parts), values=tuple(value for part in parts for value in part.values)
    )


def segment_of(row: EditionRow) -> Segment:
    """Give to which readers of its newsletter an edition goes."""
    return Segment(**{kind: tuple(row.segment.get(kind, ())) for kind in ("languages", "tags")})


def write_segment(segment: Segment) -> dict[str, list[str]]:
    """Write a segment as the table keeps it."""
    if segment.is_everybody:
        return {}
    return {"languages": list(segment.languages), "tags": list(segment.tags)}


def _segment(row: EditionRow) -> tuple[_Choice, ...]:
    """Choose by tags and by languages; a language stands for its regions; who chose none reads the edition's own."""
    chosen, found = segment_of(row), []
    if chosen.tags:
        test = _TAGGED.replace("{tags}", marks(len(chosen.tags)))
        found.append(_Choice(test=test, values=(row.newsletter_id, *chosen.tags)))
    if chosen.languages:
        own = ContentRow.objects.filter(edition=row).order_by("pk").values_list("language", flat=True).first() or ""
        tests = ["s.language = %s OR s.language LIKE %s"] * len(chosen.languages)
        if language.primary(own) in {language.primary(tag) for tag in chosen.languages}:
            tests.append("s.language = ''")
        values = [value for tag in chosen.languages for value in (tag, f"{tag}-%")]
        found.append(_Choice(test=f"({' OR '.join(tests)})", values=tuple(values)))
    return tuple(found)


def holding(withdrawal: int, newsletter: int) -> tuple[int, ...]:
    """Give the editions of a newsletter that held a post as it was before a withdrawal."""
    said = WithdrawalRow.objects.get(pk=withdrawal)
    rows = EditionPostRow.objects.filter(
        edition__newsletter=newsletter,
        version__post=said.post_id,
        version__lt=said.version_id,
        position__isnull=False,
    )
    return tuple(rows.order_by("edition").values_list("edition", flat=True).distinct())


def _require_quiet(row: EditionRow) -> None:
    """Hold what a special edition is about, and refuse while somebody is being written to. Raises `UsageError`."""
    before: tuple[int, ...] = ()
    if row.withdrawal_id is not None:
        WithdrawalRow.objects.select_for_update().get(pk=row.withdrawal_id)  # editions of it are frozen one by one
        before = holding(row.withdrawal_id, row.newsletter_id)
    elif row.continues_id is not None:
        older = EditionRow.objects.select_for_update().get(pk=row.continues_id)
        if older.state not in _STOPPED:
            reason = f"edition {older.ulid}, which it continues, is {older.state}"
            raise UsageError(f"edition {row.ulid}", reason, f"pause that one first: publisher pause {older.ulid}")
        before = (older.pk,)
    if DeliveryRow.objects.filter(edition__in=before, state=DeliveryState.SENDING.value).exists():
        reason = "some are being written to this moment, so that nobody can say yet whom it concerns"
        raise UsageError(f"edition {row.ulid}", reason, "approve it again in a minute")


def _choose_content(row: EditionRow) -> tuple[str, list[Any]]:
    """Write which content a reader gets: language and format, else language, else format, else the fallback."""
    rows = list(ContentRow.objects.filter(edition=row).order_by("pk"))
    fallback = rows[0]
    cases: list[str] = []
    values: list[Any] = []
    for by_language, by_format in ((True, True), (True, False), (False, True)):
        for content in rows:
            if (by_format or content.format == fallback.format) and (
                by_language or content.language == fallback.language
            ):
                test, known = _match(content, by_language=by_language, by_format=by_format)
                cases.append(f"WHEN {test} THEN %s")
                values += [*known, content.pk]
    return f"CASE {' '.join(cases)} ELSE %s END", [*values, fallback.pk]


def _match(content: ContentRow, *, by_language: bool, by_format: bool) -> tuple[str, list[str]]:
    """Write the test of one content; a language stands for its regions too."""
    tests: list[str] = []
    values: list[str] = []
    if by_language:
        tests.append("(s.language = %s OR s.language LIKE %s)")
        values += [content.language, f"{content.language}-%"]
    if by_format:
        tests.append("s.format = %s")
        values.append(content.format)
    return " AND ".join(tests), values
