"""Strings of the interface, out and in: each plural form is a line of its own."""

import re

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from healthyboost.wordings import plurals
from healthyboost.wordings.catalogues import plural_headers
from healthyboost.wordings.models import Wording
from healthyboost.wordings.places import described
from healthyboost.wordings.saving import languages_for

from .lines import INTERFACE, Key, Line, Sheet, fingerprint

ID_LENGTH = 20  # of a key of a string: enough for two never to be alike
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def known(language, ids=None):
    """{short key: Wording} of this release."""
    found = Wording.objects.of_this_release().filter(language=language)
    if ids is not None:
        found = found.filter(string__in=ids)
    found = found.select_related("string").order_by("string__catalogue", "string__msgid", "pk")
    return {wording.string.key[:ID_LENGTH]: wording for wording in found}


def sheet(user, language, ids=None):
    """All strings, or those of these ids, that she may write."""
    with override(language):
        found = Sheet(
            INTERFACE, _("Words of the interface"), _("Interface"), settings.LANGUAGE_CODE
        )
    if language in languages_for(user):
        headers = plural_headers(language)
        for name, wording in known(language, ids).items():
            found.lines += lines_of(name, wording, headers[wording.string.catalogue])
    return found


def lines_of(name, wording, header):
    string, said = wording.string, wording.said
    if not string.msgid_plural:
        yield line(name, wording, string.msgid, said[0] if said else "")
        return
    for form, numbers in enumerate(plurals.examples(header)):
        source = string.msgid if 1 in numbers else string.msgid_plural
        text = said[form] if form < len(said) else ""
        one = line(f"{name}[{form}]", wording, source, text)
        one.form, one.plural = form, (string.msgid, string.msgid_plural)
        one.label = f"{one.label} ({plurals.in_words(numbers)})" if numbers else one.label
        yield one


def line(place, wording, source, text):
    string = wording.string
    key = Key(
        settings.LANGUAGE_CODE,
        wording.language,
        INTERFACE,
        place,
        fingerprint(source, False),
        fingerprint(text, False),
    )
    places = [described(file) for file in string.files]
    where = ", ".join(dict.fromkeys(f"{part}: {what}" for part, what, _shows in places))
    label = " – ".join(filter(None, [string.context, string.comment, where]))
    is_checked = PLACEHOLDER.search(string.msgid) and not string.msgid_plural
    return Line(
        key, label, source, text,
        state="current" if text and wording.need == Wording.Need.NOTHING else "missing",
        flags=("python-format",) if is_checked else (),
    )  # fmt: skip
