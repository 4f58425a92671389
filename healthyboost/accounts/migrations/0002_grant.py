import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('partners', '0002_funding_adds_up'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='invited_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='invited'),
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('coordinator', 'coordinator'), ('translator', 'translator'), ('editor', 'editor'), ('administrator', 'administrator')], help_text='Coordinator: everything of one organisation. Translator: the texts of some languages. Editor: all content. Administrator: users, project and funding, too.', max_length=13, verbose_name='role')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('en', 'English'), ('lv', 'Latvian'), ('fi', 'Finnish'), ('sv', 'Swedish'), ('ru', 'Russian')], max_length=7), blank=True, default=list, help_text='For a translator: the languages that she or he writes.', verbose_name='languages')),
                ('organisation', models.ForeignKey(blank=True, help_text='For a coordinator: whose news, pilots, materials and people.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='grants', to='partners.organisation', verbose_name='organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'role',
                'verbose_name_plural': 'roles',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('user', 'organisation'), name='accounts_grant_once_an_organisation', violation_error_message='This person has that role already.'), models.UniqueConstraint(condition=models.Q(('role', 'coordinator'), _negated=True), fields=('user', 'role'), name='accounts_grant_once', violation_error_message='This person has that role already.')],
            },
        ),
    ]
