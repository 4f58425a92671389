from modeltranslation.translator import TranslationOptions, register

from healthyboost.content.translation import ContentTranslation

from .models import Article, Event, EventSession, Issue, Item, Newsletter, Quote, Speaker


@register(Article)
class ArticleTranslation(ContentTranslation):
    pass


@register(Quote)
class QuoteTranslation(TranslationOptions):
    fields = ("text", "speaker_role")


@register(Event)
class EventTranslation(ContentTranslation):
    fields = ("city", "venue", "motto", "audience", "state_note")


@register(EventSession)
class EventSessionTranslation(TranslationOptions):
    fields = ("title",)


@register(Speaker)
class SpeakerTranslation(TranslationOptions):
    fields = ("role",)


@register(Newsletter)
class NewsletterTranslation(TranslationOptions):
    fields = ("name", "frequency")


@register(Issue)
class IssueTranslation(ContentTranslation):
    pass


@register(Item)
class ItemTranslation(TranslationOptions):
    fields = ("title", "body", "link_label")
