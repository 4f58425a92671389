"""Which addresses elsewhere the texts link to, and which of them are dead.

A timed job notes each address with the pages that use it, and asks each once a week, those that
failed again on the next day. One that fails for three days is dead: it is in a list of the admin, on
the first screen of those whose pages use it, and among the warnings before publication.
"""

import datetime
import re
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from html import unescape

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, URLField
from django.utils import timezone

from healthyboost.accounts.rights import kind_of, owner_of, ways_up
from healthyboost.content.languages import translated_fields
from healthyboost.content.models import content_models
from healthyboost.content.richtext import RichTextField

from .asking import ask, is_public
from .models import AddressUse, CheckedAddress

EVERY = datetime.timedelta(days=7)
AGAIN = datetime.timedelta(days=1)  # for what failed
DEAD_AFTER = datetime.timedelta(days=3)
SECONDS = 20  # that one call of the job may take: other jobs wait for it
AT_ONCE = 500  # rows in a statement
AT_A_TIME = 12  # addresses that are asked while somebody waits
IN_TEXT = re.compile(r'href="(https?://[^"]+)"')


# What the texts say


@cache
def linking_fields(model):
    """Names of the columns of `model` that hold addresses elsewhere, or texts with such links."""
    originals = translated_fields(model)
    return [
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, URLField | RichTextField) and field.name not in originals
    ]


def linking_models():
    ours = [model for model in apps.get_models() if kind_of(model) in ("content", "project")]
    return [model for model in ours if linking_fields(model) and model is not CheckedAddress]


def addresses_of(row):
    """The addresses elsewhere that a row links to."""
    found = set()
    for name in linking_fields(type(row)):
        value = getattr(row, name) or ""
        is_text = isinstance(row._meta.get_field(name), RichTextField)
        found |= {unescape(url) for url in IN_TEXT.findall(value)} if is_text else {value}
    return {url for url in found if url.startswith(("http://", "https://")) and len(url) <= 500}


def page_key(row):
    """(content type, primary key) of the page that a row is a part of, without a query."""
    for name in ways_up(type(row)):
        field = row._meta.get_field(name)
        if isinstance(field, GenericForeignKey):
            return getattr(row, f"{field.ct_field}_id"), getattr(row, field.fk_field)
        if number := getattr(row, field.attname):
            return ContentType.objects.get_for_model(field.related_model).pk, number
    return ContentType.objects.get_for_model(row).pk, row.pk


def note_uses():
    """Bring the list of addresses and of the pages that use them up to date."""
    found = defaultdict(set)  # {page key: addresses}
    for model in linking_models():
        names = linking_fields(model)
        says = Q()
        for name in names:
            says |= Q(**{f"{name}__contains": "http"})
        for row in model._base_manager.filter(says).iterator():
            if addresses := addresses_of(row):
                found[page_key(row)] |= addresses
    stored = defaultdict(set)
    uses = AddressUse.objects.values_list("content_type", "object_id", "address__url", "pk")
    for kind, number, url, pk in uses.iterator():
        stored[kind, number].add((url, pk))
    for key in found.keys() | stored.keys():
        store_uses(key, found.get(key, set()), stored.get(key, set()))
    CheckedAddress.objects.filter(uses=None).delete()


def note_uses_of(page, rows):
    """The same for one page with its rows, when it is saved."""
    key = ContentType.objects.get_for_model(page).pk, page.pk
    found = set().union(*(addresses_of(row) for row in (page, *rows)))
    uses = AddressUse.objects.filter(content_type=key[0], object_id=key[1])
    store_uses(key, found, set(uses.values_list("address__url", "pk")))


def store_uses(key, found, stored):
    kind, number = key
    known = {url for url, _pk in stored}
    AddressUse.objects.filter(pk__in=[pk for url, pk in stored if url not in found]).delete()
    if new := found - known:
        CheckedAddress.objects.bulk_create(
            [CheckedAddress(url=url) for url in new], batch_size=AT_ONCE, ignore_conflicts=True
        )
        AddressUse.objects.bulk_create(
            [
                AddressUse(address=address, content_type_id=kind, object_id=number)
                for address in CheckedAddress.objects.filter(url__in=new)
            ],
            ignore_conflicts=True,
        )


# What they answer


def due(now):
    """The addresses that are to be asked now, those that wait longest first."""
    failed = Q(failing_since__isnull=False, checked_at__lt=now - AGAIN)
    return CheckedAddress.objects.filter(
        Q(checked_at=None) | Q(checked_at__lt=now - EVERY) | failed
    ).order_by("checked_at", "pk")


def check_links(allowed=is_public, seconds=SECONDS, pause=1.0):
    """For a timed job: ask those that are due, one after the other, for a while."""
    now, end = timezone.now(), time.monotonic() + seconds
    answers = []
    for address in due(now)[:100]:
        if answers and time.monotonic() + pause > end:
            break
        if answers:
            time.sleep(pause)
        answers.append((address, ask(address.url, allowed)))
    note_answers(answers, now)
    return len(answers)


def note_answers(answers, now):
    """Of [(CheckedAddress, Answer)]."""
    is_online = any(answer.status for _address, answer in answers) or has_answered_lately(now)
    for address, answer in answers:
        address.checked_at, address.status = now, answer.status
        address.fault = answer.fault if is_online else address.fault
        if not answer.fault:
            address.failing_since = None
        elif is_online:
            address.failing_since = address.failing_since or now
    CheckedAddress.objects.bulk_update(
        [address for address, _answer in answers],
        ["checked_at", "status", "fault", "failing_since"],
    )


def try_at_once(urls, allowed=is_public):
    """Ask several addresses at the same time, and keep what they answer; somebody waits for it."""
    CheckedAddress.objects.bulk_create(
        [CheckedAddress(url=url) for url in urls], batch_size=AT_ONCE, ignore_conflicts=True
    )
    addresses = list(CheckedAddress.objects.filter(url__in=urls))
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        answers = list(pool.map(lambda address: ask(address.url, allowed), addresses))
    note_answers(list(zip(addresses, answers, strict=True)), timezone.now())


def has_answered_lately(now):
    """Where nothing answers at all, it is this computer that has no network."""
    return CheckedAddress.objects.filter(checked_at__gt=now - EVERY, status__isnull=False).exists()


def dead():
    return CheckedAddress.objects.filter(failing_since__lt=timezone.now() - DEAD_AFTER)


def dead_among(urls):
    return dead().filter(url__in=urls) if urls else CheckedAddress.objects.none()


def uses_by(organisations):
    """The uses on pages that belong to one of these organisations."""
    theirs = Q()
    for model in content_models():
        name = "pk" if model._meta.label_lower == "partners.organisation" else "organisation"
        pages = model._base_manager.filter(**{f"{name}__in": organisations})
        kind = ContentType.objects.get_for_model(model)
        theirs |= Q(content_type=kind, object_id__in=pages.values("pk"))
    return AddressUse.objects.filter(theirs)


def dead_links_of(organisations=None, limit=50):
    """[(address, fault in words, since, pages)], the oldest first, in a fixed number of queries.

    With primary keys of `organisations`: only their pages.
    """
    found, addresses = [], dead().order_by("failing_since")
    if organisations is not None:
        addresses = addresses.filter(pk__in=uses_by(organisations).values("address"))
    for address in addresses.prefetch_related("uses__page")[:limit]:
        pages = [use.page for use in address.uses.all() if use.page]
        if organisations is not None:
            pages = [page for page in pages if owner_of(page) in organisations]
        if pages:
            found.append((address.url, address.fault_in_words, address.failing_since, pages))
    return found
