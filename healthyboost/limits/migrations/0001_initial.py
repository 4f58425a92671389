from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Count',
            fields=[
                ('name', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('until', models.DateTimeField(db_index=True)),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'count',
                'verbose_name_plural': 'counts',
            },
        ),
        migrations.RunSQL('ALTER TABLE limits_count SET UNLOGGED', 'ALTER TABLE limits_count SET LOGGED'),
    ]
