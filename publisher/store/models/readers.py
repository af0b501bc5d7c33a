"""What readers do on the pages: links that prove a mailbox, rations, pauses, and barriers that they report."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from publisher.store.models.newsletters import NewsletterRow
from publisher.store.models.people import SubscriberRow
from publisher.store.models.row import Row
from publisher.store.moments import MomentField


class PassRow(Row):
    """A link that was or will be mailed, and proves that its holder reads that mailbox; it dies at `expires_at`.

    `purpose` says what it opens. A sign-up has no subscriber yet: its address and wishes stand here, and only here,
    until it is confirmed. `partner` is the other half of a change of address. `mailed_at` None: the mail is still to
    be sent. `consent` is the text that the reader agreed to, by its version, language and place.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    purpose: models.CharField[str, str] = models.CharField(max_length=10)
    address: models.CharField[str, str] = models.CharField(max_length=320)
    fingerprint: models.CharField[str, str] = models.CharField(max_length=32, db_index=True)
    subscriber: models.ForeignKey[SubscriberRow | None, SubscriberRow | None] = models.ForeignKey(
        SubscriberRow, null=True, on_delete=models.CASCADE
    )
    subscriber_id: int | None
    newsletter: models.ForeignKey[NewsletterRow | None, NewsletterRow | None] = models.ForeignKey(
        NewsletterRow, null=True, on_delete=models.CASCADE, db_index=False
    )
    newsletter_id: int | None
    partner: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    language: models.CharField[str, str] = models.CharField(max_length=40, default="")
    format: models.CharField[str, str] = models.CharField(max_length=20, default="html")
    consent: models.CharField[str, str] = models.CharField(max_length=300, default="")
    created_at: models.Field[datetime, datetime] = MomentField()
    expires_at: models.Field[datetime, datetime] = MomentField(db_index=True)
    mailed_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    used_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)

    class Meta:
        """The table; the small index holds only the mails that are still to be sent."""

        db_table = "mailbox_pass"
        constraints = (
            models.UniqueConstraint(
                fields=["fingerprint", "newsletter"],
                condition=models.Q(purpose="confirm"),
                name="sign_up_once",
            ),
        )
        indexes = (models.Index(fields=["id"], name="pass_to_mail", condition=models.Q(mailed_at=None)),)


class RationRow(Row):
    """How often something was done on one day: the key is a keyed hash, so that nobody can read who did it."""

    key: models.CharField[str, str] = models.CharField(max_length=43, primary_key=True)
    day: models.IntegerField[int, int] = models.IntegerField(db_index=True)
    number: models.IntegerField[int, int] = models.IntegerField(default=1)

    class Meta:
        """The table."""

        db_table = "ration"


class PauseRow(Row):
    """A reader who wants nothing until a moment."""

    subscriber: models.OneToOneField[SubscriberRow, SubscriberRow] = models.OneToOneField(
        SubscriberRow, primary_key=True, on_delete=models.CASCADE
    )
    subscriber_id: int
    until: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "pause"


class BarrierRow(Row):
    """A barrier that a reader met, and where: for the desk to mend. Nothing in it says who the reader is.

    `edition` and `post` are their ids; "" where the report is about the pages. `taken_by` is who looks
    into it; `done_at` None: nobody has mended it.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    newsletter: models.CharField[str, str] = models.CharField(max_length=200, default="")
    edition: models.CharField[str, str] = models.CharField(max_length=26, default="", db_index=True)
    post: models.TextField[str, str] = models.TextField(default="")
    kind: models.CharField[str, str] = models.CharField(max_length=20)
    text: models.TextField[str, str] = models.TextField(default="")
    language: models.CharField[str, str] = models.CharField(max_length=40, default="")
    at: models.Field[datetime, datetime] = MomentField()
    taken_by: models.CharField[str, str] = models.CharField(max_length=150, default="", db_default="")
    done_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    done_by: models.CharField[str, str] = models.CharField(max_length=150, default="")
    answer: models.TextField[str, str] = models.TextField(default="")

    class Meta:
        """The table."""

        db_table = "barrier"
        indexes = (models.Index(fields=["-at"], name="barrier_open", condition=models.Q(done_at=None)),)
