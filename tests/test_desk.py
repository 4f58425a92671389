"""The first screen, the matrix of pages by languages, the month, and copies of pages."""

import csv
import datetime
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from healthyboost.content.languages import language_codes
from healthyboost.content.models import Draft
from healthyboost.editing.items import Place, add_drafts_and_ages, find
from healthyboost.editing.models import AddressUse, CheckedAddress, UnsavedForm
from healthyboost.editing.months import Month
from healthyboost.editing.states import EVERYTHING
from healthyboost.media.models import PictureUse
from healthyboost.translation.counting import catch_up
from materials.models import Material
from news.models import Article
from pilots.models import Pilot

from .admin_forms import form_address, list_address, send
from .factories import (
    LONG_AGO,
    each_content_type,
    make,
    make_article,
    make_contact_person,
    make_material,
    make_organisation,
    make_page,
    make_picture,
    make_pilot,
    make_project,
    make_theme,
    make_user,
)

DESK, MATRIX = "/admin/", "/admin/pages-by-language/"
NOW = timezone.now()
DAY = datetime.timedelta(days=1)


def signed_in(*args, **fields):
    client = Client()
    client.user = make_user(*args, **fields)
    client.force_login(client.user)
    return client


@pytest.fixture
def staff(db):
    return signed_in("superuser", first_name="Anna", last_name="Ozola")


@pytest.fixture
def jelgava(db):
    return make_organisation(title_en="Jelgava")


@pytest.fixture
def coordinator(jelgava):
    return signed_in("coordinator", jelgava)


@pytest.fixture
def translator(db):
    return signed_in("translator", languages=["lv"])


def tasks(client):
    """{heading: [titles]} of what needs her."""
    shown = client.get(DESK).context["tasks"]
    return {task.title: [entry.title for entry in task.entries] for task in shown}


def make_draft(row, language="en", author=None, state="writing", **fields):
    return Draft.objects.create(
        page=row,
        language=language,
        author=author,
        state=state,
        fields=fields,
        started_from=row.live_hash(language),
    )


def make_old(**fields):
    """An article whose Latvian text is older than its English one."""
    article = make_article(
        languages=["en", "lv"], body_en="<p>One.</p>", body_lv="<p>Viens.</p>", **fields
    )
    article.made_from_lv = "en"
    article.save()
    article.body_en = "<p>One and two.</p>"
    article.save()
    return article


# What needs her


def test_drafts_are_hers_first(staff):
    of_another = make_article(title_en="Of another")
    hers = make_article(title_en="Hers")
    make_draft(hers, author=staff.user, title="New")
    make_draft(of_another, title="New")
    assert tasks(staff)["Changes that are not public yet"] == ["Hers", "Of another"]


def test_a_coordinator_sees_what_concerns_her_organisation(coordinator, jelgava):
    own = make_article(organisation=jelgava, title_en="Own")
    other = make_article(organisation=make_organisation(), title_en="Other")
    for article in (own, other):
        make_draft(article, title="New", state="review")
    make_article(organisation=jelgava, title_en="Unseen", published_at_en=None)
    make_article(title_en="Of the network", published_at_en=None)
    assert tasks(coordinator) == {
        "Waiting for review": ["Own"],
        "Written, not public": ["Unseen"],
    }


def test_a_translator_sees_what_concerns_her_language(translator):
    make_draft(make_article(languages=["en", "lv"], title_lv="Mans"), "lv", title="Jauns")
    make_draft(make_article(), "en", title="New")
    make_article(title_en="Unseen", published_at_en=None)
    make_article(languages=["lv"], title_lv="Nav publisks", published_at_lv=None)
    found = tasks(translator)
    assert len(found["Changes that are not public yet"]) == 1
    assert found["Written, not public"] == ["Nav publisks"]


def test_translations_older_than_their_original_are_named(staff, translator):
    make_old(title_en="Old")
    make_article(languages=["en", "lv"], title_en="Young", made_from_lv="en")
    assert tasks(staff)["Older than their original"] == ["Old"]
    assert tasks(translator)["Older than their original"] == ["Old"]


def test_what_changed_in_punctuation_alone_is_not_old(staff):
    article = make_article(languages=["en", "lv"], body_en="<p>One.</p>", made_from_lv="en")
    article.body_en = "<p>One!</p>"
    article.save()
    assert "Older than their original" not in tasks(staff)


def test_what_becomes_old_by_a_save_in_the_admin_is_shown_at_once(staff):
    article = make_article(languages=["en", "lv"], body_en="<p>One.</p>", made_from_lv="en")
    assert tasks(staff) == {}
    send(staff, form_address(article), body_en="<p>Two.</p>", _publish="en")
    assert len(tasks(staff)["Older than their original"]) == 1
    Article.objects.update(body_en="<p>One.</p>")
    assert "Older than their original" not in tasks(staff)


def test_dead_links_and_ending_consents_are_named(staff, coordinator, jelgava):
    article = make_article(organisation=jelgava, title_en="Linking")
    address = CheckedAddress.objects.create(
        url="https://gone.example", fault="", failing_since=NOW - 10 * DAY
    )
    AddressUse.objects.create(address=address, page=article)
    make_picture("of-people", consent_until=timezone.localdate() + 10 * DAY, organisation=jelgava)
    make_picture("of-others", consent_until=timezone.localdate() + 10 * DAY)
    assert tasks(staff)["Consents that end"] == ["of-others", "of-people"]
    assert tasks(coordinator) == {"Dead links": ["Linking"], "Consents that end": ["of-people"]}


def test_forms_that_were_never_saved_are_offered(staff):
    article = make_article()
    for address in (form_address(article), "/admin/news/article/add/", "/admin/gone/"):
        UnsavedForm.objects.create(user=staff.user, address=address)
    UnsavedForm.objects.create(user=make_user(), address="/admin/news/article/add/")
    found = staff.get(DESK).context["tasks"][0]
    assert {(each.title, each.address) for each in found.entries} == {
        (f"Article {article.pk}", f"{form_address(article)}?resume=1"),
        ("New: Article", "/admin/news/article/add/?resume=1"),
        ("/admin/gone/", "/admin/gone/?resume=1"),
    }


def test_where_there_is_more_the_matrix_shows_all(staff):
    for number in range(8):
        make_article(title_en=f"Walk {number}", published_at_en=None)
    (task,) = staff.get(DESK).context["tasks"]
    assert len(task.entries) == 6
    assert len(staff.get(task.more).context["items"]) == 8


def test_who_may_do_nothing_sees_an_empty_screen(db):
    nobody = signed_in("translator", languages=[])
    make_draft(make_article(), title="New")
    assert tasks(nobody) == {}


# What she can start


def test_she_can_start_what_she_may_add(coordinator, translator):
    starts = [str(start["words"]) for start in coordinator.get(DESK).context["starts"]]
    assert starts == [
        "Write an article",
        "Announce an event",
        "Make a newsletter issue",
        "Add a pilot",
        "Add a material",
    ]
    assert translator.get(DESK).context["starts"] == []


def test_what_she_made_last_can_be_duplicated(staff):
    for title in ("First", "Last"):
        article = make_article(title_en=title)
        LogEntry.objects.log_actions(staff.user.pk, [article], 1, change_message=[{"added": {}}])
    start = staff.get(DESK).context["starts"][0]
    assert start["last"].title == "Last"
    staff.post(start["duplicate"], {"page": article.pk})
    assert Article.objects.filter(title_en="Last (copy)").exists()


# What has happened


def test_recent_changes_say_who_did_what_in_which_language(staff):
    article = make_article(languages=["en", "lv"])
    send(staff, form_address(article), title_lv="Pastaiga", _publish="lv")
    text = staff.get(DESK).content.decode()
    assert "Changed: Latvian · Published: Latvian · Anna Ozola" in text


def test_a_coordinator_sees_the_changes_of_her_organisation(coordinator, staff, jelgava):
    own, other = make_article(organisation=jelgava), make_article()
    LogEntry.objects.log_actions(staff.user.pk, [own, other], 2, change_message=[])
    changes = coordinator.get(DESK).context["changes"]
    assert [change.object_id for change, _words in changes] == [str(own.pk)]


# The month


def events(client, month=""):
    """[(day, state, title, languages)]"""
    shown = client.get(DESK, {"month": month} if month else {}).context["month"]
    return [
        (day.date, event.state, event.title, event.codes)
        for week in shown.weeks
        for day in week
        for event in day.events
    ]


def test_the_month_shows_what_is_scheduled_what_ends_and_dated_drafts(staff):
    moment = datetime.datetime(2999, 5, 4, 9, tzinfo=datetime.UTC)
    make_article(
        languages=["en", "lv", "fi"],
        title_en="Walk",
        published_at_lv=moment,
        published_at_fi=moment,
        unpublish_at_en=moment + DAY,
    )
    make_article(title_en="Dated", published_at_en=None, date=moment, date_precision="day")
    make_article(title_en="Public", date=moment, date_precision="day")
    assert events(staff, "2999-05") == []  # no such year is asked for
    moment = moment.replace(year=2099)
    Article.objects.filter(title_en="Walk").update(
        published_at_lv=moment, published_at_fi=moment, unpublish_at_en=moment + DAY
    )
    Article.objects.exclude(title_en="Walk").update(date=moment)
    assert events(staff, "2099-05") == [
        (moment.date(), "draft", "Dated", ""),
        (moment.date(), "scheduled", "Walk", "Latvian, Finnish"),
        ((moment + DAY).date(), "ends", "Walk", "English"),
    ]
    assert events(staff, "2099-04") == []


def test_the_month_of_a_coordinator_is_that_of_her_organisation(coordinator, jelgava):
    make_article(organisation=jelgava, title_en="Own", published_at_en=NOW)
    make_article(title_en="Other", published_at_en=NOW)
    assert [title for _day, _state, title, _codes in events(coordinator)] == ["Own"]


def test_a_month_begins_and_ends_in_the_zone_of_the_site(staff):
    make_article(published_at_en=datetime.datetime(2098, 12, 31, 22, 30, tzinfo=datetime.UTC))
    assert [day for day, *_rest in events(staff, "2099-01")] == [datetime.date(2099, 1, 1)]


@pytest.mark.parametrize(
    "asked, previous, following",
    [("2026-01", "2025-12", "2026-02"), ("2026-12", "2026-11", "2027-01")],
)
def test_months_lead_to_each_other(asked, previous, following):
    month = Month.read(asked)
    assert (str(month.previous), str(month), str(month.next)) == (previous, asked, following)


@pytest.mark.parametrize("nonsense", ["2026-13", "1999-01", "x", "2026-1", "٢٠٢٦-٠١"])
def test_nonsense_for_a_month_is_this_month(nonsense):
    assert str(Month.read(nonsense)) == f"{timezone.localdate():%Y-%m}"


# The matrix


def titles(client, **asked):
    return [item.title for item in client.get(MATRIX, asked).context["items"]]


@pytest.mark.parametrize("model", each_content_type(), ids=lambda model: model.__name__)
def test_the_states_are_those_that_the_pages_say_themselves(db, model):
    soon = NOW + DAY
    row = make(
        model,
        languages=["en", "lv", "fi", "sv"],
        published_at_lv=soon,
        unpublish_at_fi=NOW,
        published_at_sv=None,
    )
    gone = make(model, withdrawn_at_en=LONG_AGO, summary_lv="Tikai kopsavilkums.")
    found = {item.pk: item.states for item in find({model: EVERYTHING}, 10)}
    for each in (row, gone):
        assert found[each.pk] == {code: each.state_in(code) for code in language_codes()}


def test_the_matrix_shows_drafts_and_age_too(staff):
    article = make_old()
    make_draft(article, "en", title="New")
    make_draft(make_article(languages=["fi"]), "fi", title="Uusi", state="review")
    catch_up()
    items = add_drafts_and_ages(find({Article: EVERYTHING}, 10))
    assert [(item.states["en"], item.states["lv"], item.states["fi"]) for item in items] == [
        ("empty", "empty", "review"),
        ("changed", "old", "empty"),
    ]
    page = staff.get(MATRIX).content.decode()
    assert f'href="{form_address(article)}#language-lv"' in page
    assert "public, older than its original" in page


def test_each_filter_of_the_matrix_narrows_it(staff):
    theme, city = make_theme(), make_organisation(languages=[])
    make_article(title_en="Walk", themes=[theme], date=NOW, date_precision="day")
    make_article(title_en="Šūpoles", organisation=city, date=NOW - DAY, date_precision="day")
    make_material(languages=["lv"], title_lv="Spēle")
    make_article(title_en="Draft", published_at_en=None)
    assert titles(staff, kind="materials.material") == ["Spēle"]
    assert titles(staff, theme=theme.pk) == ["Walk"]
    assert titles(staff, organisation=city.pk) == ["Šūpoles"]
    assert titles(staff, q="supoles") == ["Šūpoles"]
    assert titles(staff, state="draft") == ["Draft"]
    assert titles(staff, state="public", language="lv") == ["Spēle"]
    assert titles(staff, state="empty", language="en", kind="news.article") == []
    articles = ["Walk", "Šūpoles", "Draft"]
    assert titles(staff, kind="news.article") == articles
    assert titles(staff, kind="news.article", order="oldest") == articles[::-1]


def test_the_matrix_finds_what_is_older_than_its_original_or_waits(staff):
    make_old(title_en="Old")
    article = make_article(title_en="Waiting")
    make_draft(article, title="New", state="review")
    assert titles(staff, state="old") == ["Old"]
    assert titles(staff, state="old", language="fi") == []
    assert titles(staff, state="review", language="en") == ["Waiting"]
    assert titles(staff, state="changed") == []


def test_the_matrix_of_a_coordinator_can_be_her_own(coordinator, jelgava, staff):
    make_article(title_en="Own", organisation=jelgava)
    make_article(title_en="Other")
    assert titles(coordinator, kind="news.article", mine="1") == ["Own"]
    assert b'name="mine"' not in staff.get(MATRIX).content


@pytest.mark.parametrize("order", ["", "oldest"])
def test_page_by_page_every_item_comes_once_and_in_order(db, order):
    dates = [NOW, NOW, NOW - DAY, NOW - DAY, None, None, None]
    for date in dates:
        known = {"date": date, "date_precision": "day" if date else "unknown"}
        make_article(**known)
        make_material(**known)
    wheres, is_oldest = {Article: EVERYTHING, Material: EVERYTHING}, order == "oldest"
    found, after = [], None
    while page := find(wheres, 3, is_oldest, after):
        found += page
        after = Place.read(str(Place.of(page[-1])))
    assert [(each.label, each.pk) for each in found] == [
        (each.label, each.pk) for each in find(wheres, 100, is_oldest)
    ]
    assert len(found) == 2 * len(dates)


@pytest.mark.long
def test_the_matrix_leads_to_its_next_page(staff):
    for _number in range(45):
        make_article()
    first = staff.get(MATRIX)
    following = staff.get(MATRIX, {"after": str(first.context["following"])})
    assert len(first.context["items"]) == 40
    assert len(following.context["items"]) == 5
    assert f"after={first.context['following']}".split("+")[0] in first.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "auth.group", "state": "x", "language": "xx", "order": "x"},
        {"organisation": "x", "theme": "9" * 30, "after": "x"},
        {"after": "~~"},
        {"after": "2021~news.article~x"},
    ],
)
def test_nonsense_asks_nothing_of_the_matrix(staff, asked):
    make_article()
    assert len(titles(staff, **asked)) == 1


def table(client, **asked):
    response = client.get(MATRIX, {"format": "csv", **asked})
    text = b"".join(response.streaming_content).decode()
    assert text[0] == "\ufeff"
    return list(csv.reader(StringIO(text[1:])))


def test_the_whole_of_a_filtered_matrix_can_be_taken_away(staff, monkeypatch):
    monkeypatch.setattr("healthyboost.editing.matrix.AT_ONCE", 2)
    for number in range(5):
        make_article(title_en=f"Walk {number}", slug=f"walk-{number}")
    make_material()
    rows = table(staff, kind="news.article")
    assert rows[0][:3] == ["Type", "Title", "Address"]
    assert [row[1] for row in rows[1:]] == [f"Walk {number}" for number in (4, 3, 2, 1, 0)]
    assert rows[1][6:] == ["public", "empty", "empty", "empty", "empty"]


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_nothing_in_the_table_is_a_formula(staff, title):
    make_article(title_en=title)
    assert table(staff)[1][1] == f"'{title}"


# Queries


def queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def fill_up(user, organisation, number):
    for _each in range(number):
        article = make_old(organisation=organisation, date=NOW, date_precision="day")
        make_draft(article, "en", author=user, title="New")
        make_draft(make_pilot(), "en", title="New", state="review")
        make_material(published_at_en=None)
        make_article(published_at_en=NOW + DAY)
        picture = make_picture(consent_until=timezone.localdate())
        PictureUse.objects.create(owner=article, picture=picture)
        UnsavedForm.objects.create(user=user, address=form_address(article))
        LogEntry.objects.log_actions(user.pk, [article], 1, change_message=[{"added": {}}])
        address = CheckedAddress.objects.create(
            url=f"https://example.org/{article.pk}", failing_since=LONG_AGO
        )
        AddressUse.objects.create(address=address, page=article)


@pytest.mark.parametrize("address", [DESK, MATRIX])
def test_the_number_of_queries_does_not_grow(staff, jelgava, address):
    fill_up(staff.user, jelgava, 1)
    staff.get(address)
    few = queries_of(staff, address)
    fill_up(staff.user, jelgava, 3)
    staff.get(address)
    assert queries_of(staff, address) <= few


# Copies


def duplicate(client, row):
    meta = row._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_duplicate")
    return client.post(address, {"page": row.pk})


def test_a_copy_has_everything_but_publication(staff):
    theme = make_theme()
    article = make_article(
        languages=["en", "lv"], title_en="Walk", title_lv="Pastaiga", themes=[theme]
    )
    article.quotes.create(text_en="Good.", speaker="A")
    article.links.create(label_en="Map", url="https://example.org/")
    PictureUse.objects.create(owner=article, picture=make_picture("walk"))
    article.contacts.create(person=make_contact_person())
    response = duplicate(staff, article)
    copy = Article.objects.exclude(pk=article.pk).get()
    assert response["Location"] == form_address(copy)
    assert (copy.title_en, copy.body_lv) == ("Walk (copy)", article.body_lv)
    assert copy.languages == [] and copy.state_in("en") == "draft"
    assert list(copy.themes.all()) == [theme]
    for name in ("quotes", "links", "pictures", "contacts"):
        assert getattr(copy, name).count() == getattr(article, name).count() == 1
    assert copy.slug == "walk-copy"


def test_a_copy_of_a_copy_has_an_address_of_its_own(staff):
    article = make_article(title_en="Walk")
    duplicate(staff, article)
    duplicate(staff, article)
    assert set(Article.objects.values_list("slug", flat=True)) == {
        article.slug,
        "walk-copy",
        "walk-copy-2",
    }


def test_files_and_places_on_the_front_page_are_not_copied(staff):
    material = make_material(front_page_position=1)
    page = make_page(kind="about", footer_position=2)
    duplicate(staff, material)
    duplicate(staff, page)
    assert Material.objects.exclude(pk=material.pk).get().front_page_position is None
    copy = type(page).objects.exclude(pk=page.pk).get()
    assert (copy.kind, copy.footer_position) == ("other", None)


def test_the_parts_of_a_pilot_are_copied(staff):
    pilot = make_pilot()
    pilot.steps.create(text_en="Walk.", position=1)
    duplicate(staff, pilot)
    assert Pilot.objects.exclude(pk=pilot.pk).get().steps.get().text_en == "Walk."
    assert pilot.steps.count() == 1


def test_the_title_of_a_copy_fits_where_the_title_was_full(staff):
    article = make_article(title_en="a" * 250)
    duplicate(staff, article)
    assert Article.objects.exclude(pk=article.pk).get().title_en == "a" * 250


def test_she_copies_only_what_is_hers(coordinator, translator, jelgava):
    own, other = make_article(organisation=jelgava), make_article()
    assert duplicate(coordinator, other).status_code == 403
    assert duplicate(translator, other).status_code == 403
    assert duplicate(coordinator, own).status_code == 302
    assert Article.objects.count() == 3
    listed = coordinator.get(list_address(Article)).content.decode()
    assert f'name="page" value="{own.pk}"' in listed
    assert f'name="page" value="{other.pk}"' not in listed


def test_what_has_a_number_of_its_own_is_not_copied(staff):
    project = make_project()
    assert duplicate(staff, project).status_code == 403
    assert b'form="duplicate"' not in staff.get(form_address(project)).content


def test_nothing_is_copied_by_looking(staff):
    article = make_article()
    assert staff.get(reverse("admin:news_article_duplicate")).status_code == 405
    assert staff.post(reverse("admin:news_article_duplicate")).status_code == 404
    assert list(Article.objects.all()) == [article]


# In the browser


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_what_is_typed_is_seen_before_anybody_else_sees_it(page, live_server):
    from .accessibility import Axe

    staff = signed_in("superuser")
    value = staff.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
    make_draft(make_article(title_en="Walk"), author=staff.user, title="New")
    seen = []

    def look():
        seen.append(page.url)
        page.set_viewport_size({"width": 390, "height": 800})
        assert Axe().run(page).response["violations"] == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url

    for address in (DESK, MATRIX):
        page.goto(f"{live_server}{address}")
        look()
    page.goto(f"{live_server}{DESK}")
    page.get_by_role("link", name="Walk", exact=True).first.press("Enter")
    page.get_by_label("Title:").first.fill("Walk and talk")
    page.get_by_role("button", name="English: Save and preview").press("Enter")
    page.wait_for_url("**/preview/en/*")
    assert page.get_by_role("heading", level=1).inner_text() == "Walk and talk"
    look()
    page.get_by_role("link", name="Back to the form").press("Enter")
    page.get_by_role("link", name="English: Link for a colleague").press("Enter")
    page.get_by_role("button", name="Make a link").press("Enter")
    look()
    page.goto(page.get_by_label("Link for a colleague 1", exact=True).input_value())
    assert page.get_by_role("heading", level=1).inner_text() == "Walk and talk"
    assert Article.objects.get().title_en == "Walk"
