"""The ledger: one small row per edition and recipient, one per attempt, one per event.

No address and no text of a message stands here: `fingerprint` is the hash of the canonical address.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from publisher.store.models.newsletters import ContentRow, EditionRow
from publisher.store.models.row import Row
from publisher.store.moments import MomentField


class LeaseRow(Row):
    """The right of one process to send, for a while. Its rising id is the epoch that fences every commit.

    `owner` names the home: whoever holds the home's lock knows that its other leases are dead.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    owner: models.CharField[str, str] = models.CharField(max_length=40)
    until: models.Field[datetime, datetime] = MomentField()
    ended: models.BooleanField[bool, bool] = models.BooleanField(default=False, db_index=True)

    class Meta:
        """The table."""

        db_table = "lease"


class DeliveryRow(Row):
    """One edition to one person. `code` says why a row failed or was skipped; `mark` is what events told.

    `due_at`: not before this moment, where the reader's own time counts.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    edition: models.ForeignKey[EditionRow, EditionRow] = models.ForeignKey(
        EditionRow,
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
    )
    edition_id: int
    subscriber_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    fingerprint: models.CharField[str, str] = models.CharField(max_length=32)
    content: models.ForeignKey[ContentRow, ContentRow] = models.ForeignKey(
        ContentRow,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
    )
    content_id: int
    state: models.CharField[str, str] = models.CharField(max_length=8, default="pending")
    mark: models.CharField[str, str] = models.CharField(max_length=10, default="")
    attempt: models.SmallIntegerField[int, int] = models.SmallIntegerField(default=0)
    lease: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    code: models.CharField[str, str] = models.CharField(max_length=60, default="")
    at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    due_at: models.BigIntegerField[int, int] = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        """The table; the small indexes hold only the rows that are still open."""

        db_table = "delivery"
        constraints = (
            models.UniqueConstraint(fields=["edition", "subscriber_id"], name="delivery_once"),
            models.UniqueConstraint(fields=["edition", "fingerprint"], name="delivery_address_once"),
        )
        indexes = (
            models.Index(fields=["edition", "due_at", "id"], name="delivery_due", condition=models.Q(state="pending")),
            models.Index(fields=["lease"], name="delivery_sending", condition=models.Q(state="sending")),
            models.Index(fields=["edition", "id"], name="delivery_doubt", condition=models.Q(state="in_doubt")),
        )


class AttemptRow(Row):
    """One request for one delivery. `outcome` "" is: intended, and nothing heard since."""

    pk: Any = models.CompositePrimaryKey("delivery_id", "n")
    delivery_id: models.BigIntegerField[int, int] = models.BigIntegerField()
    n: models.SmallIntegerField[int, int] = models.SmallIntegerField()
    intent_at: models.Field[datetime, datetime] = MomentField()
    result_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    outcome: models.CharField[str, str] = models.CharField(max_length=12, default="")
    message_id: models.CharField[str, str] = models.CharField(max_length=200, default="")
    code: models.CharField[str, str] = models.CharField(max_length=60, default="")
    reason: models.TextField[str, str] = models.TextField(default="")

    class Meta:
        """The table."""

        db_table = "attempt"
        indexes = (models.Index(fields=["message_id"], name="attempt_message", condition=~models.Q(message_id="")),)


class EventRow(Row):
    """What a transport told afterwards. The id is the hash of what makes it this event: hearing it twice is once."""

    id: models.CharField[str, str] = models.CharField(max_length=64, primary_key=True)
    delivery_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True, db_index=True)
    attempt: models.SmallIntegerField[int | None, int | None] = models.SmallIntegerField(null=True)
    kind: models.CharField[str, str] = models.CharField(max_length=20)
    blame: models.CharField[str, str] = models.CharField(max_length=10, default="none")
    at: models.Field[datetime, datetime] = MomentField()
    received_at: models.Field[datetime, datetime] = MomentField(db_index=True)
    detail: models.TextField[str, str] = models.TextField(default="{}")

    class Meta:
        """The table."""

        db_table = "event"
