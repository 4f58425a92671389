"""The log of who did what: written by the database, changed by nobody, read by administrators."""

import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from healthyboost.accounts.models import User
from healthyboost.audit.forgetting import forget_entries, forget_name, forget_person
from healthyboost.audit.models import Entry, Kind
from healthyboost.audit.noting import acting, note, note_command
from healthyboost.editing.deleting import delete, undelete
from healthyboost.glossary.models import Term
from healthyboost.mailing.models import Mailing, Subscriber, Suppression
from healthyboost.mailing.subscribing import erase
from healthyboost.redirects.models import Redirect
from news.models import Article
from partners.models import Organisation

from .admin_forms import add_address, form_address, send, sign_in
from .factories import (
    make_article,
    make_contact_person,
    make_newsletter,
    make_organisation,
    make_user,
)
from .test_accounts import invite, link_in, log_in, set_up_app

pytestmark = pytest.mark.django_db
LOG = "/admin/audit/entry/"


def entries(**wanted):
    return list(Entry.objects.filter(**wanted).order_by("pk"))


def only(**wanted):
    (entry,) = entries(**wanted)
    return entry


# Signing in


def test_a_sign_in_is_noted_with_the_person_and_the_method(client):
    user = make_user("editor", username="anna", first_name="Anna", last_name="Liepa")
    log_in(client, "anna")
    entry = only(kind=Kind.SIGNED_IN)
    assert (entry.person_id, entry.person) == (user.pk, "Anna Liepa")
    assert entry.details == {"method": ["password"]}


def test_a_failed_sign_in_names_the_account_and_not_what_was_typed(client):
    user = make_user("editor", username="anna")
    log_in(client, "Anna", "wrong-secret")
    entry = only(kind=Kind.SIGN_IN_FAILED)
    assert (entry.object_id, entry.name, entry.person_id) == (str(user.pk), "anna", None)
    assert "wrong-secret" not in str(vars(entry))


@pytest.mark.parametrize("typed", ["my-password", "a\0b", "x" * 100_000, "\u202etext"])
def test_a_failed_sign_in_of_nobody_keeps_nothing_that_was_typed(typed, client):
    log_in(client, typed, "wrong")
    for entry in entries(kind=Kind.SIGN_IN_FAILED):
        assert (entry.name, entry.object_id) == ("", "")


@pytest.mark.long
def test_a_wrong_code_of_the_second_factor_is_a_failed_sign_in(client):
    make_user("editor", username="anna")
    log_in(client, "anna")
    set_up_app(client)
    client.logout()
    log_in(client, "anna")
    client.post("/account/login/second-factor/", {"code": "000000"})
    assert only(kind=Kind.SIGN_IN_FAILED).details == {"method": ["totp"]}


def test_a_sign_out_is_noted(client):
    user = make_user("editor", username="anna")
    log_in(client, "anna")
    client.post("/account/logout/")
    assert only(kind=Kind.SIGNED_OUT).person_id == user.pk


# Accounts


@pytest.mark.long
def test_an_invitation_and_its_acceptance_are_noted(client):
    administrator = sign_in(client, "administrator")
    guest, _response = invite(client)
    from django.core import mail
    from django.test import Client

    typed = {"new_password1": "correct-horse-battery", "new_password2": "correct-horse-battery"}
    Client().post(link_in(mail.outbox[0]), typed)
    created = only(kind=Kind.ACCOUNT_CREATED, object_id=str(guest.pk))
    assert (created.person_id, created.name) == (administrator.pk, "Līga")
    given = only(kind=Kind.RIGHTS_GIVEN, object_id=str(guest.pk))
    assert (given.person_id, given.details) == (administrator.pk, {"role": "coordinator"})
    for kind in (Kind.ACCOUNT_OPENED, Kind.PASSWORD):
        assert only(kind=kind, object_id=str(guest.pk)).person_id == guest.pk


@pytest.mark.long
def test_who_switches_an_account_off_is_noted_with_whose_it_is(client):
    administrator = sign_in(client, "administrator")
    user = make_user("editor", username="anna")
    send(client, form_address(user), is_active=False)
    entry = only(kind=Kind.ACCOUNT_BLOCKED)
    assert (entry.person_id, entry.object_id, entry.name) == (
        administrator.pk,
        str(user.pk),
        "anna",
    )


@pytest.mark.parametrize(
    "change, kind",
    [
        (lambda user: User.objects.filter(pk=user.pk).update(is_superuser=True), "rights_given"),
        (lambda user: User.objects.filter(pk=user.pk).update(email="x@y.lv"), "account_changed"),
        (lambda user: user.grants.update(role="editor", languages=[]), "rights_changed"),
        (lambda user: user.grants.all().delete(), "rights_taken"),
        (lambda user: user.delete(), "account_deleted"),
    ],
)
def test_a_change_of_an_account_is_noted_whoever_makes_it(change, kind):
    user = make_user("translator", languages=["lv"], username="anna")
    number = str(user.pk)
    change(user)
    entry = entries(kind=kind, object_id=number)[-1]
    assert (entry.model, entry.person_id) == ("accounts.user", None)


@pytest.mark.long
def test_a_second_factor_is_noted_when_it_comes_and_when_it_goes(client):
    user = make_user("editor", username="anna")
    log_in(client, "anna")
    set_up_app(client)
    added = {entry.details["type"] for entry in entries(kind=Kind.FACTOR_ADDED)}
    assert added == {"totp", "recovery_codes"}
    user.authenticator_set.all().delete()
    assert len(entries(kind=Kind.FACTOR_REMOVED, object_id=str(user.pk))) == 2


def test_a_password_that_a_sign_in_stores_anew_is_told_apart():
    user = make_user("editor")
    User.objects.filter(pk=user.pk).update(password="md5$a$b")
    User.objects.filter(pk=user.pk).update(password="pbkdf2_sha256$1000$b")
    kinds = [entry.details for entry in entries(kind=Kind.PASSWORD)]
    assert kinds[-1] == {"how": "rehashed"}


# Content


def test_publishing_and_withdrawing_are_noted_with_their_languages(client):
    user = sign_in(client, "editor")
    article = make_article(slug="walk", published_at_en=None)
    now = timezone.now()
    with acting(user):
        Article.objects.filter(pk=article.pk).update(published_at_en=now, published_at_lv=now)
        Article.objects.filter(pk=article.pk).update(withdrawn_at_lv=now)
    published, withdrawn = entries(model="news.article")
    assert (published.kind, published.details) == ("published", {"languages": ["en", "lv"]})
    assert (withdrawn.kind, withdrawn.details) == ("withdrawn", {"languages": ["lv"]})
    assert (published.person_id, published.name) == (user.pk, "walk")


@pytest.mark.long
def test_the_button_of_the_form_is_noted_in_the_name_of_who_pressed_it(client):
    user = sign_in(client, "editor")
    article = make_article(published_at_en=None)
    response = send(client, form_address(article), _publish="en")
    assert response.status_code == 302
    assert only(kind=Kind.PUBLISHED).person_id == user.pk


def test_what_is_planned_says_from_when():
    article = make_article(published_at_en=None)
    later = timezone.now() + datetime.timedelta(days=3)
    Article.objects.filter(pk=article.pk).update(published_at_en=later)
    Article.objects.filter(pk=article.pk).update(unpublish_at_en=later + datetime.timedelta(days=1))
    planned, ends = entries(kind=Kind.SCHEDULED)
    assert planned.details.keys() == {"from", "languages"}
    assert ends.details.keys() == {"until", "languages"}
    assert str(later.year) in planned.said


def test_what_a_person_makes_public_at_once_is_noted_and_what_a_command_brings_is_not():
    with acting(make_user("editor")):
        make_article()
    make_article()
    assert len(entries(kind=Kind.PUBLISHED)) == 1


def test_a_change_of_the_text_alone_is_not_noted():
    article = make_article()
    article.title_en = "Another"
    article.save()
    assert entries(model="news.article") == []


def test_deleting_and_bringing_back_are_noted():
    user, article = make_user("editor"), make_article(slug="walk")
    with acting(user):
        undelete(delete(article, user))
    kinds = [entry.kind for entry in entries(model="news.article", object_id=str(article.pk))]
    assert kinds[0] == "deleted" and set(kinds[1:]) == {"restored", "published"}


def test_what_is_undone_is_not_noted():
    article = make_article()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(withdrawn_at_en=timezone.now())
        1 / 0  # noqa: B018
    assert entries(model="news.article") == []


def test_a_name_of_a_contact_person_is_not_kept():
    make_contact_person(name="Anna Liepa").delete()
    assert only(kind=Kind.DELETED).name == ""


def test_a_mailing_is_noted_when_it_begins_and_when_it_stops():
    from django.contrib.contenttypes.models import ContentType

    kind = ContentType.objects.get_for_model(Article)
    mailing = Mailing.objects.create(content_type=kind, object_id=1, title="Spring")
    Mailing.objects.update(state="cancelled")
    noted = [entry.details["state"] for entry in entries(kind=Kind.MAILING)]
    assert noted == ["sending", "cancelled"] and only(details__state="sending").object_id == str(
        mailing.pk
    )


@pytest.mark.long
def test_an_old_address_that_somebody_leads_elsewhere_is_noted(client):
    user = sign_in(client, "editor")
    send(client, add_address(Redirect), old_address="/walk", target="/news/")
    entry = only(kind=Kind.SETTING)
    assert (entry.person_id, entry.name) == (user.pk, "/walk")


@pytest.mark.long
def test_texts_that_are_taken_along_are_noted(client):
    user = sign_in(client, "translator", languages=["lv"])
    make_article()
    response = client.get("/admin/translate/out/?language=lv&format=xliff")
    if response.headers.get("Content-Disposition"):
        assert only(kind=Kind.EXPORTED).person_id == user.pk


@pytest.mark.long
def test_a_dump_of_the_content_is_noted(tmp_path):
    call_command("dump_content", tmp_path / "dump", verbosity=0)
    assert only(kind=Kind.EXPORTED).details == {"what": "content", "how": "command"}


# Commands, by who is signed in to the machine


@pytest.fixture
def operator(monkeypatch):
    monkeypatch.setenv("LOGNAME", "operator")


def test_a_load_of_content_is_noted_with_who_ran_it_and_what_changed(operator, tmp_path):
    make_organisation(slug="riga")
    call_command("dump_content", tmp_path, verbosity=0)
    call_command("load_content", tmp_path, verbosity=0)
    assert entries(kind=Kind.LOADED) == []  # nothing has changed
    Organisation.objects.all().delete()
    call_command("load_content", tmp_path, verbosity=0)
    entry = only(kind=Kind.LOADED)
    assert (entry.person_id, entry.person) == (None, "operator")
    assert entry.details == {"how": "command", "what": "folder", "new": 1, "changed": 0}
    assert entry.said == "0 changed, by a command on the server, 1 new, content from a folder"


@pytest.mark.long
def test_a_load_of_the_glossary_is_noted_once():
    call_command("glossary_load", verbosity=0)
    call_command("glossary_load", verbosity=0)
    assert only(kind=Kind.LOADED).details["what"] == "glossary"


@pytest.mark.long
def test_an_old_newsletter_that_a_command_brings_in_is_noted(tmp_path):
    make_newsletter("spring")
    (tmp_path / "old.md").write_text("# Spring\n\n## Walks\n\nWe walk on Sunday.\n")
    call_command(
        "import_newsletter",
        tmp_path / "old.md",
        newsletter="spring",
        language="en",
        stdout=StringIO(),
    )
    entry = only(kind=Kind.LOADED)
    assert entry.model == "news.issue" and entry.details["what"] == "newsletter"


def test_a_backup_is_noted_with_who_took_it_and_how_many_are_kept(operator, tmp_path):
    entry = note_command(Kind.EXPORTED, what="backup", kept=7)
    assert entry.person == "operator" and "archives kept: 7" in entry.said


@pytest.mark.long
def test_an_erasure_by_a_command_is_noted_without_whom_it_erased(operator):
    make_contact_person("ek", name="Anna Liepa", email="anna@liepa.example")
    call_command("erase_person", person="ek", erase=True, stdout=StringIO())
    entry = only(kind=Kind.ERASED)
    assert entry.person == "operator" and entry.name == "" and "how" in entry.details
    assert "Liepa" not in str([vars(each) for each in entries()])


@pytest.mark.parametrize("name", ["", "x" * 900])
def test_a_machine_without_a_name_for_who_runs_a_command_is_no_fault(name, monkeypatch):
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, name)
    assert len(note_command(Kind.LOADED).person) <= 310


@pytest.mark.long
def test_the_page_says_that_a_command_did_it(client, monkeypatch):
    sign_in(client, "administrator")
    monkeypatch.setattr("healthyboost.audit.noting.getpass.getuser", lambda: "")
    note_command(Kind.LOADED, what="folder", new=3, changed=1)
    text = client.get(LOG, {"kind": "loaded"}).text
    assert "Content loaded" in text and "a command</span>" in text and "3 new" in text


# Readers' addresses, and words that everybody works with


def test_who_deletes_a_subscriber_or_lifts_a_block_is_noted_without_the_address():
    user = make_user("editor")
    subscriber = Subscriber.objects.create(email="anna@liepa.example", language="en")
    with acting(user):
        erase(subscriber)
        Suppression.objects.all().delete()
    deleted = entries(kind=Kind.DELETED, person_id=user.pk)
    assert [each.model for each in deleted] == ["mailing.subscriber", "mailing.suppression"]
    assert "liepa" not in str([vars(each) for each in entries()])


def test_who_leaves_by_a_link_in_a_mail_is_not_noted():
    erase(Subscriber.objects.create(email="anna@liepa.example", language="en"))
    assert entries(kind=Kind.DELETED) == []


def test_a_changed_term_is_noted_when_a_person_changes_it():
    term = Term.objects.create(identifier="walk", preferred_en="walk")
    with acting(make_user("editor")):
        Term.objects.update(preferred_en="stroll")
        term.delete()
    kinds = [entry.kind for entry in entries(model="glossary.term", name="walk")]
    assert kinds == ["setting", "deleted"]


def test_the_next_request_does_not_act_in_the_name_of_the_last(client):
    sign_in(client, "editor")
    client.post("/admin/language/", {"language": "lv"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('audit.person', true)")
        assert cursor.fetchone() == ("",)


# Nobody changes it


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET kind = 'signed_out'",
        "UPDATE audit_entry SET person = 'Somebody else'",
        "UPDATE audit_entry SET person = ''",
        "UPDATE audit_entry SET at = now() - interval '3 years'",
        "UPDATE audit_entry SET details = '{}', name = ''",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_to_change_an_entry(statement):
    note(Kind.SIGNED_IN, make_user("editor"), method=["password"])
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
    assert len(entries(kind=Kind.SIGNED_IN)) == 1


def test_the_database_refuses_to_empty_the_log():
    note(Kind.SIGNED_IN)
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        with connection.cursor() as cursor:  # set up as in production
            cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_guard_all")
            cursor.execute("TRUNCATE audit_entry")


def test_a_role_that_does_not_own_the_log_can_write_it_and_not_unlock_it():
    user = make_user("editor")
    with connection.cursor() as cursor:
        for statement in (
            "CREATE ROLE x2_auditor; CREATE ROLE x2_portal",
            "ALTER TABLE audit_entry OWNER TO x2_auditor",
            "GRANT CREATE ON SCHEMA public TO x2_auditor",
            "ALTER FUNCTION audit_guard() OWNER TO x2_auditor",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO x2_portal",
            "SET ROLE x2_portal",
        ):
            cursor.execute(statement)
        try:
            User.objects.filter(pk=user.pk).update(is_active=False)
            assert only(kind=Kind.ACCOUNT_BLOCKED)
            for statement in (
                "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
                "DROP TABLE audit_entry",
                "CREATE OR REPLACE FUNCTION audit_guard() RETURNS trigger LANGUAGE sql AS ''",
                "DELETE FROM audit_entry",
                "TRUNCATE audit_entry",
            ):
                with pytest.raises(DatabaseError), transaction.atomic():
                    cursor.execute(statement)
        finally:
            cursor.execute("RESET ROLE")


def test_what_is_older_than_two_years_is_forgotten_and_nothing_else():
    now = timezone.now()
    for days in (1, 700, 760):
        Entry.objects.create(at=now - datetime.timedelta(days=days), kind=Kind.SIGNED_IN)
    assert forget_entries() == 1
    assert len(entries(kind=Kind.SIGNED_IN)) == 2


# A person is erased


def test_the_name_of_an_account_that_is_gone_is_emptied_everywhere():
    user = make_user("editor", username="anna", first_name="Anna")
    number = user.pk
    with acting(user):
        make_article()
    note(Kind.SIGNED_IN, user)
    user.delete()
    forget_person(number)
    assert not Entry.objects.filter(person__contains="nna").exists()
    assert not Entry.objects.filter(name__contains="nna").exists()
    assert {entry.kind for entry in entries(person_id=number)} == {"published", "signed_in"}


def test_the_name_of_an_account_in_use_is_not_emptied():
    user = make_user("editor")
    note(Kind.SIGNED_IN, user)
    with pytest.raises(DatabaseError), transaction.atomic():
        forget_person(user.pk)


def test_the_name_of_a_page_that_is_called_after_a_person_can_be_emptied():
    article = make_article(slug="anna-liepa")
    number = article.pk
    article.delete()
    assert forget_name(Article, number) == 1
    assert only(kind=Kind.DELETED).name == ""


# Reading it


@pytest.mark.long
@pytest.mark.parametrize("role", ["editor", "coordinator", "translator"])
def test_only_administrators_read_the_log(role, client):
    sign_in(client, role)
    assert client.get(LOG).status_code == 403
    assert LOG not in client.get("/admin/").text


def test_an_administrator_reads_who_did_what(client):
    sign_in(client, "administrator")
    article = make_article(slug="walk")
    user = make_user("editor", first_name="Anna", username="anna")
    note(Kind.RESTORED, user, article, name="walk", what="history")
    text = client.get(LOG).text
    for words in ("Anna", "Restored", "Article walk", "an earlier state from the history"):
        assert words in text
    assert form_address(article) in text
    assert LOG in client.get("/admin/").text


@pytest.mark.long
def test_the_log_is_narrowed_down_by_person_kind_and_period(client):
    sign_in(client, "administrator")
    user, now = make_user("editor", username="anna"), timezone.now()
    note(Kind.SIGNED_OUT, user, name="wanted")
    note(Kind.SIGNED_OUT, name="of-nobody")
    note(Kind.RESTORED, user, name="of-another-kind")
    Entry.objects.create(
        at=now - datetime.timedelta(days=9), person_id=user.pk, kind="signed_out", name="too-old"
    )
    today = timezone.localdate(now).isoformat()
    asked = {"person": user.pk, "kind": "signed_out", "first": today, "last": today}
    text = client.get(LOG, asked).text
    assert "wanted" in text
    for name in ("of-nobody", "of-another-kind", "too-old"):
        assert name not in text


@pytest.mark.long
def test_older_entries_follow_on_the_next_page(client):
    sign_in(client, "administrator")
    Entry.objects.bulk_create(
        Entry(at=timezone.now(), kind="restored", name=f"number-{number:03}")
        for number in range(150)
    )
    first = client.get(LOG, {"kind": "restored"})
    second = client.get(LOG + first.context["older"])
    shown = [entry.name for each in (first, second) for entry in each.context["entries"]]
    assert shown == [f"number-{number:03}" for number in reversed(range(150))]
    assert second.context["newest"] == "?kind=restored"


@pytest.mark.long
@pytest.mark.parametrize(
    "question",
    [
        "person=999999999999999999999",
        "person=abc",
        "kind=%00",
        "first=9999-12-31&last=0001-01-01",
        "first=tomorrow",
        "before=-1",
        "before=99999999999999999999",
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_words(question, client):
    sign_in(client, "administrator")
    response = client.get(f"{LOG}?{question}")
    assert response.status_code in (200, 400)
    assert response.status_code == 400 or 'class="errornote"' in response.text


@pytest.mark.long
def test_an_end_of_the_calendar_is_no_error(client):
    sign_in(client, "administrator")
    assert client.get(LOG, {"first": "0001-01-01", "last": "9999-12-31"}).status_code == 200


@pytest.mark.long
def test_an_entry_has_no_form_of_its_own(client):
    sign_in(client, "administrator")
    note(Kind.SIGNED_IN)
    for end in ("add/", "1/change/", "1/delete/", "1/history/"):
        assert client.get(LOG + end).status_code == 404


@pytest.mark.long
def test_the_log_asks_as_many_questions_however_long_it_is(client):
    sign_in(client, "administrator")

    def questions():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(LOG)
        return len(asked)

    few = questions()
    Entry.objects.bulk_create(Entry(at=timezone.now(), kind="restored") for _each in range(300))
    assert questions() == few


@pytest.mark.long
def test_a_name_that_turns_its_line_round_is_shown_by_itself(client):
    sign_in(client, "administrator")
    note(Kind.SIGNED_IN, make_user("editor", username="x", first_name="\u202egnp.exe<script>"))
    text = client.get(LOG).text
    assert "<bdi>\u202egnp.exe&lt;script&gt;</bdi>" in text
