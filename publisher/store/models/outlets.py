"""Partner outlets: what they may pull, how they prove who they are, what they got and what they confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from publisher.store.models.channels import ChannelRow, ItemRow
from publisher.store.models.row import Row
from publisher.store.moments import MomentField


class OutletRow(Row):
    """A partner organisation. `declared`: settings.toml names it. Quotas are per token; 0 is none.

    `site`: it agrees that its pages below this address are looked at, to see what survived there; "" : it does not.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    name: models.CharField[str, str] = models.CharField(max_length=200, unique=True)
    declared: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    active: models.BooleanField[bool, bool] = models.BooleanField(default=True)
    requests_per_minute: models.IntegerField[int, int] = models.IntegerField(default=3000)
    bytes_per_hour: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    site: models.TextField[str, str] = models.TextField(default="", db_default="")
    channels: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        ChannelRow, related_name="outlets", db_table="outlet_channel"
    )

    class Meta:
        """The table."""

        db_table = "outlet"


class TokenRow(Row):
    """A token of an outlet: its hash, never the token. `scopes` and `networks` are lists; no network means any."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    outlet: models.ForeignKey[OutletRow, OutletRow] = models.ForeignKey(OutletRow, on_delete=models.CASCADE)
    outlet_id: int
    prefix: models.CharField[str, str] = models.CharField(max_length=16, unique=True)
    sha256: models.CharField[str, str] = models.CharField(max_length=64, unique=True)
    scopes: models.JSONField[Any, Any] = models.JSONField(default=list)
    networks: models.JSONField[Any, Any] = models.JSONField(default=list)
    created_at: models.Field[datetime, datetime] = MomentField()
    expires_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    revoked_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)

    class Meta:
        """The table."""

        db_table = "outlet_token"


class FeedAddressRow(Row):
    """A secret address of a channel's feeds, for readers that can send no header: only its hash is kept."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    outlet: models.ForeignKey[OutletRow, OutletRow] = models.ForeignKey(OutletRow, on_delete=models.CASCADE)
    outlet_id: int
    channel: models.ForeignKey[ChannelRow, ChannelRow] = models.ForeignKey(ChannelRow, on_delete=models.CASCADE)
    channel_id: int
    sha256: models.CharField[str, str] = models.CharField(max_length=64, unique=True)
    created_at: models.Field[datetime, datetime] = MomentField()
    revoked_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)

    class Meta:
        """The table."""

        db_table = "outlet_feed_address"


class ResponseRow(Row):
    """One answer to a partner. `delivered` lists what was in it: item, revision. Never a token or a whole address."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    at: models.Field[datetime, datetime] = MomentField(db_index=True)
    outlet: models.ForeignKey[OutletRow, OutletRow] = models.ForeignKey(
        OutletRow, on_delete=models.CASCADE, db_constraint=False
    )
    outlet_id: int
    credential: models.CharField[str, str] = models.CharField(max_length=24)
    endpoint: models.CharField[str, str] = models.CharField(max_length=200)
    status: models.SmallIntegerField[int, int] = models.SmallIntegerField()
    size: models.BigIntegerField[int, int] = models.BigIntegerField()
    etag: models.CharField[str, str] = models.CharField(max_length=80, default="")
    sequence: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    request_id: models.CharField[str, str] = models.CharField(max_length=40)
    delivered: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        """The table."""

        db_table = "outlet_response"


class ReceiptRow(Row):
    """An outlet says that it acted on a change."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    outlet: models.ForeignKey[OutletRow, OutletRow] = models.ForeignKey(
        OutletRow, on_delete=models.CASCADE, db_index=False
    )
    outlet_id: int
    sequence: models.BigIntegerField[int, int] = models.BigIntegerField()
    at: models.Field[datetime, datetime] = MomentField()

    class Meta:
        """The table."""

        db_table = "outlet_receipt"
        constraints = (models.UniqueConstraint(fields=["outlet", "sequence"], name="receipt_once"),)


class TargetRow(Row):
    """A place that changes are pushed to. `position` is the last change it got or was given up for.

    `ahead` are the kills behind it that the place has got, because a kill waits for no change that failed.
    `options` holds what is no secret; the secret lies in the home's folder of keys.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    outlet: models.ForeignKey[OutletRow, OutletRow] = models.ForeignKey(OutletRow, on_delete=models.CASCADE)
    outlet_id: int
    kind: models.CharField[str, str] = models.CharField(max_length=10)
    url: models.TextField[str, str] = models.TextField()
    options: models.JSONField[Any, Any] = models.JSONField(default=dict)
    position: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    ahead: models.JSONField[Any, Any] = models.JSONField(default=list)
    attempt: models.IntegerField[int, int] = models.IntegerField(default=0)
    next_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    reason: models.TextField[str, str] = models.TextField(default="")
    active: models.BooleanField[bool, bool] = models.BooleanField(default=True)

    class Meta:
        """The table."""

        db_table = "push_target"


class DeadLetterRow(Row):
    """A change that a target never took, with the last reason. It is tried again only when somebody says so."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    target: models.ForeignKey[TargetRow, TargetRow] = models.ForeignKey(TargetRow, on_delete=models.CASCADE)
    target_id: int
    sequence: models.BigIntegerField[int, int] = models.BigIntegerField()
    at: models.Field[datetime, datetime] = MomentField()
    reason: models.TextField[str, str] = models.TextField()

    class Meta:
        """The table."""

        db_table = "push_dead_letter"
        constraints = (models.UniqueConstraint(fields=["target", "sequence"], name="dead_letter_once"),)


class RepublishedRow(Row):
    """A page on which an outlet shows a post of ours, and what of it was found there the last time.

    `revision` is what partners had been told when it was looked at; `report` says what survived; `reason` says why the
    page could not be read, "" where it could.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    outlet: models.ForeignKey[OutletRow, OutletRow] = models.ForeignKey(
        OutletRow, on_delete=models.CASCADE, db_index=False
    )
    outlet_id: int
    item: models.ForeignKey[ItemRow, ItemRow] = models.ForeignKey(ItemRow, on_delete=models.CASCADE)
    item_id: int
    url: models.TextField[str, str] = models.TextField()
    told_at: models.Field[datetime, datetime] = MomentField()
    checked_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    revision: models.IntegerField[int, int] = models.IntegerField(default=0)
    report: models.JSONField[Any, Any] = models.JSONField(default=dict)
    reason: models.TextField[str, str] = models.TextField(default="")

    class Meta:
        """The table."""

        db_table = "outlet_page"
        constraints = (models.UniqueConstraint(fields=["outlet", "item"], name="page_once"),)
