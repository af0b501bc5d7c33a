"""What the machine keeps for itself: pace, jobs, and the log of who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from publisher.store.models.row import Row
from publisher.store.moments import MomentField


class AccountRow(Row):
    """A sending account: its pace (GCRA) and its epoch.

    `free_at` is the moment from which the next recipient may be sent; `interval` the microseconds that one recipient
    takes, 0 for no limit; `ceiling` the shortest interval that the account allows. `epoch` rises with every reservation
    and is written to a file outside the database, so that a restored backup is noticed. `day_limit` is how many
    recipients it allows in 24 hours (-1: without limit), `day_used` how many it had counted at `day_seen_at`.
    """

    name: models.CharField[str, str] = models.CharField(max_length=100, primary_key=True)
    free_at: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    interval: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    ceiling: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    epoch: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    changed_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)
    day_limit: models.BigIntegerField[int, int] = models.BigIntegerField(default=-1, db_default=-1)
    day_used: models.BigIntegerField[int, int] = models.BigIntegerField(default=0, db_default=0)
    day_seen_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)

    class Meta:
        """The table."""

        db_table = "account"


class JobRow(Row):
    """Work of the embedded engine; a row is deleted when its work is done, so what is here at start runs again."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    job: models.CharField[str, str] = models.CharField(max_length=60)
    args: models.JSONField[Any, Any] = models.JSONField(default=dict)
    run_at: models.Field[datetime, datetime] = MomentField(db_index=True)
    attempt: models.IntegerField[int, int] = models.IntegerField(default=0)
    running: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    reason: models.TextField[str, str] = models.TextField(default="")
    given_up: models.BooleanField[bool, bool] = models.BooleanField(default=False)

    class Meta:
        """The table."""

        db_table = "job"


class AuditRow(Row):
    """One line of the log. `alert`: somebody has to be told; `told_at`: they were."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    at: models.Field[datetime, datetime] = MomentField()
    actor: models.CharField[str, str] = models.CharField(max_length=150)
    action: models.CharField[str, str] = models.CharField(max_length=60)
    subject: models.CharField[str, str] = models.CharField(max_length=200, db_index=True)
    detail: models.JSONField[Any, Any] = models.JSONField(default=dict)
    alert: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    told_at: models.Field[datetime | None, datetime | None] = MomentField(null=True)

    class Meta:
        """The table."""

        db_table = "audit"
