"""A change of the original matters to its translations, or it does not: one click, kept in the history."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from healthyboost.content.age import age_of, source_texts
from healthyboost.content.hanging import hanging_rows
from healthyboost.content.judging import changes_to_judge, judge
from healthyboost.content.models import Draft, Link
from healthyboost.editing.duplicating import duplicate
from news.models import Article
from pilots.models import Pilot, PilotStep

from .admin_forms import form_address, press, send, sign_in
from .factories import make_article, make_pilot

pytestmark = pytest.mark.django_db
BODY = "<p>First.</p>\n<ul>\n<li>Second.</li>\n<li>Third.</li>\n</ul>"


@pytest.fixture
def article():
    """English, with Latvian and Finnish made from it and Swedish made from the Finnish."""
    made = make_article(languages=["en", "lv", "fi", "sv"], body_en=BODY, body_fi=BODY)
    made.made_from_lv = made.made_from_fi = "en"
    made.made_from_sv = "fi"
    made.save()
    return stored(made)


@pytest.fixture
def staff(client):
    client.user = sign_in(client)
    return client


def stored(page):
    return type(page).objects.get(pk=page.pk)


def change(page, **texts):
    type(page).objects.filter(pk=page.pk).update(**texts)
    return stored(page)


def ages(page):
    """{language: (changed, minor)}"""
    page, parts = stored(page), hanging_rows(page)
    found = {code: age_of(page, code, parts) for code in ("lv", "fi", "sv")}
    return {code: (age.changed, age.minor) for code, age in found.items() if age}


def tokens(page, source="en"):
    return [each.change.token for each in changes_to_judge(stored(page)) if each.source == source]


def changes_address(page):
    return form_address(page).replace("/change/", "/source-changes/")


# What a change is


def test_a_mark_or_a_sign_alone_is_a_minor_change(article):
    for new in ("<li>Second!</li>", "<li><em>Second.</em></li>", "<li> second. </li>"):
        change(article, body_en=BODY.replace("<li>Second.</li>", new))
        assert ages(article) == {"lv": (0, 1), "fi": (0, 1), "sv": (0, 0)}


def test_a_minor_change_tells_the_reader_nothing(article, client):
    change(article, body_en=BODY.replace("Second.", "second?"))
    assert "age-notice" not in client.get(f"/lv/news/{article.slug}/").text


def test_the_reader_is_not_sent_to_look_for_marks_that_are_not_there(article, client):
    article = change(article, title_en="Another title", body_en=BODY.replace("First", "New"))
    assert not age_of(article, "fi").are_marked
    text = client.get(f"/fi/news/{article.slug}/").text
    assert 'class="changed"' in text
    assert age_of(change(article, title_en=article.made_from_fi["texts"]["title"]), "fi").are_marked


# One click


def test_a_mere_correction_makes_no_translation_older(article):
    change(article, body_en=BODY.replace("Second.", "Sceond."))
    assert ages(article) == {"lv": (1, 0), "fi": (1, 0), "sv": (0, 0)}
    judge(article, "en", tokens(article), matters=False)
    assert ages(article) == {"lv": (0, 0), "fi": (0, 0), "sv": (0, 0)}
    assert stored(article).made_from_lv["texts"]["body"] == stored(article).body_en


def test_one_of_two_changes_can_be_a_correction(article):
    change(article, body_en=BODY.replace("First.", "A new thought.").replace("Third.", "Thirds."))
    correction = next(
        each for each in changes_to_judge(stored(article)) if "Thirds" in each.change.now[0]
    )
    judge(article, "en", [correction.change.token], matters=False)
    assert ages(article)["fi"] == (1, 0)
    assert "<li>Thirds.</li>" in stored(article).made_from_fi["texts"]["body"]
    assert "First." in stored(article).made_from_fi["texts"]["body"]


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace("<li>Second.</li>\n", ""),
        BODY.replace("<p>First.</p>", "<p>First.</p>\n<p>More.</p>"),
        BODY + "\n<p>Last.</p>",
        "",
    ],
    ids=["removed", "added", "added at the end", "emptied"],
)
def test_paragraphs_that_came_or_went_can_be_corrections(article, body):
    change(article, body_en=body)
    judge(article, "en", tokens(article), matters=False)
    assert ages(article)["fi"] == (0, 0)


def test_a_sign_that_matters_counts_until_it_is_translated(article, client):
    article = change(article, body_en=BODY.replace("Second.", "Second?"))
    judge(article, "en", tokens(article), matters=True)
    assert ages(article) == {"lv": (1, 0), "fi": (1, 0), "sv": (0, 0)}
    assert "age-notice" in client.get(f"/fi/news/{article.slug}/").text
    article = stored(article)
    article.made_from_fi = "en"
    article.save()
    assert ages(article)["fi"] == (0, 0)
    assert "matters" not in stored(article).made_from_fi


def test_what_matters_can_be_a_correction_after_all(article):
    change(article, body_en=BODY.replace("Second.", "Second?"))
    judge(article, "en", tokens(article), matters=True)
    judge(article, "en", tokens(article), matters=False)
    assert ages(article)["fi"] == (0, 0)
    assert "matters" not in stored(article).made_from_fi


def test_one_language_can_be_judged_alone(article):
    change(article, body_en=BODY.replace("Second.", "Sceond."))
    judge(article, "en", tokens(article), matters=False, languages=["fi"])
    assert ages(article) == {"lv": (1, 0), "fi": (0, 0), "sv": (0, 0)}


def test_a_draft_is_judged_with_its_text(article):
    draft = Draft.of(article, "lv")
    draft.fields, draft.made_from = {"title": "Jauns"}, article.made_from_lv
    draft.save()
    change(article, body_en=BODY.replace("Second.", "Sceond."))
    judge(article, "en", tokens(article), matters=False)
    Draft.objects.get().publish()
    assert ages(article)["lv"] == (0, 0)


def test_what_was_changed_again_meanwhile_is_not_judged(article):
    change(article, body_en=BODY.replace("Second.", "Sceond."))
    seen = tokens(article)
    change(article, body_en=BODY.replace("Second.", "Nothing of the kind."))
    assert judge(article, "en", seen, matters=False) == {}
    assert ages(article)["fi"] == (1, 0)


# On the screen


def test_the_form_leads_to_what_has_changed(article, staff):
    address = changes_address(article)
    assert address not in staff.get(form_address(article)).text
    change(article, body_en=BODY.replace("Second.", "Sceond."))
    text = staff.get(form_address(article)).text
    assert text.count(f'href="{address}"') == 3  # of the original and of both translations
    page = staff.get(address).text
    assert "<del>" in page and "Sceond" in page


def test_one_click_is_for_all_languages_and_stands_in_the_history(article, staff):
    change(article, body_en=BODY.replace("Second.", "Sceond."))
    address = changes_address(article)
    sent = {"source": "en", "change": tokens(article), "language": ["lv", "fi"], "correction": ""}
    assert staff.post(address, sent).status_code == 302
    assert ages(article) == {"lv": (0, 0), "fi": (0, 0), "sv": (0, 0)}
    history = staff.get(form_address(article).replace("/change/", "/history/")).text
    assert "a change of the original is only a correction: “Sceond.”" in history


def test_what_matters_stands_in_the_history_too(article, staff):
    change(article, body_en=BODY.replace("Second.", "Second?"))
    sent = {"source": "en", "change": tokens(article), "language": ["fi"], "matters": "1"}
    staff.post(changes_address(article), sent)
    assert ages(article) == {"lv": (0, 1), "fi": (1, 0), "sv": (0, 0)}
    history = staff.get(form_address(article).replace("/change/", "/history/")).text
    assert "a change of the original matters: “Second?”" in history


def test_a_translator_judges_for_her_own_language_alone(article, client):
    sign_in(client, "translator", languages=["lv"])
    change(article, body_en=BODY.replace("Second.", "Sceond."))
    sent = {"source": "en", "change": tokens(article), "correction": ""}
    address = changes_address(article)
    assert client.post(address, sent | {"language": ["fi"]}).status_code == 403
    assert ages(article)["fi"] == (1, 0)
    client.post(address, sent | {"language": ["lv"]})
    assert ages(article) == {"lv": (0, 0), "fi": (1, 0), "sv": (0, 0)}


def test_nonsense_is_answered_in_words(article, staff):
    address = changes_address(article)
    change(article, body_en=BODY.replace("Second.", "Sceond."))
    known = {"source": "en", "change": tokens(article), "language": ["lv"]}
    for wrong in ({"source": "xx"}, {"change": ["", "x" * 99]}, {"language": ["xx"]}):
        response = staff.post(address, known | wrong, follow=True)
        assert response.status_code in (200, 404)
    assert ages(article)["lv"] == (1, 0)
    assert "Nothing was changed" in staff.post(address, known | {"change": ["x"]}, follow=True).text
    assert "Choose at least one" in staff.post(address, known | {"language": []}, follow=True).text


# What hangs on the page


@pytest.fixture
def pilot():
    """With a step that was translated from English with it."""
    made = make_pilot(languages=["en", "fi"])
    PilotStep.objects.create(
        pilot=made,
        title_en="Ask",
        title_fi="Kysy",
        text_en="<p>All of them.</p>",
        text_fi="<p>Kaikki.</p>",
    )
    made.made_from_fi = "en"
    made.save()
    return stored(made)


def test_a_step_that_changed_makes_the_page_older_for_the_reader(pilot, client):
    address = f"/fi/pilots/{pilot.slug}/"
    assert "age-notice" not in client.get(address).text
    PilotStep.objects.update(text_en="<p>Everybody who lives there.</p>")
    assert "age-notice" in client.get(address).text
    judge(pilot, "en", tokens(pilot), matters=False)
    assert "age-notice" not in client.get(address).text
    Link.objects.create(owner=pilot, label_en="More", label_fi="Lisää")
    assert "age-notice" not in client.get(address).text
    Link.objects.create(owner=pilot, label_en="Even more")
    assert "age-notice" in client.get(address).text


def test_parts_cost_a_public_page_no_query(pilot, client):
    address = f"/fi/pilots/{pilot.slug}/"
    client.get(address)
    with CaptureQueriesContext(connection) as known:
        client.get(address)
    Pilot.objects.update(made_from_fi={"language": "en", "texts": {}})
    with CaptureQueriesContext(connection) as unknown:
        client.get(address)
    assert len(known) == len(unknown)


def test_where_nobody_knows_of_the_parts_they_make_nothing_older(pilot):
    made = dict(pilot.made_from_fi)
    del made["parts"]
    pilot = change(pilot, made_from_fi=made)
    PilotStep.objects.update(text_en="<p>Everybody.</p>")
    assert age_of(pilot, "fi", hanging_rows(pilot)).changed == 0


def test_a_step_that_is_added_with_its_translation_is_not_older_but_becomes_it(pilot, staff):
    step = {
        "steps-TOTAL_FORMS": 2,
        "steps-1-title_en": "Go",
        "steps-1-title_fi": "Mene",
        "steps-1-position": 1,
        "steps-1-date_precision": "day",
    }
    response = press(staff, form_address(pilot), **step, _publish="fi")
    assert response.status_code == 302, response.context_data["errors"]
    assert pilot.steps.count() == 2
    pilot = stored(pilot)
    assert age_of(pilot, "fi", hanging_rows(pilot)).changed == 0
    PilotStep.objects.filter(title_en="Go").update(title_en="Go there")
    assert age_of(pilot, "fi", hanging_rows(pilot)).changed == 1


def test_a_person_says_that_a_translation_matches_with_its_steps(pilot, staff):
    PilotStep.objects.update(title_en="Ask them")
    send(staff, form_address(pilot), _matches="fi", title_fi="Uusi", _publish="fi")
    pilot = stored(pilot)
    assert pilot.title_fi == "Uusi"
    assert age_of(pilot, "fi", hanging_rows(pilot)).changed == 0


def test_a_new_page_knows_from_its_first_save_what_its_parts_were_made_from(staff, pilot):
    fresh = source_texts(pilot, "en", hanging_rows(pilot))
    assert pilot.made_from_fi == fresh
    assert list(fresh["parts"].values()) == [{"title": "Ask", "text": "<p>All of them.</p>"}]


def test_a_copy_is_as_old_as_its_model(pilot):
    copy = stored(duplicate(pilot))
    assert "parts" not in copy.made_from_fi
    assert age_of(copy, "fi", hanging_rows(copy)).changed == 1  # the title of a copy says so


def test_withdrawing_and_bringing_back_makes_nothing_older_or_younger(article, staff):
    change(article, body_en=BODY.replace("Second.", "Something else."))
    before = ages(article)
    send(staff, form_address(article), _withdraw="fi")
    assert ages(article) == before
    send(staff, form_address(article), _publish="fi")
    assert ages(article) == before
    send(staff, form_address(article), title_fi="Uusi otsikko")
    assert Draft.objects.count() == 1
    assert ages(article) == before
    send(staff, form_address(article), _publish="fi")
    assert ages(article)["fi"] == before["fi"]
    assert ages(article)["sv"] == (1, 0)


def test_the_newer_source_of_a_pivot_is_named(article, client):
    change(article, body_fi=BODY.replace("Second.", "Muuta."))
    text = client.get(f"/sv/news/{article.slug}/").text
    assert f'class="go" href="/fi/news/{article.slug}/"' in text
    assert Article.objects.count() == 1
