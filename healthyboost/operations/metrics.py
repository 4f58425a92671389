"""The numbers of the portal in the text format of Prometheus, version 0.0.4.

What the answering processes count is read from memory; what the background process does, and what
waits, from the database, in a fixed number of questions.
"""

import shutil
from itertools import accumulate

from django.conf import settings
from django.db import Error, connection
from django.db.models import Count, Min, Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from healthyboost import pulse
from healthyboost.mailing.models import Delivery, SignUp

from .counts import BUCKETS, CLASSES, FOUND, QUERIES, QUERY_SECONDS, counts, kinds
from .models import Process, Tally
from .readiness import readiness

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def metrics():
    """The whole text."""
    families = [*of_requests(), *of_memory(), *of_this_computer()]
    found = readiness()
    families.append(
        family(
            "ready",
            "gauge",
            "Whether a check of /readyz holds.",
            [({"check": check}, not wrong) for check, wrong in found.items()],
        )
    )
    if not found["database"]:
        try:
            families += [*of_tasks(), *of_processes(), *of_tallies(), *of_waiting_mails()]
        except Error:
            connection.close()  # it went away meanwhile: without these numbers
    return "\n".join(line for lines in families for line in lines) + "\n"


def family(name, kind, meaning, samples):
    """Lines. `samples`: (labels, number) or (labels, number, suffix)."""
    name = f"healthyboost_{name}"
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"
    for labels, number, *suffix in samples:
        inside = ",".join(
            f'{key}="{str(value).translate(ESCAPED)}"' for key, value in labels.items()
        )
        yield f"{name}{''.join(suffix)}{f'{{{inside}}}' if inside else ''} {float(number):.15g}"


def of_requests():
    by_status, durations = [], []
    for kind, number in kinds().items():
        statuses, buckets, seconds = counts.of_kind(number)
        if not sum(statuses):
            continue
        for digit, requests in zip(CLASSES, statuses, strict=True):
            if requests:
                by_status.append(({"kind": kind, "status": f"{digit}xx"}, requests))
        sums = list(accumulate(buckets))
        for limit, requests in zip((*BUCKETS, "+Inf"), sums, strict=True):
            durations.append(({"kind": kind, "le": limit}, requests, "_bucket"))
        durations.append(({"kind": kind}, seconds, "_sum"))
        durations.append(({"kind": kind}, sums[-1], "_count"))
    yield family("requests_total", "counter", "Requests answered.", by_status)
    yield family(
        "request_seconds", "histogram", "Seconds until an answer began to be sent.", durations
    )


def of_memory():
    yield family(
        "page_cache_total",
        "counter",
        "Pages sent from memory, rendered, and sent though they may be old.",
        [({"result": word}, counts.total(place)) for place, word in enumerate(FOUND)],
    )
    queries, seconds = counts.total(QUERIES), counts.total(QUERY_SECONDS)
    yield family("database_queries_total", "counter", "Queries.", [({}, queries)])
    yield family("database_seconds_total", "counter", "Seconds that queries took.", [({}, seconds)])


def of_this_computer():
    try:
        free = shutil.disk_usage(settings.MEDIA_ROOT).free
        yield family("disk_free_bytes", "gauge", "Room for uploads.", [({}, free)])
    except OSError:
        pass  # /readyz says so
    yield family(
        "listener_proven",
        "gauge",
        "Whether the process that answers this hears of every change.",
        [({}, pulse.is_proven())],
    )


def of_tasks():
    unfinished = DBTaskResult.objects.filter(status__in=["READY", "RUNNING"])
    due = Q(status="READY") & (Q(run_after__lte=timezone.now()) | Q(run_after__year=9999))
    found = unfinished.aggregate(
        ready=Count("pk", filter=Q(status="READY")),
        running=Count("pk", filter=Q(status="RUNNING")),
        oldest=Min("enqueued_at", filter=due),
    )
    waiting = [({"state": state}, found[state]) for state in ("ready", "running")]
    yield family("queue_length", "gauge", "Tasks that are not done.", waiting)
    age = (timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0
    yield family("queue_age_seconds", "gauge", "Age of the oldest task that waits.", [({}, age)])


def of_processes():
    now = timezone.now()
    seen = [(now - process.seen_at).total_seconds() for process in Process.objects.all()]
    yield family(
        "background_silent_seconds",
        "gauge",
        "Since the last sign of life of the background process.",
        [({}, min(seen))] if seen else [],
    )


NAMES = {
    "jobs": ("jobs_total", "job", "Timed jobs and tasks that were run."),
    "job_seconds": ("job_seconds_total", "job", "Seconds that they took."),
    "mails": ("mails_total", "", "Mails handed to the mail server, or refused by it."),
}


def of_tallies():
    rows = list(Tally.objects.order_by("name", "label", "result"))
    for name, (shown, label, meaning) in NAMES.items():
        samples = [
            (
                {
                    key: value
                    for key, value in ((label, row.label), ("result", row.result))
                    if key and value
                },
                row.number,
            )
            for row in rows
            if row.name == name
        ]
        yield family(shown, "counter", meaning, samples)


def of_waiting_mails():
    newsletters = Delivery.objects.filter(state=Delivery.State.WAITING).count()
    waiting = [({"kind": "newsletter"}, newsletters), ({"kind": "sign_up"}, SignUp.objects.count())]
    yield family("mails_waiting", "gauge", "Mails that are still to be sent.", waiting)
