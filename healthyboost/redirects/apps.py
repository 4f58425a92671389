from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from healthyboost import pulse


class RedirectsConfig(AppConfig):
    name = "healthyboost.redirects"
    verbose_name = _("Old addresses")

    def ready(self):
        from .counting import missed, used

        pulse.every(60, used.write)
        pulse.every(60, missed.write)
