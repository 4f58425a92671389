"""Runs of timed jobs and tasks: named in the log, counted, and told in the sign of life."""

import time
from contextlib import contextmanager

from django_tasks_db.models import DBTaskResult

from .tallies import tallies
from .tracing import at_work_on


class Run:
    result = "ok"


@contextmanager
def noted(name, signs=None):
    """Yields the Run, whose result the job may set."""
    run, begin = Run(), time.monotonic()
    if signs:
        signs.works_on(name)
    try:
        with at_work_on(name):
            yield run
    except Exception:
        run.result = "failed"
        raise
    except BaseException:  # told to end
        run.result = "left"
        raise
    finally:
        if signs:
            signs.works_on("")
        tallies.add("jobs", name, run.result)
        tallies.add("job_seconds", name, number=time.monotonic() - begin)


def give_back(task):
    """A task that was left, or whose end could not be noted, waits again, and it counts as no try."""
    DBTaskResult.objects.filter(pk=task.pk).exclude(status="SUCCESSFUL").update(
        status="READY",
        started_at=None,
        finished_at=None,
        worker_ids=task.worker_ids[:-1],
        exception_class_path="",
        traceback="",
    )
