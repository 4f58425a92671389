"""Words that the search offers where it finds nothing."""

from healthyboost.search.models import SpokenWord
from healthyboost.search.nearby import saying
from healthyboost.words import fold

from .naming import folded


def forget_spoken(naming):
    """Of her name those that no public text says any more."""
    said = {fold(word) for each in naming.spellings for word in each.split()}
    said |= {word for each in naming.spellings for word in folded(each).split()}
    for word in SpokenWord.objects.filter(folded__in=said):
        if not saying(word.word, word.language):
            word.delete()
