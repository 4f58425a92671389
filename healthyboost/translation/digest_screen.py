"""Where a translator chooses how often she is told by mail, and the link in each mail that ends it."""

from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from healthyboost.demand.models import DigestChoice
from healthyboost.editing.site import ADMIN_CSP

from .digest import choice_of, choose, user_of
from .reach import languages_of_queue

Period = DigestChoice.Period
methods = require_http_methods(["GET", "HEAD", "POST"])


def urls(site):
    off = csp_override(ADMIN_CSP)(csrf_exempt(never_cache(methods(digest_off_view))))
    return [
        path("translate/digest/", site.admin_view(methods(digest_view)), name="digest"),
        path("translate/digest/off/<str:token>/", off, name="digest_off"),
    ]


def digest_view(request):
    choice = choice_of(request.user)
    if request.method == "POST":
        period = request.POST.get("period", "")
        if period in Period.values:
            choose(request.user, period)
            messages.success(request, _("Your choice is kept."))
            return redirect("admin:digest")
        messages.error(request, _("Choose how often."))
    context = {
        **admin.site.each_context(request),
        "title": _("Mail about new texts"),
        "choice": choice,
        "periods": Period.choices,
        "translates": languages_of_queue(request.user),
    }
    return TemplateResponse(request, "admin/translation/digest.html", context)


def digest_off_view(request, token):
    """A button, since programs that read mail open every link; some press it for her (RFC 8058).

    The signed link is the right to do this, so no other token is asked for.
    """
    user = user_of(token)
    if not user:
        raise Http404("no such link")
    if request.method == "POST":
        choose(user, Period.WEEKLY if "again" in request.POST else Period.OFF)
    with translation.override(user.language or settings.LANGUAGE_CODE):
        is_off = choice_of(user).period == Period.OFF
        context = {**admin.site.each_context(request), "is_off": is_off}
        return render(request, "admin/translation/digest_off.html", context)
