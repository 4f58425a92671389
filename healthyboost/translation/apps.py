from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TranslationConfig(AppConfig):
    name = "healthyboost.translation"
    verbose_name = _("Translation")

    def ready(self):
        from .touching import set_triggers

        post_migrate.connect(set_triggers, sender=self)
