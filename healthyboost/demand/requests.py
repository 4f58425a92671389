"""“I need this page in my language”: counted once a day for a network address, which is not stored.

The limits are kept in the cache under a hash of the address with a salt that lives for one day.
"""

import datetime
from urllib.parse import urlsplit

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac

from healthyboost.content.age import age_of
from healthyboost.content.models import content_models
from healthyboost.limits.askers import network_asking

from .models import Demand, Wish
from .visits import write_demand

MOST_PAGES = 40  # that one network address asks for in a day
MOST_MAILS = 5  # that it causes
A_DAY = 24 * 60 * 60
LOOK_BACK = datetime.timedelta(days=90)  # what counts as wanted


class TooMany(Exception):
    """This network address has asked for all that it may today."""


def is_from_here(request):
    """Whether a form was sent from a page of ours: pages that all share carry no token to tell by."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    try:
        host = urlsplit(request.headers.get("Origin", "")).netloc
    except ValueError:  # no browser sends such an address
        return False
    return bool(host) and host == request.get_host()


def lack_in(page, language):
    """What a reader of `language` can wish of `page`: one of Wish.Wants, or "" for nothing."""
    if not page.is_public_in(language):
        return Wish.Wants.TRANSLATION
    age = age_of(page, language)
    return Wish.Wants.UPDATE if age and age.changed else ""


def note_request(request, page, language):
    """Count it, unless this network address has asked for it today; TooMany after many pages."""
    key = (page._meta.label_lower, page.pk, language)
    if is_first_today(request, "pages", key, MOST_PAGES):
        write_demand({key: (0, 1)})


def note_mail(request, email):
    """TooMany where this network address has caused enough mail today."""
    is_first_today(request, "mails", email, MOST_MAILS)


def is_first_today(request, what, word, most):
    salt = cache.get_or_set(salt_name(timezone.localdate()), get_random_string(32), A_DAY)
    sender = network_asking(request)
    name = f"demand-{what}-{hashed(salt, sender)}"
    this = hashed(salt, f"{sender} {word}")[:16]
    with transaction.atomic(), connection.cursor() as cursor:  # two at the same moment both count
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
        asked = cache.get(name, [])
        if this in asked:
            return False
        if len(asked) >= most:
            raise TooMany
        cache.set(name, [*asked, this], A_DAY)
    return True


def hashed(salt, words):
    return salted_hmac(salt, words, algorithm="sha256").hexdigest()


def salt_name(day):
    return f"demand-salt-{day}"


def times_asked(page, language):
    """How many readers have asked for `page` in `language` of late."""
    asked = Demand.objects.filter(
        content_type__app_label=page._meta.app_label,
        content_type__model=page._meta.model_name,
        object_id=page.pk,
        language=language,
        day__gt=timezone.localdate() - LOOK_BACK,
    )
    return asked.aggregate(sum=Sum("requests"))["sum"] or 0


def page_of(label, pk):
    """A content object by the label of its type; None where there is none."""
    models = {model._meta.label_lower: model for model in content_models() if model.url_name}
    if label not in models or pk >= 2**63:
        return None
    return models[label].objects.filter(pk=pk).first()


def forget_old_demand():
    """For a daily job: numbers older than 400 days, and the salts of the days before."""
    today = timezone.localdate()
    Demand.objects.filter(day__lt=today - datetime.timedelta(days=400)).delete()
    cache.delete_many(
        [salt_name(today - datetime.timedelta(days=number)) for number in range(1, 8)]
    )
