"""Where who translates a page makes links for colleagues, sees what became of them, withdraws them."""

import datetime
from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from healthyboost.accounts.rights import languages_of
from healthyboost.content.languages import KNOWN_LANGUAGES, language_codes
from healthyboost.content.models import Content

from .page_links import PERIODS, USUAL_PERIOD, PageLink, send_link
from .units import source_languages

SHOWN = 50


def page_link_urls(site):
    view = site.admin_view(lambda request: page_links_view(site, request))
    return [path("translate/links/", view, name="page_links")]


def page_links_address(page, language):
    asked = {
        "content_type": ContentType.objects.get_for_model(page).pk,
        "object": page.pk,
        "language": language,
    }
    return f"{reverse('admin:page_links')}?{urlencode(asked)}"


def page_links_view(site, request):
    page, language = page_asked_for(request.GET)
    if language not in languages_of(request.user, page):
        raise PermissionDenied
    kind = ContentType.objects.get_for_model(page)
    links = PageLink.objects.filter(content_type=kind, object_id=page.pk, language=language)
    form = NewLink()
    if request.method == "POST":
        if "withdraw" in request.POST:
            withdraw(request, links)
            return redirect(page_links_address(page, language))
        form = NewLink.read(request.POST)
        if not form.errors:
            make_link(request, page, language, form)
            return redirect(page_links_address(page, language))
    meta = page._meta
    context = {
        **site.each_context(request),
        "opts": meta,
        "page": page,
        "title": _("Translation by a colleague"),
        "language_name": capfirst(KNOWN_LANGUAGES[language]),
        "has_source": bool(source_languages(page, language)),
        "editor": reverse("admin:translate_page", args=[kind.pk, page.pk, language]),
        "form_address": reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[page.pk])
        + f"#language-{language}",
        "links": [
            (link, request.build_absolute_uri(link.path) if link.works else "")
            for link in links.select_related("made_by")[:SHOWN]
        ],
        "new": form,
        "periods": PERIODS,
    }
    return TemplateResponse(request, "admin/translation/page_links.html", context)


def page_asked_for(asked):
    """(page, language) of the query; 404 where there is no such."""
    language = asked.get("language", "")
    kind, number = asked.get("content_type", ""), asked.get("object", "")
    if language not in language_codes() or not (is_number(kind) and is_number(number)):
        raise Http404("no such page")
    model = ContentType.objects.filter(pk=kind).first()
    model = model and model.model_class()
    if not model or not issubclass(model, Content):
        raise Http404("no page")
    page = model._base_manager.filter(pk=number).first()
    if not page:
        raise Http404("no such page")
    return page, language


def is_number(text):
    return text.isascii() and text.isdecimal() and len(text) < 18


@dataclass
class NewLink:
    """What is asked before a link is made."""

    made_for: str = ""
    email: str = ""
    note: str = ""
    days: int = USUAL_PERIOD
    errors: dict = field(default_factory=dict)

    @classmethod
    def read(cls, posted):
        made = cls(*(posted.get(name, "").strip() for name in ("made_for", "email", "note")))
        days = posted.get("days", "")
        made.days = int(days) if days in map(str, PERIODS) else USUAL_PERIOD
        for name, longest in (("made_for", 80), ("note", 1000)):
            if "\0" in getattr(made, name) or len(getattr(made, name)) > longest:
                made.errors[name] = _("At most %(count)s letters.") % {"count": longest}
        if not made.made_for:
            made.errors["made_for"] = _("Say for whom: the name is kept beside the translation.")
        if made.email:
            try:
                validate_email(made.email)
            except ValidationError:
                made.errors["email"] = _("This is no e-mail address.")
        return made


def make_link(request, page, language, form):
    link = PageLink.objects.create(
        page=page,
        language=language,
        made_for=form.made_for,
        note=form.note,
        made_by=request.user,
        expires_at=timezone.now() + datetime.timedelta(days=form.days),
    )
    if not form.email:
        messages.success(request, _("The link is ready: copy it and send it."))
        return
    try:
        send_link(link, form.email)
        messages.success(request, _("The link is ready and has been sent."))
    except OSError:
        text = _("The link is ready, but the mail could not be sent: copy it and send it.")
        messages.warning(request, text)


def withdraw(request, links):
    number = request.POST["withdraw"]
    if is_number(number) and links.filter(pk=number, withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    ):
        text = _("The link is withdrawn. What was written with it is kept.")
        messages.success(request, text)
