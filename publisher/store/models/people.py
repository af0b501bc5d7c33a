"""People, what they subscribed to, and whom never to write to again.

`fingerprint` is the hash of the canonical address: it joins these tables and outlives the address, so that an erased
person is not written to again and nobody can read who it was.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models

from publisher.store.models.newsletters import NewsletterRow
from publisher.store.models.row import Row
from publisher.store.moments import MomentField


class SubscriberRow(Row):
    """A person's address and wishes. `language` and `zone` "" are the newsletter's own.

    Soft bounces count from `soft_since` on.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    address: models.CharField[str, str] = models.CharField(max_length=320)
    fingerprint: models.CharField[str, str] = models.CharField(max_length=32, unique=True)
    name: models.CharField[str, str] = models.CharField(max_length=200, default="")
    language: models.CharField[str, str] = models.CharField(max_length=40, default="")
    format: models.CharField[str, str] = models.CharField(max_length=20, default="html")
    zone: models.CharField[str, str] = models.CharField(max_length=60, default="", db_default="")
    created_at: models.Field[datetime, datetime] = MomentField()
    soft_bounces: models.IntegerField[int, int] = models.IntegerField(default=0)
    soft_since: models.Field[datetime | None, datetime | None] = MomentField(null=True)

    class Meta:
        """The table."""

        db_table = "subscriber"


class SubscriptionRow(Row):
    """The link of a person to a newsletter: pending (not confirmed), active, unsubscribed, bounced or complained.

    `frequency`: "each" edition, or a "daily" or "weekly" roll-up of them.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    subscriber: models.ForeignKey[SubscriberRow, SubscriberRow] = models.ForeignKey(
        SubscriberRow,
        on_delete=models.CASCADE,
        db_index=False,
    )
    subscriber_id: int
    newsletter: models.ForeignKey[NewsletterRow, NewsletterRow] = models.ForeignKey(
        NewsletterRow,
        on_delete=models.CASCADE,
        db_index=False,
    )
    newsletter_id: int
    state: models.CharField[str, str] = models.CharField(max_length=12)
    frequency: models.CharField[str, str] = models.CharField(max_length=6, default="each", db_default="each")
    since: models.Field[datetime, datetime] = MomentField()
    consent_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    consent_source: models.TextField[str, str] = models.TextField(default="")

    class Meta:
        """The table."""

        db_table = "subscription"
        constraints = (models.UniqueConstraint(fields=["subscriber", "newsletter"], name="subscription_once"),)
        indexes = (models.Index(fields=["newsletter", "state", "frequency"], name="subscription_by_state"),)


class TagRow(Row):
    """A word by which a newsletter tells some of its readers from others, in lower case."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    newsletter: models.ForeignKey[NewsletterRow, NewsletterRow] = models.ForeignKey(
        NewsletterRow,
        on_delete=models.CASCADE,
        db_index=False,
    )
    newsletter_id: int
    tag: models.CharField[str, str] = models.CharField(max_length=60)
    subscriber: models.ForeignKey[SubscriberRow, SubscriberRow] = models.ForeignKey(
        SubscriberRow, on_delete=models.CASCADE
    )
    subscriber_id: int

    class Meta:
        """The table."""

        db_table = "subscription_tag"
        constraints = (models.UniqueConstraint(fields=["newsletter", "tag", "subscriber"], name="tag_once"),)


class SuppressionRow(Row):
    """An address that is never written to: why, since when, and the event that said so."""

    fingerprint: models.CharField[str, str] = models.CharField(max_length=32, primary_key=True)
    reason: models.CharField[str, str] = models.CharField(max_length=40)
    event: models.CharField[str, str] = models.CharField(max_length=64, default="")
    at: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "suppression"
