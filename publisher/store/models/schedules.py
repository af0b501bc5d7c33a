"""What the schedule did: occurrences that were decided, and moments worth remembering."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from publisher.store.models.newsletters import NewsletterRow
from publisher.store.models.row import Row
from publisher.store.moments import MomentField


class OccurrenceRow(Row):
    """One time at which a schedule fell due, and what was decided about it, once.

    `local` is the time on the wall without its offset; `at` the moment at which readers were to have it.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    newsletter: models.ForeignKey[NewsletterRow, NewsletterRow] = models.ForeignKey(
        NewsletterRow,
        on_delete=models.CASCADE,
        db_index=False,
    )
    local: models.CharField[str, str] = models.CharField(max_length=40)
    at: models.Field[datetime, datetime] = MomentField(db_index=True)
    verdict: models.CharField[str, str] = models.CharField(max_length=10)
    reason: models.TextField[str, str] = models.TextField(default="")
    decided_at: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "occurrence"
        constraints = (models.UniqueConstraint(fields=["newsletter", "local"], name="decided_once"),)


class MilestoneRow(Row):
    """The moment of something: the last tick, the first sight of a schedule."""

    name: models.CharField[str, str] = models.CharField(max_length=300, primary_key=True)
    at: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "milestone"
