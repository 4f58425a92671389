"""The index follows every save.

A page that is saved is read again in the same transaction: what is published is found, what is
withdrawn is not. What hangs on it is read when the transaction has ended.
"""

import threading
from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save

from healthyboost.accounts.rights import page_of as owner_of
from healthyboost.content.hanging import relations_of
from healthyboost.content.models import content_models

from .indexing import index
from .models import Touched

waiting = threading.local()


def start():
    """Listen to the saves of pages and of all that hangs on them."""
    for model in content_models():
        post_save.connect(page_saved, sender=model, dispatch_uid="search_page")
        m2m_changed.connect(
            themes_changed, sender=model.themes.through, dispatch_uid=f"search_{model.__name__}"
        )
        for related, _fields in relations_of(model).values():
            for signal in (post_save, post_delete):
                signal.connect(row_changed, sender=related, dispatch_uid="search_row")


def page_saved(instance, raw=False, **kwargs):
    now(instance)


def themes_changed(instance, action, **kwargs):
    if action.startswith("post_") and hasattr(instance, "source_language"):
        after_commit(instance)


def row_changed(instance, **kwargs):
    if page := page_of(instance):
        after_commit(page)


def page_of(row):
    """The page that a row hangs on; None where it hangs on none, or its page is yet to be stored."""
    try:
        page = owner_of(row)
    except ObjectDoesNotExist:
        return None
    return page if page is not row and hasattr(page, "source_language") else None


@contextmanager
def gathered():
    """Pages that are saved in this block are indexed once, together, at its end."""
    outer, waiting.pages = getattr(waiting, "pages", None), {}
    try:
        yield
        for model, numbers in waiting.pages.items():
            index(model, numbers)
    finally:
        waiting.pages = outer


def now(page):
    if getattr(waiting, "pages", None) is not None:
        waiting.pages.setdefault(type(page), set()).add(page.pk)
    else:
        index(type(page), [page.pk])


def after_commit(page):
    """Many rows of a page may be saved one after another: it is read once, when all are stored."""
    if getattr(waiting, "pages", None) is not None:
        return now(page)
    key = type(page), page.pk
    changed = connection.__dict__.setdefault("search_changed", set())
    if key not in changed:  # noted, in case this process ends before it reads the page
        kind = ContentType.objects.get_for_model(page)
        Touched.objects.create(content_type=kind, object_id=page.pk)
        changed.add(key)

    def read():
        if key in changed:
            changed.discard(key)
            index(type(page), [page.pk])

    transaction.on_commit(read)
