from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    dependencies = [
        ("translation", "0004_page_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='file')),
                ('origin', models.CharField(choices=[('human', 'written by a person'), ('machine', 'machine translation, not reviewed'), ('import', 'imported')], default='human', max_length=7)),
                ('translator', models.CharField(blank=True, max_length=150, verbose_name='who translated')),
                ('lines', models.JSONField(default=list)),
                ('results', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('looking', 'is being looked at'), ('looked_at', 'not taken yet'), ('taking', 'is being taken'), ('taken', 'taken')], default='looking', max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['-pk'],
            },
        ),
    ]
