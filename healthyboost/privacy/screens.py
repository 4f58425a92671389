"""For administrators: what is kept of people, and a person erased everywhere."""

from pathlib import PurePath

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from healthyboost.accounts.rights import page_of, ways_up
from healthyboost.editing.consequences import named

from .backups import backups_in_words
from .erasing import Erasure
from .in_files import closed_files, waiting_files
from .mentions import Fate, is_named
from .naming import Naming
from .people import kind_of, row_of, spellings_of
from .register import tables

MOST_SPELLINGS = 20
SHOWN = 50  # rows of a kind; the rest as a number
TITLES = {
    Fate.PROSE: gettext_lazy("Texts that somebody has to rewrite"),
    Fate.FILE: gettext_lazy("Files that name the person: to be replaced or deleted by hand"),
    Fate.LOOK: gettext_lazy("To be looked at: what may be another person’s"),
    Fate.GOES: gettext_lazy("Deleted"),
    Fate.WORDS: gettext_lazy("The name is taken out, the rest stays"),
}


class PersonForm(forms.Form):
    spellings = forms.CharField(
        label=gettext_lazy("Names, e-mail addresses and telephone numbers"),
        widget=forms.Textarea({"rows": 5, "cols": 60}),
        max_length=2000,
        required=False,
        help_text=gettext_lazy(
            "One a line, each as it may be written: with the maiden name, in Cyrillic letters, inflected. "
            "Capital letters, accents and the order of the names make no difference."
        ),
    )
    instead = forms.CharField(
        label=gettext_lazy("Words in the place of the name"),
        max_length=60,
        required=False,
        help_text=gettext_lazy(
            "They are put into all texts that readers read, in all languages; a short line such as “N. N.” "
            "fits anywhere. Empty: these texts stay as they are, and you get a list to rewrite them."
        ),
    )
    with_pictures = forms.BooleanField(
        label=gettext_lazy("Delete the pictures that name the person"), required=False
    )
    with_files = forms.BooleanField(
        label=gettext_lazy("Delete the files that name the person inside"),
        required=False,
        help_text=gettext_lazy(
            "Documents and captions, with the version or the line that offers them. The pages stay: "
            "first look which they are."
        ),
    )
    kind = forms.CharField(widget=forms.HiddenInput, required=False)
    number = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_spellings(self):
        lines = [line.strip() for line in self.cleaned_data["spellings"].splitlines()]
        lines = list(filter(None, lines))
        if len(lines) > MOST_SPELLINGS:
            raise ValidationError(
                _("At most %(most)s lines, please: look for the others afterwards."),
                params={"most": MOST_SPELLINGS},
            )
        return lines

    def clean(self):
        said = self.cleaned_data
        row = row_of(said.get("kind", ""), said.get("number", ""))
        said["own"] = [row] if row else []
        said["naming"] = Naming.of(*said.get("spellings", ()))
        if not said["own"] and not said["naming"] and "spellings" not in self.errors:
            self.add_error("spellings", _("Write a name or an address of at least three letters."))

    def erasure(self, user):
        said = self.cleaned_data
        return Erasure(
            said["naming"],
            said["own"],
            said["instead"],
            said["with_pictures"],
            said["with_files"],
            user,
        )


def grouped(mentions):
    """[(title, number, [(kind, lines, number)])]"""
    groups = []
    for fate, title in TITLES.items():
        of_fate = [each for each in mentions if each.fate == fate]
        kinds = {}
        for each in of_fate:
            kinds.setdefault(each.model, []).append(each)
        for model, each in kinds.items():
            rows = [mention.row for mention in each[:SHOWN]]
            models.prefetch_related_objects(rows, *ways_up(model))
        if kinds:
            rows = [
                (
                    kind_in_words(model),
                    list(map(shown, each[:SHOWN])),
                    len(each),
                )
                for model, each in kinds.items()
            ]
            groups.append((title, len(of_fate), rows))
    return groups


def shown(mention):
    """What a line says of a mention."""
    by_itself = mention.fate == Fate.WORDS  # nobody has to find the place
    return {
        "name": named(mention.page or mention.row),
        "file": linked(mention.file, str(mention.row)) if mention.is_inside else "",
        "places": "" if by_itself else ", ".join(map(str, mention.places)),
        "excerpt": "" if by_itself else mention.excerpt,
        "is_sure": mention.is_sure,
    }


def linked(file, words):
    """The file behind its title, as a link."""
    return format_html('<a href="{}">{}</a>', file.url, words or PurePath(file.name).name)


def not_looked_into():
    """[(why, [page and file], number)] of files that nobody has read, whoever is looked for."""
    groups = [
        (_("Not read yet: look again in some minutes"), waiting_files()),
        (_("A scan, a password or damage: open them yourself"), closed_files()),
    ]
    found = []
    for why, rows in groups:
        shown_rows = rows[:SHOWN]
        for model in {type(row) for row in shown_rows}:
            of_model = [row for row in shown_rows if type(row) is model]
            models.prefetch_related_objects(of_model, *ways_up(model))
        lines = [(named(page_of(row) or row), linked(row.file, str(row))) for row in shown_rows]
        if rows:
            found.append((why, lines, len(rows)))
    return found


def may_erase(user):
    return user.has_perm("accounts.delete_user")


def erase_address(row):
    return f"{reverse('admin:privacy_erase')}?{urlencode({'kind': kind_of(row), 'number': row.pk})}"


def screens(site):
    """The addresses below /admin/."""
    return [
        path("privacy/", site.admin_view(register_view(site)), name="privacy_register"),
        path("privacy/erase/", site.admin_view(erase_view(site)), name="privacy_erase"),
    ]


def kind_in_words(model):
    return name_in_words(model, model._meta.verbose_name_plural)


def name_in_words(model, name):
    """That of forms; a model that stands in none has only that of its code."""
    return capfirst(name) if is_named(model._meta) else model._meta.label


def register_view(site):
    def view(request):
        if not may_erase(request.user):
            raise PermissionDenied
        found = [
            (
                purpose,
                [
                    (
                        name_in_words(model, model._meta.verbose_name),
                        [str(each.verbose_name) for each in fields if is_named(each)],
                        [each.name for each in fields if not is_named(each)],
                    )
                    for model, fields in rows
                    if fields
                ],
            )
            for purpose, rows in tables()
        ]
        context = {**site.each_context(request), "title": _("Personal data"), "register": found}
        return TemplateResponse(request, "admin/privacy/register.html", context)

    return view


def erase_view(site):
    @sensitive_post_parameters()
    def view(request):
        if not may_erase(request.user):
            raise PermissionDenied
        form, plan, outcome = PersonForm(initial=initial(request)), None, None
        if request.method == "POST":
            form = PersonForm(request.POST)
            if form.is_valid():
                try:
                    erasure = form.erasure(request.user)
                    if "erase" in request.POST and "sure" in request.POST:
                        outcome = erasure.carry_out()
                    else:
                        plan = erasure.plan()
                        if "erase" in request.POST:
                            form.add_error(
                                None, _("Tick the box if you want to erase this person now.")
                            )
                except ValidationError as error:
                    form.add_error(None, error)
        context = {
            **site.each_context(request),
            "title": _("Erase a person"),
            "form": form,
            "own": form.cleaned_data.get("own") if form.is_bound and form.is_valid() else None,
            "groups": grouped(plan) if plan is not None else None,
            "outcome": outcome and told(outcome),
            "backups": backups_in_words(),
            "not_looked_into": [] if plan is None and outcome is None else not_looked_into(),
        }
        return TemplateResponse(request, "admin/privacy/erase.html", context)

    return view


def initial(request):
    kind, number = request.GET.get("kind", ""), request.GET.get("number", "")
    row = row_of(kind, number)
    if not row:
        return {}
    return {"kind": kind, "number": number, "spellings": "\n".join(spellings_of(row))}


def told(outcome):
    def lines(counts):
        found = [(str(kind_in_words(model)), n) for model, n in counts.items()]
        return sorted(found)

    return {
        "gone": lines(outcome.gone),
        "reworded": lines(outcome.reworded),
        "left": grouped(outcome.left),
        "files": outcome.files,
    }


class CanErase:
    """Mixin of an admin whose rows stand for one person each: an action leads to the erasure."""

    def get_actions(self, request, action_location=ActionLocation.CHANGE_LIST):
        actions = super().get_actions(request, action_location)
        if action_location == ActionLocation.CHANGE_LIST and may_erase(request.user):
            actions["erase_person"] = self.get_action(erase_person)
        return actions


@admin.action(description=gettext_lazy("Erase the person everywhere …"))
def erase_person(modeladmin, request, queryset):
    rows = list(queryset[:2])
    if len(rows) != 1:
        messages.warning(
            request, _("Choose one person: each is checked by itself before anything is erased.")
        )
        return None
    return redirect(erase_address(rows[0]))
