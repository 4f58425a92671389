from django.core.management import call_command
from django.db import migrations


def create_cache_table(apps, schema_editor):
    """The table of CACHES: what the limits of signing in are counted in."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_groups_become_grants'),
    ]

    operations = [
        migrations.RemoveField(model_name='user', name='groups'),
        migrations.RemoveField(model_name='user', name='user_permissions'),
        migrations.RunPython(create_cache_table, migrations.RunPython.noop),
    ]
