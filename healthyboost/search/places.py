"""Where to look: the index of words has a part for each language of the portal, one for all others.

A word of one language is then not looked for among the texts in others, which takes long.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db.models import Q

from healthyboost.content.languages import language_codes


def parts():
    """The parts of the index. A list of new words would have to be read by every search."""
    codes = language_codes()
    each = {code: Q(language=code) for code in codes} | {"rest": ~Q(language__in=codes)}
    return [
        GinIndex(fields=["words"], name=f"search_words_{name}", condition=texts, fastupdate=False)
        for name, texts in each.items()
    ]


def texts_that_say(queries):
    """(SQL, its parameters) that is true of the texts which {language: tsquery} finds."""
    found = list(each_that_says(queries))
    params = [each for _sql, theirs in found for each in theirs]
    return f"({' OR '.join(f'({sql})' for sql, _params in found)})", params


def each_that_says(queries):
    """The same for each part of the index: together they read each text twice."""
    codes, rest = language_codes(), {}
    for language, query in queries.items():
        if language in codes:
            yield "language = %s AND words @@ %s::tsquery", [language, query]
        else:
            rest.setdefault(query, []).append(language)
    for query, languages in rest.items():
        yield (
            f"NOT language IN ({', '.join(['%s'] * len(codes))}) AND language = ANY(%s)"
            " AND words @@ %s::tsquery",
            [*codes, languages, query],
        )
