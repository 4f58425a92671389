"""A place where a person is named, and what becomes of it."""

from dataclasses import dataclass
from enum import StrEnum, auto

from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst

from healthyboost.accounts.rights import page_of


class Fate(StrEnum):
    """What the erasure does with it."""

    GOES = auto()
    WORDS = auto()  # the name goes, the rest stays
    PROSE = auto()  # somebody has to rewrite it
    FILE = auto()  # a file says it: somebody has to replace or delete it
    LOOK = auto()  # an account or a row of perhaps another person: somebody has to look at it


def is_named(field):
    """In the languages of the admin: other names are made of that of the column."""
    return isinstance(getattr(field, "verbose_name", ""), Promise)


@dataclass
class Mention:
    """A row that names the person in `fields`; `excerpt` of one of them; sure or perhaps."""

    row: models.Model
    fields: list
    fate: Fate
    excerpt: str = ""
    is_sure: bool = True
    copies: tuple = ()  # names of translated fields whose column without language still says it
    is_inside: bool = False  # the file of `fields` says it, whatever that is called

    @property
    def model(self):
        return type(self.row)

    @property
    def label(self):
        return self.model._meta.label_lower

    @property
    def page(self):
        """The object whose form shows it."""
        return page_of(self.row)

    @property
    def places(self):
        """Names of the fields as forms have them; a field that stands in none has no name in words."""
        fields = map(self.model._meta.get_field, self.fields)
        return [capfirst(field.verbose_name) for field in fields if is_named(field)]

    @property
    def file_field(self):
        """The field of the file that says it, if one does."""
        return self.model._meta.get_field(self.fields[0]) if self.is_inside else None

    @property
    def file(self):
        return getattr(self.row, self.fields[0]) if self.is_inside else None
