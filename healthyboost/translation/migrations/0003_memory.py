import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("translation", "0002_comments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MemoryEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source_language", models.CharField(max_length=7)),
                ("language", models.CharField(max_length=7)),
                ("source", models.TextField()),
                ("source_html", models.TextField()),
                ("text", models.TextField()),
                ("is_rich", models.BooleanField(default=False)),
                ("object_id", models.BigIntegerField(null=True)),
                ("place", models.CharField(max_length=200)),
                ("pair", models.CharField(max_length=15)),
                ("title", models.CharField(blank=True, max_length=250)),
                ("address", models.CharField(blank=True, max_length=300)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("human", "written by a person"),
                            ("machine", "machine translation, not reviewed"),
                            ("import", "imported"),
                        ],
                        default="human",
                        max_length=7,
                    ),
                ),
                ("at", models.DateTimeField(null=True)),
                ("public_from", models.DateTimeField(null=True)),
                ("public_until", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "content_type",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="contenttypes.contenttype",
                    ),
                ),
            ],
            options={
                "verbose_name": "remembered translation",
                "verbose_name_plural": "translation memory",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("source"), "gin_trgm_ops"
                        ),
                        fastupdate=False,
                        name="translation_memory_alike",
                    ),
                    models.Index(
                        fields=["content_type", "object_id", "pair"],
                        name="translation_memory_page",
                    ),
                ],
            },
        ),
    ]
