"""What is read of a page before it goes public: its texts in one language, its rows, its pictures."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, URLField
from django.utils.text import capfirst

from healthyboost.content.hanging import NO_PROSE
from healthyboost.content.languages import column, translated_fields
from healthyboost.content.models import PUBLICATION, RECORD, Content
from healthyboost.content.richtext import RichTextField
from healthyboost.media.models import Picture
from healthyboost.media.texts import NAMED

from .faults import Text, quoted, short

NOT_SEEN = {"drafts", "former_slugs"}  # relations of a page that its readers see nothing of


@dataclass
class Reading:
    """One language of a page, with all that hangs on it."""

    page: object
    code: str

    @cached_property
    def rows(self):
        return rows_of(self.page)

    @cached_property
    def texts(self):
        return [
            text
            for row in (self.page, *self.rows)
            for name in prose_of(type(row))
            if (text := self.text(row, name)).content
        ]

    def text(self, row, name):
        field = row._meta.get_field(name)
        content = getattr(row, column(name, self.code))
        return Text(
            content if isinstance(content, str) else "",
            self.code,
            name,
            row,
            place_of(row, name),
            isinstance(field, RichTextField),
        )

    @cached_property
    def pictures(self):
        """Those that hang on the page, and those in its texts."""
        kind = ContentType.objects.get_for_model(self.page)
        hung = Q(uses__content_type=kind, uses__object_id=self.page.pk)
        named = Q(name__in={name for text in self.texts for name in NAMED.findall(text.content)})
        return list(Picture.objects.filter(hung | named).distinct())


def prose_of(model):
    """Names of the translated fields that hold words."""
    return [
        name
        for name in translated_fields(model)
        if name not in (*PUBLICATION, *RECORD, *NO_PROSE)
        and not isinstance(model._meta.get_field(name), URLField)
    ]


def rows_of(page):
    """The parts of a page, and what hangs on it."""
    relations = [
        field.name
        for field in page._meta.private_fields
        if isinstance(field, GenericRelation) and field.name not in NOT_SEEN
    ]
    return [row for name in (*page.parts, *relations) for row in getattr(page, name).all()]


def place_of(row, name=""):
    """ "Text" of a page; "Step “Walk”: text" of a row on it."""
    field = capfirst(row._meta.get_field(name).verbose_name) if name else ""
    if isinstance(row, Content):
        return field
    said = f"{capfirst(row._meta.verbose_name)} {quoted(short(str(row), 40))}"
    return f"{said}: {field.lower()}" if field else said
