"""What search looks into: one row for each language of a page, for its draft, and for each of its files."""

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .places import parts


class EntryQuerySet(models.QuerySet):
    def public(self, now=None):
        now = now or timezone.now()
        return self.filter(published_at__lte=now).filter(
            Q(unpublish_at__isnull=True) | Q(unpublish_at__gt=now)
        )


class Entry(models.Model):
    """A text that can be found. `published_at` is empty where it is public in no language at any time.

    `words` holds its lexemes (lexemes.py) with weights A title, B summary, C text, D file. What the
    page or the file says is read from there (reading.py); only what hangs on a page is kept here.
    """

    content_type = models.ForeignKey(ContentType, models.CASCADE, db_index=False)
    object_id = models.BigIntegerField()
    language = models.CharField(max_length=7)
    file = models.CharField(max_length=60, null=True)  # "media.attachment:12"; none: the page
    is_draft = models.BooleanField(default=False)
    date = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    unpublish_at = models.DateTimeField(null=True)
    hanging = models.TextField(blank=True)
    words = SearchVectorField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="search_entry_page"),
            models.Index(fields=["date"], name="search_entry_date"),
            *parts(),
        ]

    def __str__(self):
        return f"{self.content_type_id}:{self.object_id} {self.language}"


class Touched(models.Model):
    """A page that something changed which did not go through the portal's own code: to be read again."""

    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["content_type", "object_id"], name="search_touched_page")]

    def __str__(self):
        return f"{self.content_type_id}:{self.object_id}"


class SpokenWord(models.Model):
    """A word of a text, to be offered where a query finds nothing; never shown before a look into Entry."""

    language = models.CharField(max_length=7)
    word = models.CharField(max_length=60)  # lower case, as it is written
    folded = models.CharField(max_length=60)
    sounds = ArrayField(models.CharField(max_length=60), default=list)  # of a Russian word
    texts = models.PositiveIntegerField(default=1)  # about how many say it

    class Meta:
        # A word may stand here twice: where it had to be once, two people who save would wait for
        # each other.
        indexes = [
            models.Index(fields=["word", "language"], name="search_spokenword_word"),
            GinIndex(fields=["sounds"], name="search_spokenword_sounds", fastupdate=False),
            GinIndex(
                OpClass("folded", "gin_trgm_ops"), name="search_spokenword_folded", fastupdate=False
            ),
        ]

    def __str__(self):
        return self.word


class Month(models.Model):
    """How many entries have a date in a month, about: the steps in which older ones are looked at."""

    mark = models.CharField(max_length=8, primary_key=True)  # "+m202111"
    texts = models.PositiveIntegerField()

    def __str__(self):
        return self.mark


class FileText(models.Model):
    """The text of a file, read once: files of the same bytes say the same."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    text = models.TextField(blank=True)
    # What is not searched: its makers, comments, what stands far behind. Whom it names, it names there, too.
    more = models.TextField(blank=True, db_default="")
    is_whole = models.BooleanField(null=True)  # whether nothing stayed unread; None: not read yet

    def __str__(self):
        return self.sha256
