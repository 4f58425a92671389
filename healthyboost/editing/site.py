"""The admin site of the portal: its sections, its languages, its slightly wider security policy."""

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import BadRequest
from django.db import DataError
from django.shortcuts import redirect
from django.urls import path
from django.utils import translation
from django.utils.csp import CSP
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST

# The text editor brings an import map (allowed by a nonce) and a style sheet (by its hash).
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"
ADMIN_CSP = {
    **settings.SECURE_CSP,
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, EDITOR_STYLE],
    "img-src": [CSP.SELF, "data:"],
}
# What the apps are called in the admin, those that people open most often first. Any other comes
# last, called after its content type.
SECTIONS = {
    "news": _("News"),
    "pilots": _("Pilots"),
    "materials": _("Materials"),
    "partners": _("Project and partners"),
    "pages": _("Pages"),
    "media": _("Pictures"),
    "content": _("Themes and drafts"),
    "accounts": _("Users"),
}


def answer_question(view, request, *args, **kwargs):
    """A query that no database can answer (a NUL, a year of twelve digits) is answered 400."""
    try:
        response = view(request, *args, **kwargs)
        return response.render() if hasattr(response, "render") else response
    except (DataError, OverflowError, ValueError) as error:
        raise BadRequest(f"{request.GET.urlencode()}: {error}") from error


class PortalAdminSite(admin.AdminSite):
    site_header = site_title = "Healthy Boost"
    index_title = _("What would you like to do?")

    def admin_view(self, view, cacheable=False):
        """With the policy of the admin, in the language that the person chose."""

        def in_own_language(request, *args, **kwargs):
            if language := getattr(request.user, "language", ""):
                translation.activate(language)
                request.LANGUAGE_CODE = language
            if request.method == "GET" and request.GET:
                return answer_question(view, request, *args, **kwargs)
            return view(request, *args, **kwargs)

        return csp_override(ADMIN_CSP)(super().admin_view(in_own_language, cacheable))

    login = method_decorator(csp_override(ADMIN_CSP))(admin.AdminSite.login)

    def get_urls(self):
        choose = self.admin_view(require_POST(self.choose_language))
        return [path("language/", choose, name="language"), *super().get_urls()]

    def choose_language(self, request):
        if (language := request.POST.get("language")) in dict(settings.LANGUAGES):
            request.user.language = language
            request.user.save(update_fields=["language"])
        back = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        return redirect(back if is_ours else "admin:index")

    def each_context(self, request):
        return {**super().each_context(request), "languages": settings.LANGUAGES}

    def get_app_list(self, request, app_label=None):
        order = {label: place for place, label in enumerate(SECTIONS)}
        return sorted(
            super().get_app_list(request, app_label),
            key=lambda app: order.get(app["app_label"], len(order)),
        )


class PortalAdminConfig(AdminConfig):
    default_site = "healthyboost.editing.site.PortalAdminSite"

    def ready(self):
        super().ready()
        from healthyboost.content.models import content_models

        named = {
            model._meta.app_label: capfirst(model._meta.verbose_name_plural)
            for model in content_models()
        }
        for label, name in (named | SECTIONS).items():
            apps.get_app_config(label).verbose_name = name
