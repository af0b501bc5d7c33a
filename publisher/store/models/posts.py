"""Sources and what was pulled from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from publisher.store.models.row import Row
from publisher.store.moments import MomentField


class SourceRow(Row):
    """A feed or folder that posts are pulled from, what its last answer let us ask next, and how it fares.

    `validators` are those of each document of the source, by address. `failures` counts pulls that failed in a row.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    name: models.CharField[str, str] = models.CharField(max_length=200, unique=True)
    title: models.TextField[str, str] = models.TextField(default="")
    validators: models.JSONField[Any, Any] = models.JSONField(default=dict)
    first_pull_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    pulled_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    next_at: models.Field[datetime | None, datetime | None] = MomentField(null=True, db_index=True)
    failures: models.IntegerField[int, int] = models.IntegerField(default=0)
    reason: models.TextField[str, str] = models.TextField(default="")

    class Meta:
        """The table."""

        db_table = "source"


class PostRow(Row):
    """A post, by the id that its source gave it. `current` is the number of its newest version."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    source: models.ForeignKey[SourceRow, SourceRow] = models.ForeignKey(SourceRow, on_delete=models.CASCADE)
    source_id: int
    uid: models.TextField[str, str] = models.TextField()
    current: models.IntegerField[int, int] = models.IntegerField(default=1)
    sha256: models.CharField[str, str] = models.CharField(max_length=64)
    published: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    first_seen_at: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "post"
        constraints = (models.UniqueConstraint(fields=["source", "uid"], name="post_once"),)
        indexes = (models.Index(fields=["source", "first_seen_at"], name="post_by_source"),)


class VersionRow(Row):
    """One version of a post, whole, as JSON."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    post: models.ForeignKey[PostRow, PostRow] = models.ForeignKey(PostRow, on_delete=models.CASCADE)
    post_id: int
    n: models.IntegerField[int, int] = models.IntegerField()
    sha256: models.CharField[str, str] = models.CharField(max_length=64)
    seen_at: models.Field[datetime, datetime] = MomentField()
    body: models.TextField[str, str] = models.TextField()

    class Meta:
        """The table."""

        db_table = "post_version"
        constraints = (models.UniqueConstraint(fields=["post", "n"], name="version_once"),)
