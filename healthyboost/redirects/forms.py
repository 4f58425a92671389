"""Redirects as people write them: whole addresses pasted from the browser."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .addresses import (
    is_answered,
    key_of,
    key_typed,
    page_at,
    page_of,
    path_of,
    target_typed,
    without_language,
)
from .models import Redirect

MOST_LINES = 500
GONE = {"410", "gone"}


class RedirectForm(forms.ModelForm):
    old_address = forms.CharField(
        label=_("Old address"),
        max_length=2000,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_(
            "As it stood in the browser: https://www.healthyboost.eu/news/walk or /news/walk. "
            "Small and capital letters and a slash at the end make no difference."
        ),
    )
    target = forms.CharField(
        label=_("Leads to"),
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_(
            "The address of a page of this portal, in any language. "
            "If the address of the page changes later, the redirect follows it."
        ),
    )
    is_gone = forms.BooleanField(
        label=_("The page is gone for good"),
        required=False,
        help_text=_("Visitors read that it was withdrawn, and search engines forget it (410)."),
    )

    class Meta:
        model = Redirect
        fields = ("old_address", "target", "is_gone", "language", "note")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("that of the reader")), *settings.LANGUAGES]
        if self.instance.pk:
            self.initial["is_gone"] = not self.instance.target
            self.initial["target"] = typed(self.instance.target)

    def clean_old_address(self):
        key = key_typed(self.cleaned_data["old_address"])
        if len(key) > (longest := Redirect._meta.get_field("old_address").max_length):
            message = _("At most %(number)s characters.")
            raise ValidationError(message, params={"number": longest})
        return key

    def clean_target(self):
        target = self.cleaned_data["target"].strip()
        if not target or target == self.initial.get("target"):
            return self.instance.target if target else ""
        kept = target_typed(target)
        if len(kept) > (longest := Redirect._meta.get_field("target").max_length):
            message = _("At most %(number)s characters.")
            raise ValidationError(message, params={"number": longest})
        if (page := page_of(kept)) and not page.languages:
            message = _("“%(page)s” is not public: visitors would find nothing there.")
            raise ValidationError(message, params={"page": page})
        return kept

    def clean(self):
        found = super().clean()
        old, target = found.get("old_address"), found.get("target")
        if found.get("is_gone") and target:
            self.add_error(
                "is_gone", _("A page that is gone leads nowhere: choose one of the two.")
            )
        elif "target" in found and not target and not found.get("is_gone"):
            self.add_error("target", _("Say where it leads, or that the page is gone for good."))
        if old and "target" in found and is_answered(old) and not is_short_for(old, target):
            message = _("The portal answers at %(address)s itself.")
            self.add_error("old_address", ValidationError(message, params={"address": old}))
        return found


def typed(target):
    """What a person would have pasted for it."""
    if not target.startswith("portal:"):
        return target
    return path_of(target) or target


def is_short_for(old, target):
    """/news is short for /lv/news/ and leads there already: a redirect makes that permanent."""
    language, path = without_language(old.split("?")[0])
    if language or not target:
        return False
    page = page_of(target)
    return page_at(path) == page if page else key_of(path_of(target) or "") == path


class PastedListForm(forms.Form):
    """Lines of two addresses. All of them are taken, or none."""

    lines = forms.CharField(
        label=_("Redirects"),
        strip=False,
        max_length=500_000,
        widget=forms.Textarea(
            attrs={"rows": 15, "class": "vLargeTextField", "spellcheck": "false"}
        ),
        help_text=_(
            "One in a line: the old address, then a space, a tab or a semicolon, then the address of "
            "the page. Two columns of a spreadsheet can be pasted. For a page that is gone write 410."
        ),
    )

    def clean_lines(self):
        """[(old address, target)]"""
        rows = [
            (number, split_line(line))
            for number, line in enumerate(self.cleaned_data["lines"].splitlines(), 1)
            if line.strip()
        ]
        if not rows:
            raise ValidationError(_("The list holds no redirect."))
        if len(rows) > MOST_LINES:
            message = _("At most %(number)s lines at a time.")
            raise ValidationError(message, params={"number": MOST_LINES})
        return rows

    def save(self):
        """(new, already there); ValidationError with all that is wrong, and nothing is stored."""
        made, there, faults = [], [], []
        with transaction.atomic():
            for number, (old, target) in self.cleaned_data["lines"]:
                form = RedirectForm({"old_address": old, **target})
                if is_there(form):
                    there.append(old)
                elif form.is_valid():
                    made.append(form.save())
                else:
                    faults += [say_line(number, each) for each in form.errors.values()]
            if faults:
                transaction.set_rollback(True)
        if faults:
            raise ValidationError(faults)
        return made, there


def split_line(line):
    """(old address, what the form gets for the rest of the line)"""
    for between in ("\t", ";", None):
        old, *rest = line.strip().split(between, 1)
        if rest or between is None:
            break
    target = "".join(rest).strip().strip(";").strip()
    if target.lower() in GONE:
        return old.strip(), {"is_gone": "on"}
    return old.strip(), {"target": target}


def is_there(form):
    """The very redirect is in the table."""
    try:
        target = form.data.get("target")
        wanted = target_typed(target) if target else ""
        return Redirect.objects.filter(
            old_address=key_typed(form.data["old_address"]), target=wanted
        ).exists() and bool(target or form.data.get("is_gone"))
    except ValidationError:
        return False


def say_line(number, messages):
    return gettext("Line %(number)s: %(message)s") % {
        "number": number,
        "message": " ".join(map(str, messages)),
    }
