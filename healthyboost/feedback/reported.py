"""The page that a reader writes about, by its address: only pages of ours, without any secret in it."""

from dataclasses import dataclass
from functools import cache

from django.urls import Resolver404, resolve
from django.utils.http import urlencode
from django.utils.translation import get_language_from_path, override

from healthyboost.content.addresses import fixed
from healthyboost.content.models import Content, content_models
from healthyboost.redirects.addresses import UNPRINTABLE, page_at, without_language

LONGEST = 500


@dataclass(frozen=True)
class ReportedPage:
    address: str  # /lv/news/walk/
    language: str  # of the text that a reader finds there
    content: Content | None = None  # None: a list, the front page, the search

    @property
    def version(self):
        return self.content and self.content.in_language(self.language)


def page_reported(address):
    """The page of ours that stands at `address`, a path; None where there is none to write about."""
    language, path = without_language(address)
    if not language or len(address) > LONGEST or UNPRINTABLE.search(address):
        return None
    with override(language):
        try:
            match = resolve(address)
        except Resolver404:
            return None
    if not is_page(match):
        return None
    if match.view_name not in content_views():
        return ReportedPage(address, language)
    page = page_at(path)
    if not page or not page.languages or page.is_gone_from(language):
        return None
    with override(language):
        return ReportedPage(page.get_absolute_url(), page.language_found_in(language), page)


def contact_of(reported, slug):
    """The contact person of a page whom a reader may write to; None where there is none."""
    if not reported or not reported.content:
        return None
    contacts = reported.content.contacts.filter(person__slug=slug, person__is_current=True)
    contact = contacts.exclude(person__email="").select_related("person").first()
    return contact.person if contact and contact.person.is_shown else None


def is_page(match):
    """Other words in an address are tokens, that nobody else may read, or files."""
    if match.namespace == "feedback":
        return False
    return not match.kwargs or match.view_name in content_views() | {"events:month"}


@cache
def content_views():
    return {model.url_name for model in content_models() if model.url_name}


def report_address(request):
    """Where a mistake on the page of this request is reported; "" where it cannot be."""
    match = getattr(request, "resolver_match", None)
    path = request.path_info
    if not match or not is_page(match) or not get_language_from_path(path) or len(path) > LONGEST:
        return ""
    return with_page(fixed("feedback:report"), path)


def with_page(form, path):
    return f"{form}?{urlencode({'page': path}).replace('%2F', '/')}"
