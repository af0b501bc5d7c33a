"""What the posts of published editions say, kept for searches; of editions from before, it is read out here, once."""

import json

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

AT_ONCE = 500


def read_out(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Keep the words of every version that stands in an edition which has gone out."""
    versions, words = apps.get_model("store", "VersionRow"), apps.get_model("store", "SpokenRow")
    published = versions.objects.filter(
        editionpostrow__position__isnull=False, editionpostrow__edition__started_at__isnull=False
    )
    keys = list(published.order_by("pk").values_list("pk", flat=True).distinct())
    for at in range(0, len(keys), AT_ONCE):
        rows = versions.objects.filter(pk__in=keys[at : at + AT_ONCE])
        words.objects.bulk_create([words(version_id=row.pk, words=fold(row.body)) for row in rows])


def fold(body: str) -> str:
    """Give everything that a version says, without regard to case."""
    post = json.loads(body)
    texts = [post.get(name) for name in ("title", "kicker", "summary", "text")]
    texts += post.get("tags") or []
    texts += [author.get("name") for author in post.get("authors") or []]
    return "\n".join(text for text in texts if text).casefold().replace("\0", "")


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0010_segments"),
    ]

    operations = [
        migrations.CreateModel(
            name="SpokenRow",
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
                ("words", models.TextField()),
            ],
            options={"db_table": "edition_spoken"},
        ),
        migrations.RunPython(read_out, migrations.RunPython.noop),
    ]
