"""The admin: one form an object, one language switch a form, lists in every language."""

import datetime
import re

import pytest
from django.contrib.admin.sites import site
from django.contrib.admin.utils import flatten
from django.urls import reverse
from django.utils import timezone

from healthyboost.accounts.models import User
from healthyboost.content.languages import language_codes
from healthyboost.editing.slugs import make_slug
from healthyboost.media.models import Picture
from news.models import Article
from partners.models import FundingLine, FundingSource, NetworkMembership, Partnership, Project
from pilots.models import PilotStep

from .admin_forms import (
    add_address,
    errors_of,
    form_address,
    list_address,
    queries_of,
    send,
    sign_in,
)
from .factories import (
    each_content_type,
    make,
    make_article,
    make_organisation,
    make_partnership,
    make_picture,
    make_pilot,
    make_project,
    make_theme,
    pdf,
    png,
)

LONG_AGO = datetime.datetime(2021, 6, 15, 10, 53, tzinfo=datetime.UTC)


@pytest.fixture
def staff(db, client):
    sign_in(client)
    return client


# Every content type


@pytest.mark.parametrize("model", each_content_type())
def test_every_content_type_has_a_list_and_a_form(model, staff):
    row = make(model)
    for address in (list_address(model), add_address(model), form_address(row)):
        assert staff.get(address).status_code == 200


@pytest.mark.parametrize("model", site._registry)
def test_every_list_is_searched_without_an_error(model, staff):
    assert staff.get(list_address(model), {"q": "veselība"}).status_code == 200


@pytest.mark.parametrize("model", each_content_type())
def test_a_form_that_is_saved_as_it_stands_changes_nothing(model, staff):
    row = make(model, languages=["lv", "ru"])
    row.refresh_from_db()  # some of it is set by the database
    before = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    response = send(staff, form_address(row))
    assert response.status_code == 302, errors_of(response)
    row.refresh_from_db()
    for field in model._meta.concrete_fields:
        assert (getattr(row, field.attname) or "") == (before[field.attname] or ""), field.name


@pytest.mark.parametrize("language", language_codes())
def test_dates_are_read_as_they_are_written_in_each_language_of_the_admin(language, db, client):
    sign_in(client, language=language)
    article = make_article(published_at_fi=LONG_AGO, summary_fi="Yksi.", title_fi="Otsikko")
    Article.objects.update(date=LONG_AGO, date_precision="minute")
    response = send(client, form_address(article))
    assert response.status_code == 302, errors_of(response)
    article.refresh_from_db()
    assert article.published_at_fi == article.date == LONG_AGO


def test_a_new_content_type_has_its_form_without_a_line(staff):
    from healthyboost.editing.content import ContentAdmin
    from healthyboost.pages.admin import PageAdmin

    assert PageAdmin.__dict__.keys() - ContentAdmin.__dict__.keys() <= {"__module__", "__doc__"}


# One form, one switch


def test_each_language_has_a_panel_and_no_panel_is_named_twice(staff):
    html = staff.get(add_address(Article)).content.decode()
    panels = re.findall(r'<section class="language-panel" id="language-([\w-]+)"', html)
    assert panels == language_codes()
    assert html.count('class="language-switch"') == 1


def test_inputs_say_the_language_of_their_text(staff):
    html = staff.get(add_address(Article)).content.decode()
    for name in ("title_lv", "summary_lv", "body_lv"):
        tag = re.search(rf'<(?:input|textarea)[^>]* name="{name}"[^>]*>', html)[0]
        assert 'lang="lv"' in tag
        assert 'spellcheck="true"' in tag


def test_the_switch_says_the_state_of_each_language_in_a_word(staff):
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    article = make_article(
        languages=["en", "fi", "sv", "ru"],
        published_at_fi=None,
        published_at_sv=tomorrow,
        withdrawn_at_ru=timezone.now(),
    )
    panels = staff.get(form_address(article)).context["panels"]
    assert {panel.code: panel.word for panel in panels} == dict.fromkeys(
        language_codes(), "empty"
    ) | {
        "en": "public",
        "fi": "draft",
        "sv": "scheduled",
        "ru": "withdrawn",
    }
    assert len({panel.symbol for panel in panels}) == 5


def test_child_rows_have_a_part_for_each_language(staff):
    html = staff.get(add_address(make_pilot().__class__)).content.decode()
    assert 'name="steps-__prefix__-title_ru"' in html
    assert html.count("language language-ru") >= 3  # the panel, a step, a link


def test_fields_that_are_the_same_in_all_languages_stand_in_a_group_of_their_own(staff):
    shared, seldom = staff.get(add_address(Article)).context["shared_fieldsets"]
    names = {*flatten([*shared.fields, *seldom.fields])}
    assert shared.name == "Same in all languages"
    assert seldom.is_collapsible and "slug" in seldom.fields
    assert {"kind", "date", "date_precision", "organisation", "themes", "slug"} <= names
    assert not {name for name in names if name.startswith(("title", "summary", "body"))}


# Writing


def test_an_article_is_written_in_latvian_alone(staff):
    response = send(
        staff,
        add_address(Article),
        title_lv="Veselība visiem",
        summary_lv="Par veselību.",
        body_lv="<p>Rīgā <strong>un</strong> Jelgavā</p><script>alert(1)</script>",
    )
    assert response.status_code == 302
    article = Article.objects.get()
    assert article.source_language == "lv"
    assert article.slug == "veseliba-visiem"
    assert article.body_lv == "<p>Rīgā <strong>un</strong> Jelgavā</p>"
    assert not article.title_en


def test_an_article_needs_a_title_in_some_language(staff):
    response = send(staff, add_address(Article), body_lv="<p>Teksts</p>")
    assert errors_of(response)["title_en"] == ["Write a title in at least one language."]
    assert "<p>Teksts</p>" in response.context["adminform"].form["body_lv"].value()


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Veselība visiem: ģimenes, bērni", "veseliba-visiem-gimenes-berni"),
        ("Kävely on lääke – öisin", "kavely-on-laake-oisin"),
        ("Hälsa åt alla", "halsa-at-alla"),
        ("Здоровье для всех: ещё раз", "zdorove-dlya-vseh-eshyo-raz"),
        ("Poznań i Łódź", "poznan-i-lodz"),
        ("???", ""),
    ],
)
def test_an_address_is_made_of_plain_letters(title, slug):
    assert make_slug(title) == slug


def test_an_address_that_is_taken_gets_a_number(staff):
    make_article(slug="veseliba")
    for typed in ("", "veseliba"):  # left empty, or as the script of the form fills it in
        send(staff, add_address(Article), title_lv="Veselība", slug=typed)
    assert set(Article.objects.values_list("slug", flat=True)) == {
        "veseliba",
        "veseliba-2",
        "veseliba-3",
    }


def test_an_address_that_somebody_chose_is_kept_or_refused(staff):
    make_article(slug="walk")
    response = send(staff, add_address(Article), title_en="Running", slug="walk")
    assert "slug" in errors_of(response)


def test_a_title_that_has_no_letters_still_gives_an_address(staff):
    send(staff, add_address(Article), title_en="???")
    assert Article.objects.get().slug == "article"


# Publication


def test_the_button_publishes_one_language(staff):
    article = make_article(languages=["lv", "ru"], published_at_lv=None, published_at_ru=None)
    response = send(staff, form_address(article), _publish="lv")
    assert response.headers["Location"].startswith(form_address(article))
    article.refresh_from_db()
    assert article.languages == ["lv"]


def test_the_button_saves_what_else_was_typed(staff):
    article = make_article(published_at_en=None)
    send(staff, form_address(article), _publish="en", title_en="Another title")
    article.refresh_from_db()
    assert article.title_en == "Another title"


def test_the_button_publishes_at_once_what_was_scheduled(staff):
    article = make_article(published_at_en=timezone.now() + datetime.timedelta(days=3))
    send(staff, form_address(article), _publish="en")
    article.refresh_from_db()
    assert article.languages == ["en"]


def test_a_language_is_withdrawn_and_published_again(staff):
    article = make_article(languages=["en", "lv"])
    send(staff, form_address(article), _withdraw="lv")
    article.refresh_from_db()
    assert article.languages == ["en"]
    assert article.state_in("lv") == "withdrawn"
    send(staff, form_address(article), _publish="lv")
    article.refresh_from_db()
    assert article.languages == ["en", "lv"]
    assert article.published_at_lv == LONG_AGO


def test_a_language_without_a_summary_is_not_published_and_nothing_typed_is_lost(staff):
    response = send(
        staff, add_address(Article), title_lv="Virsraksts", body_lv="<p>Teksts</p>", _publish="lv"
    )
    assert response.status_code == 200
    assert errors_of(response) == {"summary_lv": ["Needed before this language can be public."]}
    assert {panel.code: panel.errors for panel in response.context["panels"]}["lv"] == 1
    form = response.context["adminform"].form
    assert form["title_lv"].value() == "Virsraksts"
    assert form["body_lv"].value() == "<p>Teksts</p>"
    assert not Article.objects.exists()


def test_public_from_without_a_time_is_midnight(staff):
    article = make_article(published_at_en=None)
    send(staff, form_address(article), published_at_en_0="2030-05-01")
    article.refresh_from_db()
    assert timezone.localtime(article.published_at_en).isoformat() == "2030-05-01T00:00:00+03:00"
    assert article.state_in("en") == "scheduled"


def test_public_until_before_public_from_is_an_error_of_that_language(staff):
    article = make_article(languages=["en", "fi"])
    response = send(staff, form_address(article), unpublish_at_fi_0="2001-01-01")
    assert errors_of(response) == {
        "unpublish_at_fi": ["“Public until” must be after “public from”."]
    }


def test_a_date_without_a_word_on_how_well_it_is_known_is_known_as_typed(staff):
    article = make_article()
    send(staff, form_address(article), date_0="2024-05-01", date_1="")
    article.refresh_from_db()
    assert article.date_precision == "day"


def test_a_precision_without_a_date_is_an_error(staff):
    response = send(staff, form_address(make_article()), date_precision="month")
    assert errors_of(response) == {"date": ["Give the date, or say that it is not known."]}


# What the database would refuse


def test_a_second_page_of_a_kind_is_an_error_in_the_form(staff):
    from healthyboost.pages.models import Page

    make(Page, kind="about")
    response = send(staff, add_address(Page), title_en="About", kind="about")
    assert response.status_code == 200
    assert errors_of(response)


def test_what_only_the_database_notices_is_an_error_in_the_form(staff):
    member, network = make_organisation(), make_organisation(kind="network")
    rows = {"memberships-TOTAL_FORMS": 2}
    for number in range(2):
        rows[f"memberships-{number}-network"] = network.pk
        rows[f"memberships-{number}-since_precision"] = "day"
        rows[f"memberships-{number}-until_precision"] = "day"
    response = send(staff, form_address(member), title_en="Kept", **rows)
    assert response.status_code == 200
    assert "__all__" in errors_of(response)
    assert response.context["adminform"].form["title_en"].value() == "Kept"
    assert not NetworkMembership.objects.exists()


def test_two_lead_partners_at_a_time_are_an_error(staff):
    project = make_project()
    make_partnership(project=project, role="lead", valid_until=datetime.date(2019, 3, 1))
    second = make_organisation()
    typed = {"project": project.pk, "organisation": second.pk, "role": "lead"}
    response = send(staff, add_address(Partnership), **typed, valid_from="2019-02-28")
    assert errors_of(response)["__all__"] == ["There is another lead partner at that time."]
    assert (
        send(staff, add_address(Partnership), **typed, valid_from="2019-03-01").status_code == 302
    )


def test_an_organisation_has_one_role_at_a_time(staff):
    partnership = make_partnership()
    response = send(
        staff,
        add_address(Partnership),
        project=partnership.project.pk,
        organisation=partnership.organisation.pk,
    )
    assert errors_of(response)["__all__"] == ["This organisation already has a role at that time."]


def test_a_focal_point_has_two_numbers(staff):
    response = send(staff, form_address(make_picture()), focal_x="0.5")
    assert errors_of(response)["__all__"] == ["A focal point has two numbers from 0 to 1."]


def funding_lines(*amounts):
    rows = {"funding_lines-TOTAL_FORMS": len(amounts)}
    for number, amount in enumerate(amounts):
        source, _is_new = FundingSource.objects.get_or_create(slug=f"source-{number}", kind="own")
        rows[f"funding_lines-{number}-source"] = source.pk
        rows[f"funding_lines-{number}-amount"] = amount
    return rows


def test_funding_lines_of_a_project_add_up_to_the_cent(staff):
    project = make_project(total_budget="100.00")
    response = send(staff, form_address(project), **funding_lines("60.00", "39.99"))
    assert errors_of(response) == {
        "funding_lines": ["The lines add up to 99.99, the total is 100.00."]
    }
    assert send(staff, form_address(project), **funding_lines("60.00", "40.00")).status_code == 302
    assert FundingLine.objects.count() == 2


def test_funding_lines_of_a_partner_add_up_to_its_budget(staff):
    partnership = make_partnership(budget_total="100.00")
    response = send(staff, form_address(partnership), **funding_lines("60.00"))
    assert errors_of(response) == {
        "funding_lines": ["The lines add up to 60.00, the total is 100.00."]
    }


def test_a_total_that_no_longer_fits_its_lines_is_an_error(staff):
    project = make_project(total_budget="100.00")
    send(staff, form_address(project), **funding_lines("100.00"))
    response = send(staff, form_address(project), total_budget="90.00")
    assert "funding_lines" in errors_of(response)
    project.refresh_from_db()
    assert project.total_budget == 100


def test_the_partnerships_of_a_project_are_seen_and_reached_from_its_form(staff):
    partnership = make_partnership()
    html = staff.get(form_address(partnership.project)).content.decode()
    assert form_address(partnership) in html
    assert f"{add_address(Partnership)}?project={partnership.project.pk}" in html


# Child rows


def test_a_step_is_added_to_a_pilot_in_one_language(staff):
    pilot = make_pilot()
    rows = {"steps-0-position": "0", "steps-0-date_precision": "day", "steps-0-title_fi": "Kävely"}
    response = send(staff, form_address(pilot), **rows, **{"steps-TOTAL_FORMS": 1})
    assert response.status_code == 302, errors_of(response)
    assert PilotStep.objects.get().title_fi == "Kävely"


def test_a_step_without_words_is_an_error_that_its_language_counts(staff):
    pilot = make_pilot()
    rows = {"steps-TOTAL_FORMS": 1, "steps-0-planned": "4", "steps-0-date_precision": "day"}
    response = send(staff, form_address(pilot), **rows)
    assert "title_en" in errors_of(response)
    assert {panel.code: panel.errors for panel in response.context["panels"]}["en"] == 1


def test_links_statements_pictures_attachments_and_contacts_hang_on_every_form(staff):
    prefixes = [
        inline.formset.prefix
        for inline in staff.get(add_address(Article)).context["inline_admin_formsets"]
    ]
    assert prefixes == [
        "quotes",
        "media-pictureuse-content_type-object_id",
        "media-attachment-content_type-object_id",
        "content-link-content_type-object_id",
        "content-statement-content_type-object_id",
        "partners-contactlink-content_type-object_id",
    ]


def test_a_picture_and_a_link_are_put_on_an_article(staff):
    article, picture = make_article(), make_picture()
    uses, links = "media-pictureuse-content_type-object_id", "content-link-content_type-object_id"
    response = send(
        staff,
        form_address(article),
        **{f"{uses}-TOTAL_FORMS": 1, f"{uses}-0-picture": picture.pk, f"{uses}-0-position": 0},
        **{f"{links}-TOTAL_FORMS": 1, f"{links}-0-label_sv": "Läs mer", f"{links}-0-position": 0},
    )
    assert response.status_code == 302, errors_of(response)
    assert article.pictures.get().picture == picture
    assert article.links.get().label_sv == "Läs mer"


def test_an_attachment_is_stored_with_its_kind(staff):
    from django.core.files.uploadedfile import SimpleUploadedFile

    article, files = make_article(), "media-attachment-content_type-object_id"
    response = send(
        staff,
        form_address(article),
        **{
            f"{files}-TOTAL_FORMS": 1,
            f"{files}-0-file": SimpleUploadedFile("report.pdf", pdf()),
            f"{files}-0-language": "pl",
            f"{files}-0-title": "Raport",
            f"{files}-0-position": 0,
            f"{files}-0-accessible": "unknown",
        },
    )
    assert response.status_code == 302, errors_of(response)
    assert article.attachments.get().media_type == "application/pdf"


def test_a_picture_without_a_name_gets_that_of_its_file(staff):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("Rīgas parks.png", png())
    response = send(staff, add_address(Picture), file=file, alt_lv="Parks")
    assert response.status_code == 302, errors_of(response)
    assert Picture.objects.get().name == "rigas-parks"


def test_a_picture_without_alternative_text_is_refused(staff):
    from django.core.files.uploadedfile import SimpleUploadedFile

    response = send(staff, add_address(Picture), file=SimpleUploadedFile("a.png", png()))
    assert errors_of(response)["__all__"] == [
        "Describe the picture in at least one language, or mark it decorative."
    ]


# Lists


def test_a_list_is_searched_in_every_language_and_without_diacritics(staff):
    make_article(title_lv="Veselība visiem")
    make_article(title_ru="Здоровье для всех")
    for words in ("veseliba", "здоровье"):
        (found,) = staff.get(list_address(Article), {"q": words}).context["cl"].result_list
        assert words[:3] in f"{found.slug} veseliba здоровье"


def test_a_title_in_another_language_says_in_which(staff):
    make_article(languages=["sv"], title_sv="Hälsa")
    html = staff.get(list_address(Article)).content.decode()
    assert '<span lang="sv">Hälsa</span> <small>(Swedish)</small>' in html


def test_a_list_shows_the_state_of_each_language(staff):
    make_article(languages=["lv"])
    html = staff.get(list_address(Article)).content.decode()
    assert "Latvian: public" in html
    assert "Swedish: empty" in html


def test_a_list_is_filtered_by_what_is_public(staff):
    latvian, russian = make_article(languages=["lv"]), make_article(languages=["ru"])

    def found(**query):
        return list(staff.get(list_address(Article), query).context["cl"].result_list)

    assert found(public="lv") == [latvian]
    assert found(not_public="lv") == [russian]
    assert len(found(public="nonsense")) == 2


@pytest.mark.parametrize("model", each_content_type())
def test_queries_of_a_list_do_not_grow_with_its_rows(model, staff):
    make(model)
    staff.get(list_address(model))  # what Django remembers from now on
    few = queries_of(staff, list_address(model))
    owner = make_organisation()
    for _number in range(12):
        make(
            model,
            languages=["lv", "ru"],
            **({} if model.__name__ == "Pilot" else {"organisation": owner}),
        )
    assert queries_of(staff, list_address(model)) == few


@pytest.mark.long
def test_queries_of_a_form_do_not_grow_with_its_child_rows(staff):
    pilot = make_pilot()

    def add_rows(number):
        for place in range(number):
            pilot.steps.create(title_en=f"Step {place}", position=place)
            pilot.co_operations.create(organisation=make_organisation(), position=place)
            pilot.pictures.create(picture=make_picture(), position=place)
            pilot.links.create(label_en="More", position=place)

    add_rows(1)
    staff.get(form_address(pilot))
    few = queries_of(staff, form_address(pilot))
    add_rows(10)
    assert queries_of(staff, form_address(pilot)) == few


def test_queries_of_a_form_do_not_grow_with_the_rows_that_can_be_chosen(staff):
    article = make_article(themes=[make_theme()])
    staff.get(form_address(article))
    few = queries_of(staff, form_address(article))
    for _number in range(20):
        make_theme(), make_organisation()
    assert queries_of(staff, form_address(article)) == few


def test_what_can_be_chosen_is_searched_in_every_language(staff):
    make_organisation(title_ru="Петрозаводск")
    response = staff.get(
        reverse("admin:autocomplete"),
        {
            "term": "петроз",
            "app_label": "news",
            "model_name": "article",
            "field_name": "organisation",
        },
    )
    assert len(response.json()["results"]) == 1


# Roles and languages of the admin


def test_a_coordinator_writes_articles_and_only_looks_at_organisations(db, client):
    sign_in(client, "coordinator")
    assert client.get(add_address(Article)).status_code == 200
    response = client.get(form_address(make_organisation(title_en="Riga")))
    assert response.status_code == 200
    assert "_publish" not in response.content.decode()
    assert "Riga" in response.content.decode()


@pytest.mark.parametrize("model", each_content_type())
def test_an_editor_writes_every_content_type_but_projects(model, db, client):
    sign_in(client, "editor")
    may_add = model is not Project
    assert client.get(add_address(model)).status_code == (200 if may_add else 403)


def test_who_may_only_look_sees_a_text_without_its_tags(db, client):
    sign_in(client, "coordinator")
    organisation = make_organisation(body_en="<p>A <strong>city</strong></p>")
    assert (
        "<p>A <strong>city</strong></p>" in client.get(form_address(organisation)).content.decode()
    )


def test_a_translator_changes_and_does_not_add(db, client):
    sign_in(client, "translator")
    assert client.get(add_address(Article)).status_code == 403
    article = make_article()
    assert send(client, form_address(article), title_fi="Otsikko").status_code == 302
    article.refresh_from_db()
    assert article.title_fi == "Otsikko"


def test_the_admin_speaks_the_language_that_the_person_chose(db, client):
    sign_in(client, language="fi")
    response = client.get(reverse("admin:index"), headers={"Accept-Language": "en"})
    assert '<html lang="fi"' in response.content.decode()


def test_a_person_chooses_the_language_of_the_admin_and_stays_where_it_was(db, client):
    user = sign_in(client)
    where = list_address(Article)
    response = client.post(reverse("admin:language"), {"language": "lv", "next": where})
    assert response.headers["Location"] == where
    user.refresh_from_db()
    assert user.language == "lv"


def test_the_language_of_the_admin_leads_nowhere_else(staff):
    response = staff.post(
        reverse("admin:language"), {"language": "lv", "next": "https://elsewhere.example/"}
    )
    assert response.headers["Location"] == reverse("admin:index")


def test_a_page_that_nobody_may_see_has_no_address_to_look_at(staff):
    hidden, seen = make_article(published_at_en=None), make_article(languages=["lv"])
    assert "View on site" not in staff.get(form_address(hidden)).content.decode()
    assert f'href="/lv/news/{seen.slug}/"' in staff.get(form_address(seen)).content.decode()


def test_former_addresses_are_a_list_to_look_at(staff):
    from healthyboost.content.models import FormerSlug

    assert staff.get(list_address(FormerSlug)).status_code == 200
    assert (
        "admin:content_formerslug_add" not in staff.get(list_address(FormerSlug)).content.decode()
    )


def test_a_page_is_deleted_with_its_former_addresses(staff):
    article = make_article(slug="old")
    Article.objects.filter(pk=article.pk).update(slug="new")
    assert article.former_slugs.get().slug == "old"
    delete = reverse("admin:news_article_delete", args=[article.pk])
    assert staff.post(delete, {"post": "yes"}).status_code == 302
    assert not Article.objects.exists()


def test_an_administrator_gives_a_person_a_role(staff):
    person = User.objects.create_user("somebody", password="secret")
    grant = {"grants-TOTAL_FORMS": 1, "grants-0-role": "editor", "grants-0-user": person.pk}
    response = send(staff, form_address(person), language="lv", **grant)
    assert response.status_code == 302, errors_of(response)
    assert person.grants.get().role == "editor"
    person.refresh_from_db()
    assert person.is_staff


# In the browser


@pytest.fixture
def desk(page, live_server):
    """Opens pages of the admin in Chromium, signed in through its own form."""
    User.objects.create_superuser("administrator", password="secret")
    page.set_default_timeout(10_000)
    page.goto(f"{live_server}/admin/")
    page.fill("#id_login", "administrator")
    page.fill("#id_password", "secret")
    page.click("[type=submit]")

    def open_page(address):
        page.goto(f"{live_server}{address}")
        return page

    return open_page


def shown_language(page):
    (panel,) = [one for one in page.query_selector_all(".language-panel") if one.is_visible()]
    return panel.get_attribute("data-language")


def write(page, name, text):
    """Type into the text editor that stands for the field `name`."""
    editor = page.locator(
        f".prose-editor:has(textarea[name='{name}']) .ProseMirror[contenteditable]"
    )
    editor.click()
    page.keyboard.type(text)
    return editor


def choose(page, language):
    page.locator(f"#switch-{language}").click()


@pytest.mark.browser
def test_an_article_is_written_and_published_in_latvian_alone(desk):
    page = desk(add_address(Article))
    choose(page, "lv")
    page.fill("[name=title_lv]", "Veselība visiem")
    page.fill("[name=summary_lv]", "Par veselību Rīgā.")
    editor = write(page, "body_lv", "Rīgā un ")
    page.keyboard.press("Control+b")
    page.keyboard.type("Jelgavā")
    assert editor.get_attribute("lang") == "lv"
    assert editor.get_attribute("spellcheck") == "true"
    assert page.input_value("[name=slug]") == "veseliba-visiem"
    page.locator(".publication-buttons:visible button[name=_publish]").click()
    page.wait_for_selector(".messagelist .success")
    article = Article.objects.get()
    assert article.languages == ["lv"]
    assert article.source_language == "lv"
    assert article.body_lv == "<p>Rīgā un <strong>Jelgavā</strong></p>"
    assert shown_language(page) == "lv"
    assert "public" in page.inner_text("#switch-lv")


@pytest.mark.long
@pytest.mark.browser
def test_a_missing_summary_opens_its_language_and_keeps_what_was_typed(desk):
    page = desk(add_address(Article))
    choose(page, "fi")
    page.fill("[name=title_fi]", "Terveys")
    write(page, "body_fi", "Teksti")
    page.locator("#language-fi summary").click()
    page.fill("[name=published_at_fi_0]", "2021-05-01")
    choose(page, "ru")
    page.locator("[name=_save]:visible").click()
    page.wait_for_selector(".errornote")
    assert shown_language(page) == "fi"
    assert "1 error" in page.inner_text("#switch-fi")
    assert page.input_value("[name=title_fi]") == "Terveys"
    assert page.input_value("[name=body_fi]") == "<p>Teksti</p>"
    assert not Article.objects.exists()


@pytest.mark.long
@pytest.mark.browser
def test_languages_are_switched_with_the_keyboard(desk):
    page = desk(add_address(Article))
    first, second, *_others, last = language_codes()
    choose(page, first)
    for key, language in [
        ("ArrowRight", second),
        ("End", last),
        ("ArrowRight", first),
        ("ArrowLeft", last),
        ("Home", first),
    ]:
        page.keyboard.press(key)
        assert shown_language(page) == language
        focused = page.evaluate("document.activeElement.id")
        assert focused == f"switch-{language}"
        assert page.get_attribute(f"#{focused}", "aria-selected") == "true"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "title_en"


@pytest.mark.long
@pytest.mark.browser
def test_child_rows_follow_the_switch_new_ones_too(desk):
    pilot = make_pilot()
    pilot.steps.create(title_lv="Gājiens", title_sv="Vandring")
    page = desk(form_address(pilot))
    choose(page, "lv")
    assert page.locator("[name=steps-0-title_lv]").is_visible()
    assert not page.locator("[name=steps-0-title_sv]").is_visible()
    page.locator("#steps-group .add-row a").click()
    write(page, "steps-1-text_lv", "Jauns")
    choose(page, "sv")
    assert page.locator("[name=steps-1-title_sv]").is_visible()
    assert not page.locator("[name=steps-1-title_lv]").is_visible()


@pytest.mark.long
@pytest.mark.browser
def test_a_picture_is_uploaded_from_the_form_of_its_article(desk, tmp_path):
    (tmp_path / "Park.png").write_bytes(png())
    article = make_article()
    page = desk(form_address(article))
    group = page.locator("#media-pictureuse-content_type-object_id-group")
    group.locator(".add-row a").click()
    with page.expect_popup() as opened:
        group.locator(".add-related:visible").click()
    popup = opened.value
    popup.set_input_files("[name=file]", tmp_path / "Park.png")
    popup.fill("[name=alt_en]", "A park")
    popup.locator("[name=_save]:visible").click()
    group.locator(".select2-selection__rendered", has_text="park").wait_for()
    page.locator("[name=_continue]").click()
    page.wait_for_selector(".messagelist .success")
    assert article.pictures.get().picture.alt_en == "A park"


@pytest.mark.long
@pytest.mark.browser
def test_the_language_is_remembered_on_the_next_form(desk):
    choose(desk(add_address(Article)), "sv")
    assert shown_language(desk(add_address(Picture))) == "sv"


@pytest.mark.long
@pytest.mark.browser
def test_a_list_leads_to_the_language_that_was_chosen_there(desk):
    make_article(languages=["en", "ru"])
    page = desk(list_address(Article))
    page.locator(".language-states a[title='Russian: public']").click()
    page.wait_for_selector(".language-panel:visible")
    assert shown_language(page) == "ru"


@pytest.mark.long
@pytest.mark.browser
def test_the_return_key_saves_and_does_not_publish(desk):
    article = make_article(published_at_en=None)
    page = desk(form_address(article))
    page.fill("[name=title_en]", "Walking")
    page.press("[name=title_en]", "Enter")
    page.wait_for_selector(".messagelist .success")
    article.refresh_from_db()
    assert article.title_en == "Walking"
    assert article.published_at_en is None


@pytest.mark.long
@pytest.mark.browser
def test_the_address_follows_the_first_title_until_somebody_types_it(desk):
    page = desk(add_address(Article))
    choose(page, "ru")
    page.fill("[name=title_ru]", "Здоровье для всех")
    assert page.input_value("[name=slug]") == make_slug("Здоровье для всех")
    choose(page, "en")
    page.fill("[name=title_en]", "Health for all")
    assert page.input_value("[name=slug]") == make_slug("Здоровье для всех")
    page.locator("summary", has_text="Seldom needed").click()
    page.fill("[name=slug]", "health")
    page.fill("[name=title_en]", "Health for everybody")
    assert page.input_value("[name=slug]") == "health"


@pytest.mark.long
@pytest.mark.browser
def test_without_javascript_all_languages_stand_below_each_other(browser, live_server):
    User.objects.create_superuser("administrator", password="secret")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server}{add_address(Article)}")
    page.fill("#id_login", "administrator")
    page.fill("#id_password", "secret")
    page.click("[type=submit]")
    for language in language_codes():
        assert page.locator(f"[name=title_{language}]").is_visible()
        assert page.locator(f"#language-{language} h2").is_visible()
    page.fill("[name=title_sv]", "Hälsa")
    page.fill("[name=summary_sv]", "Om hälsa.")
    page.fill("[name=body_sv]", "<p>Åbo</p>")
    page.locator("[name=_publish][value=sv]").click()
    assert Article.objects.get().languages == ["sv"]
    context.close()


# Django's own: an empty heading above a column without words, a list inside its search field.
NOT_OURS = {"empty-table-header", "list"}


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lists_and_forms_are_accessible(scheme, desk, page):
    from .accessibility import Axe

    page.emulate_media(color_scheme=scheme)
    article = make_article(languages=["lv", "en"], themes=[make_theme()])
    article.pictures.create(picture=make_picture())
    for address in (reverse("admin:index"), list_address(Article), form_address(article)):
        desk(address).wait_for_load_state("networkidle")
        found = Axe().run(page).response["violations"]
        assert [fault for fault in found if fault["id"] not in NOT_OURS] == []


@pytest.mark.long
@pytest.mark.browser
def test_a_form_fits_a_phone(desk, page):
    page.set_viewport_size({"width": 390, "height": 844})
    for address in (list_address(Article), form_address(make_article())):
        opened = desk(address)
        assert opened.evaluate("document.documentElement.scrollWidth") <= 390
