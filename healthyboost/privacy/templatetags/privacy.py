from django import template

from ..purposes import PURPOSES

register = template.Library()


@register.simple_tag
def purposes():
    """What personal data is kept for, in the order in which readers are told."""
    return list(PURPOSES.values())
