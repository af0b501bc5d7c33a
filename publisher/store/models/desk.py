"""What the editors' desk keeps: rights per newsletter, descriptions to offer again, wishes for editions, facts to list.

Accounts are known by their names: the store runs without the app that keeps them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from publisher.store.models.newsletters import EditionRow, NewsletterRow
from publisher.store.models.posts import PostRow, VersionRow
from publisher.store.models.row import Row
from publisher.store.moments import MomentField


class GrantRow(Row):
    """A role that an account has in one place: `scope` is "newsletters.NAME" or "channels.NAME"."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    account: models.CharField[str, str] = models.CharField(max_length=150)
    scope: models.CharField[str, str] = models.CharField(max_length=220)
    role: models.CharField[str, str] = models.CharField(max_length=10)

    class Meta:
        """The table."""

        db_table = "desk_grant"
        constraints = (models.UniqueConstraint(fields=["account", "scope"], name="grant_once"),)


class PictureRow(Row):
    """What an editor last wrote about the picture at an address, to be offered for it again; the key is its hash."""

    key: models.CharField[str, str] = models.CharField(max_length=64, primary_key=True)
    alt: models.TextField[str, str] = models.TextField(default="")
    decorative: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    reason: models.TextField[str, str] = models.TextField(default="")
    actor: models.CharField[str, str] = models.CharField(max_length=150)
    at: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "desk_picture"


class EditRow(Row):
    """A version of a post that was written at the desk, and by whom; every other version came from the source."""

    version: models.OneToOneField[VersionRow, VersionRow] = models.OneToOneField(
        VersionRow, on_delete=models.CASCADE, primary_key=True
    )
    version_id: int
    actor: models.CharField[str, str] = models.CharField(max_length=150)

    class Meta:
        """The table."""

        db_table = "desk_edit"


class ManuscriptRow(Row):
    """What an editor wrote, in Markdown, and the pictures that came with it, from which a version of a post was made.

    `head` holds headline, kicker, summary and language; `pictures` one mapping for each picture, in their order.
    """

    version: models.OneToOneField[VersionRow, VersionRow] = models.OneToOneField(
        VersionRow, on_delete=models.CASCADE, primary_key=True
    )
    version_id: int
    text: models.TextField[str, str] = models.TextField(default="")
    head: models.JSONField[Any, Any] = models.JSONField(default=dict)
    pictures: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        """The table."""

        db_table = "desk_manuscript"


class DeputyRow(Row):
    """Who is asked to approve an edition of a newsletter that nobody has approved: addresses, parted by spaces.

    `minutes` before its time they are asked.
    """

    newsletter: models.OneToOneField[NewsletterRow, NewsletterRow] = models.OneToOneField(
        NewsletterRow, on_delete=models.CASCADE, primary_key=True
    )
    newsletter_id: int
    addresses: models.TextField[str, str] = models.TextField(default="")
    minutes: models.IntegerField[int, int] = models.IntegerField(default=15)

    class Meta:
        """The table."""

        db_table = "desk_deputy"


class FactRow(Row):
    """What lists say of one version of a post, so that they need not read it whole.

    `undescribed` counts pictures without alt, `repeated` those whose alt says what the caption says; `words` is what a
    search looks through, case folded.
    """

    version: models.OneToOneField[VersionRow, VersionRow] = models.OneToOneField(
        VersionRow, on_delete=models.CASCADE, primary_key=True
    )
    version_id: int
    post: models.ForeignKey[PostRow, PostRow] = models.ForeignKey(PostRow, on_delete=models.CASCADE)
    post_id: int
    title: models.TextField[str, str] = models.TextField(default="")
    language: models.CharField[str, str] = models.CharField(max_length=40, default="")
    status: models.CharField[str, str] = models.CharField(max_length=10, default="usable")
    pictures: models.IntegerField[int, int] = models.IntegerField(default=0)
    described: models.IntegerField[int, int] = models.IntegerField(default=0)
    undescribed: models.IntegerField[int, int] = models.IntegerField(default=0)
    repeated: models.IntegerField[int, int] = models.IntegerField(default=0)
    words: models.TextField[str, str] = models.TextField(default="")

    class Meta:
        """The table."""

        db_table = "desk_fact"


class WishRow(Row):
    """What editors want of an edition: `texts` holds subject, preheader and intro by language; `author` wrote last."""

    edition: models.OneToOneField[EditionRow, EditionRow] = models.OneToOneField(
        EditionRow, on_delete=models.CASCADE, primary_key=True
    )
    edition_id: int
    texts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    author: models.CharField[str, str] = models.CharField(max_length=150)
    at: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "desk_wish"


class TallyRow(Row):
    """How an edition went, counted at a time: counting a hundred thousand rows anew for each look takes too long."""

    edition: models.OneToOneField[EditionRow, EditionRow] = models.OneToOneField(
        EditionRow, on_delete=models.CASCADE, primary_key=True
    )
    edition_id: int
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    at: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "desk_tally"
