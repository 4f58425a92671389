"""An account without its person: what she made stays, and nothing says any more that it was she."""

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction

from healthyboost.accounts.models import User
from healthyboost.audit.forgetting import forget_person
from healthyboost.demand.models import DigestChoice
from healthyboost.editing.models import UnsavedForm
from healthyboost.translation.exchange.models import Delivery
from healthyboost.wordings.models import WordingChange

NAME = "erased-{}"  # by which nobody signs in


@transaction.atomic
def empty_account(user):
    """Name, address, password, second factors, sessions and roles go. The row stays: history leads to it."""
    user = User.objects.select_for_update().get(pk=user.pk)
    keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    for model in (UserSession, EmailAddress, DigestChoice, UnsavedForm, Delivery):
        model.objects.filter(user=user).delete()
    user.grants.all().delete()
    user.authenticator_set.all().delete()
    user.questions.clear()
    WordingChange.objects.filter(by=user).update(name="")
    about_her = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=about_her, object_id=str(user.pk)).update(object_repr="")
    user.username = NAME.format(user.pk)
    user.first_name = user.last_name = user.email = ""
    user.is_active = user.is_staff = user.is_superuser = user.wants_mail = False
    user.last_login = user.invited_at = None
    user.set_unusable_password()
    user.save()
    forget_person(user.pk)


def is_empty(user):
    return user.username == NAME.format(user.pk)
