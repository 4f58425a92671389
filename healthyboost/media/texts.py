"""Which pictures the rich texts show: noted when a row is saved, whoever saves it."""

import re

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
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


def noted(row):
    model = apps.get_model("media", "PictureInText")
    key = {"content_type": ContentType.objects.get_for_model(row), "object_id": row.pk}
    return model.objects.filter(**key), key


def note_pictures(sender, instance, created=False, **kwargs):
    deferred = instance.get_deferred_fields()
    texts = [getattr(instance, name) for name in rich_texts(sender) if name not in deferred]
    names = {name for text in texts if text for name in NAMED.findall(text)}
    if created and not names:
        return
    rows, key = noted(instance)
    if not deferred:
        rows.exclude(picture__name__in=names).delete()
    if names:
        pictures = apps.get_model("media", "Picture").objects.filter(name__in=names)
        rows.bulk_create(
            [rows.model(picture=picture, **key) for picture in pictures], ignore_conflicts=True
        )


def forget_pictures(sender, instance, **kwargs):
    noted(instance)[0].delete()
