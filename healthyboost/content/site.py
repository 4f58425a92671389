"""The admin site of the portal: its own name and its own, slightly wider, security policy."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.csp import CSP
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override

# The text editor brings an import map (allowed by a nonce) and one style sheet (allowed by its hash).
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"
ADMIN_CSP = {
    **settings.SECURE_CSP,
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, EDITOR_STYLE],
    "img-src": [CSP.SELF, "data:"],
}


class PortalAdminSite(admin.AdminSite):
    site_header = site_title = "Healthy Boost"
    index_title = _("What would you like to do?")

    def admin_view(self, view, cacheable=False):
        return csp_override(ADMIN_CSP)(super().admin_view(view, cacheable))

    login = method_decorator(csp_override(ADMIN_CSP))(admin.AdminSite.login)


class PortalAdminConfig(AdminConfig):
    default_site = "healthyboost.content.site.PortalAdminSite"
