"""What a person translates: her languages, the pages in them that are hers, and how much of it waits."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, Sum

from healthyboost.content.languages import language_codes
from healthyboost.editing.items import writers
from healthyboost.wordings import to_do as strings_to_do
from healthyboost.wordings.models import Wording
from healthyboost.wordings.saving import languages_for

from .standing import Standing
from .touching import counted_models


@dataclass
class Sums:
    texts: int = 0
    words: int = 0

    def add(self, texts, words):
        self.texts, self.words = self.texts + texts, self.words + (words or 0)


def languages_of_queue(user):
    """The languages that she translates into: those of her roles first."""
    own = [code for grant in user.current_grants for code in grant.languages]
    mine = [code for code in language_codes() if reach(user, code) is not None]
    return sorted(mine, key=lambda code: (code not in own, code != user.language))


def reach(user, code):
    """Q: the standings of what she writes in `code`; None where that is nothing."""
    owners = {model: writers(user, model, code) for model in counted_models()}
    if all(each is None for each in owners.values()):
        return Q()
    kinds = ContentType.objects.get_for_models(*owners)
    everything = [kinds[model].pk for model, each in owners.items() if each is None]
    found = Q(content_type__in=everything) if everything else None
    for model, organisations in owners.items():
        if organisations:
            hers = Q(content_type=kinds[model], organisation_id__in=organisations)
            found = hers if found is None else found | hers
    return found


def strings_for(user, language):
    return strings_to_do(language) if language in languages_for(user) else []


def to_do_of(user):
    """{language: Sums} of what waits, hers first: texts whose original visitors can read, and strings."""
    reaches = {code: reach(user, code) for code in languages_of_queue(user)}
    sums = {code: Sums() for code in reaches}
    if not reaches:
        return sums
    hers = reduce(or_, (Q(language=code) & where for code, where in reaches.items()))
    waiting = Standing.objects.readable().filter(hers, state__in=Standing.TO_DO)
    by_language = waiting.order_by().values_list("language")
    for code, texts, words in by_language.annotate(Count("pk"), Sum("words")):
        sums[code].add(texts, words)
    strings = Wording.objects.of_this_release().exclude(need=Wording.Need.NOTHING)
    strings = strings.filter(language__in=languages_for(user)).order_by().values_list("language")
    for code, texts, words in strings.annotate(Count("pk"), Sum("string__words")):
        if code in sums:
            sums[code].add(texts, words)
    return sums
