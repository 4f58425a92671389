"""What is found to be wrong with a translation, and what is not."""

import polib
import pytest
from django.conf import settings

from healthyboost.content.languages import language_codes
from healthyboost.content.models import content_models
from healthyboost.glossary import index
from healthyboost.glossary.models import Term
from healthyboost.translation import typography
from healthyboost.translation.checks import check, check_unit
from healthyboost.translation.names import Names
from healthyboost.translation.string_checks import check_string
from healthyboost.translation.units import translation_of

from .factories import make_article, make_contact_person, make_organisation
from .hostile_wordings import HOSTILE_WORDINGS
from .sample_content import load_sample

pytestmark = pytest.mark.django_db
NOBODY = Names([])


def keys(source, text, source_language="en", language="lv", **more):
    findings = check(source, text, source_language, language, names=NOBODY, **more)
    return {finding.key for finding in findings} - {"quotes", "spaces"}


def errors(source, text, **more):
    return {finding.key for finding in check(source, text, "en", "lv", only_errors=True, **more)}


# The interface


@pytest.mark.parametrize(
    "msgid, plural, language, forms",
    [pytest.param(*rest, id=what) for what, *rest in HOSTILE_WORDINGS],
)
def test_a_hostile_wording_is_refused_with_a_sentence(msgid, plural, language, forms):
    findings = check_string(msgid, forms, language, plural, only_errors=True)
    assert findings and all(finding.is_error and finding.message for finding in findings)


@pytest.mark.parametrize(
    "msgid, plural, language, forms",
    [
        ("%(a)s of %(b)s", "", "fi", ["%(b)s: %(a)s"]),
        ("%(a)s", "", "fi", ["%(a)s (%(a)s)"]),
        ("%(count)s item", "%(count)s items", "sv", ["ett objekt", "%(count)s objekt"]),
        ("One item", "%(count)s items", "sv", ["Ett objekt", "%(count)s objekt"]),
        ("%d item", "%d items", "fi", ["yksi kohde", "%d kohdetta"]),
        ("Share, %", "", "lv", ["Daļa, %"]),
        ("100%% sure about %(what)s", "", "sv", ["100 %% säker på %(what)s"]),
        ("Only <strong>now</strong>", "", "sv", ["Bara <strong>nu</strong>"]),
        ("Not translated", "", "sv", [""]),
        ("{n} of {all}", "", "ru", ["{all}: {n}"]),
    ],
)
def test_a_good_wording_is_not_refused(msgid, plural, language, forms):
    assert check_string(msgid, forms, language, plural, only_errors=True) == []


def test_every_wording_of_the_catalogues_is_sound():
    found, strings = [], 0
    for path in sorted(settings.BASE_DIR.glob("locale/*/LC_MESSAGES/*.po")):
        for entry in polib.pofile(str(path)):
            forms = [text for _n, text in sorted(entry.msgstr_plural.items())] or [entry.msgstr]
            language, strings = path.parts[-3], strings + 1
            found += check_string(
                entry.msgid, forms, language, entry.msgid_plural or "", only_errors=True
            )
    assert found == []
    assert strings > 4000


def test_a_finding_says_which_plural_form_it_is_about():
    forms = ["%(count)s ziņu", "%(count)s ziņa", "ziņas"]
    (finding,) = check_string("%(count)s item", forms, "lv", "%(count)s items", only_errors=True)
    assert finding.form == 2
    assert "%(count)s" in finding.message


def test_the_plural_forms_are_those_of_the_given_catalogue():
    rule = "nplurals=1; plural=0;"
    assert not check_string("%s item", ["%s"], "et", "%s items", rule)


def test_placeholders_without_a_name_stay_in_their_order():
    (finding,) = check_string("%s of %d", ["%d: %s"], "fi", only_errors=True)
    assert "%s %d" in finding.message


# Pages: what is refused


@pytest.mark.parametrize(
    "text, key",
    [
        ("<p>Ejam <script>x()</script></p>", "marks"),
        ("Ejam <strong", "marks"),
        ("Ejam <strong>tagad", "marks-open"),
        ("Ejam</p>", "marks-open"),
        ("<em><strong>Ejam</em></strong>", "marks-open"),
        ('<a href="#">Iešanas plāns</a>', "address"),
        ("Ejam\x00", "control"),
        ("Ejam \u202etagad", "control"),
    ],
)
def test_what_would_break_a_page_is_an_error(text, key):
    assert any(each.split(":")[0] == key for each in errors("We walk", text, is_rich=True))


def test_a_text_longer_than_its_field_is_an_error():
    (finding,) = check("Walk", "Pastaiga", "en", "lv", max_length=5, only_errors=True)
    assert finding.key == "length"
    assert "3 characters too many" in finding.message


def test_a_text_that_is_missing_has_no_findings():
    assert check("Walk", " ", "en", "lv") == []


# Pages: numbers


@pytest.mark.parametrize(
    "source, text, source_language, language",
    [
        ("1,234.5 people", "1\u00a0234,5 cilvēki", "en", "lv"),
        ("1,234 people", "1\u202f234 invånare", "en", "sv"),
        ("12 345 asukasta", "12,345 residents", "fi", "en"),
        ("2.5 million", "2,5 milj.", "en", "fi"),
        ("on 15 June 2021", "15.6.2021", "en", "fi"),
        ("15/06/2021", "2021. gada 15. jūnijā", "en", "lv"),
        ("at 9:00", "klo 9", "en", "fi"),
        ("from 9:30 to 3 pm", "klo 9.30–15", "en", "fi"),
        ("3:30 p.m.", "15.30", "en", "sv"),
        ("three cities", "3 pilsētas", "en", "lv"),
        ("5 cities", "пять городов", "en", "ru"),
        ("in the 21st century", "в XXI веке", "en", "ru"),
        ("2014–2020", "2014.–2020. gads", "en", "lv"),
        ("Because of COVID-19", "Koronaviruksen takia", "en", "fi"),
        ("see example.org/2021 now", "katso esimerkki", "en", "fi"),
        ("a 1,234.50 € grant", "1\u00a0234,5\u00a0€ stipendija", "en", "lv"),
    ],
)
def test_the_same_number_in_the_form_of_another_language_is_right(
    source, text, source_language, language
):
    source = source.replace("example.org", "https://example.org")
    assert not keys(source, text, source_language, language) & {
        "numbers", "numbers-more", "number-format", "sign",
    }  # fmt: skip


@pytest.mark.parametrize(
    "source, text, language, key",
    [
        ("in 2021", "2012. gadā", "lv", "numbers"),
        ("1.5 km", "15\u00a0km", "lv", "numbers"),
        ("5 cities", "6 pilsētas", "lv", "numbers"),
        ("250 people", "daudz cilvēku", "lv", "numbers"),
        ("many people", "250 cilvēku", "lv", "numbers-more"),
        ("1,234 people", "1,234 cilvēki", "lv", "number-format"),
        ("2.5% more", "2.5% vairāk", "ru", "number-format"),
        ("5% more", "5 vairāk", "lv", "sign"),
        ("€20 each", "20 katram", "lv", "sign"),
    ],
)
def test_another_number_is_a_hint(source, text, language, key):
    assert key in keys(source, text, "en", language)


# Pages: everything else


@pytest.mark.parametrize(
    "source, text, language, key",
    [
        ("Write to a@b.lv", "Raksti", "lv", "email"),
        ("Write", "Raksti a@b.lv", "lv", "email"),
        ("See https://who.int/en", "Skatiet", "lv", "web"),
        ("Walk {name}", "Ej", "lv", "braces"),
        ("We walk.", "Mēs ejam", "lv", "ending"),
        ("Shall we walk?", "Ejam.", "lv", "ending"),
        ("Two words", "divi divi vārdi", "lv", "repeated-word"),
        ("A person", "Cilvēк", "lv", "mixed-script"),
        ("He walks and sings", "он идёт c песней", "ru", "mixed-script"),
        ("This was never translated", "This was never translated", "lv", "copy"),
        ("Walk", " Iet", "lv", "edge-space"),
        ("“Walk”", '"Iet"', "lv", "quotation-marks"),
        ("“Walk”", "“Iet”", "fi", "quotation-marks"),
        ("“Walk”", "„Iet", "lv", "quotation-open"),
        ("“Walk”", "«Идти", "ru", "quotation-open"),
        ("5 km", "5 km", "fi", "no-break-space"),
        ("5%", "5%", "sv", "no-break-space"),
        ("Walk", "Iet  tagad", "lv", "stray-double space"),
        ("A" * 90, "B" * 20, "lv", "short"),
        ("Walk", "Iet " * 30, "lv", "long"),
    ],
)
def test_a_slip_is_a_hint_and_no_error(source, text, language, key):
    findings = check(source, text, "en", language, names=NOBODY)
    found = [finding for finding in findings if key in (finding.key, finding.key.split(":")[0])]
    assert found and not found[0].is_error


@pytest.mark.parametrize(
    "source, text, language",
    [
        ("“Walk” and “run”", "„Iet” un „skriet”", "lv"),
        ("“Walk” and ‘run’", "”Kävele” ja ’juokse’", "fi"),
        ("“Walk”", "”Gå”", "sv"),
        ("“Walk, “she” said”", "«Идти, „она“ сказала»", "ru"),
        ("It’s 5 km", "Tas ir 5\u00a0km", "lv"),
        ("Healthy Boost", "Healthy Boost", "lv"),
        ("It was so in 2021", "Tā bija 2021.", "lv"),
        ("We walk…", "Mēs ejam...", "lv"),
        ("See www.who.int/en", "Skatiet www.who.int/lv", "lv"),
        ("what was, was", "det det var, var", "sv"),
        ("in Riga", "в Rīga", "ru"),
    ],
)
def test_what_is_right_in_a_language_raises_no_alarm(source, text, language):
    assert check(source, text, "en", language, names=NOBODY) == []


def test_a_copy_that_is_meant_to_be_one_raises_no_alarm():
    text = "This was never translated"
    assert keys(text, text, is_same=True) == set()


def test_a_link_and_a_picture_of_the_source_are_not_lost():
    source = '<a href="portal:article/walk">a walk</a> <img data-picture="bench">'
    assert keys(source, "pastaiga", is_rich=True) == {"links", "link-lost", "picture-lost"}


def test_a_link_to_the_page_in_another_language_is_a_hint():
    link = '<a href="{}">pastaiga parkā</a>'
    source = link.format("/en/news/walk/")
    assert "link-language" in keys(source, source, is_rich=True)
    assert "link-language" not in keys(source, link.format("/lv/news/walk/"), is_rich=True)


def test_a_known_name_is_missed_in_no_form_of_its_own():
    make_organisation(
        languages=["en", "lv"], title_en="Riga University", title_lv="Rīgas universitāte"
    )
    names = Names.of("en", "lv")
    assert list(names.missing("At Riga University", "Rīgas universitātē")) == []
    assert list(names.missing("At Riga University", "Augstskolā")) == [
        ("Riga University", "Rīgas universitāte")
    ]
    assert list(names.missing("At a university in Riga", "Augstskolā")) == []


def test_a_person_keeps_her_name_where_it_is_not_written_by_its_sound():
    make_contact_person(name="Anna Virtanen")
    assert list(Names.of("en", "fi").missing("Ask Anna Virtanen", "Kysy meiltä"))
    assert not list(Names.of("en", "fi").missing("Ask Anna Virtanen", "Kysy Anna Virtaselta"))
    assert not list(Names.of("en", "ru").missing("Ask Anna Virtanen", "Спросите нас"))


def test_names_are_read_with_two_queries_however_many_there_are(django_assert_num_queries):
    for _number in range(3):
        make_organisation(languages=["en", "fi"])
        make_contact_person()
    with django_assert_num_queries(2):
        Names.of("en", "fi")


def test_a_term_that_is_called_otherwise_is_a_hint():
    Term.objects.create(
        identifier="walk",
        preferred_en="walking route",
        preferred_lv="pastaigu maršruts",
        avoid_lv="staigāšanas ceļš",
    )
    index.forget()
    said = [
        finding.message
        for text in ("Jauni pastaigu maršruti", "Jauni staigāšanas ceļi", "Jauni ceļi")
        for finding in check("New walking routes", text, "en", "lv", names=NOBODY)
        if finding.key == "term"
    ]
    index.forget()
    assert len(said) == 2
    assert "staigāšanas ceļi" in said[0]
    assert "pastaigu maršruts" in said[1]


def test_errors_alone_ask_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        check("We walk.", "Me kävelemme.", "en", "fi", only_errors=True)


def test_a_unit_is_checked_against_its_source_and_its_field():
    article = make_article(body_en="<p>In 2021 we walked.</p>", body_lv="<p>Mēs gājām.</p>")
    unit = translation_of(article, "lv").units[-1]
    findings = check_unit(unit, "2012. gadā mēs gājām.", "lv", "en", names=NOBODY)
    assert {finding.key for finding in findings} == {"numbers", "numbers-more"}


@pytest.mark.long
def test_the_sample_content_raises_hardly_any_alarm():
    """Each hint there is has been looked at; more would be alarms that nobody reads."""
    load_sample()
    found, units = [], 0
    for model in content_models():
        for page in model._base_manager.all():
            for language in page.languages:
                if language == page.source_language:
                    continue
                translation = translation_of(page, language)
                names = Names.of(translation.source_language, language)
                for unit in translation.units:
                    if unit.text and unit.source:
                        units += 1
                        source = translation.source_language
                        found += check_unit(unit, unit.text, language, source, names=names)
    assert not [finding for finding in found if finding.is_error]
    slips = [finding for finding in found if finding.key != "term"]
    print(f"{units} units, {len(slips)} hints, {len(found) - len(slips)} words of the glossary")
    assert units > 2000
    assert len(slips) <= units / 100


def test_every_rule_knows_every_language():
    assert set(typography.QUOTES) == set(typography.NOT_REPEATED) == {*language_codes()}
