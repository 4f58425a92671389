"""The database notes when each object changed, per language, whoever writes to it."""

from django.contrib.contenttypes.fields import GenericRelation
from django.db import connections, router

from .hanging import relations_of
from .languages import column, language_codes, translated_fields

# Languages whose columns differ; all of them where a column without language does.
CHANGED_LANGUAGES = """
CREATE OR REPLACE FUNCTION content_changed_languages(old_row jsonb, new_row jsonb, ignored text[])
RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN bool_or(code IS NULL) THEN '{CODES}'::text[] ELSE array_agg(code) END
  FROM (
    SELECT DISTINCT substring(key FROM '_({PATTERN})$') AS code FROM jsonb_each(new_row)
    WHERE value IS DISTINCT FROM old_row -> key AND NOT key = ANY (ignored)
  ) AS changed
$$
"""
OF_OBJECT = """
CREATE OR REPLACE FUNCTION content_datestamp() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kind bigint; codes text[] := '{CODES}'; row_now jsonb; row_before jsonb;
  is_public boolean; was_public boolean;
BEGIN
  SELECT id INTO kind FROM django_content_type WHERE app_label = TG_ARGV[0] AND model = TG_ARGV[1];
  IF kind IS NULL THEN RETURN NULL; END IF;
  IF TG_OP = 'DELETE' THEN
    row_now := to_jsonb(OLD);
    SELECT bool_or((row_now ->> ('published_at_' || code))::timestamptz <= now()) INTO was_public
      FROM unnest(codes) AS code;
    INSERT INTO content_datestamp (content_type_id, object_id, slug, deleted_at)
      SELECT kind, OLD.id, OLD.slug, clock_timestamp() WHERE was_public
      ON CONFLICT (content_type_id, object_id) DO UPDATE
        SET slug = EXCLUDED.slug, deleted_at = EXCLUDED.deleted_at;
    IF was_public IS NOT TRUE THEN
      DELETE FROM content_datestamp
        WHERE content_type_id = kind AND object_id = OLD.id AND deleted_at IS NULL;
    END IF;
    RETURN NULL;
  END IF;
  row_now := to_jsonb(NEW);
  IF TG_OP = 'UPDATE' THEN row_before := to_jsonb(OLD); END IF;
  -- who empties "public from" takes back what was public: gone as if it had been deleted
  SELECT bool_or((row_now ->> ('published_at_' || code))::timestamptz <= clock_timestamp()),
      bool_or((row_before ->> ('published_at_' || code))::timestamptz <= clock_timestamp())
    INTO is_public, was_public FROM unnest(codes) AS code;
  IF TG_OP = 'UPDATE' THEN
    codes := content_changed_languages(row_before, row_now, TG_ARGV[2]::text[]);
  END IF;
  SELECT array_agg(code) INTO codes FROM unnest(codes) AS code
    WHERE row_now ->> ('published_at_' || code) IS NOT NULL;
  INSERT INTO content_datestamp (content_type_id, object_id, slug, {COLUMNS})
    SELECT kind, NEW.id, NEW.slug, {NEW_VALUES}
    ON CONFLICT (content_type_id, object_id) DO UPDATE
      SET slug = EXCLUDED.slug, {KEPT_VALUES}, deleted_at = CASE
        WHEN is_public THEN NULL WHEN was_public THEN clock_timestamp()
        ELSE content_datestamp.deleted_at END;
  RETURN NULL;
END $$
"""
OF_ROW = """
CREATE OR REPLACE FUNCTION content_datestamp_{TABLE}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  codes text[] := content_changed_languages(
    CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) ELSE '{}' END,
    CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) ELSE '{}' END, '{IGNORED}'::text[]);
  changed record;
BEGIN
  IF TG_OP = 'DELETE' THEN codes := '{CODES}'; END IF;
  FOR changed IN {OWNERS} LOOP
    UPDATE content_datestamp SET {SET_VALUES}
      WHERE content_type_id = changed.kind AND object_id = changed.number;
  END LOOP;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER content_datestamp AFTER INSERT OR DELETE ON "{TABLE}"
  FOR EACH ROW EXECUTE FUNCTION content_datestamp_{TABLE}();
CREATE OR REPLACE TRIGGER content_datestamp_update AFTER UPDATE ON "{TABLE}"
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION content_datestamp_{TABLE}();
"""
OF_OBJECT_TRIGGER = """
CREATE OR REPLACE TRIGGER content_datestamp AFTER INSERT OR DELETE ON "{TABLE}"
  FOR EACH ROW EXECUTE FUNCTION content_datestamp('{APP}', '{MODEL}', '{IGNORED}');
CREATE OR REPLACE TRIGGER content_datestamp_update AFTER UPDATE ON "{TABLE}"
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION content_datestamp('{APP}', '{MODEL}', '{IGNORED}');
INSERT INTO content_datestamp (content_type_id, object_id, slug)
  SELECT kind.id, object.id, object.slug FROM "{TABLE}" AS object, django_content_type AS kind
  WHERE kind.app_label = '{APP}' AND kind.model = '{MODEL}'
  ON CONFLICT (content_type_id, object_id) DO NOTHING
"""
HANGING = "SELECT {row}.content_type_id AS kind, {row}.object_id AS number"
OF_KIND = (
    "SELECT id AS kind, {key} AS number FROM django_content_type "
    "WHERE app_label = '{app}' AND model = '{model}' AND {key} IS NOT NULL"
)
NOT_SHOWN = {"drafts", "former_slugs"}  # what hangs on a page and no visitor sees
NEVER_SHOWN = {"made_from", "verified_at"}


def set_datestamp_triggers(using="default", **kwargs):
    """After each migrate: the triggers, and a Datestamp of all that has none."""
    from .models import Datestamp, content_models

    if not router.allow_migrate_model(using, Datestamp):
        return
    with connections[using].cursor() as cursor:
        present = set(connections[using].introspection.table_names(cursor))
        if Datestamp._meta.db_table not in present:
            return
        codes = language_codes()
        changed = [column("changed_at", code) for code in codes]
        stamped = [f"CASE WHEN '{code}' = ANY (codes) THEN clock_timestamp() END" for code in codes]
        kept = [f"{name} = coalesce(EXCLUDED.{name}, content_datestamp.{name})" for name in changed]
        words = {
            "CODES": f"{{{','.join(codes)}}}",
            "PATTERN": "|".join(codes),
            "COLUMNS": ", ".join(changed),
            "NEW_VALUES": ", ".join(stamped),
            "KEPT_VALUES": ", ".join(kept),
            "SET_VALUES": ", ".join(
                f"{name} = coalesce({value}, {name})"
                for name, value in zip(changed, stamped, strict=True)
            ),
        }
        cursor.execute(filled(CHANGED_LANGUAGES, words))
        cursor.execute(filled(OF_OBJECT, words))
        for model in content_models():
            if model._meta.db_table in present:
                cursor.execute(filled(OF_OBJECT_TRIGGER, words | words_of(model)))
        for model, owners in rows_shown().items():
            if model._meta.db_table in present:
                cursor.execute(filled(OF_ROW, words | words_of(model) | {"OWNERS": owners}))


def rows_shown():
    """{model: SELECT of the (kind, number) of the objects that show a row} of all that hangs on pages."""
    from .models import content_models

    found = {}
    for page in content_models():
        through = page.themes.through
        found[through] = [of_kind(page, f"{{row}}.{page._meta.model_name}_id")]
        for model, select in rows_below(page, page):
            if select not in found.setdefault(model, []):
                found[model].append(select)
    return {
        model: " UNION ".join(
            select.replace("{row}", row) for select in selects for row in ("OLD", "NEW")
        )
        for model, selects in found.items()
    }


def rows_below(page, model, owner="{key}"):
    """(model, SELECT) of what hangs on `model`; `owner`: from the key of its row to that of the page."""
    for name, (related, _fields) in relations_of(model).items():
        if name in NOT_SHOWN:
            continue
        relation = model._meta.get_field(name)
        if isinstance(relation, GenericRelation):
            yield related, HANGING
            continue
        up = relation.field.column
        yield related, of_kind(page, owner.replace("{key}", f"{{row}}.{up}"))
        above = f'(SELECT "{up}" FROM "{related._meta.db_table}" WHERE id = {{key}})'
        yield from rows_below(page, related, owner.replace("{key}", above))


def of_kind(page, key):
    return OF_KIND.format(key=key, app=page._meta.app_label, model=page._meta.model_name)


def words_of(model):
    """What OF_OBJECT_TRIGGER and OF_ROW say of a table. The column of a translated field that has no
    language repeats one that has."""
    ignored = [*translated_fields(model)]
    for name in NEVER_SHOWN & {field.name for field in model._meta.fields}:
        translated = name in ignored
        ignored += [column(name, code) for code in language_codes()] if translated else [name]
    return {
        "TABLE": model._meta.db_table,
        "APP": model._meta.app_label,
        "MODEL": model._meta.model_name,
        "IGNORED": f"{{{','.join(ignored)}}}",
    }


def filled(sql, words):
    for name, value in words.items():
        sql = sql.replace("{" + name + "}", value)
    return sql
