"""Taking an old newsletter apart: what is recognised, what is left out, what is stored."""

import datetime
from html import unescape
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from healthyboost.content.history import revisions_of
from healthyboost.content.languages import language_codes
from news.importing.days import Days, days_in
from news.importing.flattening import LARGEST, LARGEST_MARKDOWN, Unreadable, decoded, flat
from news.importing.people import KnownOrganisations, without_addresses
from news.importing.splitting import BELOW, split
from news.models import Event, EventSession, Issue, Item, Newsletter
from partners.models import ContactPerson

from .admin_forms import list_address, sign_in
from .factories import make, make_newsletter, make_organisation

MARKDOWN = """\
# Nytt från nätverket, våren 2024

Hej! Här är vårens nyheter.

## Från nätverket

### Årskonferensen 14-15 mars 2024

Vi möttes i Vikstad. Unga talade på lika villkor.

#### Samtal i grupp

1. Lyssna
2. Pröva

> Tala med unga, inte om dem.

### Webbinarium om valet

Den 12 april 2024 möttes vi på webben.

- Ida Strand, Vikstad
- Sven Lund, docent, Sundets universitet

Vi skriver mer i [vår rapport](#).

[Läs mer](https://www.example.org/valet?id=7&utm_source=mail)

## Vad gör medlemmarna?

### Skolan är öppen på kvällen i Vikstad

![Barn hoppar i en gymnastiksal](https://example.org/hopp.png)

Föräldrar och barn möts i skolan.

Kontakt: Åsa Berg, folkhälsoutvecklare, Region Norrsund, e-post: asa.berg@example.org, tel. 070-123 45 67

## På gång

### Höstmöte 21-22 oktober

Vi ses i Vikstad.

### Seminarieserie om plats

Två seminarier: 29 nov och 31 jan 2025.
"""

# As programs for newsletters write: tables in tables, words that nobody sees, addresses that count.
HTML = """\
<!doctype html><html><head><title>News</title><style>p {color: red}</style></head><body>
<span style="display:none;max-height:0">Words before the mail that are not shown</span>
<table width="600"><tr><td><table><tr><td><img src="logo.png" alt="The network"></td></tr></table>
<table><tr><td><h1>Network news, spring</h1></td></tr>
<tr><td><h2>From our members</h2>
<table><tr><td><h3>New forum in Vikstad</h3><div>Residents <b>meet</b> experts.<br>A panel of 30.</div>
<a href="https://net.list-manage.com/track/click?u=1"><span>Read on</span></a></td></tr></table>
<h3 onclick="steal()">Training for staff on 5 June 2024</h3><p>The course is <em>online</em>.
<script>alert(1)</script><a href="javascript:alert(2)">Register</a></p></td></tr>
<tr><td><h2>Coming up</h2><h3>Meeting in autumn</h3><p>On October 21–22, 2024 we meet.</p>
<p><a href="/about">About us</a> <a href="*|UNSUB|*">Leave the list</a></p>
<img src="https://net.example/open.gif" width="1" height="1"><img src="x.png"></td></tr></table>
</td></tr></table></body></html>
"""


def day(text):
    return datetime.date.fromisoformat(text)


def rows_of(text, language="sv", **more):
    return split(text, language, KnownOrganisations(), **more).rows


def row_of(title, text, language="sv", **more):
    return next(row for row in rows_of(text, language, **more) if row.title.startswith(title))


@pytest.fixture
def network(db):
    """A newsletter and the organisations that the newsletters above name."""
    publisher = make_organisation(
        slug="network", kind="network", title_sv="Nätverket Sund", country="SE", languages=["sv"]
    )
    make_organisation(
        slug="vikstad", title_sv="Vikstads kommun", city_sv="Vikstad", city_en="Vikstad"
    )
    make_organisation(slug="norrsund", kind="region", title_sv="Region Norrsund", languages=["sv"])
    return make_newsletter("sund", name_sv="Sunds nyhetsbrev", publisher=publisher)


# Days


@pytest.mark.parametrize(
    "language, text, expected",
    [
        ("sv", "Möte 21-22 oktober 2024.", [Days(day("2024-10-21"), day("2024-10-22"))]),
        ("sv", "Den 12:e april 2024", [Days(day("2024-04-12"), None)]),
        ("sv", "i maj och juni 2024", [Days(day("2024-05-01"), day("2024-06-01"), "month")]),
        (
            "sv",
            "1 och 15 mars 2024",
            [Days(day("2024-03-01"), None), Days(day("2024-03-15"), None)],
        ),
        ("sv", "29 nov – 31 jan 2025", [Days(day("2024-11-29"), day("2025-01-31"))]),
        ("en", "March 14–15, 2024", [Days(day("2024-03-14"), day("2024-03-15"))]),
        (
            "en",
            "from 29th November to 2nd December 2024",
            [Days(day("2024-11-29"), day("2024-12-02"))],
        ),
        ("en", "We may come in May 2024", [Days(day("2024-05-01"), None, "month")]),
        ("fi", "21.–22. lokakuuta 2024", [Days(day("2024-10-21"), day("2024-10-22"))]),
        ("fi", "ke 12.4.2024 klo 10.00", [Days(day("2024-04-12"), None)]),
        ("fi", "touko- ja kesäkuussa 2024", [Days(day("2024-05-01"), day("2024-06-01"), "month")]),
        ("lv", "2024. gada 14. un 15. martā", [Days(day("2024-03-14"), day("2024-03-15"))]),
        ("lv", "2024. gada maijā", [Days(day("2024-05-01"), None, "month")]),
        ("ru", "с 21 по 22 октября 2024 года", [Days(day("2024-10-21"), day("2024-10-22"))]),
        ("ru", "в мае 2024 года", [Days(day("2024-05-01"), None, "month")]),
        ("en", "2024-06-11", [Days(day("2024-06-11"), None)]),
        ("sv", "Avtalen 2024–2029, punkt 3.2, kl. 10-12, 31 februari 2024", []),
        ("en", "between 30 and 50 residents, SEK 1,000,000", []),
    ],
)
def test_days_are_recognised_in_the_words_of_each_language(language, text, expected):
    assert days_in(text, language) == expected


def test_a_year_that_follows_soon_holds_for_the_day_before_it():
    first, second = days_in("Först 29 nov, sedan 31 jan 2025", "sv")
    assert (first.start, second.start) == (day("2024-11-29"), day("2025-01-31"))
    assert first.is_year_guessed and not second.is_year_guessed


def test_a_year_that_is_not_said_is_that_nearest_to_the_issue():
    (winter,) = days_in("31 januari", "sv", near=day("2024-12-05"))
    assert winter == Days(day("2025-01-31"), None, "day", is_year_guessed=True)


# Splitting


def test_headings_become_sections_items_and_parts_of_items(network):
    found = split(MARKDOWN, "sv", KnownOrganisations())
    assert found.title == "Nytt från nätverket, våren 2024"
    assert found.intro == "<p>Hej! Här är vårens nyheter.</p>"
    assert [(row.kind, row.title) for row in found.rows] == [
        ("section", "Från nätverket"),
        ("event announcement", "Årskonferensen 14-15 mars 2024"),
        (BELOW, "Samtal i grupp"),
        ("event announcement", "Webbinarium om valet"),
        ("section", "Vad gör medlemmarna?"),
        ("member news", "Skolan är öppen på kvällen i Vikstad"),
        ("section", "På gång"),
        ("event announcement", "Höstmöte 21-22 oktober"),
        ("event announcement", "Seminarieserie om plats"),
    ]


def test_tables_of_a_mail_program_are_taken_apart_and_hostile_marks_are_gone(network):
    found = split(HTML, "en", KnownOrganisations())
    assert found.title == "Network news, spring" and "[Picture: The network]" in found.intro
    assert [row.title for row in found.rows if row.kind == "section"] == [
        "From our members",
        "Coming up",
    ]
    forum, course = (row for row in found.rows if row.title.startswith(("New forum", "Training")))
    assert "Residents <strong>meet</strong> experts.<br>A panel of 30." in forum.body
    assert course.body == "<p>The course is <em>online</em>. Register</p>"
    everything = found.intro + "".join(row.body + row.title for row in found.rows)
    for gone in ("alert", "steal", "not shown", "color", "<table", "open.gif", "UNSUB"):
        assert gone not in everything
    assert "1 picture has no alternative text and is left out." in found.notes


def test_links_that_lead_nowhere_are_told_of_and_their_words_stay(network):
    webinar = row_of("Webbinarium", MARKDOWN)
    assert "Vi skriver mer i vår rapport." in webinar.body
    assert "A link leads nowhere: vår rapport." in webinar.notes
    assert (webinar.link_label, webinar.link_url) == (
        "Läs mer",
        "https://www.example.org/valet?id=7",
    )
    meeting = row_of("Meeting", HTML, "en")
    assert "Links lead nowhere: About us, Leave the list." in meeting.notes
    forum = row_of("New forum", HTML, "en")
    assert any("counts who follows it" in note for note in forum.notes)


def test_links_that_are_not_whole_are_completed_where_the_address_is_known(network):
    meeting = row_of("Meeting", HTML, "en", address="https://www.example.org/news/")
    assert '<a href="https://www.example.org/about"' in meeting.body


def test_the_alternative_text_of_a_picture_is_kept_in_brackets(network):
    school = row_of("Skolan", MARKDOWN)
    assert "[Picture: Barn hoppar i en gymnastiksal]" in school.body
    assert any("Pictures to add again: 1." in note for note in school.notes)


def test_people_come_with_role_and_organisation_and_without_their_addresses(network):
    (asa,) = row_of("Skolan", MARKDOWN).people
    assert (asa.name, asa.role, asa.organisation) == ("Åsa Berg", "folkhälsoutvecklare", "norrsund")
    assert asa.is_contact
    ida, sven = row_of("Webbinarium", MARKDOWN).people
    assert (ida.name, sven.name, sven.role) == ("Ida Strand", "Sven Lund", "docent")
    assert sven.organisation_text == "Sundets universitet" and not sven.is_contact
    school = row_of("Skolan", MARKDOWN)
    assert "example.org" not in school.body and "070" not in school.body
    assert any("asa.berg@example.org, 070-123 45 67" in note for note in school.notes)


def test_speakers_in_running_text_are_found_by_their_organisations(network):
    text = (
        "# Webbinarium 12 april 2024\n\n"
        "Vi hörde Ida Strand från Vikstads kommun och Åsa Berg, utvecklare, Region Norrsund."
    )
    (row,) = rows_of(text)
    assert [(each.name, each.role, each.organisation) for each in row.people] == [
        ("Ida Strand", "", "vikstad"),
        ("Åsa Berg", "utvecklare", "norrsund"),
    ]


@pytest.mark.parametrize(
    "html, kept",
    [
        ('<p>Fråga <a href="mailto:a@b.se">Åsa Berg</a>.</p>', "<p>Fråga Åsa Berg.</p>"),
        ("<p>Åsa, puh. 040 123 4567</p>", "<p>Åsa</p>"),
        ("<p>E-mail: a.b@example.org</p><p>Next</p>", "<p>Next</p>"),
        (
            "<p>Åren 2024–2029, 1 000 000 kronor, 12.4.2024</p>",
            "<p>Åren 2024–2029, 1 000 000 kronor, 12.4.2024</p>",
        ),
    ],
)
def test_addresses_and_numbers_go_and_other_figures_stay(html, kept):
    assert without_addresses(html)[0] == kept


def test_organisations_are_recognised_by_name_and_cities_in_titles(network):
    school = row_of("Skolan", MARKDOWN)
    assert school.members == ["vikstad", "norrsund"]


def test_what_an_item_is_about_is_never_the_publisher(network):
    text = "# Nätverket Sund\n\nNätverket Sund och Region Norrsund."
    (row,) = split(text, "sv", KnownOrganisations(network.publisher)).rows
    assert row.members == ["norrsund"]


def test_where_nothing_is_a_heading_short_bold_lines_are(network):
    rows = rows_of("<p><b>Nytt forum</b></p><p>Texten.</p><p><b>Mer</b></p><p>Annat.</p>")
    assert [(row.title, row.body) for row in rows] == [
        ("Nytt forum", "<p>Texten.</p>"),
        ("Mer", "<p>Annat.</p>"),
    ]


def test_items_with_headings_inside_stay_items_where_text_follows_the_higher_ones(network):
    rows = rows_of("# Ett\n\nText.\n\n## Del\n\nMer.\n\n# Två\n\nText.\n\n## Del två\n\nMer.")
    assert [row.kind for row in rows] == ["news", BELOW, "news", BELOW]


def test_a_long_heading_is_shortened_and_stands_whole_in_the_text(network):
    (row,) = rows_of("# " + "ord " * 100)
    assert len(row.title) <= 250 and row.title.endswith("…")
    assert row.body.count("ord") == 100


# What cannot be read


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04\x00\x00docx", b"\xff\xd8\xff\xe0\x00", "Äpple".encode("latin-1")]
)
def test_a_file_that_is_no_text_is_refused_in_words(content):
    with pytest.raises(Unreadable, match="This is no text"):
        decoded(content)


def test_a_page_saved_by_word_says_its_own_encoding():
    page = '<meta charset="windows-1252"><p class=MsoTitle>Nyhetsbrev</p><p>Äpplen</p>'
    blocks = flat(decoded(page.encode("windows-1252"))).blocks
    assert [(block.level, block.html) for block in blocks] == [
        (1, "Nyhetsbrev"),
        (0, "<p>Äpplen</p>"),
    ]


@pytest.mark.parametrize("text", ["", "<p> </p><script>x</script>", "<!-- nothing -->"])
def test_a_text_without_words_is_refused(text):
    with pytest.raises(Unreadable, match="no words"):
        flat(text)


def test_a_text_that_is_too_long_or_has_too_many_headings_is_refused(network):
    with pytest.raises(Unreadable, match="too long"):
        flat("<p>" + "a" * LARGEST)
    with pytest.raises(Unreadable, match="too long"):
        flat("a" * (LARGEST_MARKDOWN + 1))
    with pytest.raises(Unreadable, match="151 headings"):
        rows_of("# A\n\n" * 151)


def test_marks_that_are_too_deep_inside_one_another_are_refused():
    with pytest.raises(Unreadable, match="too deep"):
        flat("<div>" * 400 + "x")


def test_a_text_without_any_heading_is_one_item(network):
    (row,) = rows_of("Vi ses snart igen.\n\nHälsningar")
    assert row.title == "Vi ses snart igen." and "Hälsningar" in row.body


def test_pictures_inside_a_file_do_not_count(network):
    picture = "data:image/png;base64," + "A" * LARGEST
    assert rows_of(f'<h1>Nytt</h1><p>Text<img src="{picture}" alt="Barn"></p>')[0].title == "Nytt"


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 100_000 + "x",
        "<p><td><li>" * 50_000,
        "<a href='#'>" * 40_000 + "x",
        "<table><tr><td>" * 30_000 + "x",
        "[" * 119_000,
        "> " * 59_000 + "x",
        "![" * 59_000,
        "<p>" + "1 " * 290_000,
        "<h1>" + "A B " * 140_000,
        "<h1>x</h1><p>" + "Kontakt: Anna Berg, " * 25_000,
        "<p>" + "a@" * 290_000,
        "<p>" + "0701 " * 110_000,
        "<p style='mso-list:l0 level1'>" * 15_000,
        "<p>" + "12 april, " * 55_000,
    ],
    ids=lambda text: text[:20],
)
def test_hostile_texts_are_read_or_refused_in_words(network, text):
    try:
        rows = rows_of(text)
    except Unreadable as error:
        assert str(error)
    else:
        assert all(row.title for row in rows)


# The screens


def address():
    return reverse("admin:news_issue_import")


def typed(newsletter, text=MARKDOWN, more=()):
    return {"newsletter": newsletter.pk, "language": "sv", "text": text} | dict(more)


def answers(response, **changed):
    """What a browser sends back from the second screen, as it was offered."""
    sent = {"store": "1"}
    for row in response.context["rows"]:
        for field in row:
            value = field.value()
            if value is True:
                sent[field.html_name] = "on"
            elif value:
                sent[field.html_name] = value
    return {**sent, **changed}


def looked_and_stored(client, newsletter, text=MARKDOWN, without=(), **changed):
    seen = client.post(address(), typed(newsletter, text))
    sent = {**typed(newsletter, text), "title": seen.context["split"].title}
    sent |= answers(seen, **changed)
    response = client.post(address(), {name: sent[name] for name in sent if name not in without})
    return response, Issue.objects.first()


def test_nothing_is_stored_before_a_person_says_what_to_keep(client, network):
    sign_in(client, "editor")
    page = client.post(address(), typed(network)).text
    assert "Skolan är öppen på kvällen i Vikstad" in page and "21–22 October 2024" in page
    assert not Issue.objects.exists() and not Event.objects.exists()


def test_all_of_it_becomes_drafts_that_nobody_sees(client, network):
    sign_in(client, "editor")
    response, issue = looked_and_stored(client, network)
    assert response.status_code == 302
    assert str(issue.pk) in response["Location"]
    assert issue.languages == [] and [*Event.objects.published("sv")] == []
    assert (issue.source_language, issue.origin_sv, issue.organisation.slug) == (
        "sv",
        "import",
        "network",
    )
    assert client.get(f"/sv/newsletter/{issue.slug}/").status_code == 404


def test_events_become_drafts_with_their_days_and_speakers_and_are_not_copied(client, network):
    sign_in(client, "editor")
    _response, issue = looked_and_stored(client, network)
    webinar = issue.items.get(event__title_sv="Webbinarium om valet")
    assert (webinar.title_sv or "", webinar.body_sv or "") == ("", "")
    event = webinar.event
    assert "möttes vi på webben" in event.body_sv
    assert (event.kind, event.mode, event.time_zone) == ("webinar", "online", "Europe/Stockholm")
    assert [(each.name, each.organisation_text) for each in event.speakers.all()] == [
        ("Ida Strand", "Vikstad"),
        ("Sven Lund", "Sundets universitet"),
    ]
    series = Event.objects.get(title_sv="Seminarieserie om plats")
    assert [each.start_date for each in series.sessions.all()] == [
        day("2024-11-29"),
        day("2025-01-31"),
    ]


def test_a_contact_is_proposed_without_address_and_stands_once(client, network):
    sign_in(client, "editor")
    known = ContactPerson.objects.create(slug="asa", name="Åsa Berg")
    _response, issue = looked_and_stored(client, network)
    school = issue.items.get(title_sv__startswith="Skolan")
    assert school.contact == known and ContactPerson.objects.count() == 1
    assert "Åsa" not in school.body_sv
    assert [each.slug for each in school.members.order_by("slug")] == ["norrsund", "vikstad"]


@pytest.mark.long
def test_a_new_contact_has_a_role_and_no_address(client, network):
    sign_in(client, "editor")
    looked_and_stored(client, network)
    person = ContactPerson.objects.get()
    assert (person.name, person.role_sv, person.organisation.slug) == (
        "Åsa Berg",
        "folkhälsoutvecklare",
        "norrsund",
    )
    assert (person.email, person.phone, person.consent_at) == ("", "", None)


@pytest.mark.long
def test_what_is_not_ticked_is_not_kept(client, network):
    sign_in(client, "editor")
    without = ["row-5-keep", "row-3-people"]
    _response, issue = looked_and_stored(client, network, without=without)
    assert not issue.items.filter(title_sv__startswith="Skolan").exists()
    assert not ContactPerson.objects.exists()
    assert not Event.objects.get(title_sv="Webbinarium om valet").speakers.exists()


@pytest.mark.long
def test_a_title_a_kind_and_an_event_can_be_changed_before(client, network):
    sign_in(client, "editor")
    changed = {"row-2-kind": "opinion", "row-5-title": "Öppen skola", "row-7-event": ""}
    _response, issue = looked_and_stored(client, network, **changed)
    assert issue.items.get(title_sv="Samtal i grupp").kind == "opinion"
    assert issue.items.filter(title_sv="Öppen skola").exists()
    assert issue.items.get(title_sv="Höstmöte 21-22 oktober").event is None


@pytest.mark.long
def test_a_part_becomes_a_heading_inside_its_item(client, network):
    sign_in(client, "editor")
    _response, issue = looked_and_stored(client, network, **{"row-1-event": ""})
    body = issue.items.get(title_sv__startswith="Årskonferensen").body_sv
    assert "<h2>Samtal i grupp</h2>" in body and "<ol>" in body and "<blockquote>" in body


def test_an_event_of_the_portal_on_that_day_is_offered_and_linked(client, network):
    sign_in(client, "editor")
    event = make(Event, slug="host", title_sv="Höstmötet", languages=["sv"])
    event.title_sv = "Höstmöte i Vikstad"
    event.save()
    EventSession.objects.create(event=event, start_date=day("2024-10-21"))
    _response, issue = looked_and_stored(client, network)
    assert issue.items.get(title_sv="Höstmöte 21-22 oktober").event == event


@pytest.mark.long
def test_words_below_the_heading_of_a_section_are_not_lost(client, network):
    sign_in(client, "editor")
    text = "# A\n\n## B\n\nText B.\n\n# C\n\n## D\n\nText D.\n\n# E\n\nOrd under E."
    _response, issue = looked_and_stored(client, network, text, **{"row-4-kind": "section"})
    assert [(item.kind, item.title_sv) for item in issue.items.all()][-2:] == [
        ("section", "E"),
        ("news", "E"),
    ]
    assert issue.items.last().body_sv == "<p>Ord under E.</p>"


@pytest.mark.long
def test_a_missing_title_is_said_and_nothing_is_stored(client, network):
    sign_in(client, "editor")
    response, issue = looked_and_stored(client, network, **{"row-5-title": " "})
    assert response.status_code == 422 and "It needs a title." in response.text
    assert "Höstmöte" in response.text and issue is None


@pytest.mark.long
def test_forged_answers_are_refused_and_nothing_is_stored(client, network):
    sign_in(client, "editor")
    forged = {
        "row-5-members": ["nobody"],
        "row-5-people": ["99"],
        "row-7-event": "x",
        "row-1-kind": "y",
    }
    response, issue = looked_and_stored(client, network, **forged)
    assert response.status_code == 422 and issue is None


@pytest.mark.long
def test_ticking_nothing_is_said(client, network):
    sign_in(client, "editor")
    response, issue = looked_and_stored(
        client, network, without=[f"row-{n}-keep" for n in range(9)]
    )
    assert response.status_code == 422 and "Nothing was chosen" in response.text and issue is None


def test_a_file_is_read_as_well_as_a_pasted_text(client, network):
    sign_in(client, "editor")
    file = SimpleUploadedFile("old.html", HTML.encode())
    response = client.post(address(), {"newsletter": network.pk, "language": "en", "file": file})
    assert response.status_code == 200 and "New forum in Vikstad" in response.text
    carried = response.text.split('name="text" value="')[1].split('">')[0]
    sent = {**typed(network, unescape(carried), {"language": "en"}), **answers(response)}
    assert client.post(address(), sent).status_code == 302
    assert Issue.objects.get().title_en == "Network news, spring"


@pytest.mark.long
def test_an_issue_that_somebody_else_was_faster_with_is_said_and_the_text_stays(client, network):
    sign_in(client, "editor")
    sent = typed(network, more={"number": "1"})
    sent |= answers(client.post(address(), sent))
    make(Issue, newsletter=network, number="1", slug="first")
    response = client.post(address(), sent)
    assert "There is already an issue of this number." in response.text
    assert "Skolan är öppen" in response.text and not Event.objects.exists()


@pytest.mark.long
def test_the_history_says_who_brought_it_in_once(client, network):
    user = sign_in(client, "editor")
    _response, issue = looked_and_stored(client, network)
    (revision,) = revisions_of(Issue, [issue.pk])
    assert revision.user == user
    assert LogEntry.objects.get().object_id == str(issue.pk)


@pytest.mark.parametrize(
    "more, words",
    [
        ({"text": ""}, "Choose a file, or paste the text."),
        ({"text": "<p></p>"}, "There are no words in it."),
        ({"language": "xx"}, "Select a valid choice"),
        ({"came_out": "soon"}, "Enter a valid date"),
        ({"newsletter": 0}, "Select a valid choice"),
        ({"number": "1"}, "There is already an issue of this number."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, network, more, words):
    sign_in(client, "editor")
    make(Issue, newsletter=network, number="1")
    response = client.post(address(), typed(network, more=more))
    assert response.status_code == 422 and words in response.text


def test_the_text_on_the_second_screen_is_cleaned(client, network):
    sign_in(client, "editor")
    text = '<h1>"><script>alert(1)</script>A<img src=x onerror=alert(2)></h1><p onclick="x()">B</p>'
    page = client.post(address(), typed(network, text)).text
    shown = page.split('<ol class="import-rows">')[1]
    assert "<script" not in shown and "onclick" not in shown and "onerror" not in shown


@pytest.mark.parametrize("role", ["translator", "coordinator", "editor", "administrator"])
def test_only_those_who_make_issues_bring_one_in(client, network, role):
    sign_in(client, role)
    may = role in ("editor", "administrator")
    assert client.get(address()).status_code == (200 if may else 403)
    if may:
        assert address() in client.get(list_address(Issue)).text


@pytest.mark.long
def test_the_second_screen_asks_as_often_however_long_the_newsletter_is(
    client, network, django_assert_max_num_queries
):
    sign_in(client, "editor")
    long = "# A\n\n" + "\n\n".join(f"## Möte {n} juni 2024\n\nText." for n in range(1, 30))
    client.post(address(), typed(network))
    with django_assert_max_num_queries(14):
        assert client.post(address(), typed(network, long)).status_code == 200


# The command


def test_the_command_stores_drafts_and_says_what_it_found(network, tmp_path):
    (tmp_path / "old.md").write_text(MARKDOWN)
    out = StringIO()
    options = {"newsletter": "sund", "language": "sv", "stdout": out}
    call_command("import_newsletter", tmp_path / "old.md", dry_run=True, **options)
    assert not Issue.objects.exists() and "[section] Från nätverket" in out.getvalue()
    call_command("import_newsletter", tmp_path / "old.md", **options)
    issue = Issue.objects.get()
    assert issue.title_sv == "Nytt från nätverket, våren 2024" and issue.items.count() == 8
    assert not any(getattr(issue, f"published_at_{code}") for code in language_codes())


@pytest.mark.parametrize(
    "content, newsletter, words",
    [
        (b"# A", "nobody", "There is no newsletter “nobody”. There are: sund."),
        (b"\0\0", "sund", "This is no text"),
        (None, "sund", "No such file"),
    ],
)
def test_the_command_says_what_is_wrong(network, tmp_path, content, newsletter, words):
    if content is not None:
        (tmp_path / "old.md").write_bytes(content)
    with pytest.raises(CommandError, match=words.split(".")[0]):
        call_command("import_newsletter", tmp_path / "old.md", newsletter=newsletter, language="sv")
    assert (
        not Issue.objects.exists() and Newsletter.objects.count() == 1 and not Item.objects.exists()
    )
