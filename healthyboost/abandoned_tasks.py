"""Tasks whose background process was killed are done by the next one.

Each process holds an advisory lock of PostgreSQL under its name as long as it lives: the server lets go
of it with the connection, however the process ended. Tasks must bear to be done twice.
"""

import logging

from django.db import connection
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)
SPACE = 4_861_702  # of advisory locks: those of background processes
TRIES = 3  # a task that kills each process that does it is given up

SAY_ALIVE = "SELECT pg_advisory_lock_shared(%s, hashtext(%s))"
TAKE_UP = """
UPDATE {table} AS task
SET status = CASE WHEN jsonb_array_length(worker_ids) < %(tries)s THEN 'READY' ELSE 'FAILED' END,
    finished_at = CASE WHEN jsonb_array_length(worker_ids) < %(tries)s THEN NULL ELSE now() END,
    traceback = CASE WHEN jsonb_array_length(worker_ids) < %(tries)s THEN ''
      ELSE 'Each process that began it was killed.' END
WHERE status = 'RUNNING' AND NOT EXISTS (
  SELECT FROM pg_locks
  WHERE locktype = 'advisory' AND classid = %(space)s
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND objid = (hashtext(worker_ids ->> -1)::bigint & 4294967295)::oid)
RETURNING task_path, status
"""


def say_alive(cursor, worker_id):
    """For as long as the connection of `cursor` lasts."""
    cursor.execute(SAY_ALIVE, [SPACE, worker_id])


def take_up_tasks():
    """For a timed job."""
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE_UP.format(table=DBTaskResult._meta.db_table), {"tries": TRIES, "space": SPACE}
        )
        for path, status in cursor.fetchall():
            logger.warning("The task %s was left by a process that was killed: %s", path, status)
