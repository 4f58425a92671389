"""The screens of the interface strings: the list of a language, and one string."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, TextField, Value
from django.db.models.expressions import Func
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from healthyboost.content.paging import paginate
from healthyboost.translation.string_checks import CONVERSION, FIELD, TAG

from . import saving
from .help import help_for
from .models import Wording
from .places import places_of
from .plurals import examples, in_words, number_of_forms
from .soundness import findings

PAGE_SIZE = 50
MOST_FORMS = 10
LONGEST = 10_000  # characters of a form, many times what the interface has
STATES = {
    "missing": (lazy("not translated"), Q(need=Wording.Need.MISSING)),
    "broken": (lazy("broken"), Q(need=Wording.Need.BROKEN)),
    "changed": (lazy("changed here"), Q(forms__isnull=False)),
    "differs": (
        lazy("the release says something else"),
        Q(forms__isnull=False) & ~Q(released=F("catalogue_forms")),
    ),
}
PARTS = {"public": lazy("what visitors read"), "admin": lazy("the admin, mail, signing in")}


def wording_urls(site):
    one = "translate/strings/<str:language>/<int:number>/"
    return [
        path("translate/strings/", site.admin_view(list_view(site)), name="wordings"),
        path(one, site.admin_view(wording_view(site)), name="wording"),
        path(f"{one}check/", site.admin_view(require_POST(check_view)), name="wording_check"),
    ]


# The list


def list_view(site):
    def show(request):
        return strings_of_a_language(site, request)

    return show


def strings_of_a_language(site, request):
    codes = saving.languages_for(request.user)
    if not codes:
        raise PermissionDenied
    asked = request.GET
    usual = get_language() if get_language() in codes else codes[0]
    language = asked.get("language") if asked.get("language") in codes else usual
    state = asked.get("state") if asked.get("state") in STATES else ""
    part = asked.get("part") if asked.get("part") in PARTS else ""
    rows = Wording.objects.of_this_release().filter(language=language).with_said()
    if state:
        rows = rows.filter(STATES[state][1])
    if part:
        rows = rows.filter(string__is_public=part == "public")
    if words := asked.get("q", "").strip()[:200]:
        said = Func(
            F("said_forms"),
            Value(" "),
            function="array_to_string",
            output_field=TextField(),
        )
        rows = rows.annotate(text=said).filter(
            Q(string__msgid__unaccent__icontains=words)
            | Q(string__msgid_plural__unaccent__icontains=words)
            | Q(text__unaccent__icontains=words)
        )
    rows = rows.select_related("string", "by").order_by("string__msgid", "string_id")
    context = {
        **site.each_context(request),
        "title": _("Interface strings"),
        "paging": paginate(rows, asked.get("page", ""), PAGE_SIZE),
        "asked": asked,
        "language": language,
        "language_name": capfirst(dict(settings.LANGUAGES)[language]),
        "language_choices": [
            (code, capfirst(name)) for code, name in settings.LANGUAGES if code in codes
        ],
        "states": [(key, word) for key, (word, _where) in STATES.items()],
        "state": state,
        "parts": PARTS.items(),
        "part": part,
        "is_filtered": any(asked.get(name) for name in ("q", "state", "part")),
        "on_the_page": f"/{language}/?translate=1",
    }
    return TemplateResponse(request, "admin/wordings/list.html", context)


# One string


@dataclass
class Form:
    """The field of one plural form, or of the only text."""

    number: int
    text: str
    numbers: str  # "1, 21, 31, …", "" where there is one form only or no whole number takes it
    is_plural: bool
    findings: list

    @property
    def has_error(self):
        return any(each.is_error for each in self.findings)

    @property
    def rows(self):
        return min(max(2, len(self.text) // 60 + 1 + self.text.count("\n")), 12)


def found_wording(request, language, number):
    """The wording that `request.user` may write, or 403, or 404."""
    if language not in saving.languages_for(request.user):
        raise PermissionDenied
    rows = Wording.objects.select_related("string", "by")
    return get_object_or_404(rows, string=number, language=language)


def wording_view(site):
    @never_cache
    def show(request, language, number):
        wording = found_wording(request, language, number)
        if request.method == "POST":
            return change(site, request, wording)
        return answer(site, request, wording, wording.said)

    return show


def typed_forms(request, wording):
    """All that was sent, and "" for each form that the language has and that was not."""
    count = saving.forms_wanted(wording)
    while count < MOST_FORMS and f"form_{count}" in request.POST:
        count += 1
    return [request.POST.get(f"form_{number}", "")[:LONGEST] for number in range(count)]


def change(site, request, wording):
    typed = typed_forms(request, wording)
    version = request.POST.get("version", "")
    version = int(version) if version.isdecimal() and len(version) < 9 else -1
    try:
        if "undo" in request.POST:
            saved = saving.back_to_release(wording, version, request.user)
            said = _("The text of the release is in use again.")
        elif "keep" in request.POST:
            saved = saving.keep_own(wording, version, request.user)
            said = _("Your text stays.")
        else:
            saved = saving.save_wording(wording, typed, version, request.user)
            said = _("Saved. It is shown from now on.")
    except saving.Refused as refused:
        return answer(site, request, wording, typed, refused.findings)
    except saving.Conflict as conflict:
        stored = found_wording(request, wording.language, wording.string_id)
        stored.said_now = conflict.wording.said
        return answer(site, request, stored, typed, conflict=stored)
    if "panel" in request.GET:
        return JsonResponse({"saved": said, "text": " / ".join(saved.said)})
    messages.success(request, said)
    return redirect(after(request, wording))


def after(request, wording):
    """The same string; with “save and next”, the next that waits."""
    if "next" not in request.POST:
        return reverse("admin:wording", args=[wording.language, wording.string_id])
    waiting = (
        Wording.objects.of_this_release()
        .filter(language=wording.language)
        .exclude(need=Wording.Need.NOTHING)
        .exclude(pk=wording.pk)
        .order_by("string__since", "string_id")
    )
    following = waiting.filter(string__gt=wording.string_id).first() or waiting.first()
    if following:
        return reverse("admin:wording", args=[wording.language, following.string_id])
    messages.info(request, _("No other string waits."))
    return f"{reverse('admin:wordings')}?language={wording.language}"


def fields(wording, texts, found):
    """A Form for each plural form that the language has."""
    header = saving.header_of(wording)
    is_plural = bool(wording.string.msgid_plural)
    count = number_of_forms(header) if is_plural else 1
    shown = [in_words(numbers) for numbers in examples(header)] if is_plural else [""]
    return [
        Form(
            number,
            texts[number] if number < len(texts) else "",
            shown[number],
            is_plural,
            [each for each in found if each.form == (number if is_plural else None)],
        )
        for number in range(count)
    ]


def answer(site, request, wording, texts, refused=(), conflict=None):
    string, is_panel = wording.string, "panel" in request.GET
    found = list(refused) or findings(
        string, wording.language, list(texts), saving.header_of(wording)
    )
    forms = fields(wording, texts, found)
    with_own = {each for form in forms for each in form.findings}
    context = {
        "title": string.msgid,
        "string": string,
        "wording": wording,
        "language": wording.language,
        "language_name": capfirst(dict(settings.LANGUAGES)[wording.language]),
        "forms": forms,
        "findings": [each for each in found if each not in with_own],
        "is_refused": bool(refused),
        "conflict": conflict,
        "placeholders": placeholders(string),
        "is_panel": is_panel,
        "address": reverse("admin:wording", args=[wording.language, string.pk]),
    }
    if is_panel:
        return render(request, "admin/wordings/panel.html", context)
    context |= {
        **site.each_context(request),
        **help_for(string, wording.language),
        "places": places_of(string, wording.language),
        "changes": wording.changes.select_related("by")[:20],
    }
    return TemplateResponse(request, "admin/wordings/one.html", context)


def placeholders(string):
    """What a translation must repeat letter by letter, to be put in by a button."""
    said = " ".join(string.originals)
    found = [match[0] for pattern in (CONVERSION, FIELD, TAG) for match in pattern.finditer(said)]
    return list(dict.fromkeys(found))


def check_view(request, language, number):
    """What is wrong with a text while it is written. HTML of the lists, one a form."""
    wording = found_wording(request, language, number)
    texts = typed_forms(request, wording)
    found = findings(wording.string, language, texts, saving.header_of(wording))
    context = {"forms": fields(wording, texts, found), "language": language}
    return HttpResponse(
        render(request, "admin/wordings/_findings_of_all.html", context).content,
        headers={"Cache-Control": "no-store"},
    )
