"""Faults that pass: what is said of them, and that nothing is half done when they come."""

import errno

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django_tasks_db.models import DBTaskResult, get_date_max

from healthyboost.abandoned_tasks import SPACE, say_alive, take_up_tasks
from healthyboost.accounts.sessions import SessionStore
from healthyboost.editing.keeping import keep_what_was_typed
from healthyboost.media.kept import keep_if_there_is_room
from healthyboost.outages import outage_in_words
from healthyboost.pagecache.generation import generation
from healthyboost.search.indexing import index
from news.models import Article

from .admin_forms import sign_in
from .factories import make_article

FULL = OSError(errno.ENOSPC, "No space left on device")


class FullDisk(ContentFile):
    """A file of which only the beginning finds room."""

    def chunks(self, chunk_size=None):
        yield b"the beginning"
        raise FULL


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_file_that_finds_no_room_leaves_nothing(media):
    with pytest.raises(OSError):
        default_storage.save("pictures/sea.png", FullDisk(b""))
    assert files_in(media) == []


def test_file_takes_the_place_of_no_other(media):
    names = [default_storage.save("sea.png", ContentFile(content)) for content in (b"one", b"two")]
    assert names[0] == "sea.png" != names[1]
    assert [default_storage.open(name).read() for name in names] == [b"one", b"two"]
    assert len(files_in(media)) == 2


def test_file_that_cannot_be_kept_aside_has_to_be_chosen_again(media):
    class Upload(SimpleUploadedFile):
        def read(self, *size):
            raise FULL

    assert keep_if_there_is_room(Upload("sea.png", b"x")) == ""


def test_other_errors_than_outages_are_not_made_light_of():
    assert outage_in_words(ValueError("x")) == "" == outage_in_words(PermissionError(13, "x"))
    assert outage_in_words(OperationalError("x")) != outage_in_words(FULL) != ""


class Open:
    """A site that lets everybody in."""

    def has_permission(self, request):
        return True


@pytest.mark.parametrize("error", [OperationalError("gone"), FULL])
def test_form_is_kept_when_its_answer_cannot_be_written(error):
    def breaks():
        raise error

    def view(request):
        response = TemplateResponse(request, "error.html")
        response.render = breaks
        return response

    request = RequestFactory().post("/admin/", {"title": "All that was typed"})
    response = keep_what_was_typed(Open(), view)(request).render()
    assert (response.status_code, "All that was typed" in response.text) == (503, True)


def test_fault_of_ours_in_a_form_is_no_outage():
    def view(request):
        raise ValueError("a fault of ours")

    with pytest.raises(ValueError):
        keep_what_was_typed(Open(), view)(RequestFactory().post("/admin/", {"a": "b"}))


def test_form_that_goes_well_is_answered_as_it_is():
    request = RequestFactory().post("/admin/", {"a": "b"})
    assert keep_what_was_typed(Open(), lambda request: HttpResponse("done"))(request).text == "done"


@pytest.fixture
def cut_connection(transactional_db):
    """Call it: the connection of this test to the database is cut."""

    def cut():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (process,) = cursor.fetchone()
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
        other.close()

    yield cut
    connection.close()


def test_session_that_cannot_be_stored_takes_no_answer_away(client, cut_connection):
    sign_in(client)
    session = client.session
    session["saved_form"] = "/admin/"
    cut_connection()
    session.save()
    connection.close()
    assert "saved_form" not in SessionStore(session.session_key).load()
    session.save()
    assert SessionStore(session.session_key).load()["saved_form"] == "/admin/"


def test_session_that_has_ended_is_not_begun_again(client, db):
    sign_in(client)
    session = client.session
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()


def test_page_that_cannot_be_indexed_for_want_of_a_database_says_so(cut_connection):
    article = make_article()
    cut_connection()
    with pytest.raises(OperationalError) as raised:
        index(Article, [article.pk])
    assert outage_in_words(raised.value)


@pytest.mark.django_db
def test_form_of_the_admin_keeps_its_text_when_the_disk_is_full(client, monkeypatch):
    sign_in(client)

    def breaks(*args):
        raise FULL

    monkeypatch.setattr("django.contrib.admin.options.ModelAdmin.changeform_view", breaks)
    response = client.post("/admin/media/picture/add/", {"name": "Typed for an hour"})
    assert response.status_code == 503
    assert "Typed for an hour" in response.text and "no room left" in response.text


def test_clock_that_was_set_ends_what_time_made_of_the_pages():
    number = generation.number
    generation.watch_clock()
    assert generation.number == number
    for seconds in (-86400, 3600):
        generation.clock += seconds
        generation.watch_clock()
    assert generation.number == number + 2


# Tasks whose process was killed


def make_task(*worker_ids):
    return DBTaskResult.objects.create(
        status="RUNNING",
        args_kwargs={"args": [], "kwargs": {}},
        task_path="news.a_task",
        worker_ids=list(worker_ids),
        backend_name="default",
        run_after=get_date_max(),
    )


@pytest.mark.django_db
def test_task_of_a_process_that_is_gone_waits_again():
    task = make_task("gone")
    take_up_tasks()
    task.refresh_from_db()
    assert task.status == "READY"


@pytest.mark.django_db
def test_task_of_a_process_that_lives_is_left_to_it():
    task = make_task("gone", "here")
    with connection.cursor() as cursor:
        say_alive(cursor, "here")
        take_up_tasks()
        cursor.execute("SELECT pg_advisory_unlock_shared(%s, hashtext('here'))", [SPACE])
    task.refresh_from_db()
    assert task.status == "RUNNING"


@pytest.mark.django_db
def test_task_that_each_process_dies_of_is_given_up():
    task = make_task("one", "two", "three")
    take_up_tasks()
    task.refresh_from_db()
    assert (task.status, task.finished_at is not None) == ("FAILED", True)
