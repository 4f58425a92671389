"""Which fields have one column per language."""

from modeltranslation.translator import TranslationOptions, register

from .models import Term


@register(Term)
class TermTranslation(TranslationOptions):
    fields = ("preferred", "also", "avoid")
