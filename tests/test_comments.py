"""Questions and comments on paragraphs: who is asked, who answers, who is told."""

import datetime
import re

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.test import Client
from django.urls import reverse

from healthyboost.content.age import source_texts
from healthyboost.editing.models import Deletion
from healthyboost.management.commands.work import TIMED
from healthyboost.translation.comment_mail import tell_of_comments
from healthyboost.translation.comments import (
    Comment,
    To,
    answer,
    ask,
    asked_people,
    forget_comments,
)

from .admin_forms import form_address
from .factories import make_article, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def portal_address(settings):
    settings.SITE_ADDRESS = "https://portal.example"


@pytest.fixture
def city():
    return make_organisation()


@pytest.fixture
def author(city):
    return make_user("coordinator", city, first_name="Anna", last_name="Ozola", language="lv")


@pytest.fixture
def article(author, city):
    """Begun by the author, in English and Latvian."""
    article = make_article(
        languages=["en", "lv"], organisation=city, title_en="A walk", body_en="<p>We walk.</p>"
    )
    article.made_from_lv = source_texts(article, "en")
    article.save()
    kind = ContentType.objects.get_for_model(article)
    LogEntry.objects.create(
        user=author, content_type=kind, object_id=article.pk, action_flag=ADDITION
    )
    return article


def enter(user):
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def translator():
    return enter(make_user("translator", languages=["lv"], first_name="Ilze", last_name="Kalna"))


def say(client, article, words, to=To.AUTHOR, place="|body|0", language="lv", **more):
    kind = ContentType.objects.get_for_model(article)
    address = reverse("admin:translate_comments", args=[kind.pk, article.pk, language])
    return client.post(address, {"do": f"say:{to}", "words": words, "place": place, **more})


def do(client, comment, verb, **more):
    kind, page = comment.content_type_id, comment.object_id
    address = reverse("admin:translate_questions", args=[kind, page])
    return client.post(address, {"do": f"{verb}:{comment.pk}", **more})


def editor(client, article, language="lv", **query):
    kind = ContentType.objects.get_for_model(article)
    address = reverse("admin:translate_page", args=[kind.pk, article.pk, language])
    return client.get(address, query).content.decode()


def later(minutes):
    """As if that time had passed since the mails that have gone out."""
    for each in Comment.objects.exclude(told_at=None):
        each.told_at -= datetime.timedelta(minutes=minutes)
        each.save()


# Asking


def test_a_question_on_a_paragraph_keeps_what_the_paragraph_said(translator, article):
    say(translator, article, "By the sea?")
    question = Comment.objects.get()
    assert (question.quote, question.quote_language) == ("We walk.", "en")
    assert question.place == "|body|0" and question.language == "lv"


def test_a_question_is_seen_beside_its_paragraph_in_all_languages(translator, article):
    say(translator, article, "By the sea?")
    finnish = enter(make_user("translator", languages=["fi"]))
    assert "By the sea?" in editor(finnish, article, "fi", open="|body|0")


@pytest.mark.long
def test_a_note_for_translators_is_seen_in_its_language_alone(translator, article):
    say(translator, article, "We say pastaiga.", to=To.TRANSLATORS)
    finnish = enter(make_user("translator", languages=["fi"]))
    assert "We say pastaiga." in editor(translator, article, open="|body|0")
    assert "We say pastaiga." not in editor(finnish, article, "fi", open="|body|0")


def test_a_question_about_the_whole_page_has_no_quote(translator, article):
    say(translator, article, "", page_words="Who reads this?", do="say_page:author")
    assert Comment.objects.get().place == ""
    assert "Who reads this?" in editor(translator, article)


def test_when_the_paragraph_changes_the_question_stays_with_its_quote(translator, article):
    say(translator, article, "By the sea?")
    article.body_en = "<p>Nobody walks any more.</p>"
    article.save()
    page = editor(translator, article, open="|body|0")
    assert "By the sea?" in page and "We walk.</blockquote>" in page
    assert "says something else now" in page


def test_when_the_paragraph_moves_the_question_moves_with_it(translator, article):
    say(translator, article, "By the sea?")
    article.body_en = "<p>First.</p>\n<p>We walk.</p>"
    article.save()
    page = editor(translator, article, open="|body|1")
    assert "By the sea?" in page and "says something else now" not in page


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 3001])
def test_nothing_and_too_much_are_refused_with_a_sentence(translator, article, words):
    kind = ContentType.objects.get_for_model(article)
    address = reverse("admin:translate_comments", args=[kind.pk, article.pk, "lv"])
    data = {"do": "say:author", "words": words, "place": "|body|0"}
    response = translator.post(address, data, headers={"accept": "application/json"})
    assert not response.json()["is_taken"] and response.json()["said"]
    assert not Comment.objects.exists()


def test_what_is_written_is_shown_as_plain_text(translator, article):
    say(translator, article, "<b>Why?</b>")
    assert "&lt;b&gt;Why?&lt;/b&gt;" in editor(translator, article, open="|body|0")


# Who is asked


def test_who_began_the_page_is_asked(article, author):
    assert asked_people(article) == [author]


def test_where_she_has_left_the_coordinators_of_the_city_are_asked(article, author, city):
    author.is_active = False
    author.save()
    colleague = make_user("coordinator", city)
    assert asked_people(article) == [colleague]


def test_without_an_organisation_the_editors_are_asked():
    editor_ = make_user("editor")
    assert asked_people(make_article()) == [editor_]


# Answers, and who may do what


@pytest.mark.long
def test_the_author_sees_the_question_in_her_form_and_on_her_desk(translator, article, author):
    say(translator, article, "By the sea?")
    client = enter(author)
    assert "By the sea?" in client.get(form_address(article)).content.decode()
    author.language = "en"
    author.save()
    desk = client.get(reverse("admin:index")).content.decode()
    assert "Questions to you" in desk and "By the sea?" in desk


@pytest.mark.long
def test_an_answer_is_seen_by_all_and_takes_the_question_from_the_desk(translator, article, author):
    say(translator, article, "By the sea?")
    question, client = Comment.objects.get(), enter(author)
    do(client, question, "answer", **{f"answer-{question.pk}": "Yes, on the beach."})
    assert "Yes, on the beach." in editor(translator, article, open="|body|0")
    assert list(Comment.objects.waiting_for(author)) == []
    assert list(Comment.objects.waiting_for(translator.user)) == [question]


def test_a_thread_that_is_done_is_opened_again(translator, article, author):
    say(translator, article, "By the sea?")
    question, client = Comment.objects.get(), enter(author)
    do(client, question, "done")
    question.refresh_from_db()
    assert question.done_by == author
    assert not Comment.objects.waiting_for(author).exists()
    do(client, question, "reopen")
    assert Comment.objects.get().done_at is None


def test_only_who_wrote_a_comment_takes_it_back(translator, article, author):
    say(translator, article, "By the sea?")
    question = Comment.objects.get()
    assert do(enter(author), question, "take_back").status_code == 403
    do(translator, question, "take_back")
    assert not Comment.objects.exists()


def test_what_others_have_answered_stays_when_the_question_is_taken_back(article, author):
    asker = make_user("translator", languages=["lv"])
    question = ask(article, "By the sea?", asker)
    answer(question, "Yes.", author)
    do(enter(asker), question, "take_back")
    assert Comment.objects.get(pk=question.pk).is_taken_back
    assert Comment.objects.filter(text="Yes.").exists()


def test_who_writes_no_language_of_the_page_neither_reads_nor_answers(article, author):
    question = ask(article, "By the sea?", author)
    stranger = enter(make_user("coordinator", make_organisation()))
    answered = do(stranger, question, "answer", **{f"answer-{question.pk}": "No."})
    assert answered.status_code == 403 and Comment.objects.count() == 1
    assert "By the sea?" not in stranger.get(form_address(article)).content.decode()


def test_a_note_of_another_language_is_not_answered(article, author):
    note = ask(article, "Pastaiga.", author, to=To.TRANSLATORS, language="lv")
    finnish = enter(make_user("translator", languages=["fi"]))
    assert do(finnish, note, "done").status_code == 403


def test_a_comment_of_another_page_is_not_touched(translator, article, author):
    other = ask(make_article(), "Elsewhere", author)
    kind = ContentType.objects.get_for_model(article)
    address = reverse("admin:translate_questions", args=[kind.pk, article.pk])
    translator.post(address, {"do": f"done:{other.pk}"})
    other.refresh_from_db()
    assert other.done_at is None


def test_a_comment_that_cannot_exist_is_no_longer_there(translator, article):
    kind = ContentType.objects.get_for_model(article)
    address = reverse("admin:translate_comments", args=[kind.pk, article.pk, "lv"])
    answered = translator.post(address, {"do": "answer:" + "9" * 5000}, follow=True)
    assert "no longer there" in answered.text


def test_a_nul_in_a_comment_is_left_out(translator, article):
    say(translator, article, "Which\0 park?")
    assert Comment.objects.get().text == "Which park?"


def test_who_has_left_has_no_name(translator, article):
    say(translator, article, "By the sea?")
    translator.user.is_active = False
    translator.user.save()
    finnish = enter(make_user("translator", languages=["fi"]))
    page = editor(finnish, article, "fi", open="|body|0")
    assert "somebody who no longer works here" in page and "Ilze" not in page


# Mail


def test_the_author_gets_one_mail_in_her_language_with_a_link(translator, article, author):
    say(translator, article, "By the sea?")
    tell_of_comments()
    tell_of_comments()
    [message] = mail.outbox
    assert message.to == [author.email] and "By the sea?" in message.body
    assert f"https://portal.example{form_address(article)}#comment-" in message.body
    assert "List-Unsubscribe" in message.extra_headers


def test_the_asker_gets_the_answer_with_a_link_to_the_paragraph(translator, article, author):
    question = ask(article, "By the sea?", translator.user, language="lv", place="|body|0")
    tell_of_comments()
    later(minutes=11)
    answer(question, "Yes.", author)
    tell_of_comments()
    message = mail.outbox[-1]
    assert message.to == [translator.user.email] and "Yes." in message.body
    link = re.search(r"https://portal.example(/\S+#comment-\d+)", message.body)[1]
    assert "Yes." in translator.get(link.partition("#")[0]).content.decode()


def test_of_a_thread_there_is_at_most_one_mail_in_ten_minutes(translator, article, author):
    question = ask(article, "One", translator.user, language="lv")
    tell_of_comments()
    answer(question, "Two", translator.user)
    answer(question, "Three", translator.user)
    tell_of_comments()
    assert len(mail.outbox) == 1
    later(minutes=11)
    tell_of_comments()
    assert len(mail.outbox) == 2
    assert "Two" in mail.outbox[1].body and "Three" in mail.outbox[1].body


def test_who_wants_no_mail_gets_none(translator, article, author):
    author.wants_mail = False
    author.save()
    say(translator, article, "By the sea?")
    tell_of_comments()
    assert mail.outbox == []


def test_what_is_taken_back_within_the_minute_is_not_sent(translator, article):
    say(translator, article, "By the sea?")
    do(translator, Comment.objects.get(), "take_back")
    tell_of_comments()
    assert mail.outbox == []


def test_comments_of_a_page_that_is_gone_are_sent_to_nobody(article, author):
    asker = make_user("editor")
    ask(article, "By the sea?", asker)
    article.delete()
    tell_of_comments()
    assert mail.outbox == [] and not Comment.objects.filter(told_at=None).exists()


def test_comments_of_a_page_that_nobody_can_bring_back_are_forgotten(article, author):
    other = ask(make_article(), "Stays", author)
    ask(article, "Goes in the end", author)
    kept = Deletion.objects.create(
        content_type=ContentType.objects.get_for_model(article), object_id=article.pk
    )
    article.delete()
    forget_comments()
    assert Comment.objects.count() == 2
    kept.delete()
    forget_comments()
    assert Comment.objects.get() == other


def test_the_mails_are_sent_each_minute():
    assert {name: every for name, every, _job in TIMED}["tell_of_comments"].seconds == 60
