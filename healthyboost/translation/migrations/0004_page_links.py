from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("translation", "0003_memory"),
    ]

    operations = [
        migrations.CreateModel(
            name='MachineRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.BigIntegerField()),
                ('language', models.CharField(choices=[('en', 'English'), ('lv', 'Latvian'), ('fi', 'Finnish'), ('sv', 'Swedish'), ('ru', 'Russian')], max_length=7)),
                ('source_language', models.CharField(choices=[('en', 'English'), ('lv', 'Latvian'), ('fi', 'Finnish'), ('sv', 'Swedish'), ('ru', 'Russian')], max_length=7)),
                ('service', models.CharField(max_length=100)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('characters', models.PositiveIntegerField()),
                ('units', models.PositiveIntegerField()),
                ('done', models.PositiveIntegerField(default=0)),
                ('skipped', models.JSONField(default=list)),
                ('hints', models.JSONField(default=list)),
                ('fault', models.CharField(blank=True, max_length=20)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='contenttypes.contenttype')),
            ],
            options={
                'verbose_name': 'machine translation',
                'verbose_name_plural': 'machine translations',
                'indexes': [models.Index(fields=['asked_at'], name='translation_machinerun_asked'), models.Index(fields=['content_type', 'object_id', 'language'], name='translation_machinerun_page')],
            },
        ),
        migrations.CreateModel(
            name='PageLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.BigIntegerField()),
                ('language', models.CharField(choices=[('en', 'English'), ('lv', 'Latvian'), ('fi', 'Finnish'), ('sv', 'Swedish'), ('ru', 'Russian')], max_length=7, verbose_name='language')),
                ('made_for', models.CharField(max_length=80, verbose_name='for whom')),
                ('note', models.TextField(blank=True, max_length=1000, verbose_name='what to know')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='contenttypes.contenttype')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
            ],
            options={
                'verbose_name': 'link to translate a page',
                'verbose_name_plural': 'links to translate a page',
                'ordering': ['-made_at'],
                'indexes': [models.Index(fields=['content_type', 'object_id'], name='translation_pagelink_page')],
            },
        ),
    ]
