"""What the interface says, kept in the translation memory."""

from django.db.models import Max

from healthyboost.translation.remembering import remember_strings

from . import catalogues
from .models import Catalogue, Wording
from .plurals import form_of

SEVERAL = 5  # the number whose plural form stands for all of them
remembered = None  # the state of the wordings when this process last did it


def remember_wordings():
    """For a timed job: what was edited or brought by a release since it last ran."""
    global remembered
    state = (
        Wording.objects.aggregate(Max("at"))["at__max"],
        Catalogue.objects.aggregate(Max("taken_in_at"))["taken_in_at__max"],
    )
    if state == remembered:
        return
    for language, headers in catalogues.all_plural_headers().items():
        rows = Wording.objects.of_this_release().filter(language=language, need="")
        remember_strings(
            language,
            [
                (
                    row.string_id,
                    row.string.originals[-1],
                    one_of(row, headers[row.string.catalogue]),
                    row.by,
                    row.at,
                )
                for row in rows.select_related("string", "by")
            ],
        )
    remembered = state


def one_of(wording, header):
    forms = wording.said
    return forms[min(form_of(header)(SEVERAL), len(forms) - 1)] if len(forms) > 1 else forms[0]
