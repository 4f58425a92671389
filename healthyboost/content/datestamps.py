"""When what visitors read of an object last changed: for sitemaps, feeds, harvesters and caches.

The database writes it, whoever changes a row. Time alone changes it, too: a text that becomes public
changes at that moment. So ask for it through the functions of this module.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models import Case, F, OuterRef, Subquery, When
from django.db.models.functions import Greatest
from django.utils import timezone

from .languages import column, language_codes


class Datestamp(models.Model):
    """What the database remembers of one content object, also when it is deleted."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    slug = models.CharField(max_length=120)
    changed_at = models.DateTimeField(
        null=True
    )  # since it has been noted, while it was to be public
    # Set only where it had been public, also where it is there and nobody may see it any more.
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id"], name="content_datestamp_unique"
            )
        ]
        indexes = [models.Index(fields=["deleted_at"], name="content_datestamp_deleted")]

    def __str__(self):
        return self.slug


def with_changed_at(queryset, language):
    """Content objects with `changed_at`: when the text in `language`, public now, last changed."""
    return queryset.annotate(
        changed_at=Greatest(
            column("published_at", language), noted(queryset.model, column("changed_at", language))
        )
    )


def with_datestamp(queryset, now=None):
    """Content objects with `datestamp`: when anything last changed in what visitors see of them.

    A text that goes counts like one that comes. None where nothing was ever public.
    """
    now = now or timezone.now()
    moments = [
        moment for code in language_codes() for moment in moments_in(queryset.model, code, now)
    ]
    return queryset.annotate(datestamp=Greatest(*moments))


def moments_in(model, language, now):
    """Expressions of the moments at which visitors saw a change in `language`; NULL where there was none."""
    published, unpublish, withdrawn = (
        column(name, language) for name in ("published_at", "unpublish_at", "withdrawn_at")
    )
    was_public = {f"{published}__lte": now}
    is_public = was_public | {f"{withdrawn}__isnull": True}
    yield when(was_public, F(published))
    yield when(was_public, F(withdrawn))
    yield when(is_public | {f"{unpublish}__lte": now}, F(unpublish))
    yield when(is_public, noted(model, column("changed_at", language)))


def when(condition, moment):
    return Case(When(**condition, then=moment), output_field=models.DateTimeField(null=True))


def noted(model, name):
    """A column of the Datestamp of each row."""
    kind = ContentType.objects.get_for_model(model).pk
    rows = Datestamp.objects.filter(content_type=kind, object_id=OuterRef("pk"))
    return Subquery(rows.values(name), output_field=models.DateTimeField(null=True))


def deleted(model):
    """Datestamps of objects that were public and are no more."""
    kind = ContentType.objects.get_for_model(model)
    return Datestamp.objects.filter(content_type=kind, deleted_at__isnull=False)


def all_noted_until():
    """The moment up to which every change can be read.

    A change bears the moment at which it was made and is seen when its transaction ends. Who reads
    all up to this moment, and next time all since, misses none. PostgreSQL's own upkeep writes, too,
    at times for minutes, and changes nothing that anybody reads.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND backend_xid IS NOT NULL "
            "AND backend_type <> 'autovacuum worker' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]
