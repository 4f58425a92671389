from django.apps import AppConfig
from django.core.checks import register


class DiscoveryConfig(AppConfig):
    name = "healthyboost.discovery"

    def ready(self):
        from .checks import check_indexnow_key, check_security_contact

        register(check_indexnow_key)
        register(check_security_contact)
