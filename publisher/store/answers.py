"""What partner outlets were answered, and what they confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from publisher.store.database import speaking_clearly, unit
from publisher.store.models import ChangeRow, OutletRow, ReceiptRow, ResponseRow
from publisher.store.moments import to_micros
from publisher.store.outlets import find, read

_ADD_RESPONSES = """
INSERT INTO outlet_response
(at, outlet_id, credential, endpoint, status, size, etag, sequence, request_id, delivered)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer to a partner, for the record. `delivered`: pairs of item and revision that were in it, as JSON."""

    at: datetime
    outlet: int
    credential: str
    endpoint: str
    status: int
    size: int
    etag: str = ""
    sequence: int = 0
    request_id: str = ""
    delivered: str = "[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """A kill that an outlet has not confirmed yet."""

    outlet: str
    channel: str
    item: str
    uri: str
    sequence: int
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A kill of `killed` that an outlet confirmed at a time."""

    channel: str
    note: str
    killed: datetime
    at: datetime


def add_responses(answered: Sequence[Response]) -> None:
    """Keep answers, all in one transaction."""
    with unit(), connection.cursor() as cursor:
        cursor.executemany(
            _ADD_RESPONSES,
            [
                (
                    to_micros(one.at),
                    one.outlet,
                    one.credential,
                    one.endpoint[:200],
                    one.status,
                    one.size,
                    one.etag[:80],
                    one.sequence,
                    one.request_id[:40],
                    one.delivered,
                )
                for one in answered
            ],
        )


def responses(name: str, limit: int = 100, endpoint: str = "") -> tuple[Response, ...]:
    """Give the newest answers to an outlet, newest first; `endpoint` is how their path begins. Raises `UsageError`."""
    outlet = find(name)
    with speaking_clearly():
        rows = ResponseRow.objects.filter(outlet_id=outlet.key, endpoint__startswith=endpoint).order_by("-pk")[:limit]
        return tuple(
            Response(
                at=row.at,
                outlet=row.outlet_id,
                credential=row.credential,
                endpoint=row.endpoint,
                status=row.status,
                size=row.size,
                etag=row.etag,
                sequence=row.sequence,
                request_id=row.request_id,
                delivered=json.dumps(row.delivered),
            )
            for row in rows
        )


def confirm(outlet: int, channels: Iterable[str], sequences: Sequence[int], now: datetime) -> tuple[int, ...]:
    """Keep that an outlet acted on changes; gives those that there are in its channels. Twice is once."""
    with unit():
        rows = ChangeRow.objects.filter(sequence__in=list(sequences), channel__name__in=list(channels))
        known = tuple(sorted(rows.values_list("sequence", flat=True)))
        ReceiptRow.objects.bulk_create(
            (ReceiptRow(outlet_id=outlet, sequence=number, at=now) for number in known), ignore_conflicts=True
        )
    return known


def confirmed(outlet: int, sequences: Sequence[int]) -> Mapping[int, datetime]:
    """Give when an outlet confirmed some changes; those that it did not are left out."""
    with speaking_clearly():
        rows = ReceiptRow.objects.filter(outlet_id=outlet, sequence__in=list(sequences))
        return {row.sequence: row.at for row in rows}


def receipts(name: str, limit: int) -> tuple[Receipt, ...]:
    """Give the kills that an outlet confirmed, the newest confirmation first."""
    kills = ChangeRow.objects.filter(signal="kill").values("sequence")
    with speaking_clearly():
        rows = ReceiptRow.objects.filter(outlet__name=name, sequence__in=kills).order_by("-at", "-sequence")
        told = dict(rows.values_list("sequence", "at")[:limit])
        known = {one.sequence: one for one in ChangeRow.objects.filter(sequence__in=told).select_related("channel")}
    return tuple(
        Receipt(channel=known[number].channel.name, note=known[number].note, killed=known[number].at, at=at)
        for number, at in told.items()
    )


def unconfirmed_kills() -> tuple[Unconfirmed, ...]:
    """Give the kills that an outlet which may pull them has not confirmed, oldest first; practice left out."""
    found: list[Unconfirmed] = []
    with speaking_clearly():
        for row in OutletRow.objects.filter(active=True).prefetch_related("channels"):
            outlet = read(row)
            done = ReceiptRow.objects.filter(outlet=row).values("sequence")
            kills = ChangeRow.objects.filter(signal="kill", channel__name__in=outlet.channels).exclude(
                sequence__in=done
            )
            found.extend(
                Unconfirmed(
                    outlet=outlet.name,
                    channel=change.channel.name,
                    item=change.item.folder,
                    uri=change.item.uri,
                    sequence=change.sequence,
                    note=change.note,
                    at=change.at,
                )
                for change in kills.select_related("channel", "item").order_by("sequence")
            )
    return tuple(sorted(found, key=lambda one: (one.sequence, one.outlet)))
