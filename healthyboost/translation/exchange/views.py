"""The screens for taking texts along and for bringing them back."""

import csv
from dataclasses import asdict
from itertools import chain

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from healthyboost.audit.models import Kind
from healthyboost.audit.noting import note
from healthyboost.content.models import Origin
from healthyboost.editing.matrix import Lines, harmless

from ..reach import languages_of_queue
from .formats import FORMATS, LARGEST, read
from .lines import INTERFACE, Unreadable
from .models import Delivery
from .report import Outcome
from .sending import EVERYTHING, PAGES, Wish

SHOWN = 100  # lines on a page of a report
EARLIER = 10
OWN_NAMES = ("language", "format", "part", "finished", "download")


def urls(site):
    delivery = "translate/in/<int:number>/"
    return [
        path("translate/out/", site.admin_view(require_safe(out_view)), name="translate_out"),
        path("translate/in/", site.admin_view(never_cache(in_view)), name="translate_in"),
        path(delivery, site.admin_view(never_cache(delivery_view)), name="translate_delivery"),
    ]


def hers(request):
    """{code: name} of the languages that she translates into; PermissionDenied where there are none."""
    names = dict(settings.LANGUAGES)
    found = {code: capfirst(names[code]) for code in languages_of_queue(request.user)}
    if not found:
        raise PermissionDenied
    return found


def context_of(request, title, **more):
    from django.contrib import admin

    return {**admin.site.each_context(request), "title": title, **more}


# Out


def out_view(request):
    languages = hers(request)
    asked = request.GET.get("language")
    language = asked if asked in languages else next(iter(languages))
    wish = Wish(request.user, language, request.GET)
    form = request.GET.get("format", "")
    form = form if form in FORMATS else "xliff"
    is_nothing = False
    if "download" in request.GET:
        if asked and asked != language:
            raise PermissionDenied
        sheets = wish.sheets()
        if first := next(sheets, None):
            note(Kind.EXPORTED, request.user, wish.only_page, what="texts", language=wish.language)
            return file_of(wish, chain([first], sheets), FORMATS[form])
        is_nothing = True
    kept = [(name, value) for name, value in request.GET.items() if name not in OWN_NAMES and value]
    context = context_of(
        request,
        _("Take texts along to translate"),
        choices=languages,
        language=language,
        formats=FORMATS,
        format=form,
        parts={
            EVERYTHING: _("pages and interface"),
            PAGES: _("pages only"),
            INTERFACE: _("interface only"),
        },
        wish=wish,
        kept=kept,
        page=wish.only_page,
        is_lost=bool(request.GET.get("page")) and not wish.only_page,
        is_nothing=is_nothing,
    )
    return TemplateResponse(request, "admin/translation/out.html", context)


def file_of(wish, sheets, form):
    """Written while it is sent, so that it may be as large as it likes."""
    response = StreamingHttpResponse(
        form.module.write(sheets, wish.parcel()), content_type=form.media_type
    )
    what = slugify(wish.only_page.slug) if wish.only_page else "texts"
    name = f"{what}-{wish.language}-{timezone.localdate().isoformat()}.{form.ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


# In


class DeliveryForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=200,
        help_text=gettext_lazy(
            "XLIFF, PO, DOCX or HTML, taken from this portal at any time before."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlf,.xliff,.po,.docx,.html,.htm"}),
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Who translated?"),
        initial=Origin.HUMAN,
        choices=[
            (Origin.HUMAN, gettext_lazy("A person")),
            (Origin.MACHINE, gettext_lazy("A machine, and nobody has looked at it")),
        ],
        widget=forms.RadioSelect,
    )
    translator = forms.CharField(
        label=gettext_lazy("Name of the translator"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("If it is not you. It is kept with each paragraph."),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                _("The file is too large: at most %(limit)s. Take less along at a time.")
                % {"limit": filesizeformat(LARGEST)}
            )
        try:
            self.lines = read(file.read())
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from None
        return file


@require_http_methods(["GET", "HEAD", "POST"])
def in_view(request):
    hers(request)
    form = DeliveryForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        delivery = Delivery(
            user=request.user,
            name=form.cleaned_data["file"].name[:200],
            origin=form.cleaned_data["origin"],
            translator=form.cleaned_data["translator"],
            lines=[asdict(line) for line in form.lines],
        )
        delivery.start(Delivery.State.LOOKING)
        return redirect(delivery)
    earlier = Delivery.objects.filter(user=request.user).defer("lines", "results")
    context = context_of(request, _("Bring translations in"), form=form, earlier=earlier[:EARLIER])
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/translation/in.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def delivery_view(request, number):
    delivery = get_object_or_404(Delivery, pk=number, user=request.user)
    if request.method == "POST":
        return answer(request, delivery)
    if request.GET.get("format") == "csv":
        return table_of(delivery)
    shown = request.GET.get("show", "")
    counts = dict.fromkeys(Outcome, 0)
    for result in delivery.report:
        counts[Outcome(result.outcome)] += 1
    if shown in Outcome.values:
        results = [each for each in delivery.report if each.outcome == shown]
    else:  # what was left first
        shown, order = "", list(Outcome)[::-1]
        told = [each for each in delivery.report if each.outcome != Outcome.SAME]
        results = sorted(told, key=lambda each: (each.is_taken, order.index(each.outcome)))
    page = Paginator(results, SHOWN).get_page(request.GET.get("p"))
    for result in page:
        result.link = link_of(result)
    taken = sum(counts[outcome] for outcome in Outcome if outcome in ("taken", "confirmed"))
    context = context_of(
        request,
        delivery.name,
        delivery=delivery,
        page=page,
        show=shown,
        counts=[(outcome, number) for outcome, number in counts.items() if number],
        taken=taken,
        same=counts[Outcome.SAME],
        left=len(delivery.report) - taken - counts[Outcome.SAME],
        has_strings=any(each.sheet == INTERFACE and each.is_taken for each in delivery.report),
    )
    return TemplateResponse(request, "admin/translation/delivery.html", context)


def answer(request, delivery):
    if "forget" in request.POST:
        delivery.delete()
        messages.info(request, _("The file is gone; what was taken stays."))
        return redirect("admin:translate_in")
    if "look" in request.POST:
        delivery.start(Delivery.State.LOOKING)
    elif Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.LOOKED_AT).update(
        state=Delivery.State.TAKING
    ):  # once, however often it is pressed: the second report would say that nothing is new
        delivery.start(Delivery.State.TAKING)
    return redirect(delivery)


def link_of(result):
    """Where its paragraph or string is edited; "" where there is none."""
    if result.outcome in (Outcome.UNKNOWN, Outcome.RIGHTS, Outcome.DAMAGED, Outcome.LANGUAGE):
        return ""
    if result.sheet == INTERFACE:
        is_known = result.place.isdecimal()
        return reverse("admin:wording", args=[result.language, result.place]) if is_known else ""
    label, _colon, number = result.sheet.partition(":")
    app, _dot, model = label.partition(".")
    kind = ContentType.objects.get_by_natural_key(app, model)
    address = reverse("admin:translate_page", args=[kind.pk, number, result.language])
    return f"{address}?from={result.source_language}#unit-{result.place}"


def table_of(delivery):
    """The report as a table for spreadsheets."""
    rows = csv.writer(Lines())

    def written():
        yield "\ufeff"  # or spreadsheets take it for Latin letters only
        heading = [
            _("Result"), _("Reason"), _("Language"), _("Page"), _("Place"),
            _("Original"), _("Text in the file"), _("Text here"), _("Number in the file"),
        ]  # fmt: skip
        yield rows.writerow(heading)
        for each in delivery.report:
            cells = [
                each.words, " ".join(each.reasons), each.language, each.page, each.label,
                each.source, each.text, each.here, each.key,
            ]  # fmt: skip
            yield rows.writerow([harmless(cell) for cell in cells])

    response = StreamingHttpResponse(list(written()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="report-{delivery.pk}.csv"'
    return response
