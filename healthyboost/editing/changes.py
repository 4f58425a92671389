"""The differences between two versions of a page in words: by language, with what happened and why."""

import datetime
from dataclasses import dataclass, field

from django.conf import settings
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from healthyboost.content.history import compared_fields, model_of
from healthyboost.content.languages import column
from healthyboost.content.models import PUBLICATION, Draft

from .diffs import word_diff


@dataclass
class Shown:
    """One field that is not as it was."""

    label: str
    words: str  # HTML with <del> and <ins>
    place: str  # as in Difference.place, without its language
    is_draft: bool = False


@dataclass
class Group:
    """What changed in one language, or in what is the same in all of them."""

    language: str
    name: str
    happened: list = field(default_factory=list)
    shown: list = field(default_factory=list)


def grouped(differences, before, after, names, said=(), with_phrases=True):
    """Groups in the order of the languages; `names` as `names_in` finds them."""
    groups = {"": Group("", _("Same in all languages"))}
    for code, name in settings.LANGUAGES:
        groups[code] = Group(code, capfirst(name))
    for difference in differences:
        if difference.field not in ("made_from", "draft"):
            shown = show(difference, before, after, names)
            groups[difference.language].shown.append(shown)
    for code, group in groups.items():
        if code and with_phrases:
            own = [each for each in differences if each.language == code]
            group.happened = list(dict.fromkeys(happened(code, own, said)))
    return [group for group in groups.values() if group.shown or group.happened]


# What happened


def happened(code, differences, said):
    """Phrases that stand behind the name of a language."""
    published = [each["published"] for each in said if "published" in each]
    published = [each for each in published if each["language"] == code]
    for told in published:
        yield published_phrase(told["public_from"])
        if told.get("reason"):
            yield _("a warning was overruled: “%(reason)s”") % {"reason": told["reason"]}
    judged = [
        each["judged"] for each in said if code in each.get("judged", {}).get("languages", ())
    ]
    yield from map(judged_phrase, judged)
    needed = [each["not_needed"] for each in said if "not_needed" in each]
    yield from (not_needed_phrase(each) for each in needed if each["language"] == code)
    approved = any(each.get("approved", {}).get("language") == code for each in said)
    if approved:
        yield _("machine translation read and approved")
    draft_is_told = any(each.field == "draft" for each in differences)
    for difference in differences:
        if difference.field == "made_from" and judged or difference.field == "origin" and approved:
            continue
        if difference.field == "draft" or not (difference.is_draft and draft_is_told):
            yield from change_phrase(difference, bool(published))


def published_phrase(moment):
    if parse_datetime(moment) > datetime.datetime.now(datetime.UTC):
        return _("to be public from %(moment)s") % {"moment": say_moment(moment)}
    return _("published")


def judged_phrase(told):
    text = {"text": told["text"]}
    if told["matters"]:
        return _("a change of the original matters: “%(text)s”") % text
    return _("a change of the original is only a correction: “%(text)s”") % text


def not_needed_phrase(told):
    if not told["is_so"]:
        return _("is to be translated after all")
    if told.get("reason"):
        return _("needs no translation: “%(reason)s”") % {"reason": told["reason"]}
    return _("needs no translation")


def change_phrase(difference, was_published):
    name, old, new = difference.field, difference.old, difference.new
    if name == "draft":
        if new == Draft.State.REVIEW:
            yield _("sent for review")
        elif old == Draft.State.REVIEW and new:
            yield _("taken back from review")
        elif new is None and not was_published:
            yield _("draft removed")
        elif new:
            yield _("draft saved")
    elif difference.is_draft:
        yield _("draft changed")
    elif name == "withdrawn_at":
        yield _("withdrawn") if new else _("put back")
    elif name == "published_at":
        if not was_published:
            yield published_phrase(new) if new else _("no longer public")
    elif name == "made_from":
        yield _("noted what it was translated from")
    elif name not in PUBLICATION and not was_published:
        yield pgettext("text", "changed")


SAID = {
    "added": lambda told: _("Made new."),
    "loaded": lambda told: _("Loaded from files."),
    "undeleted": lambda told: _("Brought back after it was deleted."),
    "restored": lambda told: (
        _("Brought back: the version of %(moment)s.") % {"moment": say_moment(told["moment"])}
    ),
    "language_deleted": lambda told: (
        _("Deleted: %(language)s.") % {"language": dict(settings.LANGUAGES)[told["language"]]}
    ),
}


def sentences(said, user):
    """What is told of the change as a whole."""
    if not said and not user:
        return [_("As it was before the next change.")]
    return [SAID[name](told) for each in said for name, told in each.items() if name in SAID]


# Values


def show(difference, before, after, names):
    model = model_of(difference.row)
    row = row_name(difference.row, before, after)
    _code, _colon, place = difference.place(after.page).partition(":")
    if not difference.field:
        return Shown(row, row_words(difference, names), place)
    label = capfirst(model._meta.get_field(difference.field).verbose_name)
    if row:
        label = _("%(row)s: %(field)s") % {"row": row, "field": label}
    return Shown(label, value_words(model, difference, names), place, difference.is_draft)


def row_name(key, before, after):
    """ "Step 2"; '' for the page itself."""
    snapshot = after if key in after.rows else before
    if key == snapshot.page:
        return ""
    model = model_of(key)
    same = [each for each in snapshot.rows if each.startswith(f"{model._meta.label_lower}:")]
    place = same.index(key) + 1
    name = capfirst(model._meta.verbose_name)
    return f"{name} {place}" if len(same) > 1 else name


def row_words(difference, names):
    """A row that came or went, with what is the same in all languages in it."""
    fields, model = difference.new or difference.old, model_of(difference.row)
    parts = [
        f"{capfirst(model._meta.get_field(name).verbose_name)}: {say(model, name, fields[name], names)}"
        for name, (language, _field) in compared_fields(model).items()
        if not language and name != "position" and fields.get(name) not in (None, "", [], False)
    ]
    words = "; ".join(parts)
    return replaced("", words or _("new")) if difference.new else replaced(words or _("row"), "")


def value_words(model, difference, names):
    name = difference.field
    field = model._meta.get_field(
        column(name, difference.language) if difference.language else name
    )
    is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
    if is_text and not isinstance(field, models.URLField | models.SlugField):
        return word_diff(difference.old or "", difference.new or "")
    old, new = (say(model, field.name, each, names) for each in (difference.old, difference.new))
    return replaced(old, new)


def replaced(old, new):
    """ "3.5.2021 → 4.5.2021", for those who hear it, too."""
    parts = []
    if old:
        hidden = format_html('<span class="visually-hidden">{}: </span>', _("removed"))
        parts.append(format_html("<del>{}{}</del>", hidden, old))
    if new:
        hidden = format_html('<span class="visually-hidden">{}: </span>', _("added"))
        parts.append(format_html("<ins>{}{}</ins>", hidden, new))
    return mark_safe(' <span aria-hidden="true">→</span> '.join(parts))


def say(model, name, value, names):
    """A value as a person says it; '' for none."""
    field = model._meta.get_field(name)
    if value in (None, "", []):
        return ""
    if field.is_relation:
        keys = value if isinstance(value, list) else [value]
        known = names.get(field.related_model, {})
        return ", ".join(known.get(each) or _("(deleted)") for each in keys)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateTimeField):
        return say_moment(value)
    if isinstance(field, models.DateField):
        return date_format(parse_date(value), "SHORT_DATE_FORMAT")
    if isinstance(field, models.FileField):
        return value.rpartition("/")[2]
    return str(value)


def say_moment(text):
    return date_format(localtime(parse_datetime(text)), "SHORT_DATETIME_FORMAT")


def names_in(differences):
    """{model: {primary key: name}} of all rows that values lead to: one query a model."""
    wanted = {}
    for difference in differences:
        model = model_of(difference.row)
        if difference.field:
            note(wanted, model, difference.field, difference.old)
            note(wanted, model, difference.field, difference.new)
            continue
        for name in compared_fields(model):
            note(wanted, model, name, (difference.new or difference.old).get(name))
    return {
        model: {key: str(row) for key, row in model._base_manager.in_bulk(keys).items()}
        for model, keys in wanted.items()
    }


def note(wanted, model, name, value):
    if name == "draft":
        return
    field = model._meta.get_field(name)
    if field.is_relation and value:
        keys = value if isinstance(value, list) else [value]
        wanted.setdefault(field.related_model, set()).update(keys)
