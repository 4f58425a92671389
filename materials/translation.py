from modeltranslation.translator import register

from healthyboost.content.translation import ContentTranslation

from .models import Material


@register(Material)
class MaterialTranslation(ContentTranslation):
    fields = ("author_text",)
