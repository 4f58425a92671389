"""Every page that can be reached from the five front pages, with the sample content."""

import re

import pytest

from healthyboost.content.languages import language_codes

from .portal_crawl import SENTINEL, pages

pytestmark = pytest.mark.django_db


def test_crawl_reaches_the_whole_portal(site):
    assert len(pages(site)) > 100 * len(language_codes())


def test_every_internal_link_leads_to_something(site):
    assert {path: r.status_code for path, r in site.items() if r.status_code != 200} == {}


def test_every_page_is_in_the_language_of_its_address(site):
    wrong = [
        path
        for path, answer in pages(site).items()
        if f'<html lang="{path.split("/")[1]}">' not in answer.text
    ]
    assert wrong == []


def test_every_page_has_one_heading_of_the_first_level(site):
    assert [path for path, answer in pages(site).items() if answer.text.count("<h1") != 1] == []


def test_unpublished_things_are_in_no_answer(site):
    assert [path for path, answer in pages(site).items() if SENTINEL in answer.text] == []
    assert [path for path in site if SENTINEL in path] == []


def test_unpublished_pictures_and_files_cannot_be_had(portal):
    assert portal.hidden_files
    assert {answer.status_code for answer in portal.hidden_files.values()} == {404}


def test_ids_of_a_page_are_unique(site):
    for path, answer in pages(site).items():
        ids = re.findall(r'\sid="([^"]+)"', answer.text)
        assert sorted(ids) == sorted(set(ids)), path


def test_readers_get_no_cookie_anywhere(site):
    assert [path for path, answer in site.items() if answer.cookies] == []
