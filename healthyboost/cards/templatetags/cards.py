"""What a public page says of its card."""

from django import template
from django.utils.translation import get_language

from ..card import card_path
from ..oembed import frame, question

register = template.Library()


@register.filter
def card_address(page):
    return card_path(page)


@register.filter
def embed_code(page):
    """The HTML to copy that shows the card in the active language on another site."""
    return str(frame(page, get_language()))


@register.filter
def oembed_address(page, form):
    return question(page, get_language(), form)
