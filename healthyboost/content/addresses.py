"""Addresses with host, for readers outside the portal: machines, mail, feeds, other sites."""

from contextlib import nullcontext
from functools import cache

from django.conf import settings
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language, override


def absolute(path):
    """The address of a path of the portal, whatever host the request named."""
    return settings.SITE_ADDRESS + path


def address_of(page, language):
    """The address of a content object in `language`: https://portal.example.org/lv/news/walk/"""
    with spoken(language):
        return absolute(page.get_absolute_url())


def spoken(language):
    """override() where another language is active: each change of it costs more than an address."""
    return nullcontext() if language == get_language() else override(language)


def fixed(name):
    """reverse() of an address without parts, looked up once for each language."""
    return _fixed(name, get_language(), get_script_prefix())


@cache
def _fixed(name, _language, _prefix):
    return reverse(name)
