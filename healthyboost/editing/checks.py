"""What must be right before a language of a page goes public, and what should be."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _


@dataclass
class Fault:
    """An error keeps a language from going public; a warning can be overruled with a reason."""

    key: str  # stable, kept with the reason that overruled it
    message: str
    is_error: bool = False
    field: str = ""  # of the page, where the fault is in one


def faults_of(page, code):
    """The Faults of the text in `code`, as it is stored: what visitors would get."""
    return missing_texts(page, code)


def missing_texts(page, code):
    return [
        Fault(
            f"missing-{name}",
            _("Missing: %(field)s") % {"field": capfirst(page._meta.get_field(name).verbose_name)},
            is_error=True,
            field=name,
        )
        for name in page.missing_to_publish(code)
    ]
