"""The background process: tasks that wait in the database, and jobs by the clock."""

import logging
import signal
import time
from datetime import timedelta

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from healthyboost import pulse
from healthyboost.database import check_server
from healthyboost.demand.requests import forget_old_demand
from healthyboost.demand.wishes import forget_wishes, mail_wishes
from healthyboost.discovery.indexnow import tell_search_engines
from healthyboost.editing.deleting import forget
from healthyboost.editing.keeping import forget_unsaved_forms
from healthyboost.editing.links import check_links, note_uses
from healthyboost.editing.previews import forget_preview_links
from healthyboost.editing.telling import tell_authors
from healthyboost.glossary.uses import read_pages
from healthyboost.mailing.bounces import read_inbox
from healthyboost.mailing.checks import check_suppression_keys
from healthyboost.mailing.letters import answer_sign_ups
from healthyboost.mailing.limits import forget_attempts
from healthyboost.mailing.mailings import forget_deliveries as forget_mail_deliveries
from healthyboost.mailing.sending import send_mailings
from healthyboost.mailing.subscribing import ask_for_other_themes, forget_subscribers
from healthyboost.media.orphans import remove_orphans
from healthyboost.pagecache.generation import forget_changes
from healthyboost.redirects.counting import forget_missed
from healthyboost.search.building import keep_index
from healthyboost.search.files import read_files
from healthyboost.search.finding import count_months
from healthyboost.search.indexing import catch_up as index_touched
from healthyboost.search.nearby import forget_words
from healthyboost.translation.comment_mail import tell_of_comments
from healthyboost.translation.comments import forget_comments
from healthyboost.translation.counting import catch_up_all
from healthyboost.translation.digest import send_digests
from healthyboost.translation.exchange.models import forget_deliveries
from healthyboost.translation.machine_runs import forget_machine_runs
from healthyboost.translation.page_links import forget_page_links
from healthyboost.wordings.remembering import remember_wordings

logger = logging.getLogger(__name__)

# name, how often, what. Several processes may run `work`: only one of them runs these.
TIMED = [
    ("clearsessions", timedelta(days=1), lambda: call_command("clearsessions")),
    (
        "prune_db_task_results",
        timedelta(days=1),
        lambda: call_command("prune_db_task_results", verbosity=0),
    ),
    ("count_standings", timedelta(seconds=5), lambda: catch_up_all(seconds=5)),
    ("read_terms", timedelta(minutes=1), lambda: read_pages(seconds=10)),
    ("tell_authors", timedelta(minutes=1), tell_authors),
    ("tell_of_comments", timedelta(minutes=1), tell_of_comments),
    ("send_digests", timedelta(minutes=10), send_digests),
    ("mail_wishes", timedelta(minutes=1), mail_wishes),
    ("answer_sign_ups", timedelta(seconds=5), answer_sign_ups),
    ("send_mailings", timedelta(seconds=1), send_mailings),
    ("read_inbox", timedelta(minutes=5), read_inbox),
    ("ask_for_other_themes", timedelta(days=1), ask_for_other_themes),
    ("remember_wordings", timedelta(minutes=1), remember_wordings),
    ("note_links", timedelta(days=1), note_uses),
    ("check_links", timedelta(minutes=5), check_links),
    ("index_touched", timedelta(seconds=5), index_touched),
    ("read_files", timedelta(minutes=1), read_files),
    ("count_months", timedelta(hours=1), count_months),
    ("forget_words", timedelta(minutes=1), forget_words),
    ("keep_index", timedelta(hours=1), keep_index),
    ("tell_search_engines", timedelta(minutes=5), tell_search_engines),
    ("remove_orphans", timedelta(days=1), remove_orphans),
    ("forget_deleted", timedelta(days=1), forget),
    ("forget_preview_links", timedelta(days=1), forget_preview_links),
    ("forget_comments", timedelta(days=1), forget_comments),
    ("forget_unsaved_forms", timedelta(days=1), forget_unsaved_forms),
    ("forget_deliveries", timedelta(days=1), forget_deliveries),
    ("forget_page_links", timedelta(days=1), forget_page_links),
    ("forget_machine_runs", timedelta(days=1), forget_machine_runs),
    ("forget_old_demand", timedelta(days=1), forget_old_demand),
    ("forget_wishes", timedelta(days=1), forget_wishes),
    ("forget_missed", timedelta(days=1), forget_missed),
    ("forget_changes", timedelta(minutes=10), forget_changes),
    ("forget_subscribers", timedelta(days=1), forget_subscribers),
    ("forget_attempts", timedelta(days=1), forget_attempts),
    ("forget_mail_deliveries", timedelta(days=1), forget_mail_deliveries),
]
LOCK = 4_861_701  # PostgreSQL's advisory lock of the process that runs the timed jobs
PAUSE = 1.0  # seconds between two looks at the queue
GRACE = 1.5  # seconds that a running task gets to end by itself
DATABASE_GONE = InterfaceError, OperationalError


class Command(BaseCommand):
    help = "Runs background tasks and timed jobs until it is told to end."

    def handle(self, **options):
        check_server(connection)
        for warning in check_suppression_keys(None, databases=["default"]):
            logger.warning("%s %s", warning.msg, warning.hint)
        pulse.start()
        logging.getLogger("django_tasks_db").setLevel(logging.ERROR)  # it tells of every look
        worker, clock = BackgroundWorker(), Clock(TIMED)
        worker.configure_signals()
        try:
            self.run(worker, clock)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)  # what ends the process now is no task

    def run(self, worker, clock):
        while worker.running:
            try:
                clock.run_due()
                worker.run()  # all that wait, then it returns
            except DATABASE_GONE as error:
                logger.warning("The database is gone, trying again: %s", str(error).strip())
                connection.close()
                clock.close()
            if worker.running:
                time.sleep(PAUSE)


class BackgroundWorker(Worker):
    """The worker of django-tasks-db; told to end, it gives a running task a moment, no more."""

    def __init__(self):
        super().__init__(
            queue_names=["*"],
            excluded_queue_names=[],
            backend_name="default",
            worker_id=get_random_string(32),
            batch=True,
            interval=PAUSE,
            startup_delay=False,
            max_tasks=None,
        )

    def shutdown(self, signum, frame):
        # The library's second call ends a running task, which is then marked as failed.
        signal.signal(signal.SIGALRM, super().shutdown)
        signal.setitimer(signal.ITIMER_REAL, GRACE)
        super().shutdown(signum, frame)


class Clock:
    """Runs jobs when they are due: at once, then each at its interval.

    The lock lasts as long as its connection, so that connection is not Django's own, which is
    closed now and then. Another process takes over within a minute when this one ends.
    """

    def __init__(self, jobs):
        self.jobs = jobs
        self.due = {name: 0.0 for name, _, _ in jobs}
        self.connection = connection.copy()
        self.next_try = 0.0

    def run_due(self):
        now = time.monotonic()
        waiting = [job for job in self.jobs if self.due[job[0]] <= now]
        if not waiting or now < self.next_try or not self._is_mine():
            return
        for name, every, function in waiting:
            try:
                function()
            except DATABASE_GONE:
                raise
            except Exception:
                logger.exception("The timed job %s failed", name)
            self.due[name] = time.monotonic() + every.total_seconds()

    def _is_mine(self):
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_lock(%s) WHERE NOT EXISTS (SELECT FROM pg_locks WHERE"
                " locktype = 'advisory' AND objid = %s AND pid = pg_backend_pid())",
                [LOCK, LOCK],
            )
            row = cursor.fetchone()
        mine = row is None or row[0]  # no row: it is held already
        self.next_try = 0.0 if mine else time.monotonic() + 60
        return mine

    def close(self):
        self.connection.close()
