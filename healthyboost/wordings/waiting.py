"""Strings of the interface that wait for a translation, and what was said before in their place."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import TrigramSimilarity
from django.urls import reverse

from .models import Wording

LIKE = 0.45  # trigram similarity from which an earlier original is worth showing
MOST_LIKE_IT = 3


@dataclass(frozen=True)
class Waiting:
    id: int
    language: str
    msgid: str
    words: int
    since: datetime
    need: str  # "missing" or "broken"
    is_public: bool  # visitors read it

    @property
    def address(self):
        return reverse("admin:wording", args=[self.language, self.id])


def to_do(language):
    """In one query, the oldest first."""
    rows = (
        Wording.objects.of_this_release()
        .filter(language=language)
        .exclude(need=Wording.Need.NOTHING)
        .order_by("string__since", "string_id")
        .values_list(
            "string_id",
            "language",
            "string__msgid",
            "string__words",
            "string__since",
            "need",
            "string__is_public",
        )
    )
    return [Waiting(*row) for row in rows]


def said_before(string, language):
    """Wordings of the most similar originals, also of those that earlier releases used."""
    return list(
        Wording.objects.filter(language=language)
        .with_said()
        .exclude(string=string.pk)
        .exclude(said_forms=[])
        .exclude(need=Wording.Need.BROKEN)
        .annotate(likeness=TrigramSimilarity("string__msgid", string.msgid))
        .filter(likeness__gte=LIKE)
        .select_related("string")
        .order_by("-likeness", "string__is_current", "pk")[:MOST_LIKE_IT]
    )
