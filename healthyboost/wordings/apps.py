from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WordingsConfig(AppConfig):
    name = "healthyboost.wordings"
    verbose_name = _("Interface strings")

    def ready(self):
        from healthyboost import pulse

        from .overlay import CHANNEL, follow

        pulse.listen(CHANNEL, follow)
