"""Addresses elsewhere: which texts link to them, whether they answer, and what is never asked."""

import datetime
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from healthyboost.editing import asking
from healthyboost.editing.asking import ask, is_public
from healthyboost.editing.links import (
    addresses_of,
    check_links,
    dead_links_of,
    linking_fields,
    linking_models,
    note_uses,
)
from healthyboost.editing.models import AddressUse, CheckedAddress
from news.models import Article

from .admin_forms import form_address, list_address, send, sign_in
from .factories import (
    each_content_type,
    make,
    make_article,
    make_material,
    make_organisation,
    make_pilot,
)

WALK = "https://example.org/walk"


def text(*urls):
    return "".join(f'<p><a href="{url}">A walk</a></p>' for url in urls)


def make_dead(url=WALK, days=10, **fields):
    since = timezone.now() - datetime.timedelta(days=days)
    fields = {"fault": "gone", "failing_since": since, "checked_at": timezone.now(), **fields}
    return CheckedAddress.objects.update_or_create(url=url, defaults=fields)[0]


# Which addresses there are


def test_every_field_that_holds_addresses_is_known():
    found = {f"{m._meta.label}.{name}" for m in linking_models() for name in linking_fields(m)}
    assert {
        "news.Article.body_ru",
        "news.Article.original_url",
        "pilots.PilotStep.text_fi",
        "pilots.Pilot.results_lv",
        "partners.Organisation.website",
        "partners.Project.goal_sv",
        "content.Link.url",
        "content.Statement.source_url",
        "materials.MaterialVersion.url",
        "materials.MaterialVersion.transcript",
    } <= found
    assert "news.Article.body" not in found
    assert not [name for name in found if name.startswith("editing.")]


def test_only_addresses_elsewhere_are_taken_from_a_text():
    article = Article(
        body_lv=text(f"{WALK}?a=1&amp;b=2", "mailto:a@b.lv", "portal:articles/walk", "/en/"),
        original_url="http://example.org/first",
    )
    assert addresses_of(article) == {f"{WALK}?a=1&b=2", "http://example.org/first"}


@pytest.mark.django_db
def test_the_addresses_of_all_pages_are_noted_with_their_pages():
    article = make_article(body_en=text(WALK), body_ru=text("https://example.org/ru"))
    pilot = make_pilot()
    pilot.steps.create(title_en="Walk", text_en=text(WALK))
    organisation = make_organisation(website="https://example.org/")
    organisation.statements.create(subject_en="A", source_url="https://example.org/source")
    material = make_material()
    material.versions.create(language="en", form="web page", title="A", url="https://example.org/m")
    note_uses()
    used = {(use.address.url, use.page) for use in AddressUse.objects.all()}
    assert used == {
        (WALK, article),
        ("https://example.org/ru", article),
        (WALK, pilot),
        ("https://example.org/", organisation),
        ("https://example.org/source", organisation),
        ("https://example.org/m", material),
    }


@pytest.mark.django_db
def test_an_address_that_no_page_uses_any_more_is_forgotten():
    article = make_article(body_en=text(WALK))
    note_uses()
    type(article).objects.update(body_en="")
    note_uses()
    assert not CheckedAddress.objects.exists() and not AddressUse.objects.exists()


@pytest.mark.django_db
def test_noting_again_changes_nothing():
    make_article(body_en=text(WALK))
    note_uses()
    before = list(AddressUse.objects.values_list("pk", "address"))
    note_uses()
    assert list(AddressUse.objects.values_list("pk", "address")) == before


@pytest.mark.django_db
def test_a_page_whose_dead_link_was_mended_leaves_the_list_when_it_is_saved(client):
    sign_in(client)
    make_dead()
    article = make_article(published_at_en=None, body_en=text(WALK))
    note_uses()
    assert [pages for *_address, pages in dead_links_of()] == [[article]]
    assert (
        send(client, form_address(article), body_en=text("https://example.org/")).status_code == 302
    )
    assert dead_links_of() == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", each_content_type())
def test_links_of_every_content_type_are_noted(model):
    page = make(model, body_en=text(WALK))
    note_uses()
    assert page in [use.page for use in AddressUse.objects.filter(address__url=WALK)]


# Dead links


@pytest.mark.django_db
def test_dead_links_are_told_with_their_pages_the_oldest_first():
    newer, older = make_dead(days=5), make_dead("https://example.org/old", days=50)
    make_dead("https://example.org/today", days=1)
    article = make_article(body_en=text(newer.url, older.url, "https://example.org/today"))
    note_uses()
    found = dead_links_of()
    assert [(url, str(fault), pages) for url, fault, _since, pages in found] == [
        (older.url, "the page is gone", [article]),
        (newer.url, "the page is gone", [article]),
    ]


@pytest.mark.django_db
def test_dead_links_of_an_organisation_are_those_on_its_pages():
    make_dead()
    ours, theirs = make_organisation(), make_organisation()
    article = make_article(body_en=text(WALK), organisation=ours)
    make_article(body_en=text(WALK), organisation=theirs)
    make_article(body_en=text(WALK))
    note_uses()
    ((_url, _fault, _since, pages),) = dead_links_of([ours.pk])
    assert pages == [article]
    assert dead_links_of([make_organisation().pk]) == []


@pytest.mark.django_db
def test_queries_for_dead_links_do_not_grow_with_them(django_assert_num_queries):
    def add(number):
        for _place in range(number):
            url = f"{WALK}/{CheckedAddress.objects.count()}"
            make_dead(url)
            make_article(body_en=text(url)), make_organisation(website=url)
        note_uses()

    add(1)
    dead_links_of()
    with django_assert_num_queries(4):
        assert len(dead_links_of()) == 1
    add(5)
    with django_assert_num_queries(4):
        assert len(dead_links_of()) == 6


@pytest.mark.django_db
def test_the_list_of_addresses_says_what_is_dead_and_which_pages_use_it(client):
    sign_in(client)
    article = make_article(body_en=text(WALK, "https://example.org/well"), title_en="On foot")
    note_uses()
    make_dead()
    page = client.get(list_address(CheckedAddress), {"state": "dead"}).content.decode()
    assert WALK in page and "the page is gone" in page
    assert f'<a href="{form_address(article)}">On foot</a>' in page
    assert "https://example.org/well" not in page


# What is asked


class Answers(BaseHTTPRequestHandler):
    """`/404` answers that; `/to/…` leads on to it; `/no-head` wants a GET."""

    def answer(self):
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        part = self.path.strip("/").split("/")[0]
        if part == "slow":
            self.server.done.wait(5)
        if part == "cut":
            return
        if part == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.server.done.wait(0.05):
                try:
                    self.wfile.write(b"X")
                except OSError:
                    return
            return
        status = int(part) if part.isdigit() else 200
        if part == "no-head" and self.command == "HEAD":
            status = 405 if self.path.endswith("405") else 500
        if part == "to":
            status = 302
        self.send_response(status)
        if part == "to":
            self.send_header("Location", self.path.removeprefix("/to/"))
        self.send_header("Content-Length", "6000000000")
        self.end_headers()

    do_HEAD = do_GET = answer

    def log_message(self, *args):
        pass


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.asked, server.done, server.daemon_threads = [], threading.Event(), True
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield server
    finally:
        server.done.set()
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def server():
    with serving() as running:
        yield running


@pytest.fixture
def here(server):
    """Address of a path of our server, which alone may be asked."""
    server.asked.clear()
    return lambda path: f"http://localhost:{server.server_port}/{path}"


@pytest.fixture
def only_here(server):
    return lambda number, port: (number, port) == ("127.0.0.1", server.server_port)


@pytest.mark.parametrize("path", ["", "200", "204", "403", "401", "429", "999", "?a=ā b"])
def test_a_page_that_is_there_has_no_fault(path, here, only_here):
    assert ask(here(path), only_here).fault == ""


@pytest.mark.parametrize(
    ("path", "fault"),
    [("404", "gone"), ("410", "gone"), ("500", "error"), ("503", "error"), ("cut", "broken")],
)
def test_a_page_that_is_not_there_has_one(path, fault, here, only_here):
    assert ask(here(path), only_here).fault == fault


def test_the_head_is_asked_for_first_and_the_page_where_that_fails(server, here, only_here):
    ask(here("200"), only_here)
    assert [command for command, *_rest in server.asked] == ["HEAD"]
    assert ask(here("no-head/500"), only_here).status == 200
    assert [command for command, *_rest in server.asked] == ["HEAD", "HEAD", "GET"]


def test_the_server_is_told_who_asks_and_for_which_host(server, here, only_here, settings):
    settings.SITE_ADDRESS = "https://portal.example"
    ask(here("200"), only_here)
    ((_command, _path, headers),) = server.asked
    assert headers["User-Agent"] == "HealthyBoost link check (+https://portal.example)"
    assert headers["Host"] == f"localhost:{server.server_port}"


def test_redirections_are_followed_five_times(here, only_here):
    assert ask(here("to//404"), only_here).fault == "gone"
    assert ask(here("to/" + "/to/" * 4 + "/200"), only_here).fault == ""
    assert ask(here("to/" + "/to/" * 5 + "/200"), only_here).fault == "redirects"


def test_a_server_that_does_not_answer_is_not_waited_for(here, only_here, monkeypatch):
    monkeypatch.setattr(asking, "TIMEOUT", 0.1)
    assert ask(here("slow"), only_here).fault == "time"


def test_a_server_that_sends_letter_by_letter_is_not_waited_for(here, only_here, monkeypatch):
    monkeypatch.setattr(asking, "DEADLINE", 0.2)
    begun = time.monotonic()
    ask(here("drip"), only_here)
    assert time.monotonic() - begun < 10


def test_nobody_listening_is_a_fault(only_here):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    assert ask(f"http://localhost:{port}/", lambda number, port: number == "127.0.0.1").fault == (
        "connection"
    )


def test_a_host_that_cannot_be_is_a_fault():
    assert ask("http://nothing.invalid/").fault == "host"


# What is never asked


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1",
        "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "fec0::1", "64:ff9b:1::7f00:1",
        "::127.0.0.1", "192.88.99.1", "3fff::1", "100::1",
    ],
)  # fmt: skip
def test_no_number_inside_a_network_may_be_asked(number):
    assert not is_public(number, 443)


@pytest.mark.parametrize(
    "number", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"]
)
def test_a_number_on_the_internet_may_be_asked_at_two_ports(number):
    assert is_public(number, 80) and is_public(number, 443)
    assert not any(is_public(number, port) for port in (22, 25, 5432, 8080, 8443))


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/", "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.1/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0/", "http://user@127.0.0.1/",
        "http://127.0.0.1:5432/", "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1/",
        "http:///", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_an_address_inside_is_refused(url):
    assert ask(url).fault == "refused"


def test_our_own_server_is_refused_and_hears_nothing(server, here):
    assert ask(here("200")).fault == "refused"
    assert server.asked == []


@pytest.mark.parametrize("scheme", ["http", "file", "ftp"])
def test_a_redirection_that_leads_inside_is_refused(scheme, here, only_here):
    with serving() as secret:
        url = f"{scheme}://localhost:{secret.server_port}/"
        assert ask(here(f"to/{url}"), only_here).fault == "refused"
        assert secret.asked == []


def test_the_connection_goes_to_the_number_that_was_checked(server, only_here, monkeypatch):
    """A name that says another number the second time."""
    numbers, asked = iter(["127.0.0.1", "10.0.0.1"]), []

    def getaddrinfo(name, port, **kwargs):
        asked.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(numbers), port))]

    def create_connection(address, **kwargs):
        connection = socket.socket(socket.AF_INET)
        connection.connect(address)  # a number: nothing is resolved any more
        return connection

    monkeypatch.setattr(asking.socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(asking.socket, "create_connection", create_connection)
    status, _location = asking.request(
        "HEAD", f"http://rebind.example:{server.server_port}/", only_here
    )
    assert (status, asked) == (200, ["rebind.example"])


def test_nothing_can_be_smuggled_into_a_question(server, here, only_here):
    ask(here("a\r\nX-Evil: 1"), only_here)
    ask(here("a%0d%0aX-Evil: 1"), only_here)
    assert not any("X-Evil" in headers for _command, _path, headers in server.asked)


# The job


def noted(*urls):
    make_article(body_en=text(*urls))
    note_uses()


def check(only_here, **options):
    return check_links(allowed=only_here, **{"pause": 0, **options})


@pytest.mark.django_db
def test_each_address_is_asked_once_a_week(here, only_here, server):
    noted(here("200"))
    assert (check(only_here), check(only_here)) == (1, 0)
    week = timezone.now() - datetime.timedelta(days=7, minutes=1)
    CheckedAddress.objects.update(checked_at=week)
    assert check(only_here) == 1


@pytest.mark.django_db
def test_what_failed_is_asked_on_the_next_day_and_is_dead_after_three(here, only_here):
    noted(here("404"), here("200"))
    check(only_here)
    assert check(only_here) == 0
    assert dead_links_of() == []
    day = timezone.now() - datetime.timedelta(days=1, minutes=1)
    CheckedAddress.objects.update(checked_at=day)
    assert check(only_here) == 1
    since = timezone.now() - datetime.timedelta(days=3, minutes=1)
    CheckedAddress.objects.filter(fault="gone").update(failing_since=since)
    assert [url for url, *_rest in dead_links_of()] == [here("404")]


@pytest.mark.django_db
def test_what_answers_again_is_dead_no_longer(here, only_here):
    noted(here("200"))
    make_dead(here("200"), checked_at=None)
    check(only_here)
    address = CheckedAddress.objects.get()
    assert (address.fault, address.failing_since, address.status) == ("", None, 200)


@pytest.mark.django_db
def test_a_computer_without_a_network_declares_nothing_dead(only_here):
    noted("http://nothing.invalid/", "http://nothing-either.invalid/")
    check(only_here)
    assert not CheckedAddress.objects.exclude(failing_since=None).exists()
    assert not CheckedAddress.objects.filter(checked_at=None).exists()


@pytest.mark.django_db
def test_a_host_that_is_gone_while_others_answer_is_a_fault(here, only_here):
    noted("http://nothing.invalid/", here("200"))
    check(only_here)
    assert CheckedAddress.objects.get(fault="host").failing_since


@pytest.mark.django_db
def test_one_call_asks_for_a_while_only(here, only_here):
    noted(*(here(f"200/{number}") for number in range(5)))
    assert check(only_here, seconds=0) == 1
    assert check(only_here, seconds=60) == 4
