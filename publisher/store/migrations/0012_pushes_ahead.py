"""Kills go past changes that a place refuses: which of them it has."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A list beside the position of each place."""

    dependencies = (("store", "0011_spoken"),)

    operations = (migrations.AddField("targetrow", "ahead", models.JSONField(default=list)),)
