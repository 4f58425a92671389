"""The whole index made anew, by several processes; search goes on meanwhile, and so do saves.

A build that was interrupted leaves nothing wrong behind: another one does all again.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from healthyboost.content.models import content_models

from .files import read_files
from .finding import count_months
from .indexing import BATCH, catch_up, index_or_touch
from .models import Entry
from .places import parts
from .processes import begin
from .sounds import hear_again

FEW = 2000  # pages that are not worth more than one process
MEMORY = "256MB"  # that PostgreSQL may take to build an index


def build(say=print):
    """Index every page and read every file that is not known yet."""
    # In the order of their dates, so that the newest are read from neighbouring places.
    batches = [
        (model._meta.label, numbers[start : start + BATCH])
        for model in content_models()
        for numbers in [
            list(model._base_manager.order_by("date", "pk").values_list("pk", flat=True))
        ]
        for start in range(0, len(numbers), BATCH)
    ]
    pages, done = sum(len(numbers) for _label, numbers in batches), 0
    if pages > FEW and not Entry.objects.exists():
        # Many rows are read faster before there is an index, and nobody can search yet.
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {', '.join(part.name for part in parts())}")
    for number in indexed(batches, pages):
        done += number
        say(f"pages: {done} of {pages}")
    forget_deleted()
    keep_index(say)
    files = 0
    while read := read_files():
        files += read
        say(f"files: {files}")
    while catch_up():
        pass
    hear_again()
    count_months()
    with connection.cursor() as cursor:
        vacuum = "" if connection.in_atomic_block else "VACUUM "
        cursor.execute(f"{vacuum}ANALYZE search_entry, search_spokenword")


def indexed(batches, pages):
    """The number of pages of each batch when it is done."""
    if pages <= FEW:
        yield from map(read, batches)
        return
    workers = min(os.cpu_count() or 1, 8)
    # Not forked: the parent has threads, and locks that they hold would stay locked in the child.
    anew, database = get_context("spawn"), connection.settings_dict
    with ProcessPoolExecutor(workers, anew, initializer=begin, initargs=[database]) as pool:
        yield from pool.map(read, batches)


def read(batch):
    label, numbers = batch
    index_or_touch(apps.get_model(label), numbers)
    return len(numbers)


def forget_deleted():
    """Entries of pages that are gone, however they went."""
    for model in content_models():
        kind = ContentType.objects.get_for_model(model)
        gone = Entry.objects.filter(content_type=kind)
        gone.exclude(object_id__in=model._base_manager.values("pk")).delete()


def keep_index(say=lambda words: None):
    """Build what is missing of the index of words: also an interrupted build takes it away."""
    for part in parts():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [part.name])
            if cursor.fetchone()[0] is None:
                say("index of the words")
                cursor.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
                with connection.schema_editor(atomic=False) as editor:
                    editor.add_index(Entry, part)
