import django.db.models.deletion
from django.db import migrations, models

import publisher.store.moments


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0003_schedules"),
    ]

    operations = [
        migrations.CreateModel(
            name="GrantRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("account", models.CharField(max_length=150)),
                ("scope", models.CharField(max_length=220)),
                ("role", models.CharField(max_length=10)),
            ],
            options={
                "db_table": "desk_grant",
                "constraints": [models.UniqueConstraint(fields=("account", "scope"), name="grant_once")],
            },
        ),
        migrations.CreateModel(
            name="PictureRow",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("alt", models.TextField(default="")),
                ("decorative", models.BooleanField(default=False)),
                ("reason", models.TextField(default="")),
                ("actor", models.CharField(max_length=150)),
                ("at", publisher.store.moments.MomentField()),
            ],
            options={
                "db_table": "desk_picture",
            },
        ),
        migrations.CreateModel(
            name="EditRow",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="store.versionrow",
                    ),
                ),
                ("actor", models.CharField(max_length=150)),
            ],
            options={
                "db_table": "desk_edit",
            },
        ),
        migrations.CreateModel(
            name="FactRow",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="store.versionrow",
                    ),
                ),
                ("title", models.TextField(default="")),
                ("language", models.CharField(default="", max_length=40)),
                ("status", models.CharField(default="usable", max_length=10)),
                ("pictures", models.IntegerField(default=0)),
                ("described", models.IntegerField(default=0)),
                ("undescribed", models.IntegerField(default=0)),
                ("repeated", models.IntegerField(default=0)),
                ("words", models.TextField(default="")),
                ("post", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.postrow")),
            ],
            options={
                "db_table": "desk_fact",
            },
        ),
        migrations.CreateModel(
            name="WishRow",
            fields=[
                (
                    "edition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="store.editionrow",
                    ),
                ),
                ("texts", models.JSONField(default=dict)),
                ("author", models.CharField(max_length=150)),
                ("at", publisher.store.moments.MomentField()),
            ],
            options={
                "db_table": "desk_wish",
            },
        ),
        migrations.CreateModel(
            name="TallyRow",
            fields=[
                (
                    "edition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="store.editionrow",
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("at", publisher.store.moments.MomentField()),
            ],
            options={
                "db_table": "desk_tally",
            },
        ),
    ]
