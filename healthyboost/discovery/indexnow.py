"""Tells search engines what has changed, been withdrawn or deleted: https://www.indexnow.org/documentation

Nothing but addresses of the portal is sent, and nothing where INDEXNOW_KEY is not set. What the service
did not take is told again: `Told` remembers how far we came.
"""

import http.client
import ipaddress
import json
import logging
import urllib.error
import urllib.request
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.datestamps import all_noted_until
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Datestamp, content_models

from .models import Told

logger = logging.getLogger(__name__)
MOST = 10_000  # addresses that the service takes at once
BATCHES = 10  # that are sent in one go
TIMEOUT = 10.0  # seconds
MOMENTS = "published_at", "unpublish_at"  # at which time alone changes a page
NOT_PUBLIC = "localhost", "local", "internal", "test", "invalid"  # ends of names


class Failed(Exception):
    """The service did not take it; `pause` is how many seconds it wants to be left alone."""

    pause = 0


def tell_search_engines():
    """To be called every few minutes. The first time nothing is told: the sitemap tells all."""
    if not is_on():
        return
    told, is_new = Told.objects.get_or_create(pk=1, defaults={"until": timezone.now()})
    if is_new or told.next_try and told.next_try > timezone.now():
        return
    told.upto = told.upto or max(all_noted_until(), told.until)
    for _batch in range(BATCHES):
        stamps = list(changed(told)[: MOST // len(language_codes())])
        addresses = list(addresses_changed(stamps, told))
        try:
            if addresses:
                send(addresses)
        except Failed as failed:
            logger.warning("IndexNow did not take %s addresses: %s", len(addresses), failed)
            told.fail(failed.pause)
            return
        told.succeed(stamps)
        if not stamps:
            return


def is_on():
    address = urlsplit(settings.SITE_ADDRESS)
    is_ours = address.scheme == "https" and is_public_name(address.hostname or "")
    return bool(settings.INDEXNOW_KEY and settings.SEARCH_ENGINES and is_ours)


def is_public_name(host):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host and host.rpartition(".")[2] not in NOT_PUBLIC
    return False


def changed(told):
    """Datestamps of what may have changed for visitors: touched, deleted, or its time has come."""
    span = {"gt": told.until, "lte": told.upto}
    wanted = in_span("deleted_at", span)
    for code in language_codes():
        wanted |= Q(**{f"{column('changed_at', code)}__gt": told.until})
    for model in content_models():
        its_time = Q()
        for name in MOMENTS:
            for code in language_codes():
                its_time |= in_span(column(name, code), span)
        rows = model.objects.filter(its_time, pk=OuterRef("object_id"))
        wanted |= Q(content_type=ContentType.objects.get_for_model(model)) & Exists(rows)
    return Datestamp.objects.filter(wanted, pk__gt=told.after).order_by("pk")


def in_span(name, span):
    return Q(**{f"{name}__{lookup}": moment for lookup, moment in span.items()})


def addresses_changed(stamps, told):
    """Where visitors have found something else since: one query a content type."""
    for model in content_models():
        kind = ContentType.objects.get_for_model(model).pk
        ours = {stamp.object_id: stamp for stamp in stamps if stamp.content_type_id == kind}
        moments = [column(name, code) for name in MOMENTS for code in language_codes()]
        pages = model.objects.only(*model.address_fields, *moments).in_bulk(list(ours))
        for number, stamp in ours.items():
            page = pages.get(number) or model(slug=stamp.slug)
            for code in language_codes():
                moment = moment_of_change(page, stamp, code, told.upto)
                if moment and told.until < moment <= told.upto:
                    yield address_of(page, code)


def moment_of_change(page, stamp, language, upto):
    """When the address in `language` last changed, its end included; None where it never was public."""
    if stamp.deleted_at:
        return stamp.deleted_at  # in which languages it had been public, nobody remembers
    published, unpublish = (getattr(page, column(name, language)) for name in MOMENTS)
    if not published or published > upto:
        return None
    ended = unpublish if unpublish and unpublish <= upto else None
    noted = getattr(stamp, column("changed_at", language))
    return max(filter(None, (published, ended, noted)))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The service that the operator named, and no other."""

    def redirect_request(self, *args, **kwargs):
        return None


@cache
def opener():
    return urllib.request.build_opener(NoRedirect)


def send(addresses):
    """Raises Failed."""
    key = settings.INDEXNOW_KEY
    data = {
        "host": urlsplit(settings.SITE_ADDRESS).netloc,
        "key": key,
        "keyLocation": absolute(reverse("indexnow_key", args=[key])),
        "urlList": addresses,
    }
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"HealthyBoost (+{settings.SITE_ADDRESS})",
    }
    try:
        request = urllib.request.Request(
            settings.INDEXNOW_SERVICE, json.dumps(data).encode(), headers
        )
        opener().open(request, timeout=TIMEOUT).close()
    except urllib.error.HTTPError as error:
        error.close()
        failed = Failed(f"status {error.code}")
        pause = error.headers.get("Retry-After", "")
        failed.pause = int(pause[:9]) if pause.isascii() and pause.isdecimal() else 0
        raise failed from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Failed(str(error)) from error
