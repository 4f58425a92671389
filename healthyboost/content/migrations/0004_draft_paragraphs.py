from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("content", "0003_link_own_url")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="paragraphs",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
