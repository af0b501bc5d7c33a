"""What every table has."""

from __future__ import annotations

from django.db import models


class Row(models.Model):
    """A row of a table, known by its key."""

    class Meta:
        """No table of its own."""

        abstract = True

    def __str__(self) -> str:
        """Name the row by its table and key."""
        return f"{self._meta.db_table} {self.pk}"
