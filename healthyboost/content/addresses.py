"""Addresses with host, for readers outside the portal: machines, mail, feeds, other sites."""

from django.conf import settings
from django.utils.translation import get_language, override


def absolute(path):
    """The address of a path of the portal, whatever host the request named."""
    return settings.SITE_ADDRESS + path


def address_of(page, language):
    """The address of a content object in `language`: https://portal.example.org/lv/news/walk/"""
    if language == get_language():  # each change of it costs more than the address
        return absolute(page.get_absolute_url())
    with override(language):
        return absolute(page.get_absolute_url())
