"""The clock is set under load: a day forward, a day back, over both changes of summer time."""

import datetime
import time
from types import SimpleNamespace

import pytest

from .clocks import DAY, Clock, needs_faketime, remove_leavings
from .faults import PASSWORD, Editor, Table, place, under_load, until
from .servers import ask, gunicorn, needs_nginx, nginx
from .smtp_server import mail_server

pytestmark = [pytest.mark.long, needs_nginx, needs_faketime]
NOTICED = 10  # seconds in which all processes have noticed on a machine that is busy
LANGUAGES = "en", "lv", "fi", "sv", "ru"
RECENT = (
    "SELECT id, title_en FROM news_article WHERE published_at_en < now() AND date IS NOT NULL"
    " AND unpublish_at_en IS NULL AND withdrawn_at_en IS NULL ORDER BY date DESC, id DESC LIMIT 2"
)


def set_clocks(seconds, *clocks):
    for clock in clocks:
        clock.set(seconds)
    time.sleep(1.1)  # nobody keeps the old time for longer than a second


@pytest.fixture
def table():
    return Table()


@pytest.fixture(scope="module")
def at():
    """A place whose database has a clock of its own."""
    made = place()
    made.database.stop()
    right = made.database.programs
    made.clock = Clock(made.folder / "clock of the database")
    made.database.programs = made.clock.programs_of(right)
    made.database.start()
    yield made
    made.database.stop()
    made.database.programs = right
    remove_leavings()


@pytest.fixture(scope="module")
def running(at):
    """(clock of the portal's processes, port, port of the nginx before it)"""
    clock = Clock(at.folder / "clock of the portal")
    with at.portal(**clock.variables) as (_process, port, _right_nginx):
        with nginx(port, **clock.variables) as (_process, front):
            yield clock, port, front


@pytest.fixture
def portal(running, at):
    yield running
    set_clocks(0, running[0], at.clock)


@pytest.fixture(scope="module")
def mails(at, running):
    """What the background process sends. It works under the portal's clock until all tests are done."""
    settings = SimpleNamespace()
    with mail_server(settings) as keeper:
        options = settings.MAILERS["default"]["OPTIONS"]
        address = f"smtp://{options['host']}:{options['port']}"
        with at.background_process(**running[0].variables, EMAIL_URL=address):
            yield keeper


class News:
    """Two articles: one comes at `moment`, the other one goes then."""

    def __init__(self, at, moment):
        self.at = at
        (coming, self.coming), (going, self.going) = at.sql(RECENT)
        self.numbers = [coming, going]
        only_english = ", ".join(f"published_at_{code} = NULL" for code in LANGUAGES[1:])
        at.sql(f"UPDATE news_article SET {only_english} WHERE id = ANY(%s)", self.numbers)
        at.sql("UPDATE news_article SET published_at_en = %s WHERE id = %s", moment, coming)
        at.sql("UPDATE news_article SET unpublish_at_en = %s WHERE id = %s", moment, going)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.at.sql(
            "UPDATE news_article SET published_at_en = '2024-01-01', unpublish_at_en = NULL"
            " WHERE id = ANY(%s)",
            self.numbers,
        )

    def are_those_of(self, port, tomorrow):
        """Whether each of some answers has the news of then; the processes take turns."""
        for _number in range(8):
            text = ask(port, "/en/news/").text
            if (self.coming in text, self.going in text) != (tomorrow, not tomorrow):
                return False
        return True


def after(hours):
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours)


def no_answer_failed(rows):
    faults = [
        (server, found)
        for row in rows
        for server, found in row.items()
        if found.get("failed") or found.get("said so") or found["written"]["no answer"]
    ]
    return faults == []


def sign_up(at, address):
    at.sql(
        "INSERT INTO mailing_signup (asks, email, language, themes, consent, consent_language,"
        " asked_at, due_at) VALUES ('subscribe', %s, 'en', '[]', 'Yes', 'en', now(), now())",
        address,
    )


def is_let_in(port, password=PASSWORD):
    try:
        return bool(Editor(port, password))
    except AssertionError:
        return False


def test_who_failed_to_sign_in_on_a_wrong_day_is_let_in_minutes_after_it_is_right(at, portal):
    clock, port, _front = portal

    set_clocks(DAY, clock, at.clock)
    for _time in range(5):
        assert not is_let_in(port, "wrong")
    set_clocks(0, clock, at.clock)
    assert not is_let_in(port)
    with at.background_process(**clock.variables):
        until(lambda: at.sql("SELECT max(expires) < now() + interval '7 minutes' FROM cache")[0][0])
    set_clocks(6 * 60, clock, at.clock)
    assert is_let_in(port)


@pytest.mark.usefixtures("mails")
def test_clocks_of_the_portal_and_of_its_database_that_differ(at, portal, table):
    """The portal's says which news there are."""
    clock, port, front = portal
    rows = []
    with News(at, after(hours=12)) as news, under_load(at, table, front, port) as phase:
        for name, of_portal, of_database in [
            ("the database's a day forward", 0, DAY),
            ("the database's a day back", 0, -DAY),
            ("the portal's a day forward", DAY, 0),
            ("the portal's a day back", -DAY, 0),
            ("both right", 0, 0),
        ]:
            at.clock.set(of_database)
            clock.set(of_portal)
            until(lambda: news.are_those_of(port, of_portal > 0), NOTICED)  # noqa: B023
            rows.append(phase(name, 1.5))
            assert news.are_those_of(port, of_portal > 0)
    assert no_answer_failed(rows)
    assert Editor(port).write() == "saved"


@pytest.mark.usefixtures("mails")
@pytest.mark.parametrize(
    "change",
    [
        datetime.datetime(2026, 10, 25, 1, tzinfo=datetime.UTC),  # from 4:00 to 3:00
        datetime.datetime(2027, 3, 28, 1, tzinfo=datetime.UTC),  # from 3:00 to 4:00
    ],
    ids=["autumn", "spring"],
)
def test_news_that_come_and_go_when_summer_time_changes(change, at, portal, table):
    clock, port, front = portal

    def set_clock(moment):
        ahead = moment - datetime.datetime.now(datetime.UTC)
        set_clocks(ahead.total_seconds(), clock, at.clock)

    with News(at, change) as news:
        set_clock(change - datetime.timedelta(seconds=8))
        until(lambda: news.are_those_of(port, False), 8)
        with under_load(at, table, front, port) as phase:
            rows = [
                phase(
                    f"summer time changes in {change:%B}",
                    lambda: until(lambda: news.are_those_of(port, True), 8 + NOTICED),
                ),
                phase("it has changed", lambda: set_clock(change + datetime.timedelta(hours=1))),
                phase("an hour later", 1.5),
            ]
            assert news.are_those_of(port, True)
    assert no_answer_failed(rows)


def test_instances_of_which_one_starts_a_day_behind_and_the_other_one_a_day_ahead(at, table):
    """Both on one database; the one that was ahead is started again with the right time."""
    options = {"workers": 1, "log": (at.folder / "portal.log").open("ab"), **at.variables}
    behind, other = Clock(at.folder / "clock behind"), Clock(at.folder / "clock of the other one")
    behind.set(-DAY)
    rows = []
    with (
        News(at, after(hours=12)) as news,
        gunicorn(at.static, **options, **behind.variables) as (_process, one),
    ):
        for name, seconds in [("a day ahead", DAY), ("right", 0)]:
            other.set(seconds)
            with gunicorn(at.static, **options, **other.variables) as (_process, two):
                with under_load(at, table, one, two) as phase:
                    rows.append(phase(f"one a day behind, the other one {name}", 2))
                    assert news.are_those_of(one, False)
                    assert news.are_those_of(two, seconds > 0)
    assert no_answer_failed(rows)


def test_clock_of_the_machine_that_is_a_day_ahead_then_a_day_behind(at, portal, table, mails):
    """No page of tomorrow stays, and each mail goes out once, in seconds, whatever the clock says."""
    clock, port, front = portal
    rows, asked = [], []

    def sign_up_and_wait():
        asked.append(f"reader-{len(asked)}@example.org")
        sign_up(at, asked[-1])
        until(lambda: asked[-1] in mails.addresses, 60)

    sign_up_and_wait()  # once all jobs are done for the first time
    with News(at, after(hours=12)) as news, under_load(at, table, front, port) as phase:
        rows.append(phase("the clock is right", 1.5))
        for name, seconds in [
            ("a day forward", DAY),
            ("right again", 0),
            ("a day back", -DAY),
            ("right again", 0),
        ]:

            def set_clock(seconds=seconds):
                set_clocks(seconds, clock, at.clock)
                until(lambda: news.are_those_of(port, seconds > 0), NOTICED)
                sign_up_and_wait()

            rows.append(phase(name, set_clock))
            assert news.are_those_of(port, seconds > 0)
    assert no_answer_failed(rows)
    assert Editor(port).write() == "saved"
    assert [to for to in mails.addresses if to in asked] == asked
