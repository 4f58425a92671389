"""A language goes public only when nothing is wrong with it: what is asked, said and kept on the way."""

from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from healthyboost.content.languages import language_codes

from .checks import faults_of


class PublicationRefused(Exception):
    """`refusals` by language: the form is shown again with them, and nothing has been stored."""

    def __init__(self, refusals):
        super().__init__(refusals)
        self.refusals = refusals


@dataclass
class Refusal:
    """Why a language is not public yet. A warning goes away when a reason is given."""

    faults: list = field(default_factory=list)
    reason: str = ""

    @property
    def errors(self):
        return [fault for fault in self.faults if fault.is_error]

    @property
    def warnings(self):
        return [fault for fault in self.faults if not fault.is_error]


class Publishing:
    """Mixin of ContentAdmin."""

    def changeform_view(self, request, *args, **kwargs):
        try:
            return super().changeform_view(request, *args, **kwargs)
        except PublicationRefused as refused:
            request.refusals = refused.refusals
            names = [
                str(capfirst(name)) for code, name in settings.LANGUAGES if code in refused.refusals
            ]
            request.refusal = _("Not published yet: %(languages)s. See what is missing.") % {
                "languages": ", ".join(names)
            }
            return super().changeform_view(request, *args, **kwargs)

    def save_related(self, request, form, formsets, change):
        """Checked last, when all is stored: what is wrong takes the whole save back."""
        super().save_related(request, form, formsets, change)
        refusals, request.overruled = {}, {}
        for code in self.languages_to_check(form):
            reason = form.data.get(f"_reason_{code}", "").strip()
            refusal = Refusal(faults_of(form.instance, code), reason)
            if refusal.errors or refusal.warnings and not reason:
                refusals[code] = refusal
            elif refusal.warnings:
                request.overruled[code] = refusal
        if refusals:
            raise PublicationRefused(refusals)

    def languages_to_check(self, form):
        """Those that this save makes public, and those that will be public by themselves."""
        page, now = form.instance, timezone.now()
        before = getattr(page, "live_languages", ())
        return [
            code
            for code in language_codes()
            if code in form.publishing
            or page.state_in(code) == "scheduled"
            or page.is_public_in(code, now)
            and code not in before
        ]

    def construct_change_message(self, request, form, formsets, add=False):
        """The history says in which languages what was published, and why in spite of a warning."""
        message = super().construct_change_message(request, form, formsets, add)
        for code, moment in form.publishing.items():
            said = {"language": code, "public_from": moment.isoformat()}
            if refusal := request.overruled.get(code):
                said["overruled"] = [fault.key for fault in refusal.faults]
                said["reason"] = refusal.reason
            message.append({"published": said})
        return message
