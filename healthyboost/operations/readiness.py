"""What must hold so that the whole portal works. Each check answers "" or what is wrong, in a sentence.

The sentences go to whoever asks: they name no host, no account and no folder.
"""

import functools
import os
import shutil
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from healthyboost import pulse

from .models import Process

LEAST_ROOM = 512 * 1024 * 1024  # bytes
SEEN_WITHIN = timedelta(seconds=60)
LONGEST_JOB = timedelta(hours=6)
NOT_ASKED = "not known without the database"


def database():
    if pulse.process_pulse.is_away:  # or each question would wait for it
        return "it does not answer"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        connection.close()
        return "it does not answer"
    return ""


def migrations():
    missing = sorted(
        migrations_of_the_code() - set(MigrationRecorder(connection).applied_migrations())
    )
    if not missing:
        return ""
    app, name = missing[0]
    return f"{len(missing)} not applied, the first is {app}.{name}: run manage.py migrate"


@functools.cache
def migrations_of_the_code():
    return frozenset(MigrationLoader(None).graph.nodes)


def disk():
    try:
        free = shutil.disk_usage(settings.MEDIA_ROOT).free
    except OSError:
        return "the folder of uploads is not there"
    if not os.access(settings.MEDIA_ROOT, os.W_OK):
        return "the folder of uploads cannot be written to"
    return "" if free >= LEAST_ROOM else f"{free // 1024**2} MB are free for uploads"


def listener():
    return (
        ""
        if pulse.is_proven()
        else "this process does not hear of changes: pages are asked for anew"
    )


def background():
    now = timezone.now()
    # What was seen by a clock that was ahead is seen anew within seconds, or its process has ended.
    seen = Process.objects.filter(seen_at__lt=now + SEEN_WITHIN)
    newest = seen.order_by("-seen_at").first()
    if not newest:
        return "no background process has started: manage.py work"
    if (silent := now - newest.seen_at) > SEEN_WITHIN:
        return f"no sign of life for {silent // timedelta(seconds=1)} seconds: manage.py work"
    if newest.job and newest.since and (lasting := now - newest.since) > LONGEST_JOB:
        return f"{newest.job} has been running for {lasting // timedelta(hours=1)} hours"
    return ""


def readiness():
    """{check: "" or what is wrong}"""
    found = {"database": database()}
    for check in (migrations, background):
        try:
            found[check.__name__] = NOT_ASKED if found["database"] else check()
        except Error:
            connection.close()
            found[check.__name__] = "the database could not say"
    return found | {"disk": disk(), "listener": listener()}
