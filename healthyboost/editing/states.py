"""The state of one language of a page, as the database can tell it of many pages at once.

SQL, because these expressions are in each query of a list, five of them for each content type: built
of Q objects they took more time than the database needs to answer.
"""

from functools import cache

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from healthyboost.content.languages import column
from healthyboost.content.models import PUBLICATION, Draft, public_in, text_fields
from healthyboost.translation.standing import Standing

NOBODY, EVERYTHING = Q(pk__in=[]), ~Q(pk__in=[])


def stored_state(model, code):
    """What Content.state_in says: drafts and the age of translations are not in the row."""
    return RawSQL(state_sql(model, code), [timezone.now()] * 2, output_field=CharField())


@cache
def state_sql(model, code):
    published, unpublish, withdrawn = (sql_name(model, name, code) for name in PUBLICATION)
    texts = " OR ".join(f"{sql_name(model, name, code)} > ''" for name in text_fields(model))
    return (
        f"CASE WHEN {withdrawn} IS NOT NULL OR {unpublish} <= %s THEN 'withdrawn' "
        f"WHEN {published} <= %s THEN 'public' WHEN {published} IS NOT NULL THEN 'scheduled' "
        f"WHEN {texts} THEN 'draft' ELSE 'empty' END"
    )


def sql_name(model, name, code):
    return f'"{model._meta.db_table}"."{column(name, code)}"'


def in_state(model, state, code):
    """Q: the text in `code` is in `state`, for rows with stored_state() as `item_state`."""
    if state in ("changed", "review"):
        wanted = Draft.State.REVIEW if state == "review" else Draft.State.WRITING
        kind = ContentType.objects.get_for_model(model)
        drafts = Draft.objects.filter(content_type=kind, language=code, state=wanted)
        return Q(Exists(drafts.filter(object_id=OuterRef("pk"))))
    if state == "old":
        kind = ContentType.objects.get_for_model(model)
        old = Standing.objects.old(code).filter(content_type=kind, object_id=OuterRef("pk"))
        return public_in(code) & Q(Exists(old))
    return Q(**{column("item_state", code): state})
