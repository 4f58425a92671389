from django.apps import AppConfig

from healthyboost import pulse


class LimitsConfig(AppConfig):
    name = "healthyboost.limits"

    def ready(self):
        from .counting import EVERY, counts

        pulse.every(EVERY, counts.exchange)
