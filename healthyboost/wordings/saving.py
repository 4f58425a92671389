"""Editing a wording of the interface: by a named person, on the version that she looked at."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from healthyboost import pulse
from healthyboost.accounts.rights import is_allowed
from healthyboost.content.models import Theme
from healthyboost.translation.checks import Finding

from . import catalogues, overlay
from .models import Wording, WordingChange
from .plurals import number_of_forms
from .soundness import findings, need_of


class Refused(Exception):
    """The text would break pages: `findings` say how."""

    def __init__(self, found):
        super().__init__(" ".join(str(each.message) for each in found))
        self.findings = found


class Conflict(Exception):
    """Somebody has changed it meanwhile: `wording` is what it says now."""

    def __init__(self, wording):
        super().__init__(str(wording))
        self.wording = wording


def languages_for(user):
    """Codes of the languages whose interface `user` may write, in the order of the settings.

    The interface belongs to nobody's organisation, as a theme does: those who translate everything.
    """
    catalogued = overlay.languages()
    return [
        code
        for code, _language in settings.LANGUAGES
        if code in catalogued and is_allowed(user, "translate", Theme, language=code)
    ]


def header_of(wording):
    return catalogues.plural_headers(wording.language)[wording.string.catalogue]


def forms_wanted(wording):
    return number_of_forms(header_of(wording)) if wording.string.msgid_plural else 1


def save_wording(wording, forms, version, by):
    """Live at once everywhere. Refused(findings) or Conflict(wording): then nothing is stored."""
    forms = [form.replace("\r\n", "\n").replace("\r", "\n") for form in forms]
    found = findings(wording.string, wording.language, forms, header_of(wording), only_errors=True)
    if errors := [each for each in found if each.is_error]:
        raise Refused(errors)
    if not all(form.strip() for form in forms):
        raise Refused(empty(forms))
    return store(wording, forms, version, by)


def back_to_release(wording, version, by):
    """What the release says holds again."""
    return store(wording, None, version, by)


def keep_own(wording, version, by):
    """The release says something else; what was edited here is to hold on purpose."""
    return store(wording, wording.forms, version, by)


def empty(forms):
    message = _("Write a text.")
    return [
        Finding("empty", message, True, form=number if len(forms) > 1 else None)
        for number, form in enumerate(forms)
        if not form.strip()
    ]


@transaction.atomic
def store(wording, forms, version, by):
    current = Wording.objects.select_for_update().get(pk=wording.pk)
    if current.version != version:
        raise Conflict(current)
    before = current.said
    current.forms = None if forms == current.released else forms
    current.catalogue_forms = [] if current.forms is None else current.released
    current.need = need_of(wording.string, current.language, current.said, header_of(wording))
    current.version += 1
    current.by, current.at = by, timezone.now()
    current.save()
    if before != current.said:
        WordingChange.objects.create(
            wording=current,
            by=by,
            name=(by.get_full_name() or by.get_username()) if by else "",
            before=before,
            after=current.said,
        )
    pulse.notify(overlay.CHANNEL, current.language)
    transaction.on_commit(overlay.refresh)
    return current
