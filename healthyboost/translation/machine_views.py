"""Machine translation of a page: what it costs, how far it is; and a person who has read it says so."""

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from healthyboost.accounts.rights import languages_of
from healthyboost.content.languages import KNOWN_LANGUAGES, language_codes
from healthyboost.content.models import Content, Origin

from .approval import Changed, approve, fingerprint
from .machine import FAULTS, MachineFailed, cost_of, service
from .machine_runs import begin, characters_of, last_run, start, units_for_machine
from .page_link_texts import Box
from .units import source_languages, translation_of


def machine_urls(site):
    page = "<int:content_type_id>/<int:object_id>/<str:language>/"
    views = {
        f"translate/machine/{page}": (machine_view, "machine"),
        f"translate/machine/{page}progress/": (progress_view, "machine_progress"),
        f"translate/approve/{page}": (approve_view, "approve_translation"),
    }
    return [
        path(address, site.admin_view(in_site(site, view)), name=name)
        for address, (view, name) in views.items()
    ]


def in_site(site, view):
    return lambda request, **place: view(site, request, *opened(request, **place))


def opened(request, content_type_id, object_id, language):
    """(page, language); 404 where there is no such, PermissionDenied where it is not hers to write."""
    kind = ContentType.objects.filter(pk=content_type_id).first()
    model = kind and kind.model_class()
    if language not in language_codes() or not model or not issubclass(model, Content):
        raise Http404("no such page")
    page = model._base_manager.filter(pk=object_id).first()
    if not page:
        raise Http404("no such page")
    if language not in languages_of(request.user, page):
        raise PermissionDenied
    return page, language


def address_of(name, page, language):
    kind = ContentType.objects.get_for_model(page)
    return reverse(f"admin:{name}", args=[kind.pk, page.pk, language])


def page_context(site, request, page, language, **context):
    meta = page._meta
    form = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[page.pk])
    return {
        **site.each_context(request),
        "opts": meta,
        "page": page,
        "language": language,
        "language_name": capfirst(KNOWN_LANGUAGES[language]),
        "editor": address_of("translate_page", page, language),
        "form_address": f"{form}#language-{language}",
        **context,
    }


# Translating


def machine_view(site, request, page, language):
    chosen, fault = service(), ""
    if not chosen:
        raise Http404("no service")
    sources, known = source_languages(page, language), set()
    try:
        known = chosen.languages()
    except MachineFailed as failed:
        fault = FAULTS[failed.key]
    possible = [code for code in sources if (code, language) in known]
    asked = (request.POST if request.method == "POST" else request.GET).get("from")
    source = asked if asked in possible else (possible or sources or [None])[0]
    translation = translation_of(page, language, source) if source else None
    units = units_for_machine(translation) if translation else []
    if request.method == "POST":
        if possible and units:
            begin_run(request, page, language, source, units)
        return redirect(request.path)
    if not fault and not possible:
        fault = FAULTS["languages"]
    run = last_run(page, language)
    cost = cost_of(characters_of(units))
    context = page_context(
        site,
        request,
        page,
        language,
        title=_("Machine translation"),
        service=chosen,
        fault=fault,
        source=source,
        sources=[(code, capfirst(KNOWN_LANGUAGES[code])) for code in possible],
        units=units,
        cost=cost,
        cost_said=say_cost(cost),
        run=run,
        skipped=with_units(run.skipped, translation) if run else [],
        hints=with_units(run.hints, translation) if run else [],
        approval=address_of("approve_translation", page, language),
        progress=address_of("machine_progress", page, language),
    )
    return TemplateResponse(request, "admin/translation/machine.html", context)


def begin_run(request, page, language, source, units):
    run = last_run(page, language)
    if run and run.is_running:
        messages.warning(request, _("It is being translated already."))
        return
    try:
        run = begin(page, language, source, units, request.user)
    except MachineFailed as failed:
        messages.error(request, FAULTS[failed.key])
        return
    start(run)
    run.refresh_from_db()
    if run.fault:
        messages.error(request, FAULTS[run.fault])
    elif run.finished_at:
        messages.success(request, say_done(run))
    else:
        messages.success(request, _("The translation has begun. You can close this page."))


def say_done(run):
    words = ngettext(
        "%(count)s paragraph is translated. It is a draft: read it before it goes public.",
        "%(count)s paragraphs are translated. They are drafts: read them before they go public.",
        run.done,
    )
    return words % {"count": run.done}


def say_cost(cost):
    """In characters, in euros where there is a price, and what this month has left."""
    said = ngettext("%(count)s character", "%(count)s characters", cost.characters) % {
        "count": number_format(cost.characters, force_grouping=True)
    }
    if cost.price is not None:
        price = number_format(max(cost.price, 0.01), 2, force_grouping=True)
        said = _("%(said)s, about %(price)s €") % {"said": said, "price": price}
    if cost.left is None:
        return said
    left = number_format(cost.left, force_grouping=True)
    return _("%(said)s; left this month: %(left)s") % {"said": said, "left": left}


def with_units(said, translation):
    """[(Unit or None, words)] of what a run kept as [[place, words]]."""
    units = {str(unit.place): unit for unit in translation.units} if translation else {}
    return [(units.get(place), words) for place, words in said]


def progress_view(site, request, page, language):
    run = last_run(page, language)
    return JsonResponse(
        {
            "seen": run.seen if run else 0,
            "units": run.units if run else 0,
            "is_running": bool(run and run.is_running),
        }
    )


# Approving


def approve_view(site, request, page, language):
    translation = translation_of(page, language)
    if request.method == "POST":
        try:
            approve(page, language, request.user, request.POST.get("seen", ""))
            messages.success(request, _("Approved: the text counts as yours from now on."))
            return redirect(address_of("translate_page", page, language))
        except Changed:
            text = _("Somebody has changed the translation meanwhile. Read it again, please.")
            messages.warning(request, text)
            return redirect(request.path)
    boxes = [Box(unit) for unit in translation.units if unit.origin == Origin.MACHINE and unit.text]
    context = page_context(
        site,
        request,
        translation.page,
        language,
        title=_("Read and approve a machine translation"),
        translation=translation,
        boxes=boxes,
        seen=fingerprint(translation.page, language, translation.draft),
    )
    return TemplateResponse(request, "admin/translation/approve.html", context)
