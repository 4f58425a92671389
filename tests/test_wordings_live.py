"""The words of the interface in a real browser and in real processes."""

import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import expect

from healthyboost.accounts.models import User
from healthyboost.wordings import catalogues, overlay, saving
from healthyboost.wordings.models import Wording

from .accessibility import Axe
from .admin_forms import sign_in
from .factories import make_article, make_user
from .hostile_wordings import HOSTILE_WORDINGS
from .test_wordings import own_words  # noqa: F401

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
SKIP = "Skip to main content"


def wording_of(msgid, language="lv"):
    rows = Wording.objects.select_related("string")
    return rows.get(string__msgid=msgid, string__catalogue="django", language=language)


# In the browser


@pytest.fixture
def translator(page, live_server):
    """A page of the browser in which a Latvian translator is signed in."""
    catalogues.take_in_release()
    make_article(languages=["lv"])
    client = Client()
    sign_in(client, "translator", languages=["lv"], language="en")
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return page


@pytest.mark.browser
def test_string_is_edited_on_the_page_by_keyboard_alone(translator, live_server):
    page = translator
    page.goto(f"{live_server.url}/lv/news/?translate=1")
    mark = page.locator("main span[data-wording]").first
    mark.focus()
    before = mark.inner_text()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    field = dialog.locator("textarea").first
    expect(field).to_be_focused()
    assert Axe().run(page).response["violations"] == []
    for _key in range(30):  # the focus goes round in the dialog, never behind it
        page.keyboard.press("Tab")
        assert page.evaluate("!document.activeElement.closest('main')")
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Pavisam jauns")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(dialog).to_be_hidden()
    expect(mark).to_have_text("Pavisam jauns")
    expect(mark).to_be_focused()
    page.get_by_role("link", name="Turn off").click()
    expect(page.locator("main")).to_contain_text("Pavisam jauns")
    expect(page.locator("span[data-wording]")).to_have_count(0)
    assert before != "Pavisam jauns"


@pytest.mark.browser
def test_click_on_a_marked_link_opens_the_text_and_offers_to_follow_it(translator, live_server):
    page = translator
    page.goto(f"{live_server.url}/lv/?translate=1")
    mark = page.locator("header a[href] span[data-wording]").first
    mark.click()
    dialog = page.locator("dialog")
    expect(dialog.locator("textarea")).to_be_visible()
    assert page.url.endswith("/lv/?translate=1")
    dialog.locator("textarea").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator(".errornote")).to_be_visible()
    dialog.get_by_role("link", name="Follow this link").click()
    expect(page.locator(".wording-band")).to_be_visible()


@pytest.mark.browser
def test_text_is_kept_in_the_panel_when_the_session_has_ended(translator, live_server, problems):
    page = translator
    page.goto(f"{live_server.url}/lv/?translate=1")
    page.locator("main span[data-wording]").first.click()
    field = page.locator("dialog textarea").first
    expect(field).to_be_visible()
    field.fill("Mans teksts")
    page.context.clear_cookies()
    page.locator("dialog").get_by_role("button", name="Save").click()
    expect(page.locator("dialog [role=alert]")).to_contain_text("Not saved")
    expect(field).to_have_value("Mans teksts")
    problems.clear()  # the refused request is told in the console, too


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_screens_are_accessible_and_fit_a_phone(scheme, translator, live_server):
    page = translator
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    User.objects.update(language="lv")
    wording = wording_of("%(count)s empty paragraph")
    saving.save_wording(wording, ["%(count)s d.", "%(count)s d. ", "%(count)s d."], 0, None)
    Wording.objects.filter(pk=wording.pk).update(catalogue_forms=["a"])
    for path in (
        "/admin/translate/strings/?language=lv&q=paragraph",
        f"/admin/translate/strings/lv/{wording.string_id}/",
        "/lv/news/?translate=1",
        "/admin/?translate=1",
    ):
        page.goto(live_server.url + path)
        found = Axe().run(page).response["violations"]
        said = [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]
        assert said == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    assert page.locator("span[data-wording]").count() > 10


@pytest.mark.browser
def test_placeholder_is_put_in_by_a_button_and_a_fault_is_told_while_writing(
    translator, live_server
):
    page = translator
    wording = wording_of("%(address)s did not answer as it should: %(fault)s.")
    page.goto(f"{live_server.url}/admin/translate/strings/lv/{wording.string_id}/")
    field = page.locator("textarea")
    field.fill("Neatbild: ")
    expect(page.locator(".wording-error")).to_be_visible()
    page.get_by_role("button", name="%(address)s").click()
    page.get_by_role("button", name="%(fault)s").click()
    expect(field).to_have_value("Neatbild: %(address)s%(fault)s")
    expect(page.locator(".wording-error")).to_have_count(0)


# Hostile edits


def test_hostile_edits_are_refused_and_every_page_still_answers(client):
    """Through the form each is refused; put into the database all the same, it breaks nothing."""
    catalogues.take_in_release()
    make_article(languages=["lv", "fi", "sv", "ru"])
    user = sign_in(client)
    paths = ["", "news/", "pilots/", "partners/", "materials/", "about/", "none/"]
    print()

    def answers():
        found = []
        for language in ("lv", "fi", "sv", "ru"):
            user.language = language
            user.save()
            addresses = ["/admin/", "/admin/news/article/", "/admin/jsi18n/"]
            addresses += [f"/{language}/{path}" for path in paths]
            found += [client.get(address).status_code for address in addresses]
        return found

    before = answers()
    assert set(before) == {200, 404}
    for what, msgid, _plural, language, forms in HOSTILE_WORDINGS:
        wording = wording_of(msgid, language)
        typed = {f"form_{number}": form for number, form in enumerate(forms)}
        address = f"/admin/translate/strings/{language}/{wording.string_id}/"
        answer = client.post(address, {"version": wording.version, **typed})
        assert answer.status_code == 200, what
        found = [*answer.context["findings"]]
        found += [each for form in answer.context["forms"] for each in form.findings]
        errors = [each.message for each in found if each.is_error]
        assert errors, what
        print(f"{language} {what}: {errors[0]}")
        if "\0" not in "".join(forms):  # no database takes it
            Wording.objects.filter(pk=wording.pk).update(forms=forms)
            overlay.refresh()
            assert overlay.overlays == {}, what
            assert client.get(f"/{language}/news/").status_code == 200
    assert answers() == before


# In several processes


@contextmanager
def gunicorn(port):
    """One gunicorn with one worker, as another host has it."""
    own = connection.settings_dict
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{own['USER']}:{own['PASSWORD']}@/{own['NAME']}?host={own['HOST']}",
        "SECRET_KEY": "only-for-tests",
        "ALLOWED_HOSTS": "localhost",
        "HTTPS": "0",
        "STATIC_ROOT": settings.STATIC_ROOT,
        "DEBUG": "1",
    }
    configuration = str(settings.BASE_DIR / "healthyboost" / "gunicorn.conf.py")
    words = ["-m", "gunicorn", "-c", configuration, "--workers=1", f"--bind=127.0.0.1:{port}"]
    process = subprocess.Popen([sys.executable, *words], env=environment, cwd=settings.BASE_DIR)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                read(port)
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def free_port():
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return own.getsockname()[1]


def read(port):
    with urllib.request.urlopen(f"http://localhost:{port}/lv/", timeout=20) as answer:
        return re.search(r'class="skip"[^>]*>([^<]*)<', answer.read().decode())[1]


def test_edit_is_seen_in_another_process_within_two_seconds():
    ports = free_port(), free_port()
    user = make_user("superuser")
    with gunicorn(ports[0]), gunicorn(ports[1]):
        seconds = []
        for number in range(20):
            wording = wording_of(SKIP)
            said = f"Uz saturu {number}"
            saving.save_wording(wording, [said], wording.version, user)
            saved = time.monotonic()
            waiting = set(ports)
            while waiting:
                waiting = {port for port in waiting if read(port) != said}
                assert time.monotonic() - saved < 2, number
            seconds.append(time.monotonic() - saved)
        print("\nseconds:", " ".join(f"{each:.3f}" for each in seconds))
        print(f"median {statistics.median(seconds):.3f}, most {max(seconds):.3f}")
