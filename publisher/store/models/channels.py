"""Channels: what is in them, every change of it in one order, and what of it lies on disk."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from publisher.store.models.posts import PostRow, VersionRow
from publisher.store.models.row import Row
from publisher.store.moments import MomentField


class CounterRow(Row):
    """A number that only rises. Whoever counts up holds the row until the end of the transaction.

    So what is numbered by it becomes visible in the order of its numbers, without gaps.
    """

    name: models.CharField[str, str] = models.CharField(max_length=40, primary_key=True)
    value: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)

    class Meta:
        """The table."""

        db_table = "counter"


class ChannelRow(Row):
    """A named selection of posts; `floor` is the sequence below which withdrawals may have been forgotten.

    `selection` is the hash of what it takes from its sources, as it was last declared.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    name: models.CharField[str, str] = models.CharField(max_length=200, unique=True)
    floor: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    selection: models.CharField[str, str] = models.CharField(max_length=64, default="", db_default="")

    class Meta:
        """The table."""

        db_table = "channel"


class ItemRow(Row):
    """A post in a channel as partners know it: `revision` counts what they were told, 0 for nothing yet.

    `version` is the version of the post that was last looked at; `due` is when to look again although nothing changed
    (an embargo ends). `folder` is its safe name. `sequence` is that of its last change.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    channel: models.ForeignKey[ChannelRow, ChannelRow] = models.ForeignKey(
        ChannelRow, on_delete=models.CASCADE, db_index=False
    )
    channel_id: int
    post: models.ForeignKey[PostRow, PostRow] = models.ForeignKey(PostRow, on_delete=models.CASCADE)
    post_id: int
    version: models.ForeignKey[VersionRow, VersionRow] = models.ForeignKey(
        VersionRow, on_delete=models.CASCADE, db_index=False
    )
    version_id: int
    folder: models.CharField[str, str] = models.CharField(max_length=64)
    uri: models.TextField[str, str] = models.TextField(default="")
    revision: models.IntegerField[int, int] = models.IntegerField(default=0)
    status: models.CharField[str, str] = models.CharField(max_length=10, default="")
    note: models.TextField[str, str] = models.TextField(default="")
    sequence: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    due: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    media_tries: models.SmallIntegerField[int, int] = models.SmallIntegerField(default=0)

    class Meta:
        """The table."""

        db_table = "channel_item"
        constraints = (models.UniqueConstraint(fields=["channel", "post"], name="item_once"),)
        indexes = (
            models.Index(fields=["channel", "folder"], name="item_by_folder"),
            models.Index(fields=["channel", "-sequence"], name="item_by_sequence"),
            models.Index(fields=["channel", "due"], name="item_due", condition=models.Q(due__isnull=False)),
            models.Index(fields=["media_tries"], name="item_media_open", condition=models.Q(media_tries__gt=0)),
        )


class ChangeRow(Row):
    """One thing that partners were told of a post: the key is its place in the order of all changes."""

    sequence: models.BigIntegerField[int, int] = models.BigIntegerField(primary_key=True)
    channel: models.ForeignKey[ChannelRow, ChannelRow] = models.ForeignKey(
        ChannelRow, on_delete=models.CASCADE, db_index=False
    )
    channel_id: int
    item: models.ForeignKey[ItemRow, ItemRow] = models.ForeignKey(ItemRow, on_delete=models.CASCADE)
    item_id: int
    version: models.ForeignKey[VersionRow, VersionRow] = models.ForeignKey(
        VersionRow, on_delete=models.CASCADE, db_index=False
    )
    version_id: int
    revision: models.IntegerField[int, int] = models.IntegerField()
    status: models.CharField[str, str] = models.CharField(max_length=10)
    signal: models.CharField[str, str] = models.CharField(max_length=10)
    note: models.TextField[str, str] = models.TextField(default="")
    at: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "channel_change"
        indexes = (
            models.Index(fields=["channel", "sequence"], name="change_by_channel"),
            models.Index(fields=["channel", "sequence"], name="change_kills", condition=models.Q(signal="kill")),
        )


class WithdrawalRow(Row):
    """A correction or a kill that an editor declared, with the version of the post that carries it."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    post: models.ForeignKey[PostRow, PostRow] = models.ForeignKey(PostRow, on_delete=models.CASCADE)
    post_id: int
    version: models.ForeignKey[VersionRow, VersionRow] = models.ForeignKey(
        VersionRow, on_delete=models.CASCADE, db_index=False
    )
    version_id: int
    kind: models.CharField[str, str] = models.CharField(max_length=10)
    note: models.TextField[str, str] = models.TextField()
    actor: models.CharField[str, str] = models.CharField(max_length=150)
    at: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "withdrawal"


class BundleRow(Row):
    """A bundle of a channel on disk, as of a sequence. `file` is relative to the home's folder of bundles."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    channel: models.ForeignKey[ChannelRow, ChannelRow] = models.ForeignKey(
        ChannelRow, on_delete=models.CASCADE, db_index=False
    )
    channel_id: int
    sequence: models.BigIntegerField[int, int] = models.BigIntegerField()
    file: models.CharField[str, str] = models.CharField(max_length=300)
    sha256: models.CharField[str, str] = models.CharField(max_length=64)
    size: models.BigIntegerField[int, int] = models.BigIntegerField()
    posts: models.IntegerField[int, int] = models.IntegerField(default=0)
    at: models.Field[datetime, datetime] = MomentField()
    gone: models.BooleanField[bool, bool] = models.BooleanField(default=False)

    class Meta:
        """The table."""

        db_table = "channel_bundle"
        constraints = (models.UniqueConstraint(fields=["channel", "sequence"], name="bundle_once"),)


class ItemMediaRow(Row):
    """A picture or text track of a post in a channel as it lies on disk.

    `source_sha256` names the bytes as they were fetched, `sha256` those that partners get: with the words inside.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    item: models.ForeignKey[ItemRow, ItemRow] = models.ForeignKey(ItemRow, on_delete=models.CASCADE)
    item_id: int
    url: models.TextField[str, str] = models.TextField()
    sha256: models.CharField[str, str] = models.CharField(max_length=64, db_index=True)
    source_sha256: models.CharField[str, str] = models.CharField(max_length=64)
    media_type: models.CharField[str, str] = models.CharField(max_length=100)
    file: models.CharField[str, str] = models.CharField(max_length=300)
    size: models.BigIntegerField[int, int] = models.BigIntegerField()
    language: models.CharField[str, str] = models.CharField(max_length=40, default="")

    class Meta:
        """The table."""

        db_table = "channel_item_media"
