"""The rows of the queue as a translator reads them: six queries for a screen, however many there are."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from healthyboost.content.dates import say_date
from healthyboost.content.gathering import gather
from healthyboost.content.languages import column, language_codes, translated_fields, wording
from healthyboost.content.models import Content, Draft

from .comments import Comment
from .queue import Listed
from .standing import Standing

State = Standing.State
LONGEST_TITLE = 160  # letters of a string of the interface


@dataclass
class Row:
    title: str
    title_language: str
    kind: str
    what: str  # is to do
    state: str
    words: int
    since: str
    source: str  # name of the language
    address: str
    key: str = ""  # "12-34", by which a page is marked as not needed
    organisation: str = ""
    visits: int = 0
    requests: int = 0
    draft: str = ""  # who works on it, and since when
    questions: int = 0
    public_from: str = ""  # where visitors cannot read the original yet
    is_string: bool = False


def rows_of(found, language, now, organisations=None):
    """Rows of what Queue.page() found; `organisations` are names by primary key."""
    listed = [each for each in found if isinstance(each, Listed)]
    objects, drafts = objects_of(listed), drafts_of(listed, language)
    questions = questions_about(listed, language)
    rows = []
    for each in found:
        if not isinstance(each, Listed):
            rows.append(row_of_string(each.string))
            continue
        key = each.place[1:]
        if key not in objects:
            continue  # deleted just now
        row = row_of(each, objects[key], language, now)
        row.draft, row.questions = drafts.get(key, ""), questions.get(key, 0)
        row.organisation = (organisations or {}).get(each.standing["organisation_id"], "")
        rows.append(row)
    return rows


def row_of(listed, item, language, now):
    standing = listed.standing
    title, title_language = name_of(item)
    public_from = standing["public_from"]
    return Row(
        title=title,
        title_language=title_language,
        kind=str(capfirst(item._meta.verbose_name)),
        what=say_what(standing),
        state=standing["state"],
        words=standing["words"],
        since=say_date(standing["since"]),
        source=name_of_language(standing["source_language"]),
        address=address_of(item, listed.place, language),
        key=f"{listed.place.kind}-{listed.place.number}",
        visits=listed.visits,
        requests=listed.requests,
        public_from=""
        if public_from and public_from <= now
        else _("public from %(date)s") % {"date": say_date(public_from)}
        if public_from
        else _("not public yet"),
    )


def row_of_string(string):
    msgid = " ".join(string.msgid.split())
    return Row(
        title=msgid if len(msgid) <= LONGEST_TITLE else f"{msgid[: LONGEST_TITLE - 1]}…",
        title_language=settings.LANGUAGE_CODE,
        kind=_("Interface: visitors see it") if string.is_public else _("Interface of the admin"),
        what=_("broken: the original is shown")
        if string.need == "broken"
        else str(State.MISSING.label),
        state="broken" if string.need == "broken" else State.MISSING,
        words=string.words,
        since=say_date(string.since),
        source=name_of_language(settings.LANGUAGE_CODE),
        address=string.address,
        is_string=True,
    )


def say_what(standing):
    numbers = {"changed": standing["changed"], "total": standing["total"]}
    if standing["state"] == State.CHANGED:
        words = ngettext(
            "%(changed)s of %(total)s paragraph changed",
            "%(changed)s of %(total)s paragraphs changed",
            standing["total"],
        )
        return words % numbers
    if standing["state"] == State.INCOMPLETE:
        words = ngettext(
            "%(changed)s of %(total)s paragraph missing",
            "%(changed)s of %(total)s paragraphs missing",
            standing["total"],
        )
        return words % numbers
    return str(State(standing["state"]).label)


def name_of_language(code):
    return str(dict(settings.LANGUAGES).get(code, code))


def address_of(item, place, language):
    if isinstance(item, Content):
        return reverse("admin:translate_page", args=[place.kind, place.number, language])
    meta = item._meta
    form = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[item.pk])
    return f"{form}#language-{language}"


def naming_fields(model):
    return [name for name in ("title", "name") if name in translated_fields(model)][:1]


def name_of(item):
    """(what it is called, the language of that), in the language of the translator if there is one."""
    for field in naming_fields(type(item)):
        source = getattr(item, "source_language", None)
        text, language = wording(item, field, get_language(), source)
        if text:
            return text, language
    return (item.slug, "") if isinstance(item, Content) else (str(item), "")


# What stands in other tables


def objects_of(listed):
    """{(content type, primary key): row}"""
    by_kind, names = {}, {}
    for each in listed:
        by_kind.setdefault(each.place.kind, []).append(each.place.number)
    querysets = {}
    for kind, pks in by_kind.items():
        model = ContentType.objects.get_for_id(kind).model_class()
        querysets[f"of_{kind}"], names[f"of_{kind}"] = only_names(model, pks), kind
    return {
        (names[name], row.pk): row for name, rows in gather(**querysets).items() for row in rows
    }


def only_names(model, pks):
    rows = model._base_manager.filter(pk__in=pks)
    if not issubclass(model, Content):
        return rows
    titles = [column("title", code) for code in language_codes()]
    return rows.only("slug", "source_language", *titles)


def keys(listed):
    return {
        "content_type__in": {each.place.kind for each in listed},
        "object_id__in": {each.place.number for each in listed},
    }


def drafts_of(listed, language):
    """{(content type, primary key): who works on it}"""
    drafts = Draft.objects.filter(language=language, **keys(listed))
    fields = "content_type", "object_id", "updated_at", "state"
    author = "author__first_name", "author__last_name", "author__username"
    found = {}
    for kind, pk, moment, state, first, last, username in drafts.values_list(*fields, *author):
        words = [f"{first or ''} {last or ''}".strip() or username, say_date(moment)]
        if state == Draft.State.REVIEW:
            words.append(str(Draft.State.REVIEW.label))
        found[kind, pk] = ", ".join(filter(None, words))
    return found


def questions_about(listed, language):
    """{(content type, primary key): number of open threads}"""
    threads = Comment.objects.threads().unfinished().seen_beside(language).filter(**keys(listed))
    rows = threads.order_by().values_list("content_type", "object_id").annotate(Count("pk"))
    return {(kind, pk): number for kind, pk, number in rows}
