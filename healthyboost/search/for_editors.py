"""The same index for those who work here: drafts and what is not public yet are found, too."""

from django.db.models import Q

from healthyboost.accounts.rights import organisations_with_drafts
from healthyboost.content.languages import language_codes
from healthyboost.words import fold

from .asking import read, said_as
from .lexemes import lexeme, quoted
from .models import Entry
from .places import texts_that_say

SHORTEST = 3  # letters that begin a word
CUT = 7  # letters of a Finnish word of which the last two may be an unfinished ending


def says(model, text, user):
    """Q: pages that say `text`, or words that begin so, in any language, as far as `user` sees them."""
    question = read(text)
    if question.is_empty:
        return Q(pk__in=[])
    kind = quoted(f"+{model._meta.label_lower}")
    queries = {code: f"({query_for(question, code)}) & {kind}" for code in language_codes()}
    texts, params = texts_that_say(queries)
    found = Entry.objects.extra(where=[texts], params=params)
    organisations = organisations_with_drafts(user, model)
    if organisations is not None:
        own = model._base_manager.none()
        if organisations:
            own = model._base_manager.filter(organisation__in=organisations)
        found = found.filter(Q(is_draft=False) | Q(object_id__in=own.values("pk")))
    return Q(pk__in=found.values("object_id"))


def query_for(question, language):
    """The tsquery for texts in `language`: each word in any form, or as far as it is typed."""
    pieces = []
    for item in question.asked_in(language):
        ways = [said_as(item, language)]
        begun = [fold(word) for word in item.words]
        if not item.is_quoted and min(map(len, begun)) >= SHORTEST:
            ways.append(f"({' & '.join(begins(word, language) for word in begun)})")
        pieces.append(f"({' | '.join(ways)})")
    minus = [f"!{said_as(item, language)}" for item in question.items if item.is_minus]
    return " & ".join([*pieces, *minus])


def begins(word, language):
    if language == "fi" and len(word) >= CUT:  # kaupungi, of kaupunki
        word = word[:-2]
    return quoted(lexeme(word)) + ":*"
