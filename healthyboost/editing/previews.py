"""The real page before it is public: for those who work on it, and by a signed link for a colleague.

A page is made to look public in one language, with the draft of that language put on it, in memory
alone, and is shown by the view that visitors get. Nothing of it is stored or cached.
"""

import copy
import datetime
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import BadSignature, Signer
from django.db import models
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import path, resolve, reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from healthyboost.accounts.rights import languages_of
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Draft

from .models import PreviewLink

SALT = "preview link"
PERIODS = (1, 7, 14, 30)  # days
USUAL_PERIOD = 14


@dataclass
class Preview:
    """What the band above the page says."""

    language: str  # of the text
    reader: str  # language of who looks at it
    state: str  # of the text, without its draft
    draft: Draft | None
    is_empty: bool
    form: str = ""  # address of the form, for those who may open it
    until: datetime.datetime | None = None  # of a signed link

    @property
    def language_name(self):
        return capfirst(dict(settings.LANGUAGES)[self.language])


def detail_view(page):
    """The class of the view that shows `page` to visitors, and the match of its address."""
    match = resolve(page.get_absolute_url())
    return match.func.view_class, match


def stored_page(model, pk):
    """With what its view fetches along with it."""
    with translation.override(settings.LANGUAGE_CODE):
        view_class, _match = detail_view(model(slug="-"))
    return get_object_or_404(model.objects.select_related(*view_class.select_related), pk=pk)


def draft_of(page, language):
    kind = ContentType.objects.get_for_model(page)
    drafts = Draft.objects.select_related("author")
    return drafts.filter(content_type=kind, object_id=page.pk, language=language).first()


def make_look_public(page, language, draft):
    """In memory: such a page is not to be saved."""
    if draft:
        draft.put_on(page)
    if not page.is_public_in(language):
        setattr(page, column("published_at", language), timezone.now())
        setattr(page, column("unpublish_at", language), None)
        setattr(page, column("withdrawn_at", language), None)


def preview_response(request, page, language, addresses, with_draft=True, **said):
    """The page in `language`; `addresses` by language are where its language switch leads."""
    draft = draft_of(page, language) if with_draft else None
    said |= {"state": page.state_in(language), "draft": draft, "reader": get_language()}
    public = page.languages
    make_look_public(page, language, draft)
    texts = page.in_language(language)
    said["is_empty"] = not any(getattr(texts, name) for name in page.text_fields)
    with translation.override(language):
        view_class, match = detail_view(page)
        visit = as_visited(request, page.get_absolute_url(), match)
        visit.preview = Preview(language=language, **said)
        visit.previews = addresses(public)
        view = view_class()
        view.setup(visit, **match.kwargs)
        view.page = page
        context = view.get_context_data()
        if draft:
            put_on_rows(draft, context)
        response = view.render_to_response(context).render()
    return not_for_others(response, language)


def as_visited(request, address, match):
    """The request as if somebody had asked for the public address."""
    visit = copy.copy(request)
    visit.path = visit.path_info = address
    visit.resolver_match, visit.GET = match, QueryDict()
    visit.META = {**request.META, "QUERY_STRING": ""}
    return visit


def put_on_rows(draft, context):
    for rows in context.values():
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, models.Model):
                draft.put_on_row(row)


def not_for_others(response, language):
    """Neither a browser nor anything on the way keeps it; no search engine lists it."""
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Content-Language"] = language
    return response


# The signed link


@require_safe
def shared_preview(request, token):
    """For somebody without an account: the newest draft at the time of opening."""
    try:
        number = int(Signer(salt=SALT).unsign(token))
    except BadSignature:
        return refused(request, 404, _("This link is not complete"), _("Copy all of it, please."))
    link = PreviewLink.objects.filter(pk=number).select_related("made_by").first()
    page = shared_page(link)
    if not page:
        with translation.override(link.language if link else get_language()):
            return refused(
                request,
                410,
                _("This preview has ended"),
                _("Ask the person who sent you the link for a new one."),
            )

    def addresses(public):
        """To the public page; where this very text would be shown, here again."""
        return {
            code: request.path
            for code in language_codes()
            if page.language_found_in(code) == link.language and code not in public
        } | {link.language: request.path}

    with translation.override(link.language):
        response = preview_response(request, page, link.language, addresses, until=link.expires_at)
    response["Referrer-Policy"] = "no-referrer"  # the address is the key
    return response


def shared_page(link):
    """The page that a link still shows: as long as who made it may write the language herself."""
    if not link or not link.works:
        return None
    model = ContentType.objects.get_for_id(link.content_type_id).model_class()
    page = stored_page(model, link.object_id)
    return page if link.language in languages_of(link.made_by, page) else None


def refused(request, status, title, text):
    context = {"title": title, "text": text, "status": status, "has_database": True}
    response = render(request, "error.html", context, status=status)
    return not_for_others(response, get_language())


def address_of(link):
    return reverse("preview", args=[Signer(salt=SALT).sign(link.pk)])


def forget_preview_links(older_than=datetime.timedelta(days=90)):
    """For a timed job: links that have ended long ago."""
    PreviewLink.objects.filter(expires_at__lt=timezone.now() - older_than).delete()


# In the admin


class Previews:
    """Mixin of ContentAdmin."""

    def get_urls(self):
        views = {
            "preview/<str:language>": (self.preview_view, "preview"),
            "preview-links/<str:language>": (self.preview_links_view, "preview_links"),
        }
        return [
            *(
                path(
                    f"<path:object_id>/{address}/",
                    self.admin_site.admin_view(view),
                    name=f"{self.opts.app_label}_{self.opts.model_name}_{name}",
                )
                for address, (view, name) in views.items()
            ),
            *super().get_urls(),
        ]

    def address_of(self, page, name, *args):
        viewname = f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}"
        return reverse(viewname, args=[page.pk, *args])

    def panel(self, code, name, fieldsets, context, obj):
        panel = super().panel(code, name, fieldsets, context, obj)
        if obj and panel.state != "empty":
            panel.preview = self.address_of(obj, "preview", code)
            if code in languages_of(context["request"].user, obj):
                links = self.address_of(obj, "preview_links", code)
                panel.tools.append((_("Link for a colleague"), links))
        if obj and code in languages_of(context["request"].user, obj):
            from healthyboost.translation.tools import tools_of

            panel.tools += tools_of(obj, code, panel.draft)
        return panel

    # “Save and preview”

    def response_add(self, request, obj, post_url_continue=None):
        return self.to_preview(request, obj) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request, obj):
        return self.to_preview(request, obj) or super().response_change(request, obj)

    def to_preview(self, request, page):
        code = request.POST.get("_preview")
        if code in language_codes():
            return HttpResponseRedirect(self.address_of(page, "preview", code))
        return None

    # Its views

    def page_to_preview(self, object_id, language):
        if language not in language_codes():
            raise Http404(language)
        try:
            return stored_page(self.model, self.opts.pk.to_python(unquote(object_id)))
        except ValidationError as error:
            raise Http404(object_id) from error

    def preview_view(self, request, object_id, language):
        page = self.page_to_preview(object_id, language)
        if not self.has_view_permission(request, page):
            raise PermissionDenied
        previews = {code: self.address_of(page, "preview", code) for code in language_codes()}
        form = f"{self.address_of(page, 'change')}#language-{language}"
        mine = self.has_change_permission(request, page)  # nobody else sees what is not finished
        return preview_response(
            request, page, language, lambda public: previews, with_draft=mine, form=form
        )

    def preview_links_view(self, request, object_id, language):
        """Who writes this language gives its text to colleagues to read, and takes it back."""
        page = self.page_to_preview(object_id, language)
        if language not in languages_of(request.user, page):
            raise PermissionDenied
        links = PreviewLink.objects.filter(
            content_type=ContentType.objects.get_for_model(page),
            object_id=page.pk,
            language=language,
        )
        if request.method == "POST":
            change_links(request, page, language, links)
            return redirect(request.path)
        shown = links.select_related("made_by")[:50]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "page": page,
            "title": _("Preview for a colleague"),
            "language_name": capfirst(dict(settings.LANGUAGES)[language]),
            "form": f"{self.address_of(page, 'change')}#language-{language}",
            "links": [
                (link, request.build_absolute_uri(address_of(link)) if link.works else "")
                for link in shown
            ],
            "periods": PERIODS,
            "usual_period": USUAL_PERIOD,
        }
        return TemplateResponse(request, "admin/preview_links.html", context)


def change_links(request, page, language, links):
    now, days = timezone.now(), request.POST.get("days")
    if "withdraw" in request.POST:
        number = request.POST["withdraw"]
        if number.isdecimal():
            links.filter(pk=number, withdrawn_at=None).update(withdrawn_at=now)
        messages.success(request, _("The link is withdrawn: it shows nothing any more."))
    elif days in map(str, PERIODS):
        PreviewLink.objects.create(
            page=page,
            language=language,
            made_by=request.user,
            expires_at=now + datetime.timedelta(days=int(days)),
        )
        messages.success(request, _("The link is ready: copy it and send it."))
