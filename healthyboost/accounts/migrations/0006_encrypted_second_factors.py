from django.db import migrations

from healthyboost.accounts.encryption import MARK, decrypt, encrypt, with_encrypted


def change_all(change):
    def change_rows(apps, schema_editor):
        model = apps.get_model("mfa", "Authenticator")
        rows = model.objects.using(schema_editor.connection.alias)
        for row in rows.filter(type__in=["totp", "recovery_codes"]).select_for_update():
            row.data = with_encrypted(row.data, change)
            row.save(update_fields=["data"])

    return change_rows


def encrypt_once(text):
    return text if text.startswith(MARK) else encrypt(text)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_wants_mail"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(change_all(encrypt_once), change_all(decrypt))]
