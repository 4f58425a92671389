from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ContentConfig(AppConfig):
    name = "healthyboost.content"

    def ready(self):
        from .datestamp_triggers import set_datestamp_triggers
        from .triggers import set_triggers

        post_migrate.connect(set_triggers, sender=self)
        post_migrate.connect(set_datestamp_triggers, sender=self)
