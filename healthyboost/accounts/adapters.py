"""What allauth asks of the portal."""

import ipaddress
import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from healthyboost.audit.signing_in import note_failed_sign_in

from .encryption import decrypt, encrypt


class AccountAdapter(DefaultAccountAdapter):
    """People are invited: nobody makes an account."""

    def is_open_for_signup(self, request):
        return False

    def is_reauthentication_required(self, **kwargs):
        """Not of somebody who has just logged in."""
        records = get_authentication_records(context.request, context.request.user)
        logged_in = max((record["at"] for record in records), default=0)
        return time.time() - logged_in > app_settings.REAUTHENTICATION_TIMEOUT

    def get_client_ip(self, request):
        """As the servers that are trusted say it; who came past one of them is nobody."""
        try:
            address = ipaddress.ip_address(super().get_client_ip(request))
        except ImproperlyConfigured as error:
            raise PermissionDenied(str(error)) from error
        return str(getattr(address, "ipv4_mapped", None) or address)  # or all of IPv4 were one

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("This name and this password do not belong together."),
        "email_password_mismatch": _("This name and this password do not belong together."),
        "too_many_login_attempts": _(
            "Too many failed attempts. Try again in five minutes, or choose a new password by mail."
        ),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This code is wrong, or no longer valid."),
        "rate_limited": _("Too many attempts. Please wait some minutes."),
    }

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """There is one address for a person, and it stands in her account."""
        if address := email or user.email:
            super().send_notification_mail(template_prefix, user, context, address)

    def authentication_failed(self, request, **credentials):
        note_failed_sign_in(credentials.get("username") or credentials.get("email") or "")

    def get_password_change_redirect_url(self, request):
        return reverse("mfa_index")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is wrong, or no longer valid."),
    }

    def encrypt(self, text):
        return encrypt(text)

    def decrypt(self, encrypted_text):
        return decrypt(encrypted_text)

    def _get_site_name(self):
        return "Healthy Boost"
