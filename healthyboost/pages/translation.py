from modeltranslation.translator import register

from healthyboost.content.translation import ContentTranslation

from .models import Page


@register(Page)
class PageTranslation(ContentTranslation):
    pass
