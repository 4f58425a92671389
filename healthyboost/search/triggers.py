"""What the database does by itself: a withdrawal shows at once in the index, whoever writes it.

A change that did not come through the portal's own code is noted in search_touched; indexing.index()
takes the note away again in the same transaction.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import connections, router

from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import content_models

TOUCH = """
CREATE OR REPLACE FUNCTION search_touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kind bigint; number bigint;
BEGIN
  SELECT id INTO kind FROM django_content_type WHERE app_label = TG_ARGV[0] AND model = TG_ARGV[1];
  IF kind IS NULL THEN RETURN NULL; END IF;
  number := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
  IF TG_OP = 'DELETE' THEN
    DELETE FROM search_entry WHERE content_type_id = kind AND object_id = number;
  END IF;
  INSERT INTO search_touched (content_type_id, object_id) VALUES (kind, number);
  RETURN NULL;
END $$
"""
HIDE = """
CREATE OR REPLACE FUNCTION search_hide() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kind bigint; old_row jsonb := to_jsonb(OLD); new_row jsonb := to_jsonb(NEW); code text;
  shown boolean; is_public boolean := false;
BEGIN
  SELECT id INTO kind FROM django_content_type WHERE app_label = TG_ARGV[0] AND model = TG_ARGV[1];
  FOREACH code IN ARRAY string_to_array(TG_ARGV[2], ' ') LOOP
    shown := new_row->>('published_at_' || code) IS NOT NULL
      AND new_row->>('withdrawn_at_' || code) IS NULL;
    is_public := is_public OR shown;
    UPDATE search_entry SET
        published_at = CASE WHEN shown THEN (new_row->>('published_at_' || code))::timestamptz END,
        unpublish_at = CASE WHEN shown THEN (new_row->>('unpublish_at_' || code))::timestamptz END
      WHERE content_type_id = kind AND object_id = NEW.id AND language = code
        AND file IS NULL AND NOT is_draft;
  END LOOP;
  IF NOT is_public THEN
    UPDATE search_entry SET published_at = NULL
      WHERE content_type_id = kind AND object_id = NEW.id AND file IS NOT NULL;
  END IF;
  RETURN NULL;
END $$
"""


def set_triggers(using="default", **kwargs):
    """After each migrate, on every content type there is."""
    from .models import Entry

    if not router.allow_migrate_model(using, Entry):
        return
    codes = language_codes()
    moments = [
        column(name, code)
        for name in ("published_at", "unpublish_at", "withdrawn_at")
        for code in codes
    ]
    before, after = (", ".join(f"{row}.{name}" for name in moments) for row in ("OLD", "NEW"))
    with connections[using].cursor() as cursor:
        present = connections[using].introspection.table_names(cursor)
        if Entry._meta.db_table not in present:
            return
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM search_entry) AND NOT EXISTS (SELECT FROM search_touched)"
        )
        is_new = cursor.fetchone()[0]
        cursor.execute(TOUCH)
        cursor.execute(HIDE)
        for model in content_models():
            table, meta = model._meta.db_table, model._meta
            if table not in present:
                continue
            named = f"'{meta.app_label}', '{meta.model_name}'"
            cursor.execute(
                f'CREATE OR REPLACE TRIGGER search_touch AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
                f"FOR EACH ROW EXECUTE FUNCTION search_touch({named})"
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER search_hide AFTER UPDATE OF {', '.join(moments)} "
                f'ON "{table}" FOR EACH ROW WHEN (ROW({before}) IS DISTINCT FROM ROW({after})) '
                f"EXECUTE FUNCTION search_hide({named}, '{' '.join(codes)}')"
            )
            if is_new:  # an older portal that had no search
                kind = ContentType.objects.get_for_model(model).pk
                cursor.execute(
                    "INSERT INTO search_touched (content_type_id, object_id) "
                    f'SELECT %s, id FROM "{table}"',
                    [kind],
                )
