"""The multilingual content model: one object, one address, a text and a publication per language.

The columns hold the live text. What is being written is a Draft until it is published.
"""

import hashlib
import json
import re
from functools import cache
from operator import attrgetter

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Q
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .age import MadeFromField
from .attached import FormerSlug
from .dates import Precision
from .languages import column, language_codes, translated_fields, wording
from .richtext import RichTextField

PUBLICATION = ("published_at", "unpublish_at", "withdrawn_at")
RECORD = ("origin", "made_from")  # how a text came to be; not part of what a reader reads


class Origin(models.TextChoices):
    HUMAN = "human", _("written by a person")
    MACHINE = "machine", _("machine translation, not reviewed")
    IMPORT = "import", _("imported")


PLAIN_SLUG = re.compile(r"[\w-]+", re.ASCII)


@cache
def around_slug(url_name, language, prefix):
    """What stands in the addresses of a content type before and after the slug."""
    return reverse(url_name, args=["_slug_"]).split("_slug_")


@cache
def publication_of(language):
    """A function of a content object: what PUBLICATION names, of a language."""
    return attrgetter(*(column(name, language) for name in PUBLICATION))


class NotPublic(Exception):
    """A visitor's view of an object that no visitor may see."""


def content_models():
    """Every content type there is: the models that inherit Content."""
    return [model for model in apps.get_models() if issubclass(model, Content)]


def active_language():
    return get_language() or settings.LANGUAGE_CODE


def public_in(language, now=None):
    """Q: the text in `language` is public at `now`."""
    now = now or timezone.now()
    published, unpublish, withdrawn = (column(field, language) for field in PUBLICATION)
    return (
        Q(**{f"{published}__lte": now})
        & (Q(**{f"{unpublish}__isnull": True}) | Q(**{f"{unpublish}__gt": now}))
        & Q(**{f"{withdrawn}__isnull": True})
    )


def gone_from(language, now=None):
    """Q: the text in `language` was public and has been taken away."""
    now = now or timezone.now()
    published, unpublish, withdrawn = (column(field, language) for field in PUBLICATION)
    return Q(**{f"{published}__lte": now}) & (
        Q(**{f"{unpublish}__lte": now}) | Q(**{f"{withdrawn}__isnull": False})
    )


class ContentQuerySet(models.QuerySet):
    def published(self, language=None):
        """What a visitor who reads in `language` may see: public in some language, not gone in this."""
        language, now = language or active_language(), timezone.now()
        public = Q()
        for code in language_codes():
            public |= public_in(code, now)
        return self.filter(public).exclude(gone_from(language, now))

    def newest_first(self):
        return self.order_by(F("date").desc(nulls_last=True), "-id")

    def newest_from(self, start):
        """Of newest_first() a page that begins with the row of a paging.Start, and what follows it."""
        if start.date is None:
            return self.filter(date=None, pk__lte=start.id)
        # the first condition is a place in the index, from which the database reads on
        dated = Q(date__lte=start.date) & (Q(date__lt=start.date) | Q(pk__lte=start.id))
        return self.filter(dated | Q(date=None) if start.has_undated else dated)

    def for_lists(self):
        """Without the columns that only a page of its own shows."""
        return self.defer(*self.model.page_only)

    def for_reader(self):
        """The same of rows that are shown to a reader of the active language: where one is public in it,
        gather() leaves out all others. Who asks for these all the same waits for a query."""
        rows = self.for_lists()
        language = active_language()
        rows.query.of_others = language, public_in(language), None  # copies keep it
        return rows

    def for_page(self):
        """Those that are a page of their own: where its text in the active language is public, and made from
        no other, gather() leaves out the long texts in all others."""
        language, rows = active_language(), self.all()
        is_enough = public_in(language) & Q(**{f"{column('made_from', language)}__isnull": True})
        texts = set(text_fields(self.model)).intersection(self.model.page_only)
        rows.query.of_others = language, is_enough, frozenset(texts)
        return rows

    def years(self):
        """Years in which these objects have a date, newest first: one look into the index a year."""
        dated = self.filter(date__isnull=False).newest_first().values_list("date")
        table, zone = self.model._meta.db_table, timezone.get_default_timezone_name()
        earlier = dated.extra(
            where=[f"\"{table}\".date < date_trunc('year', walk.date, %s)"], params=[zone]
        )
        first, first_values = dated[:1].query.sql_with_params()
        following, following_values = earlier[:1].query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE walk(date) AS (({first}) UNION ALL SELECT ({following}) FROM walk "
                "WHERE walk.date IS NOT NULL) SELECT extract(year FROM date AT TIME ZONE %s)::int "
                "FROM walk WHERE date IS NOT NULL",
                [*first_values, *following_values, zone],
            )
            return [year for (year,) in cursor.fetchall()]

    def with_slug(self, slug):
        """The object of this slug, or of this former slug; DoesNotExist otherwise."""
        try:
            return self.get(slug=slug)
        except self.model.DoesNotExist:
            return self.get(id__in=FormerSlug.of(self.model).filter(slug=slug).values("object_id"))


class Version:
    """One object in one language: `version.title` is the text of that language and no other."""

    def __init__(self, page, language):
        self.page, self.language = page, language

    def __getattr__(self, name):
        if name.startswith("__") or name in ("page", "language"):
            raise AttributeError(name)  # copy and pickle ask before there is a page
        if name in self.page.text_fields:
            return getattr(self.page, column(name, self.language)) or ""
        if name in PUBLICATION + RECORD:
            return getattr(self.page, column(name, self.language))
        return getattr(self.page, name)


class Content(models.Model):
    """What every page of the portal shares. A subclass adds fields; lists, pages and admin follow."""

    slug = models.SlugField(
        _("address"),
        max_length=120,
        unique=True,
        help_text=_(
            "The last part of the web address: a–z, 0–9 and hyphens. A changed address leads on."
        ),
    )
    source_language = models.CharField(
        _("first written in"),
        max_length=7,
        choices=settings.LANGUAGES,
        help_text=_("The language of the original. Any language may be it."),
    )
    organisation = models.ForeignKey(
        "partners.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_%(class)ss",
        verbose_name=_("organisation"),
        help_text=_("Whose page this is: its coordinators may edit it. Empty: the whole network."),
    )
    date = models.DateTimeField(
        _("date"),
        null=True,
        blank=True,
        help_text=_("What lists are ordered by. Empty: not known."),
    )
    date_precision = models.CharField(
        _("date is known"), max_length=7, choices=Precision.choices, default=Precision.UNKNOWN
    )
    themes = models.ManyToManyField("content.Theme", blank=True, verbose_name=_("themes"))

    title = models.CharField(pgettext_lazy("text", "title"), max_length=250, blank=True)
    summary = models.TextField(
        _("summary"),
        max_length=500,
        blank=True,
        help_text=_("One or two sentences for lists and search engines. Needed to publish."),
    )
    body = RichTextField(_("text"), blank=True)

    published_at = models.DateTimeField(
        _("public from"),
        null=True,
        blank=True,
        help_text=_("Empty: not public. A time to come: public from then on."),
    )
    unpublish_at = models.DateTimeField(_("public until"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(
        _("withdrawn"),
        null=True,
        blank=True,
        help_text=_(
            "The address then says that the page is gone, and leads to the other languages."
        ),
    )
    origin = models.CharField(
        _("origin"), max_length=7, choices=Origin.choices, blank=True, default=Origin.HUMAN
    )
    made_from = MadeFromField(null=True, blank=True, editable=False)

    former_slugs = GenericRelation("content.FormerSlug")
    drafts = GenericRelation("content.Draft")
    pictures = GenericRelation("media.PictureUse")
    attachments = GenericRelation("media.Attachment")
    links = GenericRelation("content.Link")
    statements = GenericRelation("content.Statement")
    contacts = GenericRelation("partners.ContactLink")

    objects = ContentQuerySet.as_manager()

    # The language that a reader takes where her own is missing: `?then=ru`.
    second_language = None
    # What a page of its own shows and a list does not; further translated texts of a subclass come on top.
    page_only = ("body", "made_from")
    # Related names of child rows that belong to the object alone: dumped, loaded and edited with it.
    parts = ()
    # Fields that a copy of the object does not take over.
    not_copied = ()
    # The field that an object's file in a dump is named after.
    interchange_key = "slug"
    # Name of the URL of the page, and the fields that get_absolute_url() reads.
    url_name = None
    address_fields = ("slug",)
    # Name of its feed in addresses, and in words where it is not that of the type; None: no feed.
    feed_name = feed_title = None
    # Further texts on the card that other sites can embed; None: it has no card.
    card_texts = None
    # What menus call the list of these objects, where it is not the plural of the type, and the name of
    # the URL of that list, where it is not the one beside `url_name`.
    section = section_url_name = None
    # What the page is or describes, as schema.org calls it: for search engines.
    schema_type = "CreativeWork"
    # Each object is a light on the sea of the front page's picture.
    lights_the_sea = False

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                F("date").desc(nulls_last=True),
                F("id").desc(),
                name="%(app_label)s_%(class)s_newest",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(date__isnull=True, date_precision="unknown")
                | Q(date__isnull=False) & ~Q(date_precision="unknown"),
                name="%(app_label)s_%(class)s_date_and_precision",
                violation_error_message=_("A date and how well it is known belong together."),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{column('unpublish_at', code)}__isnull": True})
                    | Q(
                        **{
                            f"{column('unpublish_at', code)}__gt": F(column("published_at", code)),
                            f"{column('published_at', code)}__isnull": False,
                        }
                    ),
                    name=f"%(app_label)s_%(class)s_{column('until_after_from', code)}",
                    violation_error_message=_("“Public until” must be after “public from”."),
                )
                for code in language_codes()
            ),
        ]

    def _get_FIELD_display(self, field):
        """As Django does it, without a new dictionary of all choices each time."""
        value = getattr(self, field.attname)
        return force_str(labels_of(field).get(value, value), strings_only=True)

    def __str__(self):
        return wording(self, "title", get_language() or "en", self.source_language)[0] or self.slug

    def get_absolute_url(self):
        if not PLAIN_SLUG.fullmatch(self.slug):
            return reverse(self.url_name, args=[self.slug])
        before, after = around_slug(self.url_name, get_language(), get_script_prefix())
        return f"{before}{self.slug}{after}"

    @property
    def text_fields(self):
        """Names of the translated fields that a reader reads."""
        return text_fields(type(self))

    def publication_in(self, language):
        """What PUBLICATION names, of a language."""
        return publication_of(language)(self)

    def is_public_in(self, language, now=None):
        published_at, unpublish_at, withdrawn_at = publication_of(language)(self)
        if not published_at or withdrawn_at:
            return False
        now = now or timezone.now()
        return published_at <= now and not (unpublish_at and unpublish_at <= now)

    def is_gone_from(self, language, now=None):
        """Was public in this language and has been taken away."""
        now = now or timezone.now()
        published_at, *_until = self.publication_in(language)
        return bool(published_at and published_at <= now and not self.is_public_in(language, now))

    def is_shown_in(self, language):
        """Whether a visitor who reads in `language` may see it: in that language or in another one."""
        if self.is_public_in(language):
            return True
        return bool(self.languages) and not self.is_gone_from(language)

    @property
    def languages(self):
        """The languages in which the page is public now, in the order of the settings."""
        now = timezone.now()
        return [code for code in language_codes() if self.is_public_in(code, now)]

    def language_found_in(self, asked):
        """The language of the text that a visitor who asks for `asked` gets; None where there is none."""
        if asked and self.is_public_in(asked):
            return asked
        public = self.languages
        wished = (asked, self.second_language, self.source_language, "en", *public)
        return next((code for code in wished if code in public), None)

    @property
    def shown(self):
        """The Version that a visitor of the active language gets; NotPublic where there is none."""
        language = self.language_found_in(get_language())
        if not language:
            raise NotPublic(f"{self._meta.label} {self.slug}")
        return Version(self, language)

    def in_language(self, language):
        """The Version in `language`, public or not: for previews and editors, never for visitors."""
        return Version(self, language)

    def state_in(self, language):
        """'empty', 'draft', 'scheduled', 'public' or 'withdrawn'."""
        version, now = self.in_language(language), timezone.now()
        if version.withdrawn_at or (version.unpublish_at and version.unpublish_at <= now):
            return "withdrawn"
        if version.published_at:
            return "public" if version.published_at <= now else "scheduled"
        return "draft" if any(getattr(version, field) for field in self.text_fields) else "empty"

    def missing_to_publish(self, language):
        """Names of the texts without which `language` cannot be public."""
        version = self.in_language(language)
        return [field for field in ("title", "summary") if not getattr(version, field)]

    def own_faults(self, code):
        """Hook: (key, message, is_error) of what this content type asks for before `code` is public."""
        return ()

    def live_hash(self, language):
        """Hash of the live text in `language`: what a draft remembers that it started from."""
        version = self.in_language(language)
        texts = {field: getattr(version, field) for field in self.text_fields}
        return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()

    def clean(self):
        """A language goes public only with a title and a summary; errors are keyed by column."""
        errors = {
            column(field, code): _("Needed before this language can be public.")
            for code in language_codes()
            if self.in_language(code).published_at and not self.in_language(code).withdrawn_at
            for field in self.missing_to_publish(code)
        }
        if errors:
            raise ValidationError(errors)


@cache
def labels_of(field):
    return dict(field.flatchoices)


@cache
def text_fields(model):
    """Names of the translated fields of a content type that a reader reads."""
    return tuple(name for name in translated_fields(model) if name not in PUBLICATION + RECORD)
