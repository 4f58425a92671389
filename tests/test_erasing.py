"""A person is erased: nothing in the database, the files and the index says any more who she was."""

import json
from io import StringIO

import lxml.html
import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reversion.models import Version

from healthyboost.content.history import record
from healthyboost.content.models import Draft, FormerSlug
from healthyboost.demand.models import Wish
from healthyboost.editing.deleting import delete
from healthyboost.editing.models import UnsavedForm
from healthyboost.feedback.models import Message
from healthyboost.mailing.models import SignUp, Subscriber
from healthyboost.media.models import Attachment, Picture
from healthyboost.privacy.erasing import Erasure
from healthyboost.privacy.finding import Fate
from healthyboost.privacy.naming import Naming
from healthyboost.redirects.models import MissedAddress, Redirect
from healthyboost.search.files import read_files
from healthyboost.search.indexing import index
from healthyboost.search.models import SpokenWord
from healthyboost.translation.comments import ask
from healthyboost.translation.memory import MemoryEntry
from healthyboost.translation.page_links import PageLink
from healthyboost.wordings.models import InterfaceString, Wording
from news.models import Article, Event
from partners.models import ContactPerson

from .factories import (
    make,
    make_article,
    make_contact_person,
    make_page,
    make_picture,
    make_project,
    make_user,
    png,
)
from .files_that_name import docx, pdf

NAME, EMAIL, PHONE = "Åsa-Märta O’Neill", "asa.marta@oneill.example", "+46 8 123 45 67"
OTHER = "Åsa Märtasson"  # somebody else
EVERY_ROW = "SELECT to_jsonb(found)::text FROM {} AS found"
TABLES = (
    "SELECT quote_ident(table_name) FROM information_schema.tables "
    "WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
)


def said_anywhere():
    """(table, row as JSON) of the whole database."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(EVERY_ROW.format(table))
            yield from ((table, row) for (row,) in cursor.fetchall())


def traces(*words):
    """Rows and files in which one of `words` stands, however it is escaped."""
    found = []
    for table, row in said_anywhere():
        plain = row + "".join(each for each in strings(json.loads(row)))
        plain += plain.encode().decode("unicode_escape", "ignore")
        found += [(table, row) for word in words if word.casefold() in plain.casefold()]
    for folder in ("pictures", "attachments", "materials", "renditions"):
        names = [(folder, name) for name in files_in(folder)]
        found += [name for name in names for word in words if word.casefold() in name[1].casefold()]
    return found


def strings(value):
    if isinstance(value, dict):
        value = list(value.items())
    if isinstance(value, list | tuple):
        return [said for each in value for said in strings(each)]
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return [value, *strings(json.loads(value))]
        except ValueError:
            pass
    return [str(value)]


def files_in(folder):
    try:
        return default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []


def erase(*spellings, own=(), **asked):
    return Erasure(Naming.of(*spellings), list(own), **asked).carry_out()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def everywhere(db, media):
    """A person who is named in every kind of place; answers her row and the article that is public."""
    person = make_contact_person(
        "asa-marta-o-neill", name=NAME, email=EMAIL, phone=PHONE, role_en="Coordinator of walks"
    )
    article = make_article(
        slug="interview-asa-marta-o-neill",
        languages=["en", "lv"],
        title_en=f"Interview with {NAME}",
        body_en="<p>Hello <strong>ÅSA-MÄRTA</strong>&nbsp;O&#x27;Neill, <a href='mailto:"
        f"{EMAIL}'>write</a> or call {PHONE}.</p>",
        title_lv=f"Intervija: O’Neill, {'A\u030asa-Ma\u0308rta'}",
        body_lv="<p>Nekas.</p>",
        made_from_lv="en",
    )
    article.contacts.create(person=person)
    article.links.create(
        label_en=f"Page of {NAME}", url="https://example.org/%C3%85sa-M%C3%A4rta-O-Neill"
    )
    make_project(manager=person)
    event = make(Event)
    event.speakers.create(name="Asa Marta O'Neill", role_en="Speaker")
    picture = make_picture(
        "asa-marta-o-neill",
        file=ContentFile(png(), "Asa_Marta O'Neill.png"),
        alt_en=f"{NAME} walks",
        consent_note=f"{NAME} agreed",
    )
    article.pictures.create(picture=picture)
    other = make_article(
        body_en='<p>See <a href="portal:articles/interview-asa-marta-o-neill">it</a>.</p>'
    )
    user = make_user(
        "editor", first_name="Åsa-Märta", last_name="O’Neill", email=EMAIL, username=EMAIL
    )
    record([article, person, picture, event, other], user)
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(ContactPerson),
        object_id=str(person.pk),
        object_repr=NAME,
        action_flag=CHANGE,
        change_message=json.dumps([{"added": {"name": "person", "object": NAME}}]),
    )
    draft = Draft.of(article, "en", user)
    draft.fields = {"title": f"Second interview with {NAME}"}
    draft.save()
    UnsavedForm.objects.create(user=user, address="/admin/x/", fields={"title": [NAME]})
    ask(article, f"Is {NAME} right?", user)
    PageLink.objects.create(
        page=article, language="lv", made_for=NAME, made_by=user, expires_at=user.date_joined
    )
    MemoryEntry.objects.create(
        source_language="en", language="lv", source=NAME, source_html=NAME, text=NAME, place="title"
    )
    Redirect.objects.create(old_address="/people/asa-marta-o-neill", target="/news/")
    MissedAddress.objects.create(path=f"/{NAME}", first_day="2026-01-01", last_day="2026-01-01")
    Message.objects.create(text=f"{NAME} is ill", about="other", language="en", address="/en/")
    Message.objects.create(text="Hello", email=EMAIL, about="other", language="en", address="/en/")
    Subscriber.objects.create(email=EMAIL, language="en", state="confirmed")
    SignUp.objects.create(email=EMAIL, language="en", asks="subscribe")
    Wish.objects.create(email=EMAIL, content_type=draft.content_type, object_id=1, language="lv")
    gone = make_article(title_en=f"Farewell, {NAME}")
    delete(gone, user)
    index(Article, [article.pk, other.pk])
    return person, article, user


# Everywhere


@pytest.mark.long
@pytest.mark.django_db
def test_nothing_is_left_of_a_person_when_there_are_words_instead(
    everywhere, django_capture_on_commit_callbacks
):
    person, article, user = everywhere
    tables = {table for table, _row in traces("neill")}
    assert len(tables) >= 22, tables
    with django_capture_on_commit_callbacks(execute=True):
        outcome = erase(NAME, EMAIL, PHONE, own=[person, user], instead="a colleague")
    assert outcome.left == []
    assert (
        traces("o’neill", "o'neill", "oneill", "o-neill", "neill", "123 45 67", "asa-marta") == []
    )
    assert not SpokenWord.objects.filter(folded__in=["neill", "marta"]).exists()


@pytest.mark.long
@pytest.mark.django_db
def test_texts_read_well_with_other_words_instead(everywhere):
    person, article, user = everywhere
    erase(NAME, EMAIL, PHONE, own=[person, user], instead="a colleague")
    article.refresh_from_db()
    assert article.title_en == "Interview with a colleague"
    assert article.body_en == (
        "<p>Hello <strong>a colleague</strong>, write or call a colleague.</p>"
    )
    assert article.title_lv == "Intervija: a colleague"
    assert article.slug == f"article-{article.pk}"


@pytest.mark.long
@pytest.mark.django_db
def test_texts_of_readers_are_left_to_somebody_and_named(everywhere):
    person, article, user = everywhere
    outcome = erase(NAME, EMAIL, PHONE, own=[person, user])
    article.refresh_from_db()
    assert article.title_en == f"Interview with {NAME}"
    left = {(each.label, name) for each in outcome.left for name in each.fields}
    assert {("news.article", "title_en"), ("content.draft", "fields")} <= left
    assert {each.fate for each in outcome.left} == {Fate.PROSE}
    versions = Version.objects.values_list("serialized_data", flat=True)
    assert not [text for text in versions if "Neill" in text]


@pytest.mark.long
@pytest.mark.django_db
def test_when_the_texts_are_rewritten_the_second_time_forgets_the_histories(
    everywhere, django_capture_on_commit_callbacks
):
    person, article, user = everywhere
    with django_capture_on_commit_callbacks(execute=True):
        first = erase(NAME, EMAIL, PHONE, own=[person, user])
    for each in first.left:
        if each.label == "content.draft":
            each.row.delete()
        else:
            row = type(each.row).objects.get(pk=each.row.pk)
            for name in each.fields:
                field = row._meta.get_field(name)
                is_text = isinstance(getattr(row, name), str) and field.editable
                words = f"rewritten-{row.pk}" if is_text else None
                setattr(row, name, "" if name.startswith("url") else words)
            record([row]) if each.label == "news.article" else None
            row.save()
    assert traces("neill")
    with django_capture_on_commit_callbacks(execute=True):
        assert erase(NAME, EMAIL, PHONE).left == []
    assert traces("neill", "123 45 67") == []


# Spellings


@pytest.mark.parametrize(
    "text",
    [
        "Åsa-Märta O’Neill",
        "O'NEILL, ASA-MARTA",
        "<p>Hej <b>Åsa-Märta</b>&nbsp;O&#x27;Neill!</p>",
        json.dumps({"name": NAME}),
        "pictures/asa_marta-o-neill.jpg",
        "/%C3%85sa-M%C3%A4rta-O%E2%80%99Neill",
        "A\u030asa-Ma\u0308rta O\u2019Nei\u00adll",
        "mailto:ASA.MARTA@oneill.example?subject=x",
        "tel. +46812345 67",
        "Анна-Мария Ёлкина",
        "ЕЛКИНА Анна Мария",
        "/people/anna-mariya-yolkina/",
    ],
)
def test_a_person_is_found_however_she_is_written(text):
    naming = Naming.of(NAME, EMAIL, PHONE, "Анна-Мария Ёлкина")
    assert naming.is_in(text)
    assert not naming.is_in(naming.without(text))


@pytest.mark.parametrize(
    "text", ["Åsa Märta Neilling", "Åsa-Märta and O’Neill", OTHER, "46 8 123 45 678"]
)
def test_others_are_not_taken_for_her(text):
    assert not Naming.of(NAME, EMAIL, PHONE).is_in(text)


@pytest.mark.parametrize("text", ["Åsa-Märtas O’Neills bok", "<p>О Ивановой Анне Марии</p>"])
def test_an_inflected_name_is_perhaps_hers(text):
    naming = Naming.of(NAME, "Иванова Анна Мария")
    assert naming.is_likely_in(text) and not naming.is_in(text)


def test_what_says_too_little_is_not_looked_for():
    assert not Naming.of("", " ", "Å", "O’", "<>")


@pytest.mark.parametrize("text", ["(((", "%", "\\", "a|b|.*", "_____", "\ud800abc", "İİİ ßßß"])
def test_marks_of_patterns_are_letters_like_others(text):
    naming = Naming.of(f"Ann {text} Berg")
    assert naming.is_in(f"x Ann {text} Berg y") and not naming.is_in("Anna Bergman")


# A part of it, and who may


def each_long(*values):
    return [pytest.param(value, marks=pytest.mark.long) for value in values]


@pytest.fixture
def boss(db):
    return make_user("administrator")


@pytest.mark.django_db
def test_the_command_lists_and_changes_nothing_until_it_is_told_to():
    person = make_contact_person("ek", name="Åsa Ek", email="asa@example.org")
    article = make_article(body_en="<p>Ask ÅSA EK.</p>")
    said = call("--person", "ek")
    assert "Partners.contactperson" in said and "ASK" not in said and "Ask ÅSA EK." in said
    assert ContactPerson.objects.filter(pk=person.pk).exists()
    said = call("--person", "ek", "--erase", "--instead", "N. N.")
    article.refresh_from_db()
    assert article.body_en == "<p>Ask N. N..</p>"
    assert "Nothing names this person any more." in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        [],
        ["--person", "nobody"],
        ["--account", "nobody"],
        ["x"],
        ["Ann Berg", "--instead", "Ann Berg"],
    ],
)
def test_the_command_says_what_it_cannot_do(asked):
    with pytest.raises(CommandError, match=r"\w+ \w+"):
        call(*asked, "--erase")


def call(*asked):
    out = StringIO()
    call_command("erase_person", *asked, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*each_long("coordinator", "translator"), "editor"])
def test_only_administrators_erase(client, role):
    client.force_login(make_user(role))
    for address in ("/admin/privacy/", "/admin/privacy/erase/"):
        assert client.get(address).status_code == 403
        assert client.post(address, {"spellings": "Åsa Ek"}).status_code == 403


@pytest.mark.long
@pytest.mark.django_db
def test_an_administrator_looks_first_and_ticks_a_box(client, boss):
    client.force_login(boss)
    person = make_contact_person("ek", name="Åsa Ek", phone="+46 812 34 56")
    make_article(title_en="With Åsa Ek")
    address = f"/admin/privacy/erase/?kind=person&number={person.pk}"
    assert "+46 812 34 56" in client.get(address).content.decode()
    asked = {"spellings": "Åsa Ek\r\n+46 812 34 56", "kind": "person", "number": person.pk}
    looked = client.post(address, {**asked, "look": ""}).content.decode()
    assert "With Åsa Ek" in looked and "This is what happens" in looked
    unticked = client.post(address, {**asked, "erase": ""}).content.decode()
    assert "Tick the box" in unticked and ContactPerson.objects.exists()
    done = client.post(address, {**asked, "erase": "", "sure": "1"}).content.decode()
    assert "These places are left" in done and "With Åsa Ek" in done
    assert not ContactPerson.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", [*each_long("accounts/user", "mailing/subscriber"), "partners/contactperson"]
)
def test_each_list_of_people_offers_the_erasure_to_administrators_alone(client, boss, address):
    make_contact_person(), Subscriber.objects.create(email=EMAIL, language="en")
    client.force_login(boss)
    assert "erase_person" in client.get(f"/admin/{address}/").content.decode()
    client.force_login(make_user("editor"))
    assert "erase_person" not in client.get(f"/admin/{address}/").content.decode()


@pytest.mark.long
@pytest.mark.django_db
def test_the_list_of_people_leads_to_the_erasure_of_one(client, boss):
    client.force_login(boss)
    people = [make_contact_person() for _number in range(2)]
    asked = {"action": "erase_person", "_selected_action": [people[0].pk]}
    answer = client.post("/admin/partners/contactperson/", asked)
    assert answer.url == f"/admin/privacy/erase/?kind=person&number={people[0].pk}"
    asked["_selected_action"] = [each.pk for each in people]
    answer = client.post("/admin/partners/contactperson/", asked, follow=True)
    assert "Choose one person" in answer.content.decode()


NOT_TO_BE_LOOKED_FOR = [
    {"spellings": ""},
    {"spellings": "x"},
    {"spellings": "a\nb\n" * 500},
    {"spellings": "\0Åsa Ek"},
    {"spellings": "\n".join(f"Ann Berg{number}" for number in range(30))},
    {"spellings": "Åsa Ek", "instead": "<script>"},
    {"spellings": "Åsa Ek", "instead": "Åsa Ek"},
    {"kind": "person", "number": "9" * 40},
    {"kind": "nothing", "number": "1"},
    {"kind": "person", "number": "²"},
]


@pytest.mark.django_db
def test_what_cannot_be_looked_for_is_told(client, boss):
    client.force_login(boss)
    for asked in NOT_TO_BE_LOOKED_FOR:
        answer = client.post("/admin/privacy/erase/", {**asked, "erase": "", "sure": "1"})
        assert answer.status_code == 200 and "errornote" in answer.content.decode(), asked
        assert client.get("/admin/privacy/erase/", asked).status_code == 200, asked


@pytest.mark.django_db
def test_nobody_erases_her_own_account(client, boss):
    client.force_login(boss)
    asked = {"kind": "account", "number": boss.pk, "erase": "", "sure": "1"}
    assert "own account" in client.post("/admin/privacy/erase/", asked).content.decode()
    boss.refresh_from_db()
    assert boss.is_active


@pytest.mark.long
@pytest.mark.django_db
def test_another_person_of_that_name_is_not_erased(boss):
    namesake = make_contact_person("other", name="Åsa Ek", email="other@example.org")
    account = make_user("editor", first_name="Åsa", last_name="Ek", email="third@example.org")
    outcome = erase("Åsa Ek", "asa@example.org")
    assert {each.row for each in outcome.left} == {namesake, account}
    assert {each.fate for each in outcome.left} == {Fate.LOOK}
    account.refresh_from_db()
    assert account.first_name == "Åsa"


@pytest.mark.long
@pytest.mark.django_db
def test_pictures_that_name_her_go_from_pages_texts_and_disk(django_capture_on_commit_callbacks):
    picture = make_picture("walk", alt_en="Åsa Ek walks")
    article = make_article(body_en='<p>One</p><p><img data-picture="walk"></p>')
    article.pictures.create(picture=picture)
    record([picture, article])
    files = [picture.file.name, *(each["webp"] for each in picture.renditions)]
    with django_capture_on_commit_callbacks(execute=True):
        erase("Åsa Ek", with_pictures=True)
    article.refresh_from_db()
    assert "<img" not in article.body_en and not Picture.objects.exists()
    assert not any(map(default_storage.exists, files))
    assert not Version.objects.filter(serialized_data__contains="Åsa Ek").exists()


@pytest.mark.long
@pytest.mark.django_db
def test_links_to_a_page_with_another_address_still_lead_there():
    article = make_article(slug="visit-to-asa-ek")
    other = make_article(body_en='<p><a href="portal:articles/visit-to-asa-ek">Visit</a></p>')
    erase("Åsa Ek", instead="N. N.")
    article.refresh_from_db(), other.refresh_from_db()
    assert other.body_en == f'<p><a href="portal:articles/{article.slug}">Visit</a></p>'
    assert article.slug == f"article-{article.pk}" and not FormerSlug.objects.exists()


@pytest.mark.long
@pytest.mark.django_db
def test_a_draft_can_be_published_after_an_erasure():
    article, writer = make_article(title_en="With Åsa Ek"), make_user("editor")
    draft = Draft.of(article, "en", writer)
    draft.fields = {"summary": "New"}
    draft.save()
    erase("Åsa Ek", instead="N. N.")
    assert Draft.objects.get().publish(by=writer).title_en == "With N. N."


@pytest.mark.long
@pytest.mark.django_db
def test_mails_in_a_folder_that_name_her_go(settings, tmp_path, django_capture_on_commit_callbacks):
    settings.EMAIL_FOLDER = str(tmp_path)
    for number, text in enumerate(["Dear Åsa Ek", "Dear Bo"]):
        mail = EmailMessage("Hej", text, to=["x@example.org"]).message().as_string()
        (tmp_path / f"{number}.log").write_text(mail)
    with django_capture_on_commit_callbacks(execute=True):
        erase("Åsa Ek")
    assert [path.name for path in tmp_path.glob("*.log")] == ["1.log"]


@pytest.mark.long
@pytest.mark.django_db
def test_a_failure_changes_nothing(monkeypatch):
    person = make_contact_person("ek", name="Åsa Ek")
    monkeypatch.setattr("healthyboost.privacy.erasing.index", None)
    make_article(title_en="With Åsa Ek")
    with pytest.raises(TypeError):
        erase("Åsa Ek", own=[person], instead="N. N.")
    assert ContactPerson.objects.exists() and Article.objects.get().title_en == "With Åsa Ek"


@pytest.mark.long
@pytest.mark.django_db
def test_looking_asks_as_often_however_many_rows_there_are(django_assert_max_num_queries):
    make_article(title_en="With Åsa Ek")
    with CaptureQueriesContext(connection) as first:
        Erasure(Naming.of("Åsa Ek")).plan()
    for _number in range(5):
        make_article(title_en="With Åsa Ek")
    with django_assert_max_num_queries(len(first)):
        Erasure(Naming.of("Åsa Ek")).plan()


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width, scheme", [(1280, "light"), (390, "dark")])
def test_the_screens_are_accessible_and_fit_a_phone(width, scheme, page, live_server, client):
    from .accessibility import Axe

    user, person = make_user("administrator"), make_contact_person("ek", name="Åsa Ek")
    article = make_article(title_en="With Åsa Ek")
    for name, content in (("paper.docx", docx(author="Åsa Ek")), ("scan.pdf", pdf(""))):
        Attachment.objects.create(
            owner=article, language="en", title=name, file=ContentFile(content, name)
        )
    read_files()
    make_page(kind="privacy", slug="privacy")
    client.force_login(user)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    for address in (
        "/admin/privacy/",
        f"/admin/privacy/erase/?kind=person&number={person.pk}",
        "/en/pages/privacy/",
    ):
        page.goto(live_server.url + address)
        if "erase" in address:
            page.get_by_role("button", name="Look where").press("Enter")
            page.get_by_text("This is what happens").wait_for()
            page.get_by_role("link", name="paper.docx").wait_for()
            page.get_by_text("A scan, a password or damage").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        violations = Axe().run(page).response["violations"]
        assert [each["id"] for each in violations] == [], (address, violations)


@pytest.mark.django_db
def test_no_place_is_named_in_another_language(client):
    """What stands in no form has a name of the code alone."""
    client.force_login(make_user("administrator", language="fi"))
    string = InterfaceString.objects.create(
        key="k", catalogue="django", msgid="Hello", since=timezone.now()
    )
    Wording.objects.create(string=string, language="fi", released=["Testinen tervehtii"])
    SpokenWord.objects.create(word="testinen", language="fi")
    shown = client.post("/admin/privacy/erase/", {"spellings": "Testinen", "look": ""}).text
    assert "Testinen tervehtii" in shown and "Released" not in shown
    assert "search.SpokenWord" in shown and "Spoken words" not in shown
    page = lxml.html.fromstring(client.get("/admin/privacy/").text)
    outside = [each.text for each in page.iterfind(".//details//code")]
    assert "last_seen_at" in outside and not any(" " in each for each in outside)
