import os
import re
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Draft, FormerSlug, Link, Theme
from healthyboost.content.richtext import clean
from healthyboost.interchange.shapes import models_with_files, shape_of
from healthyboost.media.models import Attachment, Picture, PictureUse
from healthyboost.pages.models import Page
from materials.models import MaterialVersion
from news.models import Article, Event, EventSession, Issue, Item
from partners.models import (
    ContactLink,
    FundingLine,
    FundingSource,
    NetworkMembership,
    Organisation,
    Project,
)
from pilots.models import CoOperation, Pilot, PilotStep

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
    pdf,
    png,
)

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parent.parent / "healthyboost" / "sample"
STRANGE = "no: “x” # 'y' & <b> \u2028 \x07 - ž ж 😀 | 1:30"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "content"


def load(folder):
    call_command("load_content", str(folder), verbosity=0)


def faults_in(folder):
    """What load_content complains about, a line each; it must refuse the folder."""
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("load_content", str(folder), verbosity=0, stderr=said)
    return said.getvalue().splitlines()


def dump(folder):
    call_command("dump_content", str(folder), verbosity=0)
    return bytes_in(folder)


def bytes_in(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write(folder, files):
    """Texts or bytes by path within the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def tables():
    shapes = [shape_of(model) for model in models_with_files()]
    for shape in shapes:
        yield shape.model._meta.db_table
        yield from (field.m2m_db_table() for field in shape.model._meta.many_to_many)
        shapes += [part.shape for part in shape.parts.values()]


def rows():
    """Every row with its place on the disk, which any update changes."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT ctid, t::text FROM "{table}" t')
            found[table] = sorted(cursor.fetchall())
    return found


def empty_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(dict.fromkeys(tables()))} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def make_a_bit_of_everything():
    theme = make_theme("participation", parent=make_theme("area"))
    city = make_organisation(slug="turku", languages=["sv", "fi"], city_fi="Turku")
    city.organisation = city
    city.save()
    network = make_organisation(slug="network", kind="network", is_listed=False)
    NetworkMembership.objects.create(network=network, member=city, since="2019-01-01")
    person = make_contact_person("anna", organisation=city, role_fi="koordinaattori")
    project = make_project(slug="boost", total_budget="30.10", manager=person)
    project.alt_names = [{"language": "no", "text": STRANGE, "source": None, "year": 2019}]
    project.save()
    source = FundingSource.objects.create(slug="erdf", kind="ERDF", name_en="ERDF")
    own = FundingSource.objects.create(slug="own", kind="own", name_en="Own", position=1)
    FundingLine.objects.create(project=project, source=own, amount="10.05")
    FundingLine.objects.create(project=project, source=source, amount="20.05", note_lv="daļa")
    lead = make_partnership(project, city, role="lead", valid_from="2019-03-01", budget_total=7)
    FundingLine.objects.create(partnership=lead, source=own, amount="7.00")
    pilot = make_pilot(slug="pilot", project=project, organisation=city)
    pilot.target_groups.set([make_theme("residents", kind="group")])
    CoOperation.objects.create(pilot=pilot, organisation=network, unit_en="Parks", position=1)
    PilotStep.objects.create(pilot=pilot, title_en="Second", position=2)
    PilotStep.objects.create(pilot=pilot, title_en="First", text_en="<p>One</p>", position=1)
    older = make_material(slug="old")
    material = make_material(slug="model", replaces=older, authors=[city, network])
    for language in ("en", "lv"):
        MaterialVersion.objects.create(
            material=material,
            language=language,
            title="Model",
            file=ContentFile(pdf(language), "model.pdf"),
            captions_file=ContentFile(b"WEBVTT\n", "model.pdf"),
        )
    article = make_article(
        slug="walk",
        languages=["lv", "en", "ru"],
        title_lv=STRANGE,
        summary_lv="Two lines\n and one with blanks \n",
        body_ru="<ul>\n<li>раз</li>\n<li>два</li>\n</ul>",
        origin_ru="machine",
        made_from_ru={"language": "lv", "texts": {"title": "Vecs virsraksts"}},
        unpublish_at_ru="2021-10-31 03:30:15+02:00",
        date="2020-05-01 00:00+03:00",
        date_precision="month",
        themes=[theme],
        pilot=pilot,
        materials=[material],
    )
    Link.objects.create(owner=article, label_en="Blog", url="https://example.org/", position=1)
    Link.objects.create(owner=article, label_lv="Cits", position=0)
    ContactLink.objects.create(owner=article, person=person)
    PictureUse.objects.create(owner=article, picture=make_picture("board"))
    make_picture("ornament", decorative=True, focal_x="0.5", focal_y="0.25", organisation=city)
    make_picture("people", consent_note="All three, by mail", consent_until="2030-01-31")
    for owner in (article, material):
        Attachment.objects.create(
            owner=owner, language="et", title="Lisa", file=ContentFile(pdf(), "model.pdf")
        )
    article.slug = "stroll"
    article.save()


# There and back


def test_a_dump_loaded_into_an_empty_database_is_dumped_again_the_same(tmp_path, settings):
    make_a_bit_of_everything()
    first = dump(tmp_path / "first")
    empty_the_database()
    settings.MEDIA_ROOT = str(tmp_path / "other media")
    load(tmp_path / "first")
    assert dump(tmp_path / "second") == first


@pytest.mark.long
def test_a_dump_loaded_beside_the_media_files_that_it_came_from_is_dumped_again_the_same(tmp_path):
    make_a_bit_of_everything()
    first = dump(tmp_path / "first")
    empty_the_database()
    load(tmp_path / "first")
    assert dump(tmp_path / "second") == first


@pytest.mark.long
def test_loading_a_dump_into_the_database_that_it_came_from_changes_no_row_and_no_file(
    folder, media
):
    make_a_bit_of_everything()
    dump(folder)
    before, files = rows(), bytes_in(media)
    load(folder)
    assert rows() == before
    assert bytes_in(media) == files


@pytest.mark.long
def test_loading_twice_changes_nothing_the_second_time(folder, media):
    make_a_bit_of_everything()
    dump(folder)
    empty_the_database()
    load(folder)
    before, files = rows(), bytes_in(media)
    load(folder)
    assert rows() == before
    assert bytes_in(media) == files


@pytest.mark.parametrize("model", each_content_type(), ids=lambda model: model.__name__)
def test_every_content_type_is_dumped_and_loaded(model, folder):
    make(model, slug="one-of-it", languages=["fi", "lv"])
    first = dump(folder)
    empty_the_database()
    load(folder)
    assert model.objects.get(slug="one-of-it").languages == ["lv", "fi"]
    assert dump(folder.with_name("again")) == first


def test_drafts_are_not_dumped(folder):
    article = make_article(slug="walk")
    Draft.of(article, "en").save()
    Draft.objects.update(fields={"title": "Sentinel"})
    assert not any(b"Sentinel" in content for content in dump(folder).values())


def test_a_folder_that_is_not_empty_is_dumped_into_only_by_force(folder):
    make_article(slug="walk")
    write(folder, {"articles/gone.yaml": "kind: news", "notes.txt": "mine"})
    with pytest.raises(CommandError, match="not empty"):
        dump(folder)
    call_command("dump_content", str(folder), "--force", verbosity=0)
    assert list(bytes_in(folder)) == ["articles/walk.yaml", "notes.txt"]


@pytest.mark.long
def test_the_sample_loads_and_is_dumped_as_it_is_written(tmp_path):
    load(SAMPLE)
    dumped = dump(tmp_path / "sample")
    assert {*dumped} == {*bytes_in(SAMPLE)}
    for name, content in bytes_in(SAMPLE).items():
        if name.endswith(".yaml"):
            assert not words_of(dumped[name]) - words_of(content), name
        else:
            assert dumped[name] == content, name


def words_of(text):
    """Its lines, whatever their order and their quotes."""
    return Counter(re.sub(r"""["']""", "", line) for line in text.decode().splitlines())


# What a load does

PUBLISHED = "published_at: 2021-06-15 13:53"
WALK = f"""\
source_language: en
en:
  title: A walk
  summary: About a walk.
  {PUBLISHED}
"""


def test_a_reference_may_lead_to_an_object_that_is_in_the_database_alone(folder):
    turku = make_organisation(slug="turku")
    load(write(folder, {"articles/walk.yaml": f"organisation: turku\n{WALK}"}))
    assert Article.objects.get().organisation == turku
    assert Organisation.objects.count() == 1


def test_what_a_file_no_longer_says_goes_back_to_empty_and_to_the_default(folder):
    facts = "date: 2021-06-15\ndate_precision: day\nkind: opinion\nthemes: [walking]\n"
    links = "links:\n- url: https://example.org/\n  en:\n    label: There\n"
    write(folder, {"themes/walking.yaml": "en:\n  name: Walking\n"})
    load(write(folder, {"articles/walk.yaml": facts + WALK + links}))
    load(write(folder, {"articles/walk.yaml": WALK}))
    article = Article.objects.get()
    assert (article.date, article.date_precision, article.kind) == (None, "unknown", "news")
    assert not article.themes.exists()
    assert not article.links.exists()


def test_a_changed_entry_leaves_its_neighbours_as_they_are(folder):
    entry = "- en:\n    label: {}\n"
    labels = "One", "Two", "Three"
    write(folder, {"articles/a.yaml": WALK + "links:\n" + "".join(map(entry.format, labels))})
    load(folder)
    one, two, three = Link.objects.values_list("pk", flat=True)
    labels = "Three", "New", "One"
    write(folder, {"articles/a.yaml": WALK + "links:\n" + "".join(map(entry.format, labels))})
    load(folder)
    links = Link.objects.order_by("position")
    assert [link.label_en for link in links] == ["Three", "New", "One"]
    assert [link.pk for link in links][::2] == [three, one]


def test_a_replaced_file_is_stored_under_a_name_of_its_own(folder, media):
    picture = {"pictures/board.yaml": "file: board.png\ndecorative: true\n"}
    load(write(folder, picture | {"pictures/board.png": png()}))
    load(write(folder, {"pictures/board.png": png(width=90)}))
    assert Picture.objects.get().file.name == "pictures/board-2.png"
    assert Picture.objects.get().width == 90


def test_what_a_person_would_write_is_understood(folder):
    text = """\
source_language: en
date: 2021-06-15
date_precision: day
themes: walking
original_published: "2020-01-02"
quotes:
- speaker: no
  en:
    text: 1:30
en:
  title: 2021
  summary: yes
  body: <p>One</p><script>x</script>
  published_at: 2021-06-15T13:53:00+03:00
sv:
lv:
  title:
"""
    write(folder, {"articles/a.yaml": text, "themes/walking.yaml": "en: {name: Walking}"})
    load(folder)
    article = Article.objects.get()
    assert article.date.isoformat() == "2021-06-14T21:00:00+00:00"
    assert article.published_at_en.isoformat() == "2021-06-15T10:53:00+00:00"
    assert (article.title_en, article.summary_en) == ("2021", "yes")
    assert article.body_en == "<p>One</p>"
    assert article.quotes.get().speaker == "no"
    assert article.quotes.get().text_en == "1:30"
    assert article.original_published.isoformat() == "2020-01-02"


def test_a_former_address_leads_on_after_loading(folder):
    load(write(folder, {"articles/walk.yaml": f"{WALK}former_slugs: [stroll]\n"}))
    assert FormerSlug.objects.get().slug == "stroll"
    assert Article.objects.with_slug("stroll").slug == "walk"


# What a load refuses

TEN_FAULTS = {
    "articles/syntax.yaml": "source_language: en\ntitle: [\n",
    "articles/field.yaml": f"sumary: x\n{WALK}",
    "articles/language.yaml": f"{WALK}ee:\n  title: Jalutus\n",
    "articles/summary.yaml": f"{WALK}lv:\n  title: Pastaiga\n  {PUBLISHED}\n",
    "articles/reference.yaml": f"organisation: turky\n{WALK}",
    "articles/date.yaml": f"date: 2021-02-30\n{WALK}",
    "organisations/turku.yaml": f"kind: citty\n{WALK}",
    "organisations/oulu.yaml": f"kind: city\n{WALK}",
    "pictures/broken.yaml": "decorative: true\nfile: broken.png\n",
    "pictures/broken.png": png()[:100],
    "pictures/good.yaml": "decorative: true\nfile: good.png\n",
    "pictures/good.png": png(),
    "pages/own.yaml": f"kind: about\n{WALK}",
    "pages/own-too.yaml": f"kind: about\n{WALK}",
    "projects/boost.yaml": f"""\
acronym: Boost
number: '#1'
start: 2019-01-01
total_budget: '10.00'
funding_lines:
- source: own
  amount: '9.99'
{WALK}""",
    "fundingsources/own.yaml": "kind: own\nen:\n  name: Own money\n",
}


def test_ten_faults_give_ten_messages_with_file_and_line(folder):
    said = faults_in(write(folder, TEN_FAULTS))
    assert [line.split(": ")[0] for line in said] == [
        "articles/date.yaml:1",
        "articles/field.yaml:1",
        "articles/language.yaml:6",
        "articles/reference.yaml:1",
        "articles/summary.yaml:6",
        "articles/syntax.yaml:3",
        "organisations/turku.yaml:1",
        "pages/own.yaml:1",
        "pictures/broken.yaml:2",
        "projects/boost.yaml:4",
    ]


def test_a_single_fault_keeps_everything_out_rows_and_files(folder, media):
    write(folder, TEN_FAULTS)
    make_article(slug="field", title_en="As it was")
    before = rows()
    faults_in(folder)
    assert rows() == before
    assert not media.exists() or bytes_in(media) == {}


def article(**parts):
    return {"articles/walk.yaml": WALK + parts.get("end", "")} | parts.get("files", {})


PARTNERSHIP = "- organisation: {}\n  role: {}\n  valid_from: {}\n  valid_until: {}\n"
PROJECT = f"acronym: B\nnumber: '1'\nstart: 2019-01-01\n{WALK}partnerships:\n"
CITIES = {
    "organisations/turku.yaml": f"kind: city\n{WALK}",
    "organisations/riga.yaml": f"kind: city\n{WALK}",
}
FAULTS = {
    "a text outside its language": (article(end="title: x"), "walk.yaml:6: “title” is a text"),
    "a fact under a language": (article(end="lv:\n  kind: x"), "walk.yaml:7: “kind” is the same"),
    "a misspelt text": (article(end="lv:\n  titel: x"), "walk.yaml:7: .* Do you mean “title”?"),
    "a field twice": (article(end="source_language: lv"), "walk.yaml:6: “source_language” .*twice"),
    "the slug inside": (article(end="slug: walk"), "walk.yaml:6: The name of the file is the slug"),
    "a list for a value": (article(end="kind: [a]"), "walk.yaml:6: kind: One value"),
    "a value for a list": (article(end="links: x"), "walk.yaml:6: Here must stand fields"),
    "a mapping for a list": (article(end="links: {a: b}"), "walk.yaml:6: This is a list"),
    "no number": (
        article(files={"pages/a.yaml": f"footer_position: first\n{WALK}"}),
        "a.yaml:1: footer_position: .*first",
    ),
    "a date in another order": (article(end="date: 15.6.2021"), "walk.yaml:6: date: .*15.6.2021"),
    "a time that no clock showed": (
        article(end="date: 2021-03-28 03:30\ndate_precision: minute"),
        "walk.yaml:6: date: The clocks went forward",
    ),
    "a date without its precision": (article(end="date: 2021-06-15"), "walk.yaml:6: A date and"),
    "a text that is too long": (
        article(end=f"lv:\n  summary: {'x' * 501}"),
        "walk.yaml:7: summary: At most 500 characters, not 501",
    ),
    "an end before the start": (
        article(
            end="lv: {title: a, summary: b, published_at: 2021-01-01, unpublish_at: 2020-01-01}"
        ),
        "walk.yaml:6: .*must be after",
    ),
    "no address": (
        article(end="links:\n- url: exampleorg\n  en: {label: a}"),
        "walk.yaml:7: url: Enter a valid URL",
    ),
    "words that are missing": (
        article(end="links:\n- url: https://example.org/"),
        "walk.yaml:7: en: label: Needed",
    ),
    "an unknown theme": (
        article(end="themes:\n- sauna\n- wolking", files={"themes/walking.yaml": "en: {name: W}"}),
        "walk.yaml:8: themes: No theme “wolking”. Do you mean “walking”?",
    ),
    "a theme twice": (article(end="themes: [a, a]"), "walk.yaml:6: themes: .*twice"),
    "a theme that is no group": (
        {
            "materials/a.yaml": f"kind: tool\naudience: [walking]\n{WALK}",
            "themes/walking.yaml": "en: {name: W}",
        },
        "a.yaml:2: audience: “walking” cannot stand here",
    ),
    "a missing file": (
        {"pictures/a.yaml": "decorative: true\nfile: aa.png", "pictures/a.png": png()},
        "a.yaml:2: file: There is no file “aa.png” beside this one. Do you mean “a.png”?",
    ),
    "a file elsewhere": (
        {"pictures/a.yaml": "decorative: true\nfile: ../pages/a.png", "pages/a.png": png()},
        "a.yaml:2: file: Write the mere name",
    ),
    "no file at all": ({"pictures/a.yaml": "decorative: true"}, "a.yaml:1: file: It is missing"),
    "a picture that nobody can see": (
        {"pictures/a.yaml": "file: a.png", "pictures/a.png": png()},
        "a.yaml:1: Describe the picture",
    ),
    "a missing fact": ({"organisations/a.yaml": WALK}, "a.yaml:1: kind: It is missing"),
    "two roles at once": (
        CITIES
        | {
            "projects/p.yaml": PROJECT
            + PARTNERSHIP.format("turku", "lead", "2019-01-01", "2020-01-01")
            + PARTNERSHIP.format("turku", "partner", "2019-06-01", "2020-06-01")
        },
        "p.yaml:14: This organisation already has a role",
    ),
    "two leads at once": (
        CITIES
        | {
            "projects/p.yaml": PROJECT
            + PARTNERSHIP.format("turku", "lead", "2019-01-01", "2020-01-01")
            + PARTNERSHIP.format("riga", "lead", "2019-06-01", "2020-06-01")
        },
        "p.yaml:15: There is another lead partner",
    ),
    "a partner's lines that do not add up": (
        CITIES
        | {
            "fundingsources/own.yaml": "kind: own\nen: {name: Own}",
            "projects/p.yaml": f"{PROJECT}- organisation: turku\n  budget_total: 7\n"
            "  funding_lines:\n  - source: own\n    amount: 8",
        },
        "p.yaml:11: budget_total: The lines add up to 8.00, the total is 7",
    ),
    "a pilot of an organisation that has no part": (
        CITIES
        | {
            "projects/p.yaml": f"{PROJECT}- organisation: riga\n",
            "pilots/a.yaml": f"project: p\norganisation: turku\nstate: running\n{WALK}",
        },
        "a.yaml:2: organisation: This organisation has no part",
    ),
    "an address that was another's": (
        {
            "articles/a.yaml": f"{WALK}former_slugs: [c]",
            "articles/b.yaml": f"{WALK}former_slugs: [c]",
        },
        "b.yaml:6: .*already exists",
    ),
    "a name that is no slug": (
        {"articles/a walk.yaml": WALK},
        "a walk.yaml:1: The name of the file",
    ),
    "a comment by mistake": (
        article(end="lv:\n  title: Pastaiga #3"),
        "walk.yaml:7: title: .*quotes",
    ),
    "another ending": ({"articles/a.yml": WALK}, "articles/a.yml:1: .*must end in .yaml"),
    "an unknown folder": ({"article/a.yaml": WALK}, "article:1: .*Do you mean “articles”?"),
    "an empty file": ({"articles/a.yaml": ""}, "articles/a.yaml:1: The file must hold fields"),
    "a colon without quotes": (
        article(end="lv:\n  title: Walk: again"),
        "walk.yaml:7: This is no YAML: .*colon in quotes",
    ),
    "a tab": (article(end="lv:\n\ttitle: a"), "walk.yaml:7: This is no YAML: .*not with tabs"),
    "an anchor": (article(end="lv: &a {title: x}"), "walk.yaml:6: Anchors"),
    "a tag": (article(end="lv: !!python/object:os.system {}"), "walk.yaml:6: Tags"),
    "bytes of another encoding": (
        {"articles/a.yaml": f"{WALK}lv:\n  title: käynti\n".encode("latin-1")},
        "a.yaml:1: Line 7 is not in UTF-8",
    ),
    "too much": ({"articles/a.yaml": WALK + "#" * 2**21}, "a.yaml:1: The file is larger than 2 MB"),
    "a character that is none": (
        article(end='organisation: "\\0"'),
        "walk.yaml:6: There is a character",
    ),
    "half a character": (article(end='themes: ["\\ud800"]'), "walk.yaml:6: This is no YAML"),
    "a list for a name": (
        {
            "projects/p.yaml": f"acronym: B\nnumber: 1\nalt_names: {{[a]: b}}\nstart: 2019-01-01\n{WALK}"
        },
        "p.yaml:3: alt_names: The name of each entry",
    ),
    "a key that YAML would merge": (article(end="<<: {kind: news}"), "walk.yaml:6: There is no"),
    "lists in lists": (
        {"articles/a.yaml": "a: " + "[" * 50_000},
        "a.yaml:1: This is nested too deeply",
    ),
    "a laughing bomb": (
        {
            "articles/a.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(
                f"{b}: &{b} [{f'*{a},' * 9}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
            )
        },
        "a.yaml:1: Anchors",
    ),
}


@pytest.mark.parametrize("files, message", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_file_and_line(files, message, folder):
    (said,) = [line for line in faults_in(write(folder, files)) if "“sauna”" not in line]
    assert re.search(f"^[a-z]*/?{message}", said), said
    assert not any(model._base_manager.exists() for model in models_with_files())


def test_a_file_that_cannot_be_read_is_not_missed_by_those_that_refer_to_it(folder):
    files = {"organisations/turku.yaml": "[", "articles/a.yaml": f"organisation: turku\n{WALK}"}
    (said,) = faults_in(write(folder, files))
    assert said.startswith("organisations/turku.yaml:")


def test_files_that_were_stored_go_again_when_a_later_one_cannot_be_stored(folder, media):
    for name in ("a", "b"):
        picture = f"decorative: true\nfile: {name}.png\n"
        write(folder, {f"pictures/{name}.yaml": picture, f"pictures/{name}.png": png()})
    os.makedirs(media / "pictures" / "b.png")
    (said,) = faults_in(folder)
    assert "cannot be stored" in said
    assert bytes_in(media) == {}
    assert not Picture.objects.exists()


# Filling


def fill(*options):
    call_command("fill", *options, verbosity=0)


def test_fill_makes_articles_that_are_public_in_every_language():
    fill("--articles", "50")
    assert Article.objects.count() == 50
    for code in language_codes():
        assert Article.objects.published(code).count() == 50
        assert len({getattr(each, column("title", code)) for each in Article.objects.all()}) > 25


def test_what_fill_makes_is_as_valid_as_what_people_write():
    fill("--articles", "3", "--organisations", "2")
    for model in (Article, Organisation, Pilot, Project, Theme):
        for row in model.objects.all():
            row.full_clean()
    article = Article.objects.first()
    assert clean(article.body_lv) == article.body_lv


@pytest.mark.long
def test_fill_makes_events_and_issues_of_the_newsletter_that_are_valid_too():
    fill("--articles", "3", "--events", "4", "--issues", "2")
    rows = [*Event.objects.all(), *EventSession.objects.all(), *Issue.objects.all()]
    for row in [*rows, *Item.objects.all()]:
        row.full_clean()
    for code in language_codes():
        assert Event.objects.published(code).count() == 4
        assert Issue.objects.published(code).count() == 2
    assert all(event.date and event.ends_at and event.themes.exists() for event in rows[:4])
    assert Item.objects.filter(article__isnull=False).exists()
    assert Item.objects.filter(kind="section").count() == 12


def test_a_second_fill_adds_more():
    fill("--articles", "5", "--organisations", "2")
    fill("--articles", "7")
    assert Article.objects.count() == 12
    assert Organisation.objects.count() == 2
    make_article()  # the numbers of the rows go on where fill left off


def test_fill_without_a_number_says_what_to_write():
    with pytest.raises(CommandError, match="--articles N"):
        fill()


def test_pages_are_left_alone_by_fill():
    fill("--articles", "1")
    assert not Page.objects.exists()
