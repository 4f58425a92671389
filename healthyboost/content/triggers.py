"""What the database does by itself on every content table, whoever writes to it."""

from django.db import connections, router

FORMER_SLUG = """
CREATE OR REPLACE FUNCTION content_remember_slug() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE type_id bigint;
BEGIN
  SELECT id INTO type_id FROM django_content_type
    WHERE app_label = TG_ARGV[0] AND model = TG_ARGV[1];
  IF type_id IS NOT NULL THEN
    INSERT INTO content_formerslug (content_type_id, object_id, slug)
      VALUES (type_id, NEW.id, OLD.slug)
      ON CONFLICT (content_type_id, slug) DO UPDATE SET object_id = EXCLUDED.object_id;
    -- an address in use is nobody's former one
    DELETE FROM content_formerslug WHERE content_type_id = type_id AND slug = NEW.slug;
  END IF;
  RETURN NULL;
END $$
"""


def set_triggers(using="default", **kwargs):
    """After each migrate: a changed slug is remembered, on every content type there is."""
    from .models import Draft, content_models

    if not router.allow_migrate_model(using, Draft):
        return
    with connections[using].cursor() as cursor:
        cursor.execute(FORMER_SLUG)
        present = connections[using].introspection.table_names(cursor)
        for model in content_models():
            table = model._meta.db_table
            if table in present:
                cursor.execute(
                    f'CREATE OR REPLACE TRIGGER content_remember_slug AFTER UPDATE OF slug ON "{table}" '
                    "FOR EACH ROW WHEN (OLD.slug IS DISTINCT FROM NEW.slug) "
                    f"EXECUTE FUNCTION content_remember_slug('{model._meta.app_label}', "
                    f"'{model._meta.model_name}')"
                )
