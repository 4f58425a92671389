from django.conf import settings
from django.db import migrations

# Groups said nothing of organisations and languages: a coordinator has to be given one, a translator
# goes on with all.
ROLES = {
    "editors": ("editor", []),
    "coordinators": ("coordinator", []),
    "translators": ("translator", [code for code, _name in settings.LANGUAGES]),
}


def groups_become_grants(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    Grant = apps.get_model("accounts", "Grant")
    Group = apps.get_model("auth", "Group")
    for group, (role, languages) in ROLES.items():
        for user in User.objects.filter(groups__name=group):
            Grant.objects.create(user=user, role=role, languages=languages)
    Group.objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_grant'),
    ]

    operations = [migrations.RunPython(groups_become_grants, migrations.RunPython.noop)]
