"""The questions of a list: a name in the query string, the choices, and what a choice does."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .languages import wording
from .sorting import name_key


@dataclass
class Choice:
    value: str
    label: str
    language: str = ""  # of the label, where it is not that of the page
    row: Any = None


@dataclass
class Filter:
    """`lookup` is a lookup of the queryset, or a function of the queryset and the choice."""

    name: str
    label: str
    all_label: str
    choices: list[Choice]
    lookup: Any
    value: str = ""
    chosen: Choice | None = field(default=None, init=False)

    def choose(self, value):
        """Take the value of the query string; the fault in words if it is none of the choices."""
        self.value = value
        self.chosen = next((choice for choice in self.choices if choice.value == value), None)
        if value and not self.chosen:
            return _("There is no choice “%(value)s” under “%(name)s”.") % {
                "value": value[:60],
                "name": self.label,
            }
        return None

    def apply(self, queryset):
        if not self.chosen:
            return queryset
        if callable(self.lookup):
            return self.lookup(queryset, self.chosen)
        return queryset.filter(**{self.lookup: self.chosen.value})


def row_choices(rows, field="name"):
    """Choices of rows that are no pages, such as themes."""
    language = get_language()
    for row in rows:
        text, code = wording(row, field, language)
        yield Choice(row.slug, text, "" if code == language else code, row)


def page_choices(pages, field="title"):
    """Choices of content objects by name, in the language in which each is shown."""
    language, choices = get_language(), []
    for page in pages:
        shown = page.shown
        other = "" if shown.language == language else shown.language
        choices.append(Choice(page.slug, getattr(shown, field), other, page))
    return sorted(choices, key=lambda choice: name_key(choice.label, language))
