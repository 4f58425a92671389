"""The pages of allauth in the admin's look, and the one on which an invitation is accepted."""

from functools import wraps

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import SetPasswordForm
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.debug import sensitive_post_parameters

from healthyboost.audit.noting import acting
from healthyboost.editing.site import ADMIN_CSP

from .invitations import invited
from .language import speak_to
from .second_factor import lacks_second_factor


def page_context(request):
    """What the base template of the admin needs, without the list of what there is to edit."""
    return {
        "site_header": admin.site.site_header,
        "site_title": admin.site.site_title,
        "site_url": "/",
        "has_permission": admin.site.has_permission(request),
        "languages": settings.LANGUAGES,
        "needs_second_factor": lacks_second_factor(request.user),
    }


def in_the_admin(view):
    @csp_override(ADMIN_CSP)
    @never_cache
    @wraps(view)
    def answer(request, *args, **kwargs):
        speak_to(request.user, request)
        response = view(request, *args, **kwargs)
        if hasattr(response, "context_data"):
            response.context_data = page_context(request) | (response.context_data or {})
        return response

    return answer


def accepted(users, user):
    """Whether it was this request that did it."""
    with acting(user):
        return users.update(invited_at=None, is_active=True)


@sensitive_post_parameters()
def accept_invitation(request, token):
    """She chooses a password, is signed in, and the link is used up."""
    users = invited(token)
    user = users.first()
    if not user:
        return render(request, "account/invitation_gone.html", page_context(request), status=410)
    speak_to(user, request)
    form = SetPasswordForm(user, request.POST or None)
    if form.is_valid() and accepted(users, user):
        user.invited_at, user.is_active = None, True
        with acting(user):
            form.save()
        record_authentication(request, user, method="password")
        return perform_login(request, user, email_verification=None)
    context = page_context(request) | {"form": form, "invited_user": user}
    return render(request, "account/invitation.html", context)
