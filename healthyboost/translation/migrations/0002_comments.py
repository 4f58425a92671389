import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("translation", "0001_standing"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_id", models.BigIntegerField()),
                (
                    "to",
                    models.CharField(
                        choices=[
                            ("author", "question to the author"),
                            ("translators", "to the translators of this language"),
                        ],
                        default="author",
                        max_length=11,
                        verbose_name="to",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("en", "English"),
                            ("lv", "Latvian"),
                            ("fi", "Finnish"),
                            ("sv", "Swedish"),
                            ("ru", "Russian"),
                        ],
                        max_length=7,
                        verbose_name="language",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200)),
                ("quote", models.TextField(blank=True, verbose_name="about")),
                ("quote_language", models.CharField(blank=True, max_length=7)),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "written_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="written"),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done")),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_of",
                    models.ManyToManyField(related_name="questions", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "content_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="contenttypes.contenttype"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="translation.comment",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        fields=["content_type", "object_id"], name="translation_comment_page"
                    ),
                    models.Index(
                        condition=models.Q(("told_at", None)),
                        fields=["id"],
                        name="translation_comment_untold",
                    ),
                ],
            },
        ),
    ]
