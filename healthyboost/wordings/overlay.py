"""What was edited in the browser, put over Django's translations in the memory of each process.

Django keeps one translation object a language, which all threads and all lazy texts ask. Its catalogue
is replaced once by an OverlaidCatalogue; after that a change is one assignment, seen by the next text.
A broken wording is left out and told once: what the release says holds, at last the original.
"""

import logging
import threading
from contextvars import ContextVar

from django.utils.translation import trans_real

from healthyboost.content.kept import forget_texts

from . import catalogues
from .models import Wording
from .plurals import form_of
from .soundness import faults

log = logging.getLogger(__name__)
CHANNEL = "wordings"
NOTHING = {}
marking = ContextVar("marking", default=None)  # in_context.Marks while a page is marked

refreshing = threading.Lock()
overlays = {}  # {(language, catalogue): ({name or (name, form): text}, plural function)}
checked = {}  # {(language, string, forms, header): is it sound}


class OverlaidCatalogue(trans_real.TranslationCatalog):
    def __init__(self, below, language):
        self.language = language
        self._catalogs = [NOTHING, *below._catalogs]
        self._plurals = [below._plurals[0], *below._plurals]

    def get(self, key, default=None):
        text = super().get(key, default)
        return marks.text_of(self.language, key, text) if (marks := marking.get()) else text

    def plural(self, msgid, num):
        marks = marking.get()
        try:
            text = super().plural(msgid, num)
        except KeyError:
            if not marks or (text := marks.plural_of(self.language, msgid, num)) is None:
                raise
            return text
        return marks.mark(self.language, msgid, text) if marks else text

    def update(self, trans):
        below = trans_real.TranslationCatalog()
        below._catalogs, below._plurals = self._catalogs[1:], self._plurals[1:]
        below.update(trans)
        self._catalogs[1:], self._plurals[1:] = below._catalogs, below._plurals


def put_over(translation, catalogue="django"):
    """Give a DjangoTranslation what was edited. Costs nothing when it has it."""
    if not isinstance(translation._catalog, OverlaidCatalogue):
        translation._catalog = OverlaidCatalogue(translation._catalog, translation.language())
    entries, plural = overlays.get((translation.language(), catalogue), (NOTHING, None))
    if plural:
        translation._catalog._plurals[0] = plural
    translation._catalog._catalogs[0] = entries


def follow(message):
    """A listener of the pulse: None at each connection, else something was edited somewhere."""
    if message is None:
        catalogues.take_in_once()
    refresh()


def refresh():
    """Read all that was edited, and put it over the translations of this process."""
    with refreshing:
        found = {}
        headers = catalogues.all_plural_headers()
        rows = Wording.objects.of_this_release().filter(forms__isnull=False)
        for wording in rows.select_related("string"):
            if wording.language not in headers:
                continue
            string, header = wording.string, headers[wording.language][wording.string.catalogue]
            if not is_sound(wording, header):
                continue
            place = wording.language, string.catalogue
            entries, _plural = found.setdefault(place, ({}, form_of(header)))
            if string.msgid_plural:
                for number, text in enumerate(wording.forms):
                    entries[string.name_in_catalogue, number] = text
            else:
                entries[string.name_in_catalogue] = wording.forms[0]
        overlays.clear()
        overlays.update(found)
        for language in headers:
            put_over(trans_real.translation(language))
        forget_texts()


def languages():
    return {language for language, _name in catalogues.catalogue_files()}


def is_sound(wording, header):
    key = wording.language, wording.string_id, tuple(wording.forms), header
    if key not in checked:
        found = faults(wording.string, wording.language, wording.forms, header)
        checked[key] = not found
        if found:
            log.error(
                "The %s wording of “%s” is broken and not used: %s",
                wording.language,
                wording.string.msgid,
                " ".join(each.message for each in found),
            )
            Wording.objects.filter(pk=wording.pk).update(need=Wording.Need.BROKEN)
    return checked[key]
