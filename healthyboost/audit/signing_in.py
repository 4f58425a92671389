"""Sign-ins and sign-outs, from the signals of Django and allauth."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from healthyboost.accounts.models import User

from .models import Kind
from .noting import note


@receiver(user_logged_in)
def note_sign_in(request, user, **kwargs):
    records = get_authentication_records(request, user) if request else []
    methods = {record.get("type") or record["method"] for record in records}
    note(Kind.SIGNED_IN, user, method=sorted(methods))


@receiver(user_logged_out)
def note_sign_out(request, user, **kwargs):
    if user:
        note(Kind.SIGNED_OUT, user)


@receiver(authentication_failed)
def note_wrong_code(request, user, authenticator=None, **kwargs):
    """The password was right, the second factor was not."""
    method = [authenticator.type] if authenticator else ["mfa"]
    note(Kind.SIGN_IN_FAILED, about=user, name=account_name(user), method=method)


def note_failed_sign_in(login):
    """What was typed is not kept: now and then it is a password. Only which account it names."""
    typed = login.replace("\0", "").strip()
    users = User.objects.filter(username__iexact=typed) | User.objects.filter(email__iexact=typed)
    user = users.order_by("pk").first() if typed else None
    if user:
        note(Kind.SIGN_IN_FAILED, about=user, name=account_name(user))
    else:
        note(Kind.SIGN_IN_FAILED, method=["unknown"])


def account_name(user):
    return user.get_full_name() or user.get_username()
