"""A translation goes public, or waits for somebody who may publish it: by the rules of the form."""

from dataclasses import dataclass, field

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from healthyboost.content.drafts import DraftConflict
from healthyboost.content.history import row_key
from healthyboost.content.languages import column
from healthyboost.content.models import Draft
from healthyboost.editing.checks import faults_of
from healthyboost.editing.links import note_uses_of
from healthyboost.editing.publishing import PublicationRefused, Refusal, overruled_before
from healthyboost.editing.reading import rows_of

from .units import Unfinished, publish_translation


@dataclass
class Refused(Refusal):
    """Why the translation is not public yet."""

    unfinished: list = field(default_factory=list)  # units that have no translation
    may_be_left: bool = False  # the text is public already: what is missing may come later
    sentence: str = ""


def press(work, verb, outcome):
    """Do what a button at the head says, and say so; a Refused where it cannot be done."""
    if verb == "publish":
        if not work.may_publish:
            raise PermissionDenied
        outcome.refusal = publish(work)
        if not outcome.refusal:
            name = capfirst(dict(settings.LANGUAGES)[work.language])
            outcome.said.append(_("Public now: %(languages)s.") % {"languages": name})
        return
    draft, waits = stored_draft(work), verb == "review"
    draft.state = Draft.State.REVIEW if waits else Draft.State.WRITING
    draft.save()
    outcome.said.append(
        _("Waiting for review.") if waits else _("Taken back: you can go on writing.")
    )


def stored_draft(work):
    """The draft; a text that is kept in the columns, and that no visitor reads yet, gets one."""
    page, language = work.translation.page, work.language
    draft = Draft.of(page, language, author=work.user)
    if draft.pk is None:
        draft.origin = getattr(page, column("origin", language)) or draft.origin
        draft.made_from = getattr(page, column("made_from", language))
        draft.save()
    return draft


def publish(work):
    reason = work.request.POST.get("reason", "").replace("\0", "").strip()[:200]
    was_public = work.is_public
    unfinished = was_public and "unfinished" in work.request.POST
    try:
        with transaction.atomic():
            if not was_public:
                stored_draft(work)
            publish_translation(work.page, work.language, work.user, unfinished, work.source)
            check(work, reason)
    except Unfinished as error:
        return Refused(reason=reason, unfinished=error.units, may_be_left=was_public)
    except PublicationRefused as refused:
        refusal = refused.refusals[work.language]
        return Refused(refusal.faults, reason)
    except DraftConflict:
        return Refused(
            reason=reason,
            sentence=_(
                "The public text has changed since this translation was begun. Open the form of the "
                "page: it shows both, and publishes the one that you choose."
            ),
        )
    except ValidationError as error:
        return Refused(reason=reason, sentence=" ".join(error.messages))
    return None


def check(work, reason):
    """What the form checks before a language goes public; PublicationRefused takes all of it back."""
    code, page = work.language, type(work.page)._base_manager.get(pk=work.page.pk)
    known = overruled_before(page, code)
    faults = [each for each in faults_of(page, code) if each.is_error or each.key not in known]
    faults.sort(key=lambda fault: not fault.is_error)
    refusal = Refusal(faults, reason)
    if refusal.errors or refusal.warnings and not reason:
        for fault in faults:
            fault.address = address_of(work, fault)
        raise PublicationRefused({code: refusal})
    note_uses_of(page, rows_of(page))
    said = {"language": code, "public_from": timezone.now().isoformat()}
    if refusal.warnings:
        said |= {"overruled": [fault.key for fault in refusal.warnings], "reason": reason}
    name = str(dict(settings.LANGUAGES)[code])
    message = [{"changed": {"fields": [name]}}, {"languages": [code]}, {"published": said}]
    LogEntry.objects.log_actions(work.user.pk, [page], CHANGE, message, single_object=True)


def address_of(work, fault):
    """Where a fault is mended: a paragraph here, else the form of what it is in."""
    row = fault.row or work.page
    part = "" if row == work.page else row_key(row)
    place = next(
        (
            unit.place
            for unit in work.translation.units
            if (unit.place.part, unit.place.field) == (part, fault.field)
        ),
        None,
    )
    if place:
        return f"#unit-{place}"
    if not admin.site.is_registered(type(row)):
        return f"{work.admin_address('change')}#language-{work.language}"
    meta = row._meta
    form = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    return f"{form}#language-{work.language}"
