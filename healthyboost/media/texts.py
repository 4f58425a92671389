"""Which pictures the rich texts show, and the rows with such texts: noted when a row is saved."""

import re

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.db.models.signals import post_delete, post_save

from healthyboost.content.richtext import RichTextField

NAMED = re.compile(r'<img data-picture="([-\w]+)"', re.ASCII)


def watch_texts():
    for model in apps.get_models():
        if rich_texts(model):
            post_save.connect(note_pictures, model)
            post_delete.connect(forget_pictures, model)


def rich_texts(model):
    """The columns of `model` that hold rich text."""
    fields = model._meta.concrete_fields
    return [field.attname for field in fields if isinstance(field, RichTextField)]


def picture_fields(model):
    """The columns of `model` that lead to a picture."""
    fields = model._meta.concrete_fields
    picture = apps.get_model("media", "Picture")
    return [field.attname for field in fields if field.related_model is picture]


def noted(row):
    model = apps.get_model("media", "PictureInText")
    key = {"content_type": ContentType.objects.get_for_model(row), "object_id": row.pk}
    return model.objects.filter(**key), key


def note_pictures(sender, instance, created=False, **kwargs):
    deferred = instance.get_deferred_fields()
    texts = [getattr(instance, name) for name in rich_texts(sender) if name not in deferred]
    names = {name for text in texts if text for name in NAMED.findall(text)}
    beside = {getattr(instance, name) for name in picture_fields(sender) if name not in deferred}
    beside -= {None}
    if created and not names and not beside:
        return
    rows, key = noted(instance)
    if not deferred:
        rows.exclude(Q(picture__name__in=names) | Q(picture__in=beside)).delete()
    if names or beside:
        found = Q(name__in=names) | Q(pk__in=beside)
        pictures = apps.get_model("media", "Picture").objects.filter(found)
        rows.bulk_create(
            [rows.model(picture=picture, **key) for picture in pictures], ignore_conflicts=True
        )


def forget_pictures(sender, instance, **kwargs):
    noted(instance)[0].delete()
