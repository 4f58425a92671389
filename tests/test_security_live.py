"""The portal as it is deployed: limits over several processes, and what the answers of its servers say."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from healthyboost.limits.counting import SEARCH

from .factories import make_article, pdf
from .servers import ask, gunicorn, needs_nginx, nginx

pytestmark = [pytest.mark.long, needs_nginx, pytest.mark.django_db(transaction=True)]
LATE = 25  # seconds after which a minute is too short for what is tried in it


@pytest.fixture
def portal(static_root, transactional_db):
    given = {"TRUSTED_PROXIES": "1", "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    with gunicorn(static_root, workers=2, **given) as (_process, port):
        yield port


@pytest.fixture
def front(portal):
    with nginx(portal) as (_process, port):
        yield port


def search(port, number, network="198.51.100.1"):
    return ask(port, f"/en/search/?q=walk{number}", X_Forwarded_For=network).status


def test_a_limit_holds_for_all_processes_together(portal):
    if time.time() % 60 > LATE:
        time.sleep(60.5 - time.time() % 60)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: search(portal, number), range(SEARCH.most * 3)))
    time.sleep(2.5)  # all processes have heard of it
    later = {search(portal, f"-{number}") for number in range(12)}
    elsewhere = {search(portal, f"-{number}", "198.51.100.2") for number in range(12)}
    kept = ask(portal, "/en/", X_Forwarded_For="198.51.100.1").status
    let_in = answers.count(200)
    print(f"\n{len(answers)} searches of one network in two processes: {let_in} answered", later)
    assert set(answers) == {200, 429}
    assert SEARCH.most <= let_in <= SEARCH.most * 2  # each process alone allows as many
    assert (later, elsewhere, kept) == ({429}, {200}, 200)


def test_no_server_says_its_version(front, portal):
    for port in (front, portal):
        for path in ("/en/", "/static/img/icon.svg", "/nowhere/", "/admin/", "/healthz"):
            headers = ask(port, path).headers
            told = " ".join(headers.get_all("Server", []))
            assert told in ("nginx", "gunicorn"), told
            assert "X-Powered-By" not in headers and "Via" not in headers


@pytest.mark.parametrize("path", ["/en/", "/static/img/icon.svg", "/static/css/tokens.css"])
def test_what_is_in_front_takes_no_header_away(front, path):
    headers = ask(front, path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    if path == "/en/":  # a document
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "camera=()" in headers["Permissions-Policy"]


def test_an_upload_is_as_harmless_behind_the_server_in_front(front):
    file = ContentFile(pdf("<script>"), "page.html")
    attachment = make_article().attachments.create(title="Plan", language="en", file=file)
    for _again in range(2):
        headers = ask(front, attachment.file.url).headers
        assert headers["Content-Disposition"].startswith("attachment; ")
        assert headers["Content-Type"] == "application/pdf"
        assert headers.get_all("Content-Security-Policy") == ["default-src 'none'; sandbox"]
        assert headers["X-Content-Type-Options"] == "nosniff"
