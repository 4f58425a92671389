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
from healthyboost.abandoned_tasks import say_alive, take_up_tasks
from healthyboost.accounts.encryption import renew
from healthyboost.audit.forgetting import forget_entries
from healthyboost.database import check_server
from healthyboost.demand.requests import forget_old_demand
from healthyboost.demand.wishes import forget_wishes, mail_wishes
from healthyboost.discovery.indexnow import tell_search_engines
from healthyboost.editing.deleting import forget
from healthyboost.editing.keeping import forget_unsaved_forms
from healthyboost.editing.links import check_links, note_uses
from healthyboost.editing.previews import forget_preview_links
from healthyboost.editing.telling import tell_authors
from healthyboost.ending import ending
from healthyboost.feedback.delivering import deliver as deliver_feedback
from healthyboost.feedback.receiving import forget_messages
from healthyboost.glossary.uses import read_pages
from healthyboost.limits.counting import forget_counts
from healthyboost.mailing.bounces import read_inbox
from healthyboost.mailing.checks import check_suppression_keys
from healthyboost.mailing.letters import answer_sign_ups
from healthyboost.mailing.limits import forget_attempts
from healthyboost.mailing.mailings import forget_deliveries as forget_mail_deliveries
from healthyboost.mailing.sending import send_mailings
from healthyboost.mailing.subscribing import ask_for_other_themes, forget_subscribers
from healthyboost.media.orphans import remove_orphans
from healthyboost.moments_ahead import draw_moments_near
from healthyboost.operations.jobs import give_back, noted
from healthyboost.operations.signs import SignsOfLife, forget_processes
from healthyboost.pagecache.generation import forget_changes
from healthyboost.privacy.consents import remind_of_consents
from healthyboost.privacy.retention import (
    forget_expired,
    forget_people,
    forget_refusals,
    forget_sign_ins,
)
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

# name, how often, what. Several processes may run `work`: only one of them runs these, one after the
# other. After an upgrade all are due: readers search before others are asked whether links still work.
TIMED = [
    ("take_up_tasks", timedelta(seconds=10), take_up_tasks),
    ("draw_moments_near", timedelta(minutes=1), draw_moments_near),
    ("clearsessions", timedelta(days=1), lambda: call_command("clearsessions")),
    (
        "prune_db_task_results",
        timedelta(days=1),
        lambda: call_command("prune_db_task_results", verbosity=0),
    ),
    ("index_touched", timedelta(seconds=5), index_touched),
    ("count_standings", timedelta(seconds=5), lambda: catch_up_all(seconds=5)),
    ("read_terms", timedelta(minutes=1), lambda: read_pages(seconds=10)),
    ("tell_authors", timedelta(minutes=1), tell_authors),
    ("tell_of_comments", timedelta(minutes=1), tell_of_comments),
    ("send_digests", timedelta(minutes=10), send_digests),
    ("mail_wishes", timedelta(minutes=1), mail_wishes),
    ("answer_sign_ups", timedelta(seconds=5), answer_sign_ups),
    ("deliver_feedback", timedelta(seconds=5), deliver_feedback),
    ("send_mailings", timedelta(seconds=1), send_mailings),
    ("read_inbox", timedelta(minutes=5), read_inbox),
    ("ask_for_other_themes", timedelta(days=1), ask_for_other_themes),
    ("remember_wordings", timedelta(minutes=1), remember_wordings),
    ("note_links", timedelta(days=1), note_uses),
    ("check_links", timedelta(minutes=5), check_links),
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
    ("forget_processes", timedelta(days=1), forget_processes),
    ("forget_counts", timedelta(minutes=1), forget_counts),
    ("forget_subscribers", timedelta(days=1), forget_subscribers),
    ("forget_attempts", timedelta(days=1), forget_attempts),
    ("renew_encryption", timedelta(days=1), renew),
    ("forget_entries", timedelta(days=1), forget_entries),
    ("forget_messages", timedelta(days=1), forget_messages),
    ("forget_mail_deliveries", timedelta(days=1), forget_mail_deliveries),
    ("forget_people", timedelta(days=1), forget_people),
    ("forget_sign_ins", timedelta(hours=1), forget_sign_ins),
    ("forget_refusals", timedelta(days=1), forget_refusals),
    ("forget_expired", timedelta(hours=1), forget_expired),
    ("remind_of_consents", timedelta(hours=1), remind_of_consents),
]
LOCK = 4_861_701  # PostgreSQL's advisory lock of the process that runs the timed jobs
PAUSE = 1.0  # seconds between two looks at the queue
GRACE = 1.5  # seconds that a running task gets to end by itself
DATABASE_GONE = InterfaceError, OperationalError


class Command(BaseCommand):
    help = "Runs background tasks and timed jobs until it is told to end."

    def add_arguments(self, parser):
        parser.add_argument(
            "--sign-of-life",
            metavar="FILE",
            help="A file that is touched every five seconds, for who watches this process.",
        )

    def handle(self, sign_of_life=None, **options):
        check_server(connection)
        for warning in check_suppression_keys(None, databases=["default"]):
            logger.warning("%s %s", warning.msg, warning.hint)
        worker = BackgroundWorker(sign_of_life)
        worker.signs.begin()
        pulse.start()
        logging.getLogger("django_tasks_db").setLevel(logging.ERROR)  # it tells of every look
        worker.configure_signals()
        try:
            self.run(worker, Clock(TIMED))
        except SystemExit:
            if not ending.is_set():
                raise
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)  # what ends the process now is no task
            worker.signs.end()

    def run(self, worker, clock):
        while worker.running:
            try:
                clock.say_alive(worker.worker_id)
                worker.give_back_unrecorded()
                worker.run()  # all tasks that wait, then it returns
                worker.run_timed_jobs(clock)
            except DATABASE_GONE as error:
                logger.warning("The database is gone, trying again: %s", str(error).strip())
                connection.close()
                clock.close()
            if worker.running:
                time.sleep(PAUSE)


class BackgroundWorker(Worker):
    """The worker of django-tasks-db; told to end, it gives a running task a moment, no more.

    A task that does not end in that moment is given back: the next process does it.
    """

    def __init__(self, sign_of_life=None):
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
        self.signs = SignsOfLife(self.worker_id, sign_of_life)
        self.unrecorded = []  # tasks of which nobody knows what became: the database was away

    def run_timed_jobs(self, clock):
        self.running_task = True  # they too get a moment
        try:
            clock.run_due(self.signs, self.run_tasks_between)
        finally:
            self.running_task = False

    def run_tasks_between(self):
        """Somebody waits for them: not until the last of many jobs, some of which wait for others."""
        self.running_task = False
        self.run()
        self.running_task = True

    def give_back_unrecorded(self):
        while self.unrecorded:
            give_back(self.unrecorded[-1])
            self.unrecorded.pop()

    def run_task(self, task):
        with noted(task.task_path.rpartition(".")[2], self.signs) as run:
            try:
                super().run_task(task)
            except DATABASE_GONE:
                self.unrecorded.append(task)
                raise
            if task.status == "FAILED":
                run.result = "failed"
            if ending.is_set() and task.exception_class_path == "builtins.SystemExit":
                give_back(task)
                run.result = "given back"
                logger.warning("The task was given back: the next process does it")

    def shutdown(self, signum, frame):
        ending.set()
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
        self.alive_on = None  # the connection that says so

    def say_alive(self, worker_id):
        """No other process takes up what this one has begun."""
        self.connection.ensure_connection()
        if self.alive_on is not self.connection.connection:
            with self.connection.cursor() as cursor:
                say_alive(cursor, worker_id)
            self.alive_on = self.connection.connection

    def run_due(self, signs=None, between=lambda: None):
        """`between` is called after each job that took longer than a look at the queue may wait."""
        now = time.monotonic()
        waiting = [job for job in self.jobs if self.due[job[0]] <= now]
        if not waiting or now < self.next_try or not self._is_mine():
            return
        for name, every, function in waiting:
            if ending.is_set():
                return
            begun = time.monotonic()
            with noted(name, signs) as run:
                try:
                    function()
                except DATABASE_GONE:
                    raise
                except Exception:
                    logger.exception("The timed job %s failed", name)
                    run.result = "failed"
            now = time.monotonic()
            self.due[name] = now + every.total_seconds()
            if now - begun > PAUSE:
                between()

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
