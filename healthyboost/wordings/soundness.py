"""Whether a wording of the interface can be shown at all."""

from string import Formatter

from django.utils.translation import gettext as _

from healthyboost.translation.checks import Finding
from healthyboost.translation.string_checks import CONVERSION, check_string

from .models import Wording
from .plurals import number_of_forms


def findings(string, language, forms, header, only_errors=False):
    """What checks say about `forms`, errors first; and what only trying it out can tell."""
    found = check_string(
        string.msgid,
        forms,
        language,
        plural=string.msgid_plural,
        plural_forms=header,
        only_errors=only_errors,
    )
    if not any(each.is_error for each in found):
        for number, form in enumerate(forms):
            if form.strip() and not can_be_filled_in(string.originals, form):
                message = _("The placeholders in it cannot be filled in.")
                at = number if string.msgid_plural else None
                found.insert(0, Finding("placeholders", message, True, form=at))
    return found


def faults(string, language, forms, header):
    return [each for each in findings(string, language, forms, header, True) if each.is_error]


def can_be_filled_in(originals, text):
    """Filled in as programs fill in the original: with its names, or its values in their order."""
    kinds = [found for original in originals for found in CONVERSION.findall(original)]
    names = {name for name, _kind in kinds if name}
    try:
        if names:
            text % dict.fromkeys(names, 1)
        elif values := len([kind for _name, kind in kinds if kind != "%"]) // len(originals):
            text % ((1,) * values)
        fields = [
            name for _text, name, *_rest in Formatter().parse(originals[-1]) if name is not None
        ]
    except (KeyError, TypeError, ValueError):
        return bool(originals and text in originals)
    if not fields:
        return True
    try:
        text.format(*fields, **{name: 1 for name in fields if name and not name.isdecimal()})
    except (KeyError, IndexError, ValueError):
        return False
    return True


def need_of(string, language, forms, header):
    """What a wording lacks, as Wording.need."""
    wanted = number_of_forms(header) if string.msgid_plural else 1
    if len(forms) != wanted and len(forms) < wanted or not all(form.strip() for form in forms):
        return Wording.Need.MISSING
    if faults(string, language, forms, header):
        return Wording.Need.BROKEN
    return Wording.Need.NOTHING
