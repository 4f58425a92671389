"""What helps to translate a string: other languages, earlier wordings, terms."""

from django.conf import settings
from django.utils.text import capfirst

from healthyboost.glossary.matching import terms_for
from healthyboost.translation.memory import suggestions

from .models import Wording
from .waiting import said_before


def help_for(string, language):
    """For the context of the template, in a fixed number of queries."""
    names = dict(settings.LANGUAGES)
    others = Wording.objects.filter(string=string).exclude(language=language)
    before = said_before(string, language)
    said = {tuple(each.said) for each in before}
    return {
        "others": [
            (each.language, capfirst(names[each.language]), each.said)
            for each in others.order_by("language")
            if each.said and each.language in names
        ],
        "said_before": before,
        "remembered": [
            each
            for each in suggestions(string.msgid, settings.LANGUAGE_CODE, language)
            if (each.text,) not in said and not is_itself(each, string)
        ],
        "terms": terms_for(" ".join(string.originals), settings.LANGUAGE_CODE, language),
    }


def is_itself(suggestion, string):
    return suggestion.is_interface and suggestion.entry.place == str(string.pk)
