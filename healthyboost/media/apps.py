from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "healthyboost.media"

    def ready(self):
        from .texts import watch_texts

        watch_texts()
