"""History: every change is a version; any of them comes back; what was deleted comes back too."""

import datetime
import json
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from reversion.models import Revision, Version

from healthyboost.content.history import record, revisions_of, snapshot
from healthyboost.content.models import Draft, FormerSlug
from healthyboost.editing.deleting import delete, forget, undelete
from healthyboost.editing.diffs import word_diff
from healthyboost.editing.models import Deletion
from healthyboost.editing.restoring import Restoration
from healthyboost.interchange.documents import document_of, with_parts
from healthyboost.interchange.dumping import as_yaml
from healthyboost.interchange.shapes import models_with_files, shape_of
from healthyboost.media.models import Attachment, Picture, PictureUse
from news.models import Article, Quote
from partners.models import ContactLink, ContactPerson
from pilots.models import Pilot, PilotStep

from .admin_forms import form_address, list_address, opened, send, sign_in
from .factories import (
    each_content_type,
    make,
    make_article,
    make_contact_person,
    make_material,
    make_organisation,
    make_partnership,
    make_picture,
    make_pilot,
    make_project,
    make_theme,
    make_user,
    pdf,
    png,
)


@pytest.fixture
def staff(db, client):
    sign_in(client)
    return client


def address(row, name, *args):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=[row.pk, *args])


def words(html):
    """What a person reads of a page, without its tags."""
    text = re.sub(r'<span class="visually-hidden">[^<]*</span>', "", html)
    text = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def history(client, row, **asked):
    return client.get(address(row, "history"), asked)


def entries(client, row, **asked):
    return opened(client, f"{address(row, 'history')}?{urlencode(asked)}")["entries"]


def said_to(response):
    """The messages that the next page shows."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def told(entry):
    """{language: (what happened, {label: what a person reads of the change})}"""
    return {
        group.language: (
            group.happened,
            {each.label: words(each.words).strip() for each in group.shown},
        )
        for group in entry.groups
    }


def latest(row):
    return revisions_of(type(row), [row.pk]).order_by("pk").last()


def everything():
    """The whole content as files would say it, without the files."""
    return {
        (model._meta.label, row.pk): as_yaml(document_of(row, shape_of(model)))
        for model in models_with_files()
        for row in with_parts(model._base_manager.order_by("pk"), shape_of(model))
    }


def with_all_that_hangs(page):
    """A page with a row of each kind on it, and a draft."""
    from healthyboost.content.models import Link, Statement

    number = page.pk
    rows = {"owner": page}
    Link.objects.create(**rows, label_en="Elsewhere", label_lv="Citur", url="https://example.org/a")
    Statement.objects.create(
        **rows, subject_en="Beginning", text_en="In May", reported_by_en="City"
    )
    PictureUse.objects.create(**rows, picture=make_picture(f"picture-of-{page.slug}"))
    person = make_contact_person(f"person-of-{page.slug}")
    ContactLink.objects.create(**rows, person=person)
    attach(page)
    FormerSlug.objects.create(owner=page, slug=f"former-{number}")
    page.themes.add(make_theme(f"theme-of-{page.slug}"))
    draft = Draft.of(page, "en")
    draft.fields = {"summary": "A better summary."}
    draft.save()
    return page


def attach(page):
    return Attachment.objects.create(
        owner=page, language="en", title="Report", file=ContentFile(pdf(), f"report-{page.pk}.pdf")
    )


# Every change is a version


def test_a_saved_form_is_a_version_with_who_and_when(staff):
    article = make_article(published_at_en=None)
    send(staff, form_address(article), title_en="A walk by the sea")
    newest, first = entries(staff, article)
    assert newest.revision.user.username == "administrator"
    assert (timezone.now() - newest.revision.date_created).total_seconds() < 60
    assert told(newest)["en"][1]["Title"].endswith("by the sea")
    assert first.sentences == ["As it was before the next change."]


def test_a_new_object_begins_its_history(staff):
    response = send(staff, reverse("admin:content_theme_add"), slug="walking", name_en="Walking")
    assert response.status_code == 302
    from healthyboost.content.models import Theme

    (entry,) = entries(staff, Theme.objects.get())
    assert entry.sentences == ["Made new."]


def test_a_form_saved_without_a_change_is_no_version(staff):
    article = make_article()
    send(staff, form_address(article))
    assert len(entries(staff, article)) == 1


def test_a_draft_is_in_the_history_and_the_public_text_is_not_said_to_change(staff):
    article = make_article(languages=["en", "lv"])
    send(staff, form_address(article), title_lv="Pastaiga")
    happened, fields = told(entries(staff, article)[0])["lv"]
    assert happened == ["draft saved"]
    assert fields["Title"].endswith("Pastaiga")
    text = json.loads(
        Version.objects.filter(content_type__model="article").latest("pk").serialized_data
    )[0]["fields"]["title_lv"]
    assert text == article.title_lv  # the row itself, not what the form held


def test_publishing_is_told_with_its_language(staff):
    article = make_article(languages=["en", "fi"], published_at_fi=None)
    send(staff, form_address(article), _publish="fi", body_fi="<p>Kävellään yhdessä rannalla.</p>")
    assert told(entries(staff, article)[0])["fi"][0][0] == "published"


def test_a_reason_given_for_a_warning_is_told(staff):
    article = make_article(published_at_en=None)
    record([article])
    said = {"language": "en", "public_from": "2026-01-01T10:00:00+00:00", "reason": "It is right"}
    article.published_at_en = timezone.now()
    article.save()
    record([article], None, [{"published": said}])
    assert "a warning was overruled: “It is right”" in told(entries(staff, article)[0])["en"][0]


def test_withdrawing_is_told(staff):
    article = make_article()
    send(staff, form_address(article), _withdraw="en")
    assert "withdrawn" in told(entries(staff, article)[0])["en"][0]


def test_a_date_is_said_as_people_say_it(staff):
    article = make_article(
        date=datetime.datetime(2021, 5, 3, tzinfo=datetime.UTC), date_precision="day"
    )
    send(staff, form_address(article), date_0="2021-05-04", date_1="")
    assert "&lt;" not in history(staff, article).content.decode()
    (shared,) = (
        fields for code, (_, fields) in told(entries(staff, article)[0]).items() if not code
    )
    assert re.fullmatch(r"05/03/2021 3 a.m. → 05/04/2021 midnight", shared["Date"])


def test_a_row_that_came_is_told_with_its_words(staff):
    pilot = make_pilot()
    record([pilot])
    PilotStep.objects.create(pilot=pilot, title_en="First walk", title_lv="Pirmā pastaiga", held=4)
    record([pilot])
    found = told(entries(staff, pilot)[0])
    assert "First walk" in found["en"][1]["Step: Title"]
    assert "Pirmā pastaiga" in found["lv"][1]["Step: Title"]
    assert "Number held: 4" in found[""][1]["Step"]


def test_names_of_what_is_chosen_are_told_not_numbers(staff):
    article, theme = make_article(), make_theme(name_en="Walking")
    send(staff, form_address(article), themes=[theme.pk])
    assert told(entries(staff, article)[0])[""][1]["Themes"] == "Walking"


def test_a_published_draft_is_a_version_whoever_publishes_it(staff):
    article = make_article()
    draft = Draft.of(article, "en")
    draft.fields = {"title": "Another title"}
    draft.save()
    user = make_user("editor")
    draft.publish(by=user)
    newest = entries(staff, article)[0]
    assert newest.revision.user == user
    assert told(newest)["en"][0][0] == "published"


def test_loading_files_is_a_version_of_each_object_that_it_changes(staff, tmp_path):
    article = make_article(slug="walk")
    make_article(slug="run")
    folder = tmp_path / "articles"
    folder.mkdir()
    text = "en:\n  title: Walking\n"
    (folder / "walk.yaml").write_text(f"source_language: en\n{text}")
    call_command("load_content", tmp_path, verbosity=0)
    newest, first = entries(staff, article)
    assert newest.sentences == ["Loaded from files."]
    assert "Walking" in told(newest)["en"][1]["Title"]
    assert Revision.objects.count() == 2


def test_a_change_past_the_forms_is_kept_before_the_next_one(staff):
    article = make_article(published_at_en=None)
    Article.objects.update(title_en="One")
    record([article])
    Article.objects.update(title_en="Two")
    send(staff, form_address(article), title_en="Three")
    newest, between, *_rest = entries(staff, article)
    assert told(newest)["en"][1]["Title"] == "Two Three"
    assert between.sentences == ["As it was before the next change."]
    assert between.revision.user is None


@pytest.mark.parametrize("model", each_content_type())
def test_every_content_type_has_a_history_with_all_that_hangs_on_it(model, db):
    page = with_all_that_hangs(make(model))
    kept = {key.partition(":")[0] for key in snapshot(page).rows}
    assert kept >= {
        model._meta.label_lower,
        "content.link",
        "content.statement",
        "content.draft",
        "content.formerslug",
        "media.pictureuse",
        "media.attachment",
        "partners.contactlink",
    }


# Showing it


def test_the_diff_is_read_out_as_added_and_removed():
    html = word_diff("A walk in town", "A run in town")
    assert '<del><span class="visually-hidden">removed: </span>walk</del>' in html
    assert '<ins><span class="visually-hidden">added: </span>run</ins>' in html


def test_the_history_is_filtered_by_language_and_field(staff):
    article = make_article(languages=["en", "lv"], published_at_en=None, published_at_lv=None)
    record([article])
    for text in ({"title_en": "One"}, {"title_lv": "Viens"}, {"summary_lv": "Divi"}):
        Article.objects.update(**text)
        record([article])
    assert len(entries(staff, article, language="lv")) == 2
    assert len(entries(staff, article, field="title")) == 2
    assert len(entries(staff, article, language="lv", field="title")) == 1
    assert len(entries(staff, article, language="shared")) == 0


def test_what_is_no_language_and_no_page_is_answered(staff):
    article = make_article()
    record([article])
    assert history(staff, article, language="xx", page="abc", field="nothing").status_code == 200


def versions(article, count):
    for number in range(count):
        Article.objects.filter(pk=article.pk).update(title_en=f"Title {number}", kind="news")
        article.themes.set([make_theme()])
        record([article], make_user())


@pytest.mark.long
def test_the_queries_do_not_grow_with_the_versions(staff):
    counts = []
    for number in (3, 60):
        article = make_article()
        versions(article, number)
        with CaptureQueriesContext(connection) as queries:
            assert len(history(staff, article).context["entries"]) == min(number, 20)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


def test_the_queries_of_a_save_do_not_grow_with_the_rows(db):
    counts = []
    for number in (2, 12):
        pilot = make_pilot()
        for _ in range(number):
            PilotStep.objects.create(pilot=pilot, title_en="Walk")
        record([pilot])
        PilotStep.objects.filter(pilot=pilot).update(title_en="Run")
        with CaptureQueriesContext(connection) as queries:
            record([pilot])
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_may_only_look_is_shown_no_draft_and_no_way_back(client, db):
    article = make_article(organisation=make_organisation())
    record([article])
    draft = Draft.of(article, "en")
    draft.fields = {"title": "Not for others"}
    draft.save()
    record([article])
    sign_in(client, "coordinator", make_organisation())
    answer = history(client, article)
    assert "Not for others" not in answer.content.decode()
    assert not answer.context["may_restore"]
    assert client.get(address(article, "restore", latest(article).pk)).status_code == 403


# Bringing back


def edited(staff, **fields):
    """An article that nobody reads yet, changed once; (article, its first version)."""
    article = make_article(languages=["en", "lv"], published_at_en=None, published_at_lv=None)
    record([article])
    first = latest(article)
    Article.objects.filter(pk=article.pk).update(**fields)
    article.refresh_from_db()
    record([article])
    return article, first


def bring_back(staff, row, revision, **asked):
    target = address(row, "restore", revision.pk)
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    response = staff.post(f"{target}?{query}")
    row.refresh_from_db()
    return response


def test_a_version_is_shown_before_it_comes_back(staff):
    article, first = edited(staff, title_en="Changed")
    answer = staff.get(address(article, "restore", first.pk))
    (group,) = answer.context["groups"]
    assert group.shown[0].label == "Title"
    article.refresh_from_db()
    assert article.title_en == "Changed"


def test_a_whole_version_comes_back_and_is_a_version_itself(staff):
    article, first = edited(staff, title_en="Changed", title_lv="Mainīts", kind="opinion")
    before = Article.objects.get(pk=article.pk)
    response = bring_back(staff, article, first)
    assert response.status_code == 302
    assert (article.kind, article.title_lv != before.title_lv) == ("news", True)
    newest = entries(staff, article)[0]
    assert newest.sentences[0].startswith("Brought back: the version of")
    assert newest.revision.user.username == "administrator"


def test_one_language_comes_back_alone(staff):
    article, first = edited(staff, title_en="Changed", title_lv="Mainīts", kind="opinion")
    bring_back(staff, article, first, language="lv")
    assert article.title_lv.startswith("Article")
    assert (article.title_en, article.kind) == ("Changed", "opinion")


def test_one_field_comes_back_alone(staff):
    article, first = edited(staff, title_lv="Mainīts", summary_lv="Mainīts kopsavilkums.")
    bring_back(staff, article, first, language="lv", field="title")
    assert article.title_lv.startswith("Article")
    assert article.summary_lv == "Mainīts kopsavilkums."


def test_a_public_text_comes_back_as_a_draft(staff):
    article = make_article()
    record([article])
    first, was = latest(article), article.title_en
    Article.objects.filter(pk=article.pk).update(title_en="Changed")
    record([article])
    bring_back(staff, article, first)
    assert article.title_en == "Changed"
    assert article.drafts.get().fields == {"title": was}


def test_bringing_back_never_publishes_or_withdraws(staff):
    article = make_article()
    record([article])
    first = latest(article)
    Article.objects.filter(pk=article.pk).update(withdrawn_at_en=timezone.now(), title_en="Changed")
    record([article])
    bring_back(staff, article, first)
    assert article.languages == []
    assert article.title_en.startswith("Article")


def test_a_draft_of_an_earlier_version_comes_back_as_a_draft(staff):
    article = make_article(languages=["lv"])
    draft = Draft.of(article, "lv")
    draft.fields = {"title": "Pirmais melnraksts"}
    draft.save()
    record([article])
    with_draft = latest(article)
    draft.fields = {"title": "Otrais melnraksts"}
    draft.save()
    bring_back(staff, article, with_draft)
    assert article.drafts.get().fields["title"] == "Pirmais melnraksts"


def test_an_address_that_is_taken_by_now_stays_and_is_said(staff):
    article, first = edited(staff, slug="second", title_en="Changed")
    was = json.loads(first.version_set.get(content_type__model="article").serialized_data)
    was = was[0]["fields"]["slug"]
    FormerSlug.objects.all().delete()
    make_article(slug=was)
    answer = staff.get(address(article, "restore", first.pk))
    assert "belongs to another one now" in answer.content.decode()
    bring_back(staff, article, first)
    assert article.slug == "second"
    assert article.title_en.startswith("Article")


def test_rows_that_are_gone_come_back_and_later_ones_go(staff):
    article = make_article()
    quote = Quote.objects.create(article=article, speaker="Anna", text_en="We walk.")
    record([article])
    first = latest(article)
    number = quote.pk
    quote.delete()
    Quote.objects.create(article=article, speaker="Juris", text_en="We run.")
    record([article])
    bring_back(staff, article, first)
    assert list(article.quotes.values_list("pk", "speaker")) == [(number, "Anna")]


def test_what_leads_to_something_that_is_gone_is_left_out_and_said(staff):
    article = make_article()
    use = PictureUse.objects.create(owner=article, picture=make_picture())
    record([article])
    first = latest(article)
    use.delete()
    Picture.objects.all().delete()
    record([article])
    response = staff.post(address(article, "restore", first.pk))
    assert "does not come back" in said_to(response)
    assert not article.pictures.exists()


def test_a_rule_that_is_broken_by_now_is_said_and_nothing_is_stored(staff):
    from healthyboost.pages.models import Page

    page = make(Page, kind="about", published_at_en=None)
    record([page])
    first = latest(page)
    Page.objects.filter(pk=page.pk).update(kind="other", title_en="Changed")
    make(Page, kind="about")
    record([page])
    answer = staff.post(address(page, "restore", first.pk))
    assert "There is already a page of this kind." in answer.content.decode()
    page.refresh_from_db()
    assert page.title_en == "Changed"


def test_what_is_no_page_has_versions_too(staff):
    theme = make_theme(name_en="Walking")
    send(staff, form_address(theme), name_en="Running", kind="tag")
    bring_back(staff, theme, revisions_of(type(theme), [theme.pk]).order_by("pk").first())
    assert (theme.name_en, theme.kind) == ("Walking", "area")


def test_a_replaced_file_comes_back_with_all_that_is_known_of_it(staff):
    picture = make_picture("park")
    record([picture])
    first, was = latest(picture), (picture.file.name, picture.width, picture.sha256)
    picture.file = ContentFile(png(80, 20, "red"), "other.png")
    picture.save()
    record([picture])
    assert picture.width == 80
    bring_back(staff, picture, first)
    assert (picture.file.name, picture.width, picture.sha256) == was


def test_the_history_of_a_part_is_that_of_its_page(staff):
    partnership = make_partnership()
    send(staff, form_address(partnership), role="associated")
    answer = staff.get(address(partnership, "history"))
    assert answer.headers["Location"] == address(partnership.project, "history")
    assert told(entries(staff, partnership.project)[0])[""][1] == {
        "Partnership: Role": "Partner → Associated partner"
    }


def test_a_translator_brings_back_her_language_alone(client, db):
    article, first = edited(None, title_en="Changed", title_lv="Mainīts", kind="opinion")
    sign_in(client, "translator", languages=["lv"])
    bring_back(client, article, first)
    assert article.title_lv.startswith("Article")
    assert (article.title_en, article.kind) == ("Changed", "opinion")


def test_a_coordinator_brings_back_nothing_of_others(client, db):
    article, first = edited(None, title_en="Changed")
    sign_in(client, "coordinator", make_organisation())
    assert bring_back(client, article, first).status_code == 403
    assert article.title_en == "Changed"


def test_a_version_of_another_object_is_not_found(staff):
    article, first = edited(staff, title_en="Changed")
    other = make_article()
    assert staff.get(address(other, "restore", first.pk)).status_code == 404


@pytest.mark.parametrize("model", each_content_type())
def test_restoring_and_restoring_back_gives_the_same_content(model, db):
    user = make_user("superuser")
    page = with_all_that_hangs(make(model, languages=["en", "lv"]))
    record([page])
    first = snapshot(page)
    shake(page)
    page.refresh_from_db()
    second, before = snapshot(page), everything()
    for then in (first, second):
        Restoration(user, type(page)._base_manager.get(pk=page.pk), then).apply()
    assert everything() == before
    page = type(page)._base_manager.get(pk=page.pk)
    assert snapshot(page).as_in_the_form().rows == second.as_in_the_form().rows


def shake(page):
    """Change a little of everything that hangs on `page`."""
    model = type(page)
    model._base_manager.filter(pk=page.pk).update(
        title_en="Shaken", body_lv="<p>Sakratīts</p>", withdrawn_at_lv=timezone.now()
    )
    page.links.update(label_en="Shaken", url="https://example.org/b")
    page.statements.all().delete()
    page.contacts.all().delete()
    page.pictures.create(picture=make_picture())
    page.themes.set([make_theme()])
    page.drafts.all().delete()


# Comparing a draft with what is public


def test_the_form_leads_to_the_comparison_where_there_is_a_draft(staff):
    article = make_article(languages=["en", "lv"])
    draft = Draft.of(article, "lv")
    draft.fields = {"title": "Pastaiga"}
    draft.save()
    tools = {panel.code: panel.tools for panel in opened(staff, form_address(article))["panels"]}
    assert address(article, "compare", "lv") in dict(tools["lv"]).values()
    assert address(article, "compare", "en") not in dict(tools["en"]).values()


def test_a_draft_stands_beside_the_public_text(staff):
    pilot = make_pilot()
    step = PilotStep.objects.create(pilot=pilot, title_en="Walk")
    draft = Draft.of(pilot, "en", author=make_user(first_name="Ilze", last_name="Kalna"))
    draft.fields = {"body": "<p>Another text</p>"}
    draft.rows = {f"pilots.pilotstep:{step.pk}": {"title": "Run"}}
    draft.save()
    answer = staff.get(address(pilot, "compare", "en"))
    fields = {each.label: each for each in answer.context["fields"]}
    assert fields["Step: Title"].public == "Walk"
    assert fields["Step: Title"].draft == "Run"
    assert "<del>" in fields["Text"].change
    assert "Ilze Kalna" in answer.content.decode()


def test_where_the_public_text_has_moved_on_three_texts_are_shown(staff):
    article = make_article(title_en="One")
    record([article])
    draft = Draft.of(article, "en")
    draft.fields = {"title": "Mine"}
    draft.save()
    Article.objects.filter(pk=article.pk).update(title_en="Theirs")
    (field,) = staff.get(address(article, "compare", "en")).context["fields"]
    assert (field.began, field.public, field.draft) == ("One", "Theirs", "Mine")


def test_a_draft_whose_beginning_nobody_kept_is_compared_all_the_same(staff):
    article = make_article(title_en="One")
    draft = Draft.of(article, "en")
    draft.fields = {"title": "Mine"}
    draft.save()
    Article.objects.filter(pk=article.pk).update(title_en="Theirs")
    answer = staff.get(address(article, "compare", "en"))
    assert "What it was begun from is not known." in answer.content.decode()


# Deleting


def delete_it(staff, row):
    return staff.post(address(row, "delete"), {"post": "yes"})


def bring_back_deleted(staff):
    deletion = Deletion.objects.latest("pk")
    return staff.post(reverse("admin:editing_deletion_restore", args=[deletion.pk]))


def test_deleting_says_what_goes_and_what_stays(staff):
    pilot = with_all_that_hangs(make_pilot())
    PilotStep.objects.create(pilot=pilot, title_en="First walk")
    material = make_material(title_en="Guide", pilots=[pilot])
    make_article(title_en="News of it", pilot=pilot)
    make_article(title_en="Linking", body_en=f'<p><a href="portal:pilots/{pilot.slug}">See</a></p>')
    text = words(staff.get(address(pilot, "delete")).content.decode())
    for line in (
        "Goes with it: steps : First walk",
        "Goes with it: files : Report",
        f"Goes with it: former addresses : former-{pilot.pk}",
        "Stays without it: articles : News of it",
        "Stays without it: materials : Guide",
        "Links to it become plain words in: Linking",
    ):
        assert re.sub(r"\s*:\s*", ": ", line) in re.sub(r"\s*:\s*", ": ", text), line
    assert Pilot.objects.filter(pk=pilot.pk).exists()
    assert material.pilots.exists()


def test_deleting_says_what_stands_against_it(staff):
    project = make_project()
    make_pilot(project=project, title_en="The pilot")
    html = staff.get(address(project, "delete")).content.decode()
    assert "cannot be deleted" in html
    assert "The pilot" in html


@pytest.mark.parametrize("model", each_content_type())
def test_what_was_deleted_comes_back_as_it_was(model, staff):
    page = with_all_that_hangs(make(model, languages=["en", "lv"]))
    for part in getattr(model, "parts", ()):
        make_part(page, part)
    before = everything(), snapshot(page).rows
    delete_it(staff, page)
    assert not model._base_manager.filter(pk=page.pk).exists()
    assert said_to(bring_back_deleted(staff)).endswith("Brought back.")
    assert (everything(), snapshot(page).rows) == before
    assert not Deletion.objects.exists()


def make_part(page, name):
    relation = page._meta.get_field(name)
    if name == "partnerships":
        return make_partnership(project=page)
    if name == "memberships":
        network = make_organisation(kind="network")
        return page.memberships.create(network=network)
    if name == "funding_lines":
        return None
    fields = {"organisation": make_organisation()} if name == "co_operations" else {}
    fields |= {"title_en": "Step"} if name == "steps" else {}
    fields |= {"start_date": "2024-03-14"} if name == "sessions" else {}
    fields |= {"speaker": "Anna", "text_en": "We walk."} if name == "quotes" else {}
    if name == "versions":
        fields |= {
            "language": "en",
            "title": "Guide",
            "url": "https://example.org",
            "form": "video",
        }
    return relation.related_model.objects.create(**{relation.field.name: page}, **fields)


def test_what_led_to_a_deleted_object_leads_to_it_again(staff):
    pilot = make_pilot()
    article = make_article(pilot=pilot)
    material = make_material(pilots=[pilot])
    delete_it(staff, pilot)
    article.refresh_from_db()
    assert article.pilot is None
    bring_back_deleted(staff)
    article.refresh_from_db()
    assert article.pilot == pilot
    assert list(material.pilots.all()) == [pilot]


def test_a_page_that_comes_back_is_as_public_as_it_was(staff, client):
    article = make_article(languages=["en", "lv"], published_at_lv=None)
    delete_it(staff, article)
    assert client.get(f"/en/news/{article.slug}/").status_code == 404
    bring_back_deleted(staff)
    assert client.get(f"/en/news/{article.slug}/").status_code == 200
    assert Article.objects.get().languages == ["en"]


def test_an_address_taken_meanwhile_gets_a_number(staff):
    article = make_article(slug="walk")
    delete_it(staff, article)
    make_article(slug="walk")
    assert "walk-2" in said_to(bring_back_deleted(staff))
    assert Article.objects.get(pk=article.pk).slug == "walk-2"


def test_what_needs_something_that_is_gone_says_so(staff):
    pilot = make_pilot()
    project = pilot.project
    delete_it(staff, pilot)
    project.delete()
    response = bring_back_deleted(staff)
    assert "does not come back" in response.content.decode()
    assert Deletion.objects.exists()


def test_several_are_deleted_from_the_list_and_each_comes_back(staff):
    articles = [make_article(), make_article()]
    selected = {"action": "delete_selected", "_selected_action": [each.pk for each in articles]}
    asked = staff.post(list_address(Article), selected)
    assert "Delete all of these?" in asked.content.decode()
    staff.post(list_address(Article), {**selected, "post": "yes"})
    assert (Article.objects.count(), Deletion.objects.count()) == (0, 2)
    for _ in articles:
        bring_back_deleted(staff)
    assert Article.objects.count() == 2


def test_the_list_of_what_was_deleted_says_who_and_when(staff):
    delete_it(staff, make_article(title_en="A walk", title_lv="Pastaiga", languages=["en", "lv"]))
    html = staff.get(reverse("admin:editing_deletion_changelist")).content.decode()
    assert "A walk" in html
    assert "administrator" in html
    assert "Recently deleted" in staff.get(list_address(Article)).content.decode()
    assert (
        staff.get(reverse("admin:editing_deletion_changelist"), {"q": "Pastaiga"})
        .context["cl"]
        .result_count
        == 1
    )


def test_after_thirty_days_it_is_no_longer_offered(staff):
    delete_it(staff, make_article())
    Deletion.objects.update(deleted_at=timezone.now() - datetime.timedelta(days=31))
    assert bring_back_deleted(staff).status_code == 404


def test_a_coordinator_brings_back_her_own_and_nothing_of_others(client, db):
    city, other = make_organisation(), make_organisation()
    own, foreign = make_article(organisation=city), make_article(organisation=other)
    expected = {own.pk: 302, foreign.pk: 403}
    for article in (own, foreign):
        delete(article, None)
    sign_in(client, "coordinator", city)
    answers = {
        deletion.object_id: client.post(
            reverse("admin:editing_deletion_restore", args=[deletion.pk])
        ).status_code
        for deletion in Deletion.objects.all()
    }
    assert answers == expected


def test_coming_back_is_in_the_history(staff):
    article = make_article()
    delete_it(staff, article)
    bring_back_deleted(staff)
    assert entries(staff, article)[0].sentences == [
        "Made new.",
        "Brought back after it was deleted.",
    ]


# A person


def make_used_person():
    person = make_contact_person("ilze", name="Ilze Bērziņa", email="ilze@example.org")
    article = make_article()
    ContactLink.objects.create(owner=article, person=person)
    return person, article


def test_a_person_who_is_deleted_is_gone_everywhere_at_once(staff, client):
    person, article = make_used_person()
    assert "Ilze" in client.get(f"/en/news/{article.slug}/").content.decode()
    delete_it(staff, person)
    assert "Ilze" not in client.get(f"/en/news/{article.slug}/").content.decode()


def test_a_person_comes_back_to_every_page(staff):
    person, article = make_used_person()
    project = make_project(manager=person)
    delete_it(staff, person)
    bring_back_deleted(staff)
    project.refresh_from_db()
    assert project.manager == person
    assert article.contacts.get().person == person


def test_after_thirty_days_nothing_of_a_person_is_kept(staff):
    person, article = make_used_person()
    send(staff, form_address(person), role_en="Coordinator")
    send(staff, form_address(article), title_en="Another title")
    delete_it(staff, person)
    kept = revisions_of(Article, [article.pk]).count()
    assert forget() == 0
    assert forget(older_than=datetime.timedelta(0)) == 1
    texts = [
        *Version.objects.values_list("serialized_data", "object_repr"),
        *Revision.objects.values_list("comment"),
        *LogEntry.objects.values_list("object_repr", "change_message"),
        *Deletion.objects.values_list("titles", "rows"),
    ]
    assert not [each for each in texts if "Ilze" in str(each) or "ilze@" in str(each)]
    assert revisions_of(Article, [article.pk]).count() == kept
    assert not ContactPerson.objects.exists()


def test_what_came_back_is_not_forgotten(db):
    article = make_article()
    number = article.pk
    undelete(delete(article, None))
    forget(older_than=datetime.timedelta(0))
    assert revisions_of(Article, [number]).exists()


# One language deleted


def language_address(page, code):
    return address(page, "delete_language", code)


def test_one_language_is_deleted_and_its_address_says_so(staff, client):
    article = make_article(languages=["en", "lv", "fi"])
    Quote.objects.create(article=article, speaker="Anna", text_en="We walk.", text_lv="Ejam.")
    (latvian,) = (p for p in opened(staff, form_address(article))["panels"] if p.code == "lv")
    assert language_address(article, "lv") in dict(latvian.tools).values()
    assert staff.get(language_address(article, "lv")).status_code == 200
    assert "Undo" in said_to(staff.post(language_address(article, "lv")))
    article.refresh_from_db()
    assert not any((article.title_lv, article.summary_lv, article.body_lv))
    assert (article.quotes.get().text_lv or "", article.quotes.get().text_en) == ("", "We walk.")
    assert client.get(f"/lv/news/{article.slug}/").status_code == 410
    assert article.languages == ["en", "fi"]


def test_a_form_is_saved_after_a_language_was_deleted(staff):
    article = make_article(languages=["en", "lv"])
    staff.post(language_address(article, "lv"))
    response = send(staff, form_address(article), kind="opinion")
    assert response.status_code == 302
    article.refresh_from_db()
    assert article.kind == "opinion"


def test_a_deleted_language_comes_back_without_being_public(staff):
    article = make_article(languages=["en", "lv"])
    only = Quote.objects.create(article=article, speaker="Anna", text_lv="Ejam.")
    record([article])
    first, was = latest(article), article.title_lv
    staff.post(language_address(article, "lv"))
    assert not article.quotes.exists()
    bring_back(staff, article, first, language="lv")
    assert article.title_lv == was
    assert article.quotes.get().pk == only.pk
    assert article.languages == ["en"]


def test_a_new_translation_that_is_refused_is_shown_again(staff):
    article = make_article(languages=["en", "lv"])
    response = send(staff, form_address(article), title_fi="Uutinen", _publish="fi")
    assert response.status_code == 200
    assert "Uutinen" in response.content.decode()


def test_the_original_of_others_is_not_deleted(staff):
    article = make_article(languages=["en", "lv"])
    answer = staff.post(language_address(article, "en"))
    assert "It is the original of Latvian" in answer.content.decode()
    article.refresh_from_db()
    assert article.title_en


def test_a_language_that_another_was_translated_from_is_not_deleted(staff):
    article = make_article(languages=["en", "lv", "fi"], made_from_fi="lv")
    assert "was translated from it" in staff.post(language_address(article, "lv")).content.decode()


def test_the_only_language_is_not_deleted(staff):
    article = make_article(languages=["lv"])
    assert (
        "There is no other language" in staff.post(language_address(article, "lv")).content.decode()
    )


def test_a_translator_deletes_no_language(client, db):
    article = make_article(languages=["en", "lv"])
    sign_in(client, "translator", languages=["lv"])
    assert client.post(language_address(article, "lv")).status_code == 403
    (latvian,) = (p for p in opened(client, form_address(article))["panels"] if p.code == "lv")
    assert language_address(article, "lv") not in dict(latvian.tools).values()


# In a browser


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_screens_are_accessible_and_fit_a_phone(scheme, page, live_server, client):
    from .accessibility import Axe

    sign_in(client)
    cookie = {
        "name": "sessionid",
        "value": client.cookies["sessionid"].value,
        "url": live_server.url,
    }
    page.context.add_cookies([cookie])
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    article, first = edited(client, title_lv="Mainīts", kind="opinion")
    article.published_at_lv = timezone.now()
    article.save()
    draft = Draft.of(article, "lv")
    draft.fields = {"title": "Melnraksts"}
    draft.save()
    deletion = delete(make_article(), None)
    for path in (
        address(article, "history"),
        address(article, "restore", first.pk),
        address(article, "compare", "lv"),
        language_address(article, "lv"),
        address(article, "delete"),
        reverse("admin:editing_deletion_changelist"),
        reverse("admin:editing_deletion_restore", args=[deletion.pk]),
    ):
        page.goto(f"{live_server}{path}")
        assert Axe().run(page).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
