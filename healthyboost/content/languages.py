"""The languages of the content, and the only place that knows how their columns are named."""

from functools import cache, reduce
from operator import or_

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import NotRegistered, translator
from modeltranslation.utils import build_localized_fieldname

# Files and pages elsewhere exist in more languages than the portal has.
KNOWN_LANGUAGES = {
    **dict(settings.LANGUAGES),
    "et": _("Estonian"),
    "lt": _("Lithuanian"),
    "pl": _("Polish"),
    "mul": _("several languages"),
    "zxx": _("without words"),
}


def language_codes():
    return [code for code, name in settings.LANGUAGES]


@cache
def column(field, language):
    return build_localized_fieldname(field, language)


@cache
def translated_fields(model):
    """Names of the fields of `model` that have one column per language, in the order of the class."""
    try:
        names = translator.get_options_for_model(model).get_field_names()
    except NotRegistered:
        return ()
    order = {field.name: place for place, field in enumerate(model._meta.fields)}
    return tuple(sorted(set(names), key=order.__getitem__))


def in_any_language(field, **lookup):
    """Q that is true when the lookup holds for `field` in at least one language.

    `in_any_language("title", icontains="health")`; several lookups must hold in one language.
    """
    return reduce(
        or_,
        (
            Q(**{f"{column(field, code)}__{name}": value for name, value in lookup.items()})
            for code in language_codes()
        ),
    )


def wording(row, field, language, source_language=None):
    """(text, language) of a translated field that is no page of its own: a step, a label, a theme.

    Asked language, else the source's, else English, else any; ("", language) where nothing is said.
    """
    for code in dict.fromkeys([language, source_language or language, "en", *language_codes()]):
        if text := getattr(row, column(field, code)):
            return text, code
    return "", language
