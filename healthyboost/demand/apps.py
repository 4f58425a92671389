from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from healthyboost import pulse


class DemandConfig(AppConfig):
    name = "healthyboost.demand"
    verbose_name = _("Readers’ wishes")

    def ready(self):
        from .visits import visits

        pulse.every(60, visits.write)
