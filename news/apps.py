from django.apps import AppConfig


class NewsConfig(AppConfig):
    name = "news"

    def ready(self):
        from healthyboost.feeds.entries import prepare
        from healthyboost.mailing.messages import register

        from .models import Issue
        from .newsletter_faults import faults_in_words
        from .newsletter_feeds import put_sections
        from .newsletter_mail import message_of, themes_of, whole_languages

        prepare[Issue] = put_sections
        register(
            Issue,
            message_of=message_of,
            languages_of=whole_languages,
            faults_of=faults_in_words,
            themes_of=themes_of,
        )
