"""Rows for tests: one plain function a kind, with defaults that make a valid, public page.

make_article()                                  public in English, its source language
make_article(languages=["lv", "ru"])            public in Latvian, its source, and in Russian
make_article(published_at_en=None)              written, but not public
make_article(languages=[])                      no text at all
make_article(title_en="Walk", themes=[theme])   any field; lists for many-to-many
make(model)                                     any content type, also one of tomorrow
make_user("coordinator", organisation=city)     somebody who works here; the password is "secret"
"""

import datetime
from io import BytesIO
from itertools import count

import pytest
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone
from PIL import Image

from healthyboost.accounts.models import User
from healthyboost.content.languages import column
from healthyboost.content.models import Theme, content_models
from healthyboost.media.models import Picture
from healthyboost.pages.models import Page
from materials.models import Material
from news.models import Article, Event, Newsletter
from partners.models import ContactPerson, Organisation, Partnership, Project
from pilots.models import Pilot

numbers = count(1)
LONG_AGO = datetime.datetime(2021, 6, 15, 10, 53, tzinfo=datetime.UTC)


def each_content_type(*in_short):
    """For parametrize: all kinds of page; the short run tries `in_short`, or those with most parts."""
    shown = in_short or (Article, Event, Pilot)
    return [
        model if model in shown else pytest.param(model, marks=pytest.mark.long)
        for model in content_models()
    ]


def make(model, **fields):
    """A content object of any type, by its own function where it has one."""
    return OWN_FUNCTIONS.get(model, lambda **fields: make_page_of(model, **fields))(**fields)


def make_organisation(**fields):
    return make_page_of(Organisation, **{"kind": "city", **fields})


def make_project(**fields):
    return make_page_of(Project, **fields)


def make_pilot(project=None, organisation=None, **fields):
    """A pilot of an organisation that has a part in the project."""
    project = project or make_project()
    organisation = organisation or make_organisation()
    if not project.partnerships.filter(organisation=organisation).exists():
        make_partnership(project, organisation)
    return make_page_of(Pilot, project=project, organisation=organisation, **fields)


def make_material(**fields):
    return make_page_of(Material, **fields)


def make_article(**fields):
    return make_page_of(Article, **fields)


def make_newsletter(slug=None, **fields):
    slug = slug or f"newsletter-{next(numbers)}"
    return Newsletter.objects.create(slug=slug, **{"name_en": slug.title(), **fields})


def make_page(**fields):
    return make_page_of(Page, **fields)


def make_partnership(project=None, organisation=None, **fields):
    project, organisation = project or make_project(), organisation or make_organisation()
    return Partnership.objects.create(project=project, organisation=organisation, **fields)


def make_theme(slug=None, **fields):
    slug = slug or f"theme-{next(numbers)}"
    return Theme.objects.create(slug=slug, **{"name_en": slug.replace("-", " ").title(), **fields})


def make_contact_person(slug=None, **fields):
    slug = slug or f"person-{next(numbers)}"
    return ContactPerson.objects.create(slug=slug, **{"name": slug.title(), **fields})


def make_picture(name=None, **fields):
    name = name or f"picture-{next(numbers)}"
    fields.setdefault("file", ContentFile(png(), f"{name}.png"))
    if not fields.get("decorative"):
        fields.setdefault("alt_en", f"What {name} shows")
    return Picture.objects.create(name=name, **fields)


def png(width=64, height=48, colour="teal"):
    """The bytes of a small picture."""
    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def pdf(text="A page"):
    """The bytes of something that begins as a PDF does."""
    return b"%PDF-1.4\n% " + text.encode() + b"\n%%EOF\n"


def make_user(role=None, organisation=None, languages=(), **fields):
    """A person with a role, "superuser", or with none; the password is "secret"."""
    number = next(numbers)
    is_super = role == "superuser"
    user = User.objects.create_user(
        **{"username": f"person-{number}", "email": f"person-{number}@example.org", **fields},
        password="secret",
        is_staff=bool(role),
        is_superuser=is_super,
    )
    if role and not is_super:
        user.grants.create(role=role, organisation=organisation, languages=list(languages))
    return user


def make_page_of(model, languages=("en",), **fields):
    """A row of a content type, public in `languages`; the first of them is its source."""
    number, name = next(numbers), model._meta.model_name
    defaults = {"slug": f"{name}-{number}", "source_language": [*languages, "en"][0]}
    for language in languages:
        defaults[column("title", language)] = f"{name.title()} {number} ({language})"
        defaults[column("summary", language)] = f"What {name} {number} is about ({language})."
        defaults[column("body", language)] = f"<p>The text of {name} {number} ({language}).</p>"
        defaults[column("published_at", language)] = LONG_AGO
    many = {
        field.name: fields.pop(field.name)
        for field in model._meta.many_to_many
        if field.name in fields
    }
    row = model(**{**needed(model, {**defaults, **fields}, number), **defaults, **fields})
    row.save()
    for field, rows in many.items():
        getattr(row, field).set(rows)
    return row


def needed(model, given, number):
    """Something for each field of `model` that must not be empty and is not in `given`."""
    return {
        field.name: anything_for(field, number)
        for field in model._meta.fields
        if not (field.name in given or field.blank or field.null or field.has_default())
        and not field.primary_key
    }


def anything_for(field, number):
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.ForeignKey):
        return make(field.related_model)
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DateField):
        return datetime.date(2021, 6, 15)
    if isinstance(field, models.IntegerField | models.DecimalField):
        return number
    return f"{field.name} {number}"[: field.max_length]


OWN_FUNCTIONS = {
    Newsletter: make_newsletter,
    Organisation: make_organisation,
    Pilot: make_pilot,
}
