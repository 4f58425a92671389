"""What is written in a file to the value that a field stores."""

import datetime

import yaml
from django.db import models
from django.utils import timezone

from healthyboost.content.dates import YEARS
from healthyboost.content.richtext import RichTextField

from .documents import nearest

YES_AND_NO = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Wrong(Exception):
    """A value that cannot be taken; says why."""


def value_of(field, node):
    """The value of a scalar; Wrong or a ValidationError where the field cannot hold it."""
    text = node.value
    if isinstance(field, models.CharField | models.TextField):
        value = text_of(field, node)
    elif isinstance(field, models.BooleanField):
        if text.lower() not in YES_AND_NO:
            raise Wrong("This is true or false.")
        value = YES_AND_NO[text.lower()]
    else:
        value = field.to_python(text.strip())
    if isinstance(value, datetime.datetime):
        value = in_the_zone(value)
    choices = [str(choice) for choice, _label in field.flatchoices]
    if choices and value and str(value) not in choices:
        raise Wrong(f"“{text}” is none of: {', '.join(choices)}.{nearest(text, choices)}")
    return value


def is_empty(node):
    """Nothing was written."""
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value == ""


def is_null(node):
    return not node.style and node.value in ("null", "Null", "NULL", "~")


def text_of(field, node):
    """The text as it was written: `no`, `1:30` and `2021` are texts where a text belongs."""
    text = node.value
    if node.style in ("|", ">"):
        text = text.removesuffix("\n")
    if isinstance(field, RichTextField):
        text = field.sanitize(text)
    if field.max_length and len(text) > field.max_length:
        raise Wrong(f"At most {field.max_length} characters, not {len(text)}.")
    return text


def in_the_zone(moment):
    """A moment without an offset is one of the portal's own zone."""
    if moment.year not in YEARS:
        raise OverflowError
    if timezone.is_naive(moment):
        aware = timezone.make_aware(moment)
        back = aware.astimezone(datetime.UTC).astimezone(aware.tzinfo)
        if back.replace(tzinfo=None) != moment:
            raise Wrong("The clocks went forward: there was no such time.")
        return aware
    return moment


def plain_data(node):
    """Lists, mappings and values as JSON has them."""
    if isinstance(node, yaml.MappingNode):
        if not all(isinstance(name, yaml.ScalarNode) for name, _value in node.value):
            raise Wrong("The name of each entry must be a text.")
        return {name.value: plain_data(value) for name, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain_data(value) for value in node.value]
    if node.style:
        return node.value.removesuffix("\n") if node.style in "|>" else node.value
    if is_empty(node) or is_null(node):
        return None
    if node.value in ("true", "false"):
        return node.value == "true"
    for number in (int, float):
        if node.tag == f"tag:yaml.org,2002:{number.__name__}":
            try:
                return number(node.value)
            except ValueError:
                pass  # such as 1:30
    return node.value
