from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ContentConfig(AppConfig):
    name = "healthyboost.content"

    def ready(self):
        from .triggers import set_triggers

        post_migrate.connect(set_triggers, sender=self)
