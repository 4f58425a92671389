"""What readers send: counted, kept, found again by the link that they got, deleted in time."""

import datetime

from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import connection, transaction
from django.utils import timezone

from healthyboost.limits.askers import network_asking
from healthyboost.mailing.limits import DAY, HOUR, TooMany, is_too_often

from .models import Message

MOST_OF_A_NETWORK = 10, HOUR  # messages sent from one network address
MOST_TO_A_PERSON = 20, DAY
MOST_IN_ALL = 300, HOUR
KEPT = datetime.timedelta(days=90)  # after the answer
TWICE = datetime.timedelta(minutes=1)  # a button that was pressed twice
SALT = "healthyboost.feedback"


def count_message(request, person=None):
    """A message that somebody sends; TooMany where her network, everybody, or all to one person did."""
    if is_too_often(f"feedback network {network_asking(request)}", MOST_OF_A_NETWORK):
        raise TooMany  # and what comes from it does not count for the others
    if person and is_too_often(f"feedback person {person.pk}", MOST_TO_A_PERSON):
        raise TooMany
    if is_too_often("feedback", MOST_IN_ALL):
        raise TooMany


@transaction.atomic
def keep(request, reported, typed, language, person=None, is_spam=False):
    """The Message; the one that is there already where the button was pressed twice."""
    content = reported.content
    same = {
        "about": typed.get("about", Message.About.CONTACT),
        "text": typed["text"],
        "email": typed["email"],
        "address": reported.address,
        "person": person,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [SALT + typed["text"]])
    if twin := Message.objects.filter(sent_at__gt=timezone.now() - TWICE, **same).first():
        return twin
    count_message(request, person)
    message = Message(
        **same,
        language=language,
        page_language=reported.language,
        content_type=ContentType.objects.get_for_model(content) if content else None,
        object_id=content and content.pk,
        organisation_id=content and organisation_of(content),
    )
    if is_spam:
        message.state, message.closed_at = Message.State.SPAM, timezone.now()
    message.save()
    return message


def organisation_of(content):
    """Primary key of the organisation whose coordinators answer for a page, or None."""
    is_organisation = content._meta.label_lower == "partners.organisation"
    return content.pk if is_organisation else content.organisation_id


def token_of(message, purpose):
    return signing.dumps(message.pk, salt=f"{SALT}.{purpose}")


def message_of(token, purpose):
    """None where the link is not ours, or the message is deleted."""
    try:
        number = signing.loads(token, salt=f"{SALT}.{purpose}")
    except signing.BadSignature:
        return None
    return Message.objects.filter(pk=number).first()


def erase_messages(email):
    """All that was written from an e-mail address, with the answers. The number of messages."""
    messages = Message.objects.filter(email__iexact=email)
    count = messages.count()
    messages.delete()
    return count


def forget_messages():
    """For a daily job: what was answered, or was spam, long enough ago."""
    Message.objects.filter(closed_at__lt=timezone.now() - KEPT).delete()
