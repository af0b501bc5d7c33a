"""Newsletters, their editions and what stands in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from publisher.store.models.channels import WithdrawalRow
from publisher.store.models.posts import PostRow, SourceRow, VersionRow
from publisher.store.models.row import Row
from publisher.store.moments import MomentField


class NewsletterRow(Row):
    """What people subscribe to. `start_at`: older posts are not mailed; `fixed_start`: the operator chose that time."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    name: models.CharField[str, str] = models.CharField(max_length=200, unique=True)
    title: models.TextField[str, str] = models.TextField()
    start_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    fixed_start: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    paused: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    next_at: models.Field[datetime | None, datetime | None] = MomentField(null=True, db_index=True)
    sources: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        SourceRow,
        related_name="newsletters",
        db_table="newsletter_source",
    )

    class Meta:
        """The table."""

        db_table = "newsletter"


class SeenRow(Row):
    """A post that a newsletter will never mail: it is older than the newsletter."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    newsletter: models.ForeignKey[NewsletterRow, NewsletterRow] = models.ForeignKey(
        NewsletterRow,
        on_delete=models.CASCADE,
        db_index=False,
    )
    post: models.ForeignKey[PostRow, PostRow] = models.ForeignKey(PostRow, on_delete=models.CASCADE)

    class Meta:
        """The table."""

        db_table = "newsletter_seen"
        constraints = (models.UniqueConstraint(fields=["newsletter", "post"], name="seen_once"),)


class EditionRow(Row):
    """One issue of a newsletter.

    `occurrence` is the local time that the schedule asked for, without its offset, so that the hour that occurs twice
    in autumn is one; None: by hand. `prior` is the state that a resumed edition returns to. `report` is the
    accessibility report. `urgent`: it goes before every edition that is not.
    `audience`: readers of each edition, or of a daily or weekly roll-up; `readers` are those who get it, by their
    wishes: who wants a roll-up that there is none of gets each edition. `local_at`: the local time at which each
    reader is to have it, where the reader's own zone counts; "" for everybody at once.
    `withdrawal`: it tells those who were reached by an edition with the post that it was corrected or withdrawn.
    `continues`: it goes to those for whom that edition, stopped on its way, is still pending.
    `segment`: the languages and tags of those who get it, as two lists; {} for all who read the newsletter.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    ulid: models.CharField[str, str] = models.CharField(max_length=26, unique=True)
    newsletter: models.ForeignKey[NewsletterRow, NewsletterRow] = models.ForeignKey(
        NewsletterRow,
        on_delete=models.PROTECT,
    )
    newsletter_id: int
    state: models.CharField[str, str] = models.CharField(max_length=9, db_index=True)
    prior: models.CharField[str, str] = models.CharField(max_length=9, default="")
    reason: models.TextField[str, str] = models.TextField(default="")
    occurrence: models.CharField[str | None, str | None] = models.CharField(max_length=40, null=True)  # noqa: DJ001 - only NULL is never equal
    title: models.TextField[str, str] = models.TextField(default="")
    report: models.JSONField[Any, Any] = models.JSONField(default=dict)
    content_sha256: models.CharField[str, str] = models.CharField(max_length=64, default="")
    created_at: models.Field[datetime, datetime] = MomentField()
    audience: models.CharField[str, str] = models.CharField(max_length=6, default="each")
    readers: models.CharField[str, str] = models.CharField(max_length=30, default="each,daily,weekly")
    local_at: models.CharField[str, str] = models.CharField(max_length=40, default="")
    urgent: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    send_at: models.Field[datetime | None, datetime | None] = MomentField(null=True, db_index=True)
    approved_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    started_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    finished_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    withdrawal: models.ForeignKey[WithdrawalRow | None, WithdrawalRow | None] = models.ForeignKey(
        WithdrawalRow, null=True, on_delete=models.PROTECT
    )
    withdrawal_id: int | None
    continues: models.ForeignKey[EditionRow | None, EditionRow | None] = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT
    )
    continues_id: int | None
    segment: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        """The table."""

        db_table = "edition"
        constraints = (models.UniqueConstraint(fields=["newsletter", "occurrence"], name="occurrence_once"),)


class EditionPostRow(Row):
    """A post of an edition, in the version that was composed; `position` None: it was looked at and left out."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    edition: models.ForeignKey[EditionRow, EditionRow] = models.ForeignKey(EditionRow, on_delete=models.CASCADE)
    version: models.ForeignKey[VersionRow, VersionRow] = models.ForeignKey(VersionRow, on_delete=models.PROTECT)
    position: models.IntegerField[int | None, int | None] = models.IntegerField(null=True)

    class Meta:
        """The table."""

        db_table = "edition_post"
        constraints = (models.UniqueConstraint(fields=["edition", "version"], name="edition_post_once"),)


class SpokenRow(Row):
    """What a version of a post says to readers, case folded: what a search in the archive looks through.

    Versions of editions that went out have one, and the current versions of what was corrected since.
    """

    version: models.OneToOneField[VersionRow, VersionRow] = models.OneToOneField(
        VersionRow, on_delete=models.CASCADE, primary_key=True
    )
    words: models.TextField[str, str] = models.TextField()

    class Meta:
        """The table."""

        db_table = "edition_spoken"


class ContentRow(Row):
    """An edition rendered in one language and one format, whole, as JSON. The lowest id is everybody's fallback."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    edition: models.ForeignKey[EditionRow, EditionRow] = models.ForeignKey(
        EditionRow,
        on_delete=models.CASCADE,
        db_index=False,
    )
    edition_id: int
    language: models.CharField[str, str] = models.CharField(max_length=40)
    format: models.CharField[str, str] = models.CharField(max_length=20)
    sha256: models.CharField[str, str] = models.CharField(max_length=64)
    body: models.TextField[str, str] = models.TextField()

    class Meta:
        """The table."""

        db_table = "edition_content"
        constraints = (models.UniqueConstraint(fields=["edition", "language", "format"], name="content_once"),)


class LinkRow(Row):
    """A link of an edition whose clicks are counted: the word that its mails carry, where it leads, and how often."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    edition: models.ForeignKey[EditionRow, EditionRow] = models.ForeignKey(
        EditionRow,
        on_delete=models.CASCADE,
        db_index=False,
    )
    edition_id: int
    token: models.CharField[str, str] = models.CharField(max_length=24)
    url: models.TextField[str, str] = models.TextField()
    clicks: models.BigIntegerField[int, int] = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        """The table."""

        db_table = "edition_link"
        constraints = (models.UniqueConstraint(fields=["edition", "token"], name="link_once"),)
