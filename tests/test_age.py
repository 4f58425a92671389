"""A translation says how much its original has changed since: computed, never ticked."""

import random

import pytest

from healthyboost.content.age import age_of, marked, paragraphs
from healthyboost.content.richtext import clean
from news.models import Article

from .factories import make_article

pytestmark = pytest.mark.django_db
BODY = "<p>First.</p>\n<p>Second.</p>\n<ul>\n<li>Third.</li>\n</ul>"
FINNISH = "<p>Yksi.</p>\n<p>Kaksi.</p>\n<ul>\n<li>Kolme.</li>\n</ul>"


@pytest.fixture
def article():
    """An English original and a Finnish translation that was made from it."""
    made = make_article(languages=["en", "fi"], body_en=BODY, body_fi=FINNISH)
    made.made_from_fi = "en"
    made.save()
    return Article.objects.get(pk=made.pk)


def change(article, **texts):
    Article.objects.filter(pk=article.pk).update(**texts)
    return Article.objects.get(pk=article.pk)


def test_translation_of_the_live_text_is_not_old(client, article):
    assert age_of(article, "fi").changed == 0
    assert "age-notice" not in client.get(f"/fi/news/{article.slug}/").text


def test_original_and_text_of_unknown_making_have_no_age(article):
    assert age_of(article, "en") is None
    assert age_of(make_article(languages=["en", "fi"]), "fi") is None


def test_reader_sees_how_many_paragraphs_changed_and_which(client, article):
    article = change(article, body_en=BODY.replace("Second.", "Another thought."))
    text = client.get(f"/fi/news/{article.slug}/").text
    assert "age-notice" in text
    assert '<p>Yksi.</p>\n<p class="changed">' in text
    assert f'href="/en/news/{article.slug}/"' in text
    age = age_of(article, "fi")
    assert (age.changed, age.total, age.marks) == (1, 5, {"body": {1}})


@pytest.mark.parametrize(
    "body, changed",
    [
        (BODY.replace("First.", "first!"), 0),
        (BODY.replace("First.", "<strong>First</strong>."), 0),
        (BODY.replace("First.", '<a href="https://example.org/">First.</a>'), 0),
        (BODY.replace("<p>First.</p>\n", ""), 1),
        (BODY + "\n<p>Fourth.</p>\n<p>Fifth.</p>", 2),
        ("<p>All new.</p>", 3),
        ("", 3),
    ],
    ids=["punctuation", "marks", "link", "removed", "added", "rewritten", "emptied"],
)
def test_only_words_count(article, body, changed):
    assert age_of(change(article, body_en=body), "fi").changed == changed


def test_title_and_summary_count_too(article):
    assert age_of(change(article, title_en="New", summary_en="New too"), "fi").changed == 2


def test_original_that_goes_back_makes_the_translation_current_again(article):
    change(article, body_en="<p>Something else.</p>")
    assert age_of(change(article, body_en=BODY), "fi").changed == 0


def test_free_translation_is_not_marked_paragraph_by_paragraph(client, article):
    article = change(
        article, body_fi="<p>Kaikki yhdessä.</p>", body_en=BODY.replace("First", "New")
    )
    assert age_of(article, "fi").marks == {}
    text = client.get(f"/fi/news/{article.slug}/").text
    assert "age-notice" in text
    assert 'class="changed"' not in text


def test_withdrawn_original_is_not_offered(client, article):
    article = change(article, body_en="<p>New.</p>", withdrawn_at_en=article.published_at_en)
    assert (
        f'class="go" href="/en/news/{article.slug}/"'
        not in client.get(f"/fi/news/{article.slug}/").text
    )


def test_mark_stands_inside_the_block():
    html = clean("<ul><li>One</li><li>Two</li></ul><blockquote><p>Three</p></blockquote>")
    for number in range(len(paragraphs(html))):
        once = marked(html, {number}, "Changed:", "en")
        assert once.count('class="changed"') == 1
        assert once.count("Changed:") == 1
        assert (
            once.replace('<span class="visually-hidden" lang="en">Changed: </span>', "").replace(
                ' class="changed"', ""
            )
            == html
        )


def test_a_thousand_random_edits_against_a_simple_model(article):
    """The model: the words that the translation was made from, and the words that stand there now."""
    chance, words = random.Random(7), ["sauna", "walk", "bench", "meal", "game"]
    now = made = ["one", "two", "three"]
    for _edit in range(1000):
        action = chance.choice(["add", "remove", "replace", "translate", "same"])
        if action == "add":
            place = chance.randrange(len(now) + 1)
            now = now[:place] + [chance.choice(words)] + now[place:]
        elif action == "remove" and now:
            place = chance.randrange(len(now))
            now = now[:place] + now[place + 1 :]
        elif action == "replace" and now:
            place = chance.randrange(len(now))
            now = now[:place] + [chance.choice(words)] + now[place + 1 :]
        article.body_en = "\n".join(f"<p>{word.title()}.</p>" for word in now)
        if action == "translate":
            made = now
            article.made_from_fi = "en"
            Article._meta.get_field("made_from_fi").pre_save(article, True)
        age = age_of(article, "fi") or age_of(change(article), "fi")
        assert (age.changed > 0) == (made != now)
        assert age.changed <= age.total
        assert age.changed <= len(made) + len(now)


# In the admin


def post(admin_client, article, **changes):
    """Save the form of the article as it stands, with some changes."""
    url = f"/admin/news/article/{article.pk}/change/"
    form = admin_client.get(url).context["adminform"].form
    data = {}
    for name, bound in ((name, form[name]) for name in form.fields):
        value = bound.value()
        if isinstance(value, list):
            data[name] = value
        elif hasattr(value, "isoformat"):
            moment = bound.field.widget.decompress(value)
            data |= {f"{name}_0": moment[0].isoformat(), f"{name}_1": moment[1].isoformat()}
        elif value is not None:
            data[name] = value
    inlines = admin_client.get(url).context["inline_admin_formsets"]
    for inline in inlines:
        data |= {
            f"{inline.formset.prefix}-TOTAL_FORMS": 0,
            f"{inline.formset.prefix}-INITIAL_FORMS": 0,
        }
    response = admin_client.post(url, data | changes)
    assert response.status_code == 302, response.context["errors"]
    return Article.objects.get(pk=article.pk)


def test_admin_remembers_what_a_new_translation_was_made_from(admin_client, article):
    saved = post(
        admin_client, article, title_lv="Virsraksts", summary_lv="Īsumā", body_lv="<p>Viens.</p>"
    )
    assert age_of(saved, "lv").changed == 0
    assert age_of(change(saved, body_en="<p>New.</p>"), "lv").changed == 3


def test_mended_word_makes_no_translation_younger(admin_client, article):
    article = change(article, body_en="<p>New.</p>")
    assert (
        "older than its original"
        in admin_client.get(f"/admin/news/article/{article.pk}/change/").text
    )
    saved = post(admin_client, article, title_fi="Parempi otsikko")
    assert age_of(saved, "fi").changed == 3


def test_person_says_that_a_translation_matches(admin_client, article):
    article = change(article, body_en="<p>New.</p>")
    saved = post(admin_client, article, _matches="fi", body_fi="<p>Uusi.</p>", _publish="fi")
    assert age_of(saved, "fi").changed == 0
