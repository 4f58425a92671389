from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "healthyboost.audit"
    verbose_name = _("Log")

    def ready(self):
        from . import signing_in  # noqa: F401  its receivers
        from .triggers import set_triggers

        post_migrate.connect(set_triggers, sender=self)
