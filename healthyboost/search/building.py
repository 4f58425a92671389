"""The whole index made anew, by several processes; search goes on meanwhile."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from django.apps import apps
from django.db import connection, connections, transaction

from healthyboost.content.models import content_models

from .files import read_files
from .finding import count_months
from .indexing import catch_up, index
from .models import Entry, SpokenWord

BATCH = 250  # pages that one process takes at a time
FEW = 2000  # pages that are not worth more than one process
MEMORY = "256MB"  # that PostgreSQL may take to build an index


def build(say=print):
    """Index every page and read every file that is not known yet."""
    batches = [
        (model._meta.label, numbers[start : start + BATCH])
        for model in content_models()
        for numbers in [list(model._base_manager.order_by("pk").values_list("pk", flat=True))]
        for start in range(0, len(numbers), BATCH)
    ]
    pages, done = sum(len(numbers) for _label, numbers in batches), 0
    SpokenWord.objects.all().delete()
    is_new = pages > FEW and not Entry.objects.exists()
    words = next(each for each in Entry._meta.indexes if each.name == "search_entry_words")
    if is_new:  # many rows are read faster before there is an index, and nobody can search yet
        with connection.schema_editor() as editor:
            editor.remove_index(Entry, words)
    for number in indexed(batches, pages):
        done += number
        say(f"pages: {done} of {pages}")
    if is_new:
        say("index of the words")
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
            with connection.schema_editor() as editor:
                editor.add_index(Entry, words)
    files = 0
    while read := read_files():
        files += read
        say(f"files: {files}")
    while catch_up():
        pass
    count_months()
    with connection.cursor() as cursor:
        vacuum = "" if connection.in_atomic_block else "VACUUM "
        cursor.execute(f"{vacuum}ANALYZE search_entry, search_spokenword")


def indexed(batches, pages):
    """The number of pages of each batch when it is done."""
    if pages <= FEW:
        yield from map(read, batches)
        return
    connections.close_all()  # each process has its own
    workers = min(os.cpu_count() or 1, 8)
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        yield from pool.map(read, batches)


def read(batch):
    label, numbers = batch
    index(apps.get_model(label), numbers)
    return len(numbers)
