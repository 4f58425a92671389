"""Who may do what: one table. Every question about rights is answered from it, on the server.

user.has_perm("news.change_article")        on some article
user.has_perm("news.change_article", page)  on this one: at least one language of it
languages_of(user, page)                    the languages whose texts she may write
may_edit_shared(user, page)                 and what is the same in all languages
may_publish(user, page, code)               and may_withdraw
"""

from functools import cache

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey

from healthyboost.content.languages import language_codes, translated_fields
from healthyboost.content.models import content_models

from .models import Role

VIEW = {"view"}
TRANSLATE = VIEW | {"translate", "publish"}
EVERYTHING = TRANSLATE | {"add", "change", "withdraw", "delete"}
ANSWER = VIEW | {"change"}  # of messages: feedback.responsible says whose

# "change" is what is the same in all languages, "translate" the texts of the languages granted.
# Taking a text away from its readers, and putting back what was taken away, is "withdraw".
RIGHTS = {
    Role.COORDINATOR: {
        "content": VIEW,
        "project": VIEW,
        "own": EVERYTHING,
        "feedback": ANSWER,
    },
    Role.TRANSLATOR: {"content": TRANSLATE, "project": TRANSLATE, "feedback": ANSWER},
    Role.EDITOR: {
        "content": EVERYTHING,
        "project": VIEW,
        "addresses": EVERYTHING,
        "mailing": EVERYTHING,
        "feedback": EVERYTHING,
    },
    Role.ADMINISTRATOR: {
        "content": EVERYTHING,
        "project": EVERYTHING,
        "addresses": EVERYTHING,
        "mailing": EVERYTHING,
        "feedback": EVERYTHING,
        "accounts": EVERYTHING,
        "audit": VIEW,
    },
}
# Content that belongs to an organisation: its coordinators do everything with it.
OWNED = {
    "news.article",
    "news.event",
    "news.issue",
    "pilots.pilot",
    "materials.material",
    "partners.contactperson",
    "media.picture",
}
PROJECT = {
    "partners.project",
    "partners.partnership",
    "partners.fundingsource",
    "partners.fundingline",
}
ACCOUNTS = {"accounts.user", "accounts.grant"}
ADDRESSES = {"redirects.redirect", "redirects.missedaddress"}


@cache
def content_apps():
    """Labels of the apps whose rows make up the pages: those of every content type there is."""
    return {
        "content",
        "editing",
        "media",
        "glossary",
        *(model._meta.app_label for model in content_models()),
    }


@cache
def kind_of(model):
    """The key of RIGHTS that a model falls under; None: nobody's but a superuser's."""
    label = model._meta.label_lower
    if label in PROJECT:
        return "project"
    if label in ACCOUNTS:
        return "accounts"
    if label in ADDRESSES:
        return "addresses"
    if model._meta.app_label in ("mailing", "feedback", "audit"):
        return model._meta.app_label
    return "content" if model._meta.app_label in content_apps() else None


@cache
def ways_up(model):
    """Names of the fields of `model` that lead to what its rows are a part of."""
    generic = [
        field.name for field in model._meta.private_fields if isinstance(field, GenericForeignKey)
    ]
    relations = [
        owner._meta.get_field(part)
        for owner in apps.get_models()
        for part in getattr(owner, "parts", ())
    ]
    return [*generic, *(each.field.name for each in relations if each.related_model == model)]


def page_of(row):
    """The object that a child row or hanging row is a part of, at last; else the row itself."""
    for name in ways_up(type(row)):
        if owner := getattr(row, name):
            return page_of(owner)
    return row


def owner_of(row):
    """Primary key of the organisation that a row, or the page it is a part of, belongs to; or None."""
    page = page_of(row)
    if page._meta.label_lower == "partners.organisation":
        return page.pk
    return getattr(page, "organisation_id", None)


@cache
def may_be_owned(model):
    """Rows of `model` are owned by organisations, or can be parts of what is."""
    is_hanging = any(isinstance(each, GenericForeignKey) for each in model._meta.private_fields)
    parents = [model._meta.get_field(name).related_model for name in ways_up(model)]
    return (
        model._meta.label_lower in OWNED
        or is_hanging
        or any(parent and may_be_owned(parent) for parent in parents)
    )


def allows(grant, action, model, row=None, language=None):
    """Whether `grant` allows `action` of the table on `row`, a page; without it: on some row."""
    actions = set(RIGHTS[grant.role].get(kind_of(model), ()))
    if grant.organisation_id and may_be_owned(model):
        if row is None or owner_of(row) == grant.organisation_id:
            actions |= RIGHTS[grant.role].get("own", set())
    if language and grant.role == Role.TRANSLATOR and language not in grant.languages:
        actions -= {"translate", "publish"}
    return action in actions


def is_allowed(user, action, model, row=None, language=None):
    """The same for a person: one of her grants allows it."""
    if not user.is_active or user.is_anonymous:
        return False
    if user.is_superuser:
        return True
    if row is not None:
        row = page_of(row)
        model = type(row)
    return any(allows(grant, action, model, row, language) for grant in user.current_grants)


def may(user, action, model, row=None):
    """What has_perm asks: to "change" is to write something of it, if only in one language."""
    if is_allowed(user, action, model, row):
        return True
    return action == "change" and bool(
        translated_fields(model) and is_allowed(user, "translate", model, row)
    )


def languages_of(user, row):
    """The codes of the languages whose texts `user` may write on `row`: a page, or a part of one."""
    return {
        code for code in language_codes() if is_allowed(user, "translate", type(row), row, code)
    }


def may_edit_shared(user, row):
    """Whether `user` may write what is the same in all languages, and add or remove parts."""
    return is_allowed(user, "change", type(row), row)


def may_publish(user, page, code):
    """A text that somebody withdrew is put back by those who may withdraw it."""
    if page.in_language(code).withdrawn_at and not may_withdraw(user, page, code):
        return False
    return is_allowed(user, "publish", type(page), page, code)


def may_withdraw(user, page, code):
    return is_allowed(user, "withdraw", type(page), page, code)


def organisations_of(user, model):
    """Primary keys of the organisations that `user` may make the owner of a row of `model`.

    None: any, and none at all.
    """
    if user.is_superuser or any(
        {"add", "change"} <= RIGHTS[grant.role].get(kind_of(model), set())
        for grant in user.current_grants
    ):
        return None
    return {
        grant.organisation_id
        for grant in user.current_grants
        if grant.organisation_id and may_be_owned(model)
    }


def organisations_with_drafts(user, model):
    """Primary keys of the organisations whose drafts `user` may read; None: all drafts of `model`."""
    if user.is_superuser or any(
        {"translate", "change"} & RIGHTS[grant.role].get(kind_of(model), set())
        for grant in user.current_grants
    ):
        return None
    return organisations_of(user, model)
