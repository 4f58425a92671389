"""The whole admin speaks the language of the person: our words and every library's.

Each screen is rendered in English and in another language with the same content; a text that is the
same in both, and is no content, has not been translated.
"""

import re
import time

import pytest
from django.conf import settings
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import translation

from healthyboost.accounts.models import User
from healthyboost.content.languages import language_codes
from healthyboost.content.models import Draft, content_models
from news.models import Newsletter

from .admin_forms import add_address, filled_in, form_address, list_address, sign_in
from .factories import make, make_contact_person, make_picture, make_theme
from .page_text import read

OTHERS = [code for code in language_codes() if code != "en"]
CONTENT = "Xqz"  # a word of no language, in all that somebody wrote
MADE_UP = re.compile(r"\((?:en|lv)\)|^(?:acronym|number)$")  # by the factories
# The same in English and in another language: names, abbreviations, words that both have.
SAME = {
    "en": set("Healthy Boost,PDF,CSV,DOCX,XLSX,PPTX,ODT,ZIP,VTT,DOI".split(",")),
    "lv": {"Audio", "Licence", "Video", "video"},
    "fi": set("Latvia,Video,euro,video".split(",")),
    "sv": set(
        "App,April,August,Finland,Material,November,Organisation,Partner,Period,Person,September,Start,Text,"
        "Total budget,Version,euro,material,region,workshop".split(",")
    ),
    "ru": set(),
}
ACCOUNT = """mfa_index account_change_password mfa_activate_totp mfa_add_webauthn
    mfa_generate_recovery_codes usersessions_list account_reauthenticate account_logout""".split()
WAY_IN = """account_login account_reset_password account_reset_password_done account_inactive
    account_reset_password_from_key_done""".split()
WORD = re.compile(r"[A-Za-z]{3,}")
ADDRESS = re.compile(r"\S*[/@._]\S*|https?:\S*")
NATIVE = {
    info["name_local"].capitalize() for info in map(translation.get_language_info, language_codes())
}


def said(client, address, language):
    """Texts of the page in its own language, without numbers and addresses."""
    User.objects.update(language=language)
    response = client.get(address, follow=True)
    assert response.status_code == 200, address
    return texts_of(response, language)


def texts_of(response, language):
    texts = {
        re.sub(r"[\s\d#]+", " ", block.text).strip(" :")
        for block in read(response.content.decode()).blocks
        if block.language in (language, None)
    }
    return {text for text in texts if WORD.search(ADDRESS.sub("", text)) and not is_content(text)}


def is_content(text):
    return CONTENT in text or MADE_UP.search(text)


def same(english, translated, language):
    return (english & translated) - NATIVE - SAME["en"] - SAME[language]


def not_translated(client, addresses, *languages):
    """{(language, text): an address where it stands}"""
    found = {}
    for address in addresses:
        english = said(client, address, "en")
        for language in languages:
            for text in same(english, said(client, address, language), language):
                found[language, text] = address
    return found


@pytest.fixture
def staff(db, client):
    sign_in(client, username=CONTENT, first_name=CONTENT, email=f"{CONTENT}@example.org")
    return client


def registered():
    """Models that have a list of their own in the admin."""
    return sorted(site._registry, key=lambda model: model._meta.label)


def addresses_of_lists(client):
    found = [reverse("admin:index")]
    for model in registered():
        found.append(list_address(model))
        if client.get(add_address(model)).status_code == 200:
            found.append(add_address(model))
    return found


def some_content():
    """A row of each content type, public in one language and with a draft; named with CONTENT."""
    rows = []
    for model in content_models():
        texts = {
            f"{name}_{code}": CONTENT for name in ("title", "summary") for code in ("en", "lv")
        }
        row = make(model, slug=f"{CONTENT.lower()}-{model._meta.model_name}", **texts)
        Draft.objects.create(
            page=row, language="en", fields={"title": CONTENT}, started_from=row.live_hash("en")
        )
        rows.append(row)
    Newsletter.objects.update(name_en=CONTENT)
    return [
        *rows,
        make_picture(name=CONTENT),
        make_contact_person(name=CONTENT),
        make_theme(CONTENT),
    ]


def addresses_of_rows(client):
    found = []
    for row in some_content():
        meta = row._meta
        for page in ("change", "history", "delete"):
            found.append(reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[row.pk]))
        panels = client.get(form_address(row)).context.get("panels", ())
        found += [address for panel in panels[:1] for _label, address in panel.tools]
    return found


def refused(client, row, language):
    """What a form says that is refused."""
    User.objects.update(language=language)
    sent = filled_in(client, form_address(row)) | {"date_0": "soon", "slug": "not an address"}
    return texts_of(client.post(form_address(row), sent), language)


@pytest.mark.long
def test_every_screen_is_in_the_language_of_the_person(staff):
    addresses = addresses_of_lists(staff) + addresses_of_rows(staff)
    assert len(addresses) > 60
    assert not_translated(staff, addresses, *OTHERS) == {}


@pytest.mark.parametrize(
    "language", ["lv", *(pytest.param(code, marks=pytest.mark.long) for code in OTHERS[1:])]
)
def test_the_screens_that_everybody_uses_are_in_the_language_of_the_person(language, staff):
    some_content()
    model = next(model for model in content_models() if model._meta.model_name == "article")
    addresses = [
        reverse("admin:index"),
        reverse("admin:matrix"),
        list_address(model),
        add_address(model),
        form_address(model.objects.get()),
    ]
    assert not_translated(staff, addresses, language) == {}
    assert LogEntry.objects.count() == 0


@pytest.mark.long
def test_the_account_of_a_person_is_in_her_language(staff):
    session = staff.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    assert not_translated(staff, map(reverse, ACCOUNT), *OTHERS) == {}


@pytest.mark.parametrize("language", OTHERS)
def test_the_way_in_is_in_the_language_of_the_browser(language, db, client):
    for name in WAY_IN:
        english, translated = (
            texts_of(client.get(reverse(name), headers={"accept-language": code}), code)
            for code in ("en", language)
        )
        assert same(english, translated, language) == set(), name


@pytest.mark.long
@pytest.mark.parametrize("language", OTHERS)
def test_what_a_form_refuses_is_said_in_the_language_of_the_person(language, staff):
    row = make(content_models()[0], title_en=CONTENT, summary_en=CONTENT)
    assert same(refused(staff, row, "en"), refused(staff, row, language), language) == set()


def test_a_screen_that_is_not_translated_is_noticed(staff, monkeypatch):
    monkeypatch.setattr(site, "index_title", "Nobody translated this")
    found = not_translated(staff, [reverse("admin:index")], "fi")
    assert ("fi", "Nobody translated this") in found


def test_every_language_of_the_portal_is_tried():
    assert {"en", *OTHERS} == {code for code, _name in settings.LANGUAGES}
