"""The database tells of every commit that can change a page, whoever makes it.

All tables have the triggers but those of NOT_SHOWN: of a new table nobody has to think.
"""

import hashlib

from django.apps import apps
from django.db import connections, models, router

# No page for visitors shows a row of these. Most of them are written while nothing is published.
NOT_SHOWN = frozenset(
    """
    django_migrations django_session django_admin_log django_tasks_database_dbtaskresult cache
    django_content_type auth_group auth_permission auth_group_permissions
    accounts_user accounts_grant account_emailaddress account_emailconfirmation mfa_authenticator
    usersessions_usersession reversion_revision reversion_version
    content_draft editing_unsavedform editing_previewlink editing_checkedaddress editing_addressuse
    editing_told editing_deletion media_orphanedfile glossary_use glossary_reading
    search_touched search_spokenword wordings_wordingchange demand_demand demand_wish
    demand_digestchoice translation_comment translation_comment_asked_of translation_delivery
    translation_machinerun translation_memoryentry translation_pagelink translation_notneeded
    translation_touched discovery_told redirects_redirect redirects_missedaddress
    mailing_subscriber mailing_subscriber_themes mailing_signup mailing_attempts mailing_suppression
    mailing_mailing mailing_mailingtext mailing_delivery news_keptpdf
    pagecache_change pagecache_moment feedback_message feedback_answer limits_count
    audit_entry operations_process operations_tally
    """.split()
)
# Each transaction is told of once; a savepoint that is taken back takes this back, too.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION pagecache_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('pagecache.told', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    PERFORM set_config('pagecache.told', pg_current_xact_id()::text, true);
    INSERT INTO pagecache_change DEFAULT VALUES;
    PERFORM pg_notify('pages', '');
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION pagecache_moments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fields jsonb := to_jsonb(NEW);
BEGIN
  INSERT INTO pagecache_moment (at)
    SELECT DISTINCT (fields ->> name)::timestamptz FROM unnest(TG_ARGV) AS name
    WHERE (fields ->> name)::timestamptz > clock_timestamp();
  RETURN NULL;
END $$
"""
NAMES = "pagecache_rows", "pagecache_update", "pagecache_truncate", "pagecache_moments"
TELL = """
CREATE OR REPLACE TRIGGER pagecache_rows AFTER INSERT OR DELETE ON "{table}"
  FOR EACH ROW EXECUTE FUNCTION pagecache_changed();
CREATE OR REPLACE TRIGGER pagecache_update AFTER UPDATE ON "{table}"
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION pagecache_changed();
CREATE OR REPLACE TRIGGER pagecache_truncate AFTER TRUNCATE ON "{table}"
  FOR EACH STATEMENT EXECUTE FUNCTION pagecache_changed()
"""
NOTE_MOMENTS = """
CREATE OR REPLACE TRIGGER pagecache_moments AFTER INSERT OR UPDATE ON "{table}"
  FOR EACH ROW WHEN ({is_to_come}) EXECUTE FUNCTION pagecache_moments({names});
INSERT INTO pagecache_moment (at)
  SELECT DISTINCT moment FROM "{table}" AS new, LATERAL (VALUES {values}) AS named (moment)
  WHERE moment > clock_timestamp() AND NOT EXISTS (SELECT FROM pagecache_moment WHERE at = moment)
"""


HELD = """
SELECT obj_description(to_regproc('pagecache_changed')::oid, 'pg_proc'),
  (SELECT array_agg(relname::text) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE tgname = ANY(%s))
"""


def set_triggers(using="default", **kwargs):
    """After each migrate, on all tables there are. Where they are set already it is a look."""
    from .models import Change, Moment

    connection = connections[using]
    if not router.allow_migrate_model(using, Change):
        return
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if Moment._meta.db_table not in present:
            return
        wanted = [FUNCTIONS, *statements(present - NOT_SHOWN)]
        digest = hashlib.sha256("".join(wanted).encode()).hexdigest()
        cursor.execute(HELD, [list(NAMES)])
        held_digest, held = cursor.fetchone()
        held = set(held or ())
        if held_digest == digest and held == present - NOT_SHOWN:
            return
        wanted += [
            f'DROP TRIGGER IF EXISTS {name} ON "{table}"'
            for table in sorted(held & NOT_SHOWN)
            for name in NAMES
        ]
        wanted.append(f"COMMENT ON FUNCTION pagecache_changed() IS '{digest}'")
        cursor.execute(";".join(wanted))


def statements(tables):
    models_of = {
        model._meta.db_table: model for model in apps.get_models(include_auto_created=True)
    }
    for table in sorted(tables):
        yield TELL.format(table=table)
        if columns := table in models_of and moments_of(models_of[table]):
            yield NOTE_MOMENTS.format(
                table=table,
                is_to_come=" OR ".join(f'NEW."{name}" > clock_timestamp()' for name in columns),
                names=", ".join(f"'{name}'" for name in columns),
                values=", ".join(f'(new."{name}")' for name in columns),
            )


def moments_of(model):
    """Columns that hold a moment. A date needs none: a day begins at a full hour."""
    return [
        field.column
        for field in model._meta.concrete_fields
        if isinstance(field, models.DateTimeField)
    ]
