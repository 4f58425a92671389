from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "healthyboost.accounts"

    def ready(self):
        from .roles import set_roles

        post_migrate.connect(set_roles, sender=self)
