"""By which of its wordings each translation calls a term: read from all pages in the background.

A page is read again when it was touched (its Reading is gone) and when the glossary has changed (its
Reading is of another version).
"""

import time

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from healthyboost.content.age import said_by
from healthyboost.content.blocks import parse
from healthyboost.content.hanging import prose_lookups, row_key, rows_with_prose
from healthyboost.content.languages import language_codes
from healthyboost.content.models import content_models
from healthyboost.content.richtext import RichTextField

AT_ONCE = 50  # pages that are read together


class Use(models.Model):
    """A term that the original of a page says, and what a translation of the page calls it."""

    class Kind(models.TextChoices):
        PREFERRED = "preferred", _("as the glossary says")
        ALSO = "also", _("also right")
        AVOID = "avoid", _("to avoid")
        NONE = "none", _("otherwise")

    term = models.ForeignKey("glossary.Term", models.CASCADE, related_name="uses")
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    page = GenericForeignKey()
    language = models.CharField(max_length=7, choices=settings.LANGUAGES)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    wording = models.CharField(max_length=1000, blank=True)  # of the glossary; "" none of them
    said = models.CharField(max_length=200)  # in the original
    place = models.CharField(max_length=200)  # of the paragraph there: "|body|3"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "term", "language"], name="glossary_use_one"
            )
        ]
        indexes = [models.Index(fields=["term", "language", "kind"], name="glossary_use_of_term")]

    def __str__(self):
        return f"{self.term_id} {self.language}: {self.wording}"


class Reading(models.Model):
    """A page whose Uses are there, and of which version of the glossary."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    version = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id"], name="glossary_reading_one"
            )
        ]

    def __str__(self):
        return f"{self.content_type_id}:{self.object_id}"


def read_again(kind, numbers):
    """Pages of one content type have been touched; numbers are primary keys."""
    Reading.objects.filter(content_type=kind, object_id__in=numbers).delete()


def unread(model):
    from .index import current

    kind = ContentType.objects.get_for_model(model)
    read = Reading.objects.filter(
        content_type=kind, object_id=models.OuterRef("pk"), version=current().version
    )
    return model._base_manager.filter(~models.Exists(read))


def still_to_read():
    return sum(unread(model).count() for model in content_models())


def read_pages(seconds=None):
    """Read those that are not read yet, as many as there is time for."""
    start = time.monotonic()
    forget_gone()
    for model in content_models():
        while numbers := list(unread(model).order_by("-pk").values_list("pk", flat=True)[:AT_ONCE]):
            read(model, numbers)
            if seconds and time.monotonic() - start > seconds:
                return


def forget_gone():
    """Of pages that have been deleted."""
    for model in content_models():
        kind = ContentType.objects.get_for_model(model)
        there = model._base_manager.filter(pk=models.OuterRef("object_id"))
        for each in (Reading, Use):
            each.objects.filter(~models.Exists(there), content_type=kind).delete()


def read(model, numbers):
    """The Readings are stored first: what is touched while we read is read once more."""
    from .index import current

    kind, version = ContentType.objects.get_for_model(model), current().version
    Reading.objects.bulk_create(
        [Reading(content_type=kind, object_id=number, version=version) for number in numbers],
        update_conflicts=True,
        unique_fields=["content_type", "object_id"],
        update_fields=["version"],
    )
    pages = model._base_manager.filter(pk__in=numbers).prefetch_related(*prose_lookups(model))
    found = [use for page in pages for use in uses_in(page)]
    for use in found:
        use.content_type = kind
    with transaction.atomic():
        Use.objects.filter(content_type=kind, object_id__in=numbers).delete()
        Use.objects.bulk_create(found, batch_size=1000)


def uses_in(page):
    """Uses of one page, which has its rows at hand: of each term the first place in the original."""
    from .matching import Text, call_of, terms_in

    rows, source = [page, *rows_with_prose(page)], page.source_language
    hits = {}
    for row in rows:
        for place, text in paragraphs_of(row, source, "" if row is page else row_key(row)):
            for hit in terms_in(text, source):
                hits.setdefault(hit.term, (hit, place))
    for language in language_codes():
        texts = [text for row in rows for text in said_by(row, language).values()]
        if language == source or not texts or not hits:
            continue
        translation = Text("\n".join(texts), language)
        for term, (hit, place) in hits.items():
            if term.preferred[language]:
                call = call_of(hit, translation)
                yield Use(
                    term_id=term.pk,
                    object_id=page.pk,
                    language=language,
                    kind=call.kind,
                    wording=call.wording,
                    said=hit.said[:200],
                    place=place,
                )


def paragraphs_of(row, language, part):
    """(place as the editor names it, text) of everything that a row says in one language."""
    for name, text in said_by(row, language).items():
        if isinstance(row._meta.get_field(name), RichTextField):
            for number, block in enumerate(parse(text)):
                yield f"{part}|{name}|{number}", block.inner
        else:
            yield f"{part}|{name}|0", text
