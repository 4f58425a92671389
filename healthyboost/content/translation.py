"""Which fields have one column per language."""

from modeltranslation.translator import TranslationOptions, register

from .models import PUBLICATION, RECORD, Datestamp, Link, Statement, Theme


class ContentTranslation(TranslationOptions):
    """For every content type; a subclass names only the fields that it adds."""

    fields = ("title", "summary", "body", *PUBLICATION, *RECORD)


@register(Theme)
class ThemeTranslation(TranslationOptions):
    fields = ("name", "description")


@register(Link)
class LinkTranslation(TranslationOptions):
    fields = ("label", "own_url")


@register(Statement)
class StatementTranslation(TranslationOptions):
    fields = ("subject", "text", "reported_by")


@register(Datestamp)
class DatestampTranslation(TranslationOptions):
    fields = ("changed_at",)
