"""What was translated before: the paragraphs of published texts, and the strings of the interface.

Each pair is kept both ways, so that what was made from English helps those who write English, too.
remembering.py follows what is public; suggestions() finds what is alike.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, models, transaction
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from healthyboost.content.models import Origin

from .findings import words_of
from .numbers import NUMBER
from .string_checks import CONVERSION, FIELD

ENGLISH = "en"  # what the interface is written in
ALIKE = 0.75  # how much of two sources is the same, in trigrams
VARYING = re.compile("|".join(each.pattern for each in (CONVERSION, FIELD, NUMBER)))
SHORTEST = 3  # letters of a word that is searched for: fewer make no trigram
LAST_FIRST = models.F("at").desc(nulls_last=True)
MOST_WORDS, LONGEST_QUESTION = 8, 200  # words, letters


class MemoryEntryQuerySet(models.QuerySet):
    def public(self, now=None):
        """Whose texts can be read now, both of them; strings of the interface always can."""
        now = now or timezone.now()
        return self.filter(
            models.Q(public_from__isnull=True) | models.Q(public_from__lte=now),
            models.Q(public_until__isnull=True) | models.Q(public_until__gt=now),
        )

    def alike(self, words, source_language, language):
        """Public ones with a source like `words`, the best first; see the threshold in suggestions()."""
        return (
            self.public()
            .filter(source_language=source_language, language=language)
            .alias(loud=Upper("source"))  # as the index has it
            .filter(loud__trigram_similar=Upper(models.Value(words)))
            .annotate(
                is_exact=models.Case(models.When(source=words, then=1), default=0),
                is_machine=models.Case(models.When(origin=Origin.MACHINE, then=1), default=0),
                likeness=TrigramSimilarity("source", words),
            )
            .order_by("-is_exact", "-likeness", "is_machine", LAST_FIRST, "pk")
        )

    def saying(self, words, source_language="", language=""):
        """Public ones whose source says all of these words, the newest first."""
        found = self.public()
        if source_language:
            found = found.filter(source_language=source_language)
        if language:
            found = found.filter(language=language)
        for word in words:
            found = found.filter(source__icontains=word)
        return found.order_by(LAST_FIRST, "pk")

    def of_interface(self, language):
        """Both ways between English and `language`."""
        return self.filter(pair=f"{ENGLISH}>{language}", content_type__isnull=True)


class MemoryEntry(models.Model):
    """A text and what it was translated as; one way of a pair."""

    source_language = models.CharField(max_length=7)
    language = models.CharField(max_length=7)
    source = models.TextField()  # without marks
    source_html = models.TextField()
    text = models.TextField()
    is_rich = models.BooleanField(default=False)
    # The page that says it; none: the interface does.
    content_type = models.ForeignKey(ContentType, models.CASCADE, null=True)
    object_id = models.BigIntegerField(null=True)
    place = models.CharField(max_length=200)  # of a unit; of the interface: number of its wording
    # Of the translation, "en>lv" of both ways: entries of one text of a page come and go together.
    pair = models.CharField(max_length=15)
    title = models.CharField(max_length=250, blank=True)  # of the page, as it is in `language`
    address = models.CharField(max_length=300, blank=True)  # of the page in `language`
    origin = models.CharField(max_length=7, choices=Origin.choices, default=Origin.HUMAN)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(null=True)
    public_from = models.DateTimeField(null=True)
    public_until = models.DateTimeField(null=True)

    objects = MemoryEntryQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("remembered translation"), _("translation memory")
        indexes = [
            # Whoever reads waits, and whoever writes does not: no list of what is yet to be put in.
            GinIndex(
                OpClass(Upper("source"), "gin_trgm_ops"),
                name="translation_memory_alike",
                fastupdate=False,
            ),
            models.Index(
                fields=["content_type", "object_id", "pair"], name="translation_memory_page"
            ),
        ]

    def __str__(self):
        return self.source[:60]

    @property
    def is_interface(self):
        return self.content_type_id is None

    @property
    def is_unreviewed(self):
        return self.origin == Origin.MACHINE

    @property
    def where(self):
        """(title, address) of what says it."""
        if self.is_interface:
            language = self.pair.partition(">")[2]
            return _("Interface"), reverse("admin:wording", args=[language, self.place])
        return self.title, self.address

    @cached_property
    def name(self):
        """Of who wrote it; "" where nobody knows."""
        return (self.by.get_full_name() or self.by.get_username()) if self.by else ""


@dataclass(frozen=True)
class Suggestion:
    """`similarity` in percent: 100 is the very same source. `changed`: numbers and placeholders
    that were put into the text, as (old, new); `differs`: those that have to be put in by hand."""

    entry: MemoryEntry
    similarity: int
    text: str
    changed: tuple = ()
    differs: tuple = ()

    @property
    def source(self):
        return self.entry.source

    @property
    def where(self):
        return self.entry.where

    @property
    def by(self):
        return self.entry.name

    @property
    def at(self):
        return self.entry.at

    @property
    def origin(self):
        return self.entry.origin

    @property
    def is_interface(self):
        return self.entry.is_interface

    @property
    def is_unreviewed(self):
        return self.entry.is_unreviewed


def plain_words(text, is_rich):
    """What is compared: the words of a text in one line, without marks."""
    return " ".join(words_of(text, is_rich).split())


def suggestions(source, source_language, language, limit=3, exclude=None, is_rich=False):
    """Up to `limit` Suggestions for a source text (HTML if `is_rich`), the best first.

    `exclude`: a page whose own paragraphs are no news.
    """
    words = plain_words(source, is_rich)
    if not words:
        return []
    found = MemoryEntry.objects.alike(words, source_language, language)
    if exclude is not None:
        kind = ContentType.objects.get_for_model(exclude)
        # NOT (a AND b) would leave out the interface, whose page is NULL
        found = found.filter(
            models.Q(content_type__isnull=True)
            | ~models.Q(content_type=kind)
            | ~models.Q(object_id=exclude.pk)
        )
    found = found.select_related("by")[: limit * 5]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(ALIKE)]
        )  # until the end of the transaction
        entries = list(found)
    texts = {}
    for entry in entries:
        texts.setdefault(entry.text, entry)
    return [suggestion(entry, words) for entry in texts.values()][:limit]


def suggestion(entry, words):
    if entry.source == words:
        return Suggestion(entry, 100, entry.text)
    text, changed, differs = adapted(entry, words)
    return Suggestion(entry, min(99, round(entry.likeness * 100)), text, changed, differs)


def adapted(entry, words):
    """(text, what was changed in it, what differs and could not be changed) for another source.

    Of numbers and placeholders, the same number of them and in the same order in both sources.
    """
    old, new = ([found[0] for found in VARYING.finditer(each)] for each in (entry.source, words))
    if len(old) != len(new):
        return entry.text, (), tuple(dict.fromkeys(each for each in new if each not in old))
    text, changed, differs = entry.text, [], []
    for before, after in zip(old, new, strict=True):
        if before == after:
            continue
        place = re.compile(rf"(?<![\d.,]){re.escape(before)}(?!\d|[.,]\d)")
        is_alone = old.count(before) == 1 and len(place.findall(text)) == 1 and after not in old
        if is_alone and (before.isdecimal() and after.isdecimal() or before[0] in "%{"):
            text = place.sub(lambda _found, after=after: after, text)
            changed.append((before, after))
        else:
            differs.append(after)
    return text, tuple(changed), tuple(differs)
