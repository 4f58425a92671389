"""Who may do what: a matrix, each cell by a request to the server and a look into the database.

`pytest -m "" -s tests/test_rights.py` prints it as it was found.
"""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from healthyboost.accounts.models import User
from healthyboost.accounts.rights import may_edit_shared, may_publish, owner_of
from healthyboost.content.languages import language_codes
from healthyboost.media.models import Picture
from healthyboost.pages.models import Page
from materials.models import Material
from news.models import Article
from partners.models import ContactPerson, FundingSource, Organisation, Project
from pilots.models import Pilot

from .admin_forms import add_address, errors_of, filled_in, form_address, list_address, send
from .factories import (
    LONG_AGO,
    make_article,
    make_contact_person,
    make_material,
    make_organisation,
    make_page,
    make_picture,
    make_pilot,
    make_project,
    make_user,
    png,
)

pytestmark = pytest.mark.django_db

# Who may do it: C the coordinator of the cities that own what is "own", T the translator into
# Latvian, E an editor, A an administrator; "-" nobody; "." there is no such thing. Everybody else is
# refused. "lv" and "fi" are to write in that language, "shared" what is the same in all languages.
MATRIX = """
                 view  add  lv    fi   shared  publish-lv  publish-fi  withdraw-lv  delete
own article      CTEA  CEA  CTEA  CEA  CEA     CTEA        CEA         CEA          CEA
other article    CTEA  EA   TEA   EA   EA      TEA         EA          EA           EA
network article  CTEA  EA   TEA   EA   EA      TEA         EA          EA           EA
own pilot        CTEA  CEA  CTEA  CEA  CEA     CTEA        CEA         CEA          CEA
other pilot      CTEA  EA   TEA   EA   EA      TEA         EA          EA           EA
own material     CTEA  CEA  CTEA  CEA  CEA     CTEA        CEA         CEA          CEA
other material   CTEA  EA   TEA   EA   EA      TEA         EA          EA           EA
own picture      CTEA  CEA  CTEA  CEA  CEA     .           .           .            CEA
other picture    CTEA  EA   TEA   EA   EA      .           .           .            EA
own person       CTEA  CEA  CTEA  CEA  CEA     .           .           .            CEA
other person     CTEA  EA   TEA   EA   EA      .           .           .            EA
own city         CTEA  EA   TEA   EA   EA      TEA         EA          EA           EA
page             CTEA  EA   TEA   EA   EA      TEA         EA          EA           EA
project          CTEA  A    TA    A    A       TA          A           A            A
funding source   CTEA  A    TA    A    A       .           .           .            A
user             A     A    .     .    A       .           .           .            A
"""
HEADING, *ROWS = MATRIX.strip("\n").splitlines()
ACTIONS = HEADING.split()
PLACES = [HEADING.index(action) for action in ACTIONS]
EXPECTED = {
    (row[:16].strip(), action): letters
    for row in ROWS
    for action, letters in zip(ACTIONS, row[16:].split(), strict=True)
}
# Looked at by default; the rest is as long as these are many.
MAIN = ("other article", "own person", "user")

# Field of the texts, and a field that is the same in all languages with another value for it.
FIELDS = {
    Picture: ("alt", "licence", "changed"),
    ContactPerson: ("role", "phone", "+371 1"),
    FundingSource: ("name", "slug", "changed"),
    User: (None, "first_name", "Changed"),
}
CONTENT_FIELDS = ("title", "slug", "changed")
WRITTEN = {
    f"{field}_{code}": f"The {field} of it ({code})"
    for field in ("title", "summary", "body")
    for code in ("lv", "fi")
}


class World:
    """Objects of a city, of another and of the network, and the form of a superuser for each."""

    def __init__(self, names):
        self.home, self.twin, self.other = (make_organisation(**WRITTEN) for _each in range(3))
        project, elsewhere = make_project(), {"organisation": self.other}
        here = {"organisation": self.home}
        self.people = {
            "C": make_user("coordinator", self.home),
            "T": make_user("translator", languages=["lv"]),
            "E": make_user("editor"),
            "A": make_user("administrator"),
        }
        self.people["C"].grants.create(role="coordinator", organisation=self.twin)
        self.clients = {letter: Client() for letter in self.people}
        for letter, person in self.people.items():
            self.clients[letter].force_login(person)
        self.master = Client()
        self.master.force_login(make_user("superuser"))
        ways = {
            "own article": lambda: make_article(**here, **WRITTEN),
            "other article": lambda: make_article(**elsewhere, **WRITTEN),
            "network article": lambda: make_article(**WRITTEN),
            "own pilot": lambda: make_pilot(project, self.home, **WRITTEN),
            "other pilot": lambda: make_pilot(project, self.other, **WRITTEN),
            "own material": lambda: make_material(**here, **WRITTEN),
            "other material": lambda: make_material(**elsewhere, **WRITTEN),
            "own picture": lambda: make_picture(**picture_of(self.home)),
            "other picture": lambda: make_picture(**picture_of(self.other)),
            "own person": lambda: make_contact_person(**here),
            "other person": lambda: make_contact_person(**elsewhere),
            "own city": lambda: self.twin,
            "page": lambda: make_page(**WRITTEN),
            "project": lambda: make_project(**WRITTEN),
            "funding source": lambda: FundingSource.objects.create(
                slug="fund", name_en="Fund", kind="own"
            ),
            "user": lambda: make_user(),
        }
        self.objects = {name: ways[name]() for name in names}
        self.project, self.forms = project, {}

    def form(self, address):
        """All fields of a form with what stands in them, as who may do everything gets it."""
        if address not in self.forms:
            self.forms[address] = filled_in(self.master, address)
        return dict(self.forms[address])

    def new(self, name):
        """What is typed to make one more object like `name`."""
        row = self.objects[name]
        owner = {"organisation": owner_of(row) or ""}
        page = {"slug": "added", "title_en": "Added", "source_language": "en", **owner}
        return {
            Article: page | {"kind": "news"},
            Pilot: page | {"project": self.project.pk, "state": "planned"},
            Material: page | {"kind": "tool"},
            Picture: {"name": "added", "alt_en": "A", "file": picture_file(), **owner},
            ContactPerson: {"slug": "added", "name": "Added", **owner},
            Organisation: page | {"kind": "city", "country": "LV", "organisation": ""},
            Page: page | {"kind": "other"},
            Project: page | {"acronym": "A", "number": "R1", "start": "2020-01-01"},
            FundingSource: {"slug": "added", "name_en": "Added", "kind": "own"},
            User: {"email": "added@example.org", "language": "lv", "grants-0-role": "editor"},
        }[type(row)]

    def is_done(self, letter, name, action):
        """Try it as that person, look into the database, and undo it."""
        point = transaction.savepoint_create()
        try:
            return getattr(self, f"try_{action.partition('-')[0]}")(
                self.clients[letter], self.objects[name], name, action
            )
        finally:
            transaction.savepoint_rollback(point)

    def try_view(self, client, row, name, action):
        return client.get(form_address(row)).status_code == 200

    def try_add(self, client, row, name, action):
        model = type(row)
        before = model._base_manager.count()
        client.post(add_address(model), self.form(add_address(model)) | self.new(name))
        return model._base_manager.count() == before + 1

    def try_delete(self, client, row, name, action):
        meta = row._meta
        client.post(
            reverse(f"admin:{meta.app_label}_{meta.model_name}_delete", args=[row.pk]),
            {"post": "yes"},
        )
        return not type(row)._base_manager.filter(pk=row.pk).exists()

    def post(self, client, row, **typed):
        client.post(form_address(row), self.form(form_address(row)) | typed)
        return type(row)._base_manager.get(pk=row.pk)

    def try_language(self, client, row, name, action):
        field = f"{FIELDS.get(type(row), CONTENT_FIELDS)[0]}_{action}"
        return getattr(self.post(client, row, **{field: "Changed"}), field) == "Changed"

    try_lv = try_fi = try_language

    def try_shared(self, client, row, name, action):
        _texts, field, value = FIELDS.get(type(row), CONTENT_FIELDS)
        return getattr(self.post(client, row, **{field: value}), field) == value

    def try_publish(self, client, row, name, action):
        code = action[-2:]
        reason = {f"_reason_{code}": "It is right as it is."}
        return self.post(client, row, _publish=code, **reason).is_public_in(code)

    def try_withdraw(self, client, row, name, action):
        type(row)._base_manager.filter(pk=row.pk).update(published_at_lv=LONG_AGO)
        typed = {"published_at_lv_0": "2021-06-15", "published_at_lv_1": "12:00"}
        typed["_started_from"] = ""  # the form is older than that publication
        return not self.post(client, row, _withdraw="lv", **typed).is_public_in("lv")


def picture_of(organisation):
    has_owner = any(field.name == "organisation" for field in Picture._meta.fields)
    return {"organisation": organisation} if has_owner else {}


def picture_file():
    return SimpleUploadedFile("added.png", png(), "image/png")


def found(world, names):
    """The matrix as the server keeps it: {(object, action): letters}."""
    return {
        (name, action): "".join(
            letter for letter in world.people if world.is_done(letter, name, action)
        )
        or "-"
        for name in names
        for action in ACTIONS
        if EXPECTED[name, action] != "."
    }


def print_matrix(cells):
    print("\n" + HEADING)
    for name in dict.fromkeys(name for name, _action in cells):
        words = [cells.get((name, action), ".") for action in ACTIONS]
        places = [len(re.match(r"\S+\s*", HEADING[at:])[0]) for at in PLACES]
        print(name.ljust(17) + "".join(map(str.ljust, words, places)))


@pytest.mark.long
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(MAIN, id="main"),
        pytest.param([row[:16].strip() for row in ROWS if row[:16].strip() not in MAIN], id="rest"),
    ],
)
def test_the_server_allows_what_the_matrix_says_and_nothing_else(names, caplog):
    caplog.set_level("ERROR", "django.request")  # it tells of each refusal
    cells = found(World(names), names)
    print_matrix(cells)
    assert cells == {key: EXPECTED[key] for key in cells}


# What the matrix cannot say


@pytest.fixture
def city():
    return make_organisation(title_en="Jelgava")


@pytest.fixture
def coordinator(city, client):
    client.force_login(make_user("coordinator", city))
    return client


@pytest.fixture
def translator(client):
    client.force_login(make_user("translator", languages=["lv"]))
    return client


def inputs(response):
    """Names of the fields that the form of a page takes, those of its rows among them."""
    context = response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += inline.formset.forms
    return {name for form in forms for name in form.fields}


def test_what_a_coordinator_makes_belongs_to_her_city(coordinator, city):
    response = coordinator.get(add_address(Article))
    choices = response.context["adminform"].form.fields["organisation"].queryset
    assert list(choices) == [city]
    sent = send(coordinator, add_address(Article), title_en="Walk", organisation=city.pk)
    assert sent.status_code == 302, errors_of(sent)
    assert Article.objects.get().organisation == city


@pytest.mark.parametrize("whose", ["another city", "the network"])
def test_a_coordinator_gives_no_page_away(whose, coordinator, city):
    article = make_article(organisation=city)
    new = make_organisation().pk if whose == "another city" else ""
    response = send(coordinator, form_address(article), organisation=new)
    assert "organisation" in errors_of(response)
    article.refresh_from_db()
    assert article.organisation == city


def test_a_coordinator_of_two_cities_chooses(client, city):
    other = make_organisation()
    person = make_user("coordinator", city)
    person.grants.create(role="coordinator", organisation=other)
    client.force_login(person)
    article = make_article(organisation=city)
    assert send(client, form_address(article), organisation=other.pk).status_code == 302
    article.refresh_from_db()
    assert article.organisation == other


def test_a_coordinator_replaces_no_material_of_another_city(coordinator, city):
    other, own = make_material(), make_material(organisation=city)
    response = send(coordinator, form_address(own), replaces=other.pk)
    assert "replaces" in errors_of(response)


def test_a_coordinator_whose_city_is_not_named_only_looks(client):
    client.force_login(make_user("coordinator"))
    assert client.get(add_address(Article)).status_code == 403
    assert client.get(list_address(Article)).status_code == 200


def test_somebody_without_a_role_stays_outside(client):
    client.force_login(make_user())
    assert client.get(list_address(Article), follow=True).status_code == 403


def test_a_list_shows_all_and_finds_what_is_mine(coordinator, city):
    own, _other = make_article(organisation=city), make_article()
    everything = coordinator.get(list_address(Article)).context["cl"]
    mine = coordinator.get(list_address(Article), {"mine": "yes"}).context["cl"]
    assert (everything.result_count, list(mine.result_list)) == (2, [own])


def test_several_are_deleted_only_if_all_are_mine(coordinator, city):
    own, other = make_article(organisation=city), make_article()
    action = {"action": "delete_selected", "post": "yes"}
    for rows, status, left in [([own, other], 403, 2), ([own], 302, 1)]:
        chosen = {**action, "_selected_action": [row.pk for row in rows]}
        assert coordinator.post(list_address(Article), chosen).status_code == status
        assert Article.objects.count() == left


def test_a_coordinator_adds_a_picture_in_a_window_of_its_own(coordinator, city):
    address = f"{add_address(Picture)}?_popup=1"
    typed = {"alt_en": "A park", "file": picture_file(), "_popup": "1", "organisation": city.pk}
    response = send(coordinator, address, **typed)
    assert "popup_response" in response.text, errors_of(response)
    assert Picture.objects.get().organisation == city


def test_a_translator_has_inputs_for_the_texts_of_her_language_alone(translator):
    article = make_article()
    article.quotes.create(text_en="Walk!", speaker="Anna")
    found = inputs(translator.get(form_address(article)))
    languages = {name[-2:] for name in found if re.search("_(en|lv|fi|sv|ru)$", name)}
    assert languages == {"lv"}
    shared = {"slug", "organisation", "date", "kind", "themes", "speaker"}
    assert found & (shared | {"unpublish_at_lv", "withdrawn_at_lv", "text_en"}) == set()
    assert {"title_lv", "published_at_lv", "text_lv", "speaker_role_lv"} <= found


def test_what_has_no_input_is_read_without_its_tags(translator):
    article = make_article(body_en="<p>A <strong>city</strong></p>")
    assert "<p>A <strong>city</strong></p>" in translator.get(form_address(article)).text


def test_a_translator_writes_rows_in_her_language_and_adds_and_removes_none(translator, client):
    pilot = make_pilot()
    step = pilot.steps.create(title_en="Walk", title_fi="Kävely", position=1)
    master = Client()
    master.force_login(make_user("superuser"))
    sent = filled_in(master, form_address(pilot))
    sent |= {"steps-0-title_lv": "Pastaiga", "steps-0-title_fi": "X", "steps-0-position": "7"}
    sent |= {"steps-TOTAL_FORMS": "2", "steps-1-title_lv": "Otrs", "steps-1-position": "2"}
    assert translator.post(form_address(pilot), sent).status_code == 302
    translator.post(form_address(pilot), sent | {"steps-0-DELETE": "on"})
    translator.post(form_address(pilot), sent | {"steps-INITIAL_FORMS": "2", "steps-1-id": "0"})
    step.refresh_from_db()
    assert pilot.steps.get() == step
    assert (step.title_lv, step.title_fi, step.position) == ("Pastaiga", "Kävely", 1)


def test_a_translator_hangs_nothing_on_a_page(translator):
    article = make_article()
    prefix = "content-link-content_type-object_id"
    sent = {
        f"{prefix}-TOTAL_FORMS": "1",
        f"{prefix}-INITIAL_FORMS": "0",
        f"{prefix}-0-label_lv": "Saite",
        f"{prefix}-0-url": "https://example.org/",
    }
    send(translator, form_address(article), **sent)
    assert not article.links.exists()


def test_a_translator_takes_nothing_from_its_readers(translator):
    article = make_article(languages=["lv"])
    sent = {"published_at_lv_0": "", "published_at_lv_1": "", "withdrawn_at_lv_0": "2021-06-16"}
    send(translator, form_address(article), **sent)
    article.refresh_from_db()
    assert article.languages == ["lv"]


def test_what_was_withdrawn_is_put_back_by_those_who_may_withdraw():
    article = make_article(languages=["lv"], withdrawn_at_lv=LONG_AGO)
    assert not may_publish(make_user("translator", languages=["lv"]), article, "lv")
    assert may_publish(make_user("editor"), article, "lv")


def test_a_change_of_a_translator_to_a_public_text_waits_as_a_draft(translator):
    article = make_article(languages=["en", "lv"])
    assert send(translator, form_address(article), title_lv="Pastaiga").status_code == 302
    assert article.drafts.get().fields["title"] == "Pastaiga"
    article.refresh_from_db()
    assert article.title_lv != "Pastaiga"


def test_buttons_of_another_language_are_refused(translator):
    article = make_article(languages=["en", "fi"])
    for button in ("_publish", "_withdraw", "_review", "_take_back", "_matches"):
        response = send(translator, form_address(article), **{button: "fi"})
        assert response.status_code == 403, button


def test_a_fault_in_a_language_that_she_cannot_write_is_said_and_is_no_error_500(translator):
    article = make_article(languages=["en", "fi"])
    Article.objects.filter(pk=article.pk).update(summary_fi="")
    response = send(translator, form_address(article), title_lv="Pastaiga")
    assert response.status_code == 200
    assert "__all__" in errors_of(response)


def test_a_file_of_an_unpublished_page_is_seen_by_those_who_may_enter_the_admin(client, settings):
    settings.MFA_REQUIRED = True
    address = make_picture().file.url
    assert client.get(address).status_code == 404
    for role, status in (("translator", 200), ("editor", 404), (None, 404)):
        client.force_login(make_user(role, languages=["lv"]))
        assert client.get(address).status_code == status, role


def test_rights_of_two_roles_add_up(city):
    person = make_user("coordinator", city)
    person.grants.create(role="translator", languages=["ru"])
    own, other = make_article(organisation=city), make_article()
    assert person.has_perm("news.add_article") and may_edit_shared(person, own)
    assert not may_edit_shared(person, other) and may_publish(person, other, "ru")
    assert not may_publish(person, other, "fi")


def test_a_row_belongs_to_whom_its_page_belongs(city):
    pilot = make_pilot(organisation=city)
    step = pilot.steps.create(title_en="Walk")
    link = pilot.links.create(label_en="Here")
    assert {owner_of(row) for row in (pilot, step, link, city)} == {city.pk}
    assert make_user("coordinator", city).has_perm("content.change_link", link)
    assert not make_user("coordinator", make_organisation()).has_perm("content.change_link", link)


def test_who_is_switched_off_may_nothing(city):
    person = make_user("editor", is_active=False)
    assert not person.has_perm("news.view_article")
    assert not make_user("superuser", is_active=False).has_perm("news.view_article")


def test_rights_on_many_objects_cost_one_query(city):
    articles = [make_article(organisation=city) for _each in range(5)]
    person = User.objects.get(pk=make_user("coordinator", city).pk)
    with CaptureQueriesContext(connection) as queries:
        for article in articles:
            assert person.has_perm("news.change_article", article)
            assert may_edit_shared(person, article)
            assert all(may_publish(person, article, code) for code in language_codes())
    assert len(queries) == 1


@pytest.mark.parametrize("role", [None, "translator", "coordinator"])
def test_who_does_not_write_a_language_of_a_page_reaches_none_of_its_workbench(role, client):
    article = make_article(organisation=make_organisation())
    city = make_organisation() if role == "coordinator" else None
    user = make_user(role, city, ["fi"] if role == "translator" else [])
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client.force_login(user)
    kind = ContentType.objects.get_for_model(article)
    names = (
        "translate_page", "translate_panel", "translate_comments", "machine",
        "machine_progress", "approve_translation",
    )  # fmt: skip
    addresses = [reverse(f"admin:{name}", args=[kind.pk, article.pk, "lv"]) for name in names]
    query = f"?content_type={kind.pk}&object={article.pk}&language=lv"
    addresses += [reverse("admin:page_links") + query, "/admin/translate/strings/lv/1/"]
    for address in addresses:
        answers = {client.get(address).status_code, client.post(address, {"do": "x"}).status_code}
        assert answers in ({403}, {403, 405}), address


def test_every_content_type_is_in_the_table():
    from healthyboost.accounts.rights import kind_of
    from healthyboost.content.models import content_models

    assert {kind_of(model) for model in content_models()} == {"content", "project"}
