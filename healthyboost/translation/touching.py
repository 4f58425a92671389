"""The database notes by itself which pages and rows were touched, also by SQL that somebody types."""

from django.apps import apps
from django.contrib.contenttypes.fields import GenericRelation
from django.db import connections, router
from modeltranslation.translator import translator

from healthyboost.content.hanging import prose_fields, prose_parts, prose_relations
from healthyboost.content.models import Content, Draft, content_models

NOTE = "INSERT INTO translation_touched (content_type_id, object_id)"
OF_KIND = (
    "SELECT kind.id, {key} FROM django_content_type kind "
    "WHERE kind.app_label = '{app}' AND kind.model = '{model}' AND {key} IS NOT NULL"
)
HANGING = "SELECT {row}.content_type_id, {row}.object_id"
FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN {note} {new};
  ELSIF TG_OP = 'DELETE' THEN {note} {old};
  ELSE {note} {old} UNION {new};
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER translation_note AFTER INSERT OR DELETE ON "{table}"
  FOR EACH ROW EXECUTE FUNCTION {name}();
CREATE OR REPLACE TRIGGER translation_note_update AFTER UPDATE ON "{table}"
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION {name}();
"""
ALL_OF = (
    NOTE + ' SELECT kind.id, found.id FROM "{table}" found, django_content_type kind '
    "WHERE kind.app_label = '{app}' AND kind.model = '{model}'"
)
NEVER_COUNTED = (
    " AND NOT EXISTS (SELECT FROM translation_standing counted WHERE "
    "counted.content_type_id = kind.id AND counted.object_id = found.id)"
)


def rows_with_words():
    """Models whose rows have words in several languages and hang on nothing: themes, pictures, people."""
    parts = {part for model in content_models() for part in prose_parts(model).values()}
    registered = translator.get_registered_models(abstract=False)
    return [
        model
        for model in apps.get_models()
        if model in registered
        and prose_fields(model)
        and not issubclass(model, Content)
        and model not in parts
    ]


def counted_models():
    return [*content_models(), *rows_with_words()]


# What touches what


def touches():
    """{table: [SELECT of the (content type, object) that a change to its {row} touches]}"""
    found = {"content_draft": [HANGING], "translation_notneeded": [HANGING]}
    for model in counted_models():
        found[model._meta.db_table] = [of_kind(model, "{row}.id")]
    for model in content_models():
        for table, select in touches_of_parts(model, model):
            selects = found.setdefault(table, [])
            if select not in selects:
                selects.append(select)
    return found


def touches_of_parts(page, model, owner="{key}"):
    """(table, SELECT) of what hangs on `model`; `owner`: from the key of its row to that of the page."""
    for name, related in prose_relations(model).items():
        relation, table = model._meta.get_field(name), related._meta.db_table
        if isinstance(relation, GenericRelation):
            yield table, HANGING
            continue
        up = relation.field.column
        yield table, of_kind(page, owner.replace("{key}", f"{{row}}.{up}"))
        above = f'(SELECT "{up}" FROM "{table}" WHERE id = {{key}})'
        yield from touches_of_parts(page, related, owner.replace("{key}", above))


def of_kind(model, key):
    """OF_KIND with all but {row}."""
    meta = model._meta
    filled = {"key": key, "app": meta.app_label, "model": meta.model_name}
    return OF_KIND.format(**filled)


# Setting them


def set_triggers(using="default", **kwargs):
    """After each migrate: the triggers, and a note of all that was never counted."""
    if not router.allow_migrate_model(using, Draft):
        return
    with connections[using].cursor() as cursor:
        present = set(connections[using].introspection.table_names(cursor))
        if not {"translation_touched", "translation_standing", "translation_notneeded"} <= present:
            return
        for table, selects in touches().items():
            if table in present:
                cursor.execute(function_of(table, selects))
        note_all([model for model in counted_models() if model._meta.db_table in present], using)


def function_of(table, selects):
    every = " UNION ".join(selects)
    rows = {name: every.replace("{row}", name.upper()) for name in ("old", "new")}
    return FUNCTION.format(name=f"translation_note_{table}", table=table, note=NOTE, **rows)


def note_all(models=None, using="default", counted_too=False):
    """Have all of it counted; what was counted before, too, where the way of counting is another."""
    with connections[using].cursor() as cursor:
        for model in counted_models() if models is None else models:
            meta = model._meta
            sql = ALL_OF.format(table=meta.db_table, app=meta.app_label, model=meta.model_name)
            cursor.execute(sql if counted_too else sql + NEVER_COUNTED)
