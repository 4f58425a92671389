from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class MailingConfig(AppConfig):
    name = "healthyboost.mailing"
    verbose_name = _("Newsletter by mail")

    def ready(self):
        from .checks import check_suppression_keys

        register(check_suppression_keys, Tags.database)
