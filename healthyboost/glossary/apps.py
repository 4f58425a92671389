import logging

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)


class GlossaryConfig(AppConfig):
    name = "healthyboost.glossary"
    verbose_name = _("Glossary")

    def ready(self):
        from healthyboost import pulse

        from . import index

        pulse.listen(index.CHANNEL, index.forget)
        post_migrate.connect(load_at_first, sender=self)


def load_at_first(plan=(), **kwargs):
    """A portal whose table of terms has just been made begins with those of the file."""
    from . import table

    made = {(each.app_label, each.name) for each, is_backwards in plan if not is_backwards}
    if ("glossary", "0001_initial") in made:
        try:
            table.load_file()
        except table.Unreadable as error:
            log.warning("The glossary was not loaded: %s", " ".join(error.args))
