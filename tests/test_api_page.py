"""The page for people who write programs, and its examples."""

import pytest
from django.conf import settings

from healthyboost.api.page import PROGRAM, examples
from healthyboost.content.languages import language_codes

from .factories import make_article, make_material, make_pilot, make_theme
from .test_browser import faults, look, widest

pytestmark = pytest.mark.django_db


def test_the_page_for_people_is_there_in_each_language(client):
    for code, _name in settings.LANGUAGES:
        response = client.get(f"/{code}/api/")
        assert response.status_code == 200
        assert not response.cookies


def test_each_example_for_people_runs(client):
    make_pilot(), make_theme("walking"), make_material()
    addresses = [address for _words, address in examples()]
    assert len(addresses) == 5
    for address in addresses:
        assert client.get(address.removeprefix(settings.SITE_ADDRESS)).status_code == 200


@pytest.mark.long
def test_the_program_for_people_prints_every_article(live_server, settings, capsys):
    settings.SITE_ADDRESS = live_server.url
    for _number in range(3):
        make_article()
    program = PROGRAM.format(address=f"{live_server.url}/api/v1/articles", language="en")
    exec(program.replace("limit=100", "limit=2"), {})
    assert capsys.readouterr().out.count("Article") == 3


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.parametrize("language", language_codes())
def test_the_page_for_people_is_accessible_and_nothing_is_cut_off(page, live_server, language):
    make_pilot(), make_theme("walking"), make_article()
    for width, scheme in ((320, "dark"), (1280, "light")):
        look(page, f"{live_server.url}/{language}/api/", width, scheme)
        assert faults(page) == [], (width, scheme)
        assert widest(page) <= width
