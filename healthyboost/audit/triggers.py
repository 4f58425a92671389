"""The database notes acts itself, in their transaction: nobody has to think of it, in the admin or in psql.

Who acts is the setting `audit.person` of the connection (noting.py); in a command or a timed job, nobody.
"""

import hashlib
from dataclasses import dataclass

from django.apps import apps
from django.db import connections, router

from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import content_models

from .models import Kind

SOMEBODY = "coalesce(current_setting('audit.person', true), '') <> ''"
ROUNDS = "split_part({row}.password, '$', 1) || split_part({row}.password, '$', 2)"
REHASHED = (
    f"{ROUNDS.format(row='OLD')} <> {ROUNDS.format(row='NEW')} AND OLD.password LIKE '%$%'"
    f" AND OLD.password NOT LIKE '!%' AND NOT {SOMEBODY}"
)
# With all triggers that call them: those of an earlier release may have other names.
FORGET = "DROP FUNCTION IF EXISTS audit_note(), audit_publication() CASCADE"
FUNCTIONS = """
CREATE OR REPLACE FUNCTION audit_name_of(account jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(
    nullif(trim(concat_ws(' ', account ->> 'first_name', account ->> 'last_name')), ''),
    account ->> 'username', '')
$$;
CREATE OR REPLACE FUNCTION audit_write(kind text, model text, number text, name text, details jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  who bigint := nullif(current_setting('audit.person', true), '')::bigint;
  account jsonb;
BEGIN
  SELECT to_jsonb(holder) INTO account FROM accounts_user AS holder WHERE id = who;
  IF model = 'accounts.user' AND name = '' THEN
    SELECT audit_name_of(to_jsonb(holder)) INTO name FROM accounts_user AS holder
      WHERE id = number::bigint;
  END IF;
  INSERT INTO audit_entry (at, person_id, person, kind, model, object_id, name, details)
    VALUES (clock_timestamp(), who, coalesce(audit_name_of(account), ''), kind, model,
      coalesce(number, ''), left(coalesce(name, ''), 310), coalesce(details, '{}'));
END $$;
-- kind, label of the model, column with the key of what it is about, column with its name,
-- columns to be kept, what else is to be said
CREATE FUNCTION audit_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  fields jsonb := to_jsonb(coalesce(NEW, OLD));
  label text := TG_ARGV[1];
  details jsonb;
BEGIN
  SELECT jsonb_object_agg(key, value) INTO details FROM jsonb_each(fields)
    WHERE key = ANY (TG_ARGV[4]::text[]) AND value NOT IN ('null', '""', '[]');
  IF label = '' THEN
    SELECT app_label || '.' || kind.model INTO label FROM django_content_type AS kind
      WHERE id = (fields ->> 'content_type_id')::bigint;
  END IF;
  PERFORM audit_write(TG_ARGV[0], label, fields ->> TG_ARGV[2],
    CASE WHEN TG_TABLE_NAME = 'accounts_user' THEN audit_name_of(fields)
      ELSE coalesce(fields ->> TG_ARGV[3], '') END,
    coalesce(details, '{}') || TG_ARGV[5]::jsonb);
  RETURN NULL;
END $$;
CREATE FUNCTION audit_publication() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  old_row jsonb := to_jsonb(OLD); new_row jsonb := to_jsonb(NEW); act record;
  -- the clock of who pressed the button may be a little ahead
  soon timestamptz := clock_timestamp() + interval '1 minute';
BEGIN
  FOR act IN
    WITH said AS (
      SELECT code, moment.* FROM unnest(TG_ARGV[1]::text[]) AS code,
        LATERAL (SELECT (new_row ->> ('published_at_' || code))::timestamptz AS new_from,
          (new_row ->> ('unpublish_at_' || code))::timestamptz AS new_until,
          (new_row ->> ('withdrawn_at_' || code))::timestamptz AS new_withdrawn,
          (old_row ->> ('published_at_' || code))::timestamptz AS old_from,
          (old_row ->> ('unpublish_at_' || code))::timestamptz AS old_until,
          (old_row ->> ('withdrawn_at_' || code))::timestamptz AS old_withdrawn) AS moment
    ), acts AS (
      SELECT code, 'withdrawn' AS kind, '{}'::jsonb AS details FROM said
        WHERE old_withdrawn IS NULL AND new_withdrawn IS NOT NULL
          OR old_from IS NOT NULL AND new_from IS NULL
          OR new_until <= soon AND new_until IS DISTINCT FROM old_until
      UNION ALL SELECT code, 'scheduled', jsonb_build_object('from', new_from) FROM said
        WHERE new_from > soon AND new_from IS DISTINCT FROM old_from
      UNION ALL SELECT code, 'scheduled', jsonb_build_object('until', new_until) FROM said
        WHERE new_until IS DISTINCT FROM old_until AND coalesce(new_until > soon, true)
      UNION ALL SELECT code, 'published', '{}' FROM said
        WHERE new_from <= soon AND new_withdrawn IS NULL
          AND (new_from IS DISTINCT FROM old_from OR old_withdrawn IS NOT NULL)
    )
    SELECT kind, details, jsonb_agg(code) AS codes FROM acts GROUP BY kind, details ORDER BY kind
  LOOP
    PERFORM audit_write(act.kind, TG_ARGV[0], NEW.id::text, NEW.slug,
      act.details || jsonb_build_object('languages', act.codes));
  END LOOP;
  RETURN NULL;
END $$
"""


@dataclass(frozen=True)
class Act:
    """A change of a table that is noted. `about`: the model whose row it is about, by the column `key`.

    Without a model the row says it itself, by a content type. `when` is SQL.
    """

    kind: Kind
    table: str  # label of its model
    event: str
    when: str = "true"
    about: str | None = None
    key: str = "id"
    name: str = ""
    keeps: tuple = ()
    says: str = "{}"


OF_ACCOUNT = {"about": "accounts.user", "key": "user_id"}
ROLE = {**OF_ACCOUNT, "keeps": ("role", "languages")}
ACTS = [
    Act(Kind.ACCOUNT_CREATED, "accounts.user", "INSERT"),
    Act(Kind.ACCOUNT_DELETED, "accounts.user", "DELETE"),
    Act(Kind.ACCOUNT_OPENED, "accounts.user", "UPDATE", "NEW.is_active AND NOT OLD.is_active"),
    Act(Kind.ACCOUNT_BLOCKED, "accounts.user", "UPDATE", "OLD.is_active AND NOT NEW.is_active"),
    Act(
        Kind.ACCOUNT_CHANGED,
        "accounts.user",
        "UPDATE",
        "(OLD.username, OLD.email, OLD.first_name, OLD.last_name)"
        " IS DISTINCT FROM (NEW.username, NEW.email, NEW.first_name, NEW.last_name)",
    ),
    Act(
        Kind.PASSWORD,
        "accounts.user",
        "UPDATE",
        f"OLD.password <> NEW.password AND NOT ({REHASHED})",
    ),
    # A sign-in after an upgrade stores the same password anew; so does, seldom, a reset by mail.
    Act(
        Kind.PASSWORD,
        "accounts.user",
        "UPDATE",
        f"OLD.password <> NEW.password AND {REHASHED}",
        says='{"how": "rehashed"}',
    ),
    Act(
        Kind.RIGHTS_GIVEN,
        "accounts.user",
        "UPDATE",
        "NEW.is_superuser AND NOT OLD.is_superuser",
        says='{"role": "everything"}',
    ),
    Act(
        Kind.RIGHTS_TAKEN,
        "accounts.user",
        "UPDATE",
        "OLD.is_superuser AND NOT NEW.is_superuser",
        says='{"role": "everything"}',
    ),
    Act(Kind.RIGHTS_GIVEN, "accounts.grant", "INSERT", **ROLE),
    Act(Kind.RIGHTS_CHANGED, "accounts.grant", "UPDATE", "OLD.* IS DISTINCT FROM NEW.*", **ROLE),
    Act(Kind.RIGHTS_TAKEN, "accounts.grant", "DELETE", **ROLE),
    Act(Kind.FACTOR_ADDED, "mfa.authenticator", "INSERT", **OF_ACCOUNT, keeps=("type",)),
    Act(Kind.FACTOR_REMOVED, "mfa.authenticator", "DELETE", **OF_ACCOUNT, keeps=("type",)),
    Act(Kind.DELETED, "media.picture", "DELETE"),
    Act(Kind.DELETED, "partners.contactperson", "DELETE"),
    Act(Kind.DELETED, "content.theme", "DELETE", name="slug"),
    # A timed job deletes them, too, when the time to undo has passed.
    Act(Kind.RESTORED, "editing.deletion", "DELETE", SOMEBODY, about="", key="object_id"),
    Act(Kind.MAILING, "mailing.mailing", "INSERT", keeps=("state",)),
    Act(Kind.MAILING, "mailing.mailing", "UPDATE", "OLD.state <> NEW.state", keeps=("state",)),
    Act(Kind.ANSWERED, "feedback.answer", "INSERT", about="feedback.message", key="message_id"),
    Act(Kind.ANSWERED, "feedback.message", "UPDATE", "OLD.state <> NEW.state", keeps=("state",)),
    Act(Kind.DELETED, "feedback.message", "DELETE", SOMEBODY),
    # Who leaves by a link in a mail is no user, and is not noted.
    Act(Kind.DELETED, "mailing.subscriber", "DELETE", SOMEBODY),
    Act(Kind.DELETED, "mailing.suppression", "DELETE", SOMEBODY),
    Act(Kind.SETTING, "redirects.redirect", "INSERT", SOMEBODY, name="old_address"),
    Act(
        Kind.SETTING,
        "redirects.redirect",
        "UPDATE",
        "(OLD.old_address, OLD.target) IS DISTINCT FROM (NEW.old_address, NEW.target)",
        name="old_address",
    ),
    Act(Kind.DELETED, "redirects.redirect", "DELETE", name="old_address"),
    Act(Kind.SETTING, "glossary.term", "INSERT", SOMEBODY, name="identifier"),
    Act(
        Kind.SETTING,
        "glossary.term",
        "UPDATE",
        f"{SOMEBODY} AND OLD.* IS DISTINCT FROM NEW.*",
        name="identifier",
    ),
    Act(Kind.DELETED, "glossary.term", "DELETE", SOMEBODY, name="identifier"),
    Act(
        Kind.SETTING,
        "wordings.wordingchange",
        "INSERT",
        SOMEBODY,
        about="wordings.wording",
        key="wording_id",
    ),
]


def acts():
    return [
        *ACTS,
        *(
            Act(Kind.DELETED, each._meta.label_lower, "DELETE", name="slug")
            for each in content_models()
        ),
    ]


def set_triggers(using="default", **kwargs):
    """After each migrate, on the tables that there are. Where they are set already it is a look."""
    from .models import Entry

    connection = connections[using]
    if not router.allow_migrate_model(using, Entry):
        return
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if not {Entry._meta.db_table, "accounts_user"} <= present:
            return
        sql = ";".join([FUNCTIONS, *statements(present)])
        digest = hashlib.sha256(sql.encode()).hexdigest()
        cursor.execute("SELECT obj_description(to_regproc('audit_note')::oid, 'pg_proc')")
        if cursor.fetchone()[0] != digest:
            cursor.execute(f"{FORGET};{sql};COMMENT ON FUNCTION audit_note() IS '{digest}'")


def statements(present):
    for number, act in enumerate(acts()):
        table = apps.get_model(act.table)._meta.db_table
        about = act.table if act.about is None else act.about
        if table in present:
            arguments = act.kind, about, act.key, act.name, f"{{{','.join(act.keeps)}}}", act.says
            yield (
                f'CREATE TRIGGER audit_{number:02} AFTER {act.event} ON "{table}" '
                f"FOR EACH ROW WHEN ({act.when}) EXECUTE FUNCTION audit_note("
                + ", ".join(f"'{each}'" for each in arguments)
                + ")"
            )
    codes = f"{{{','.join(language_codes())}}}"
    columns = [
        column(name, code)
        for name in ("published_at", "unpublish_at", "withdrawn_at")
        for code in language_codes()
    ]
    changed = " OR ".join(f'OLD."{each}" IS DISTINCT FROM NEW."{each}"' for each in columns)
    for model in content_models():
        if (table := model._meta.db_table) in present:
            call = f"EXECUTE FUNCTION audit_publication('{model._meta.label_lower}', '{codes}')"
            # What a command brings in is not the act of a person: `load_content`, `fill`.
            yield (
                f'CREATE TRIGGER audit_added AFTER INSERT ON "{table}" '
                f"FOR EACH ROW WHEN ({SOMEBODY}) {call}"
            )
            yield (
                f'CREATE TRIGGER audit_publication AFTER UPDATE ON "{table}" '
                f"FOR EACH ROW WHEN ({changed}) {call}"
            )
