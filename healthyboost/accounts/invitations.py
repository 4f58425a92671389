"""An account begins with an invitation by mail: a signed link, for seven days, for one use.

The link names the moment of the invitation. Inviting again, withdrawing and accepting change that
moment, and so every earlier link ends.
"""

from datetime import timedelta

from django.core import signing
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from .models import User

SALT = "healthyboost.accounts.invitation"
VALID_FOR = timedelta(days=7)


def invite(user, request):
    """Send a link, the only one that works from now on; OSError where no mail can be sent."""
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    address = request.build_absolute_uri(reverse("invitation", args=[token_of(user)]))
    with translation.override(user.language or None):
        text = render_to_string(
            "account/email/invitation.txt", {"user": user, "address": address, "by": request.user}
        )
        send_mail(_("Invitation to Healthy Boost"), text, None, [user.email])


def token_of(user):
    return signing.dumps([user.pk, user.invited_at.isoformat()], salt=SALT)


def invited(token):
    """The user whose invitation this is, as a QuerySet: empty where it is no longer good."""
    try:
        number, moment = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return User.objects.none()
    return User.objects.filter(pk=number, invited_at=moment, is_active=False)
