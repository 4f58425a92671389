from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    dependencies = [("content", "0004_draft_paragraphs"), ("contenttypes", "0002_remove_content_type_name"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    initial = True

    operations = [
        migrations.CreateModel(
            name='Touched',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.BigIntegerField()),
                ('content_type', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='contenttypes.contenttype')),
            ],
        ),
        migrations.CreateModel(
            name='NotNeeded',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.BigIntegerField()),
                ('language', models.CharField(choices=[('en', 'English'), ('lv', 'Latvian'), ('fi', 'Finnish'), ('sv', 'Swedish'), ('ru', 'Russian')], max_length=7)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='contenttypes.contenttype')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('content_type', 'object_id', 'language'), name='translation_notneeded_one')],
            },
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.BigIntegerField()),
                ('language', models.CharField(choices=[('en', 'English'), ('lv', 'Latvian'), ('fi', 'Finnish'), ('sv', 'Swedish'), ('ru', 'Russian')], max_length=7)),
                ('state', models.CharField(choices=[('original', 'original'), ('missing', 'not translated'), ('incomplete', 'translated in part'), ('changed', 'older than its source'), ('minor', 'small changes in the source'), ('current', 'up to date'), ('unknown', 'translated'), ('not_needed', 'needs no translation')], max_length=10)),
                ('has_draft', models.BooleanField(default=False)),
                ('source_language', models.CharField(blank=True, choices=[('en', 'English'), ('lv', 'Latvian'), ('fi', 'Finnish'), ('sv', 'Swedish'), ('ru', 'Russian')], max_length=7)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('minor', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('words', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('public_from', models.DateTimeField(null=True)),
                ('public_until', models.DateTimeField(null=True)),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='contenttypes.contenttype')),
            ],
            options={
                'indexes': [models.Index(fields=['language', 'state', 'since'], name='translation_standing_queue')],
                'constraints': [models.UniqueConstraint(fields=('content_type', 'object_id', 'language'), name='translation_standing_one')],
            },
        ),
    ]
