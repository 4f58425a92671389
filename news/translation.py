from modeltranslation.translator import TranslationOptions, register

from healthyboost.content.translation import ContentTranslation

from .models import Article, Quote


@register(Article)
class ArticleTranslation(ContentTranslation):
    pass


@register(Quote)
class QuoteTranslation(TranslationOptions):
    fields = ("text", "speaker_role")
