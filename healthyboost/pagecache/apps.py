from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PageCacheConfig(AppConfig):
    name = "healthyboost.pagecache"

    def ready(self):
        from healthyboost import pulse
        from healthyboost.content import kept
        from healthyboost.glossary import index
        from healthyboost.wordings import overlay

        from .generation import CHANNEL, generation
        from .triggers import set_triggers

        kept.generation = generation
        post_migrate.connect(set_triggers, sender=self)
        # The last two again, after what pages are made of was read anew: their apps listened before.
        for channel in (CHANNEL, overlay.CHANNEL, index.CHANNEL):
            pulse.listen(channel, generation.move)
        pulse.every(1, generation.watch_clock)
        pulse.every(1, generation.settle)
