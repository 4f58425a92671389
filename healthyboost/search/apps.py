from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "healthyboost.search"
    verbose_name = _("Search")

    def ready(self):
        from . import following, triggers

        following.start()
        post_migrate.connect(triggers.set_triggers, sender=self, dispatch_uid="search_triggers")
