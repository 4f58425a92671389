"""The catalogues say everything the portal says, in the forms of each language."""

import json
import re
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.contrib import admin
from django.core.validators import MaxLengthValidator, ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext, ngettext, override

from healthyboost.content.dates import say_date, say_period
from healthyboost.content.templatetags.content import money

ROOT = Path(__file__).parent.parent
CATALOGUES = {path.parts[-3]: path for path in sorted(ROOT.glob("locale/*/LC_MESSAGES/django.po"))}
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))
EXTRACTOR = Path(sys.executable).with_name("django-makemessages-rs")
OPTIONS = (
    "--detect-aliases --add-location file --no-fuzzy-matching --no-wrap --sort-output "
    "--no-obsolete --keep-header -i tests -i .venv -i data"
).split()
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?[a-z][^>]*>")
NO_BREAK = "\u00a0"

in_each_catalogue = pytest.mark.parametrize("language", CATALOGUES)


def catalogue(language):
    return polib.pofile(CATALOGUES[language])


def forms(entry):
    """What an entry says: one text, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def strings(path):
    """What a catalogue has words for; where in the sources they stand may change."""
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in polib.pofile(path)}


def test_each_language_but_english_has_a_catalogue():
    assert set(CATALOGUES) == {code for code, _name in settings.LANGUAGES} - {"en"}


@in_each_catalogue
def test_every_string_is_translated(language):
    assert [entry.msgid for entry in catalogue(language) if not all(forms(entry))] == []


@in_each_catalogue
def test_no_entry_is_fuzzy_or_obsolete(language):
    entries = catalogue(language)
    assert entries.fuzzy_entries() + entries.obsolete_entries() == []
    assert not entries.metadata_is_fuzzy


@in_each_catalogue
def test_every_plural_has_all_forms_of_its_language(language):
    entries = catalogue(language)
    number = int(re.search(r"nplurals=(\d)", entries.metadata["Plural-Forms"])[1])
    plurals = [entry for entry in entries if entry.msgid_plural]
    assert {entry.msgid for entry in plurals if len(forms(entry)) != number} == set()


@in_each_catalogue
def test_placeholders_and_tags_are_those_of_the_original(language):
    assert [
        text
        for entry in catalogue(language)
        for text in forms(entry)
        if sorted(KEPT.findall(text)) != sorted(KEPT.findall(entry.msgid))
    ] == []


@pytest.mark.skipif(not EXTRACTOR.exists(), reason="django-makemessages-rs is not installed")
def test_the_catalogues_hold_the_strings_of_the_sources_and_no_others(tmp_path):
    copy = shutil.copytree(ROOT / "locale", tmp_path / "locale")
    languages = [option for language in CATALOGUES for option in ("-l", language)]
    command = [EXTRACTOR, *languages, *OPTIONS, "--root", ROOT, "--locale-dir", copy]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    for path in CATALOGUES.values():
        extracted = copy / path.relative_to(ROOT / "locale")
        assert strings(extracted) ^ strings(path) == set(), path


@in_each_catalogue
def test_every_string_of_the_scripts_of_the_admin_is_translated(language, rf):
    """Django's own catalogues lack some of them; djangojs.po has those."""
    strings = polib.pofile(Path(admin.__file__).parent / "locale/en/LC_MESSAGES/djangojs.po")
    keys = {"\x04".join(filter(None, [entry.msgctxt, entry.msgid])) for entry in strings}
    with override(language):
        script = admin.site.i18n_javascript(rf.get("/")).content.decode()
    words = json.loads(re.search(r"newcatalog = (\{.*?\n  \});", script, re.DOTALL)[1])
    assert len(keys) > 70
    assert keys - {key for key, said in words.items() if said} == set()


@in_each_catalogue
def test_the_words_of_the_scripts_keep_their_placeholders_and_have_all_plural_forms(language):
    entries = polib.pofile(CATALOGUES[language].with_name("djangojs.po"))
    number = int(re.search(r"nplurals=(\d)", entries.metadata["Plural-Forms"])[1])
    assert entries.metadata["Plural-Forms"] == catalogue(language).metadata["Plural-Forms"]
    for entry in entries:
        assert len(forms(entry)) == (number if entry.msgid_plural else 1)
        for text in forms(entry):
            assert sorted(KEPT.findall(text)) == sorted(KEPT.findall(entry.msgid)), text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_blocktranslate_is_trimmed_and_can_be_extracted(path):
    """`count` after `trimmed` works in Django but hides the string from the extractor."""
    tags = re.findall(r"{%-?\s*blocktrans\w*([^%]*)%}", path.read_text())
    assert [tag for tag in tags if not re.search(r"\btrimmed\b(?!.*\bcount\b)", tag)] == []


def news_items(count):
    return ngettext("%(count)s news item", "%(count)s news items", count) % {"count": count}


@pytest.mark.parametrize(
    "language, words",
    {
        "lv": "0 ziņu, 1 ziņa, 2 ziņas, 5 ziņas, 11 ziņu, 21 ziņa, 101 ziņa",
        "ru": "0 новостей, 1 новость, 2 новости, 5 новостей, 11 новостей, 21 новость, 101 новость",
    }.items(),
)
def test_counted_things_stand_in_the_form_that_the_number_asks_for(language, words):
    with override(language):
        assert [news_items(n) for n in (0, 1, 2, 5, 11, 21, 101)] == words.split(", ")


def test_plurals_of_django_are_right_in_latvian():
    with override("lv"):
        assert filesizeformat(1) == f"1{NO_BREAK}baits"
        assert filesizeformat(2) == f"2{NO_BREAK}baiti"
        assert filesizeformat(11) == f"11{NO_BREAK}baitu"
        with pytest.raises(ValidationError, match="ne vairāk kā 2 rakstzīmes "):
            MaxLengthValidator(2)("abc")


@pytest.mark.parametrize(
    "language, words",
    {
        "en": "15 June 2021",
        "lv": "2021. gada 15. jūnijs",
        "fi": "15. kesäkuuta 2021",
        "sv": "15 juni 2021",
        "ru": "15 июня 2021 г.",
    }.items(),
)
def test_a_date_is_said_as_its_language_says_it(language, words):
    with override(language):
        assert say_date(date(2021, 6, 15)) == words


@pytest.mark.parametrize(
    "language, words",
    {
        "en": "June 2021, Summer 2021, 2021",
        "lv": "2021. gada jūnijs, 2021. gada vasara, 2021",
        "fi": "kesäkuu 2021, kesä 2021, 2021",
        "sv": "juni 2021, sommaren 2021, 2021",
        "ru": "июнь 2021 г., лето 2021 г., 2021",
    }.items(),
)
def test_a_date_is_said_no_more_precisely_than_it_is_known(language, words):
    with override(language):
        said = [say_date(date(2021, 6, 15), known) for known in ("month", "season", "year")]
        assert ", ".join(said) == words


@pytest.mark.parametrize(
    "language, words",
    {
        "en": "15 June, June, Summer",
        "lv": "15. jūnijs, jūnijs, vasara",
        "fi": "15. kesäkuuta, kesäkuu, kesä",
        "sv": "15 juni, juni, sommaren",
        "ru": "15 июня, июнь, лето",
    }.items(),
)
def test_a_short_date_leaves_out_the_year(language, words):
    with override(language):
        said = [say_date(date(2021, 6, 15), known, True) for known in ("day", "month", "season")]
        assert ", ".join(said) == words


@pytest.mark.parametrize(
    "language, words",
    {
        "en": "21 January 2019 – June 2021",
        "lv": "2019. gada 21. janvāris – 2021. gada jūnijs",
        "fi": "21. tammikuuta 2019 – kesäkuu 2021",
        "sv": "21 januari 2019 – juni 2021",
        "ru": "21 января 2019 г. – июнь 2021 г.",
    }.items(),
)
def test_a_period_is_said_from_its_first_date_to_its_last(language, words):
    with override(language):
        assert say_period(date(2019, 1, 21), "day", date(2021, 6, 30), "month") == words
        assert say_period(date(2019, 1, 21), "year", date(2021, 6, 30), "year") == "2019–2021"


@pytest.mark.parametrize(
    "language, since, until",
    [
        ("en", "From: January 2019", "Until: June 2021"),
        ("lv", "Sākums: 2019. gada janvāris", "Beigas: 2021. gada jūnijs"),
        ("fi", "Alkaen: tammikuu 2019", "Päättyen: kesäkuu 2021"),
        ("sv", "Från januari 2019", "Till juni 2021"),
        ("ru", "Начало: январь 2019 г.", "Окончание: июнь 2021 г."),
    ],
)
def test_a_period_with_one_known_side_says_which_side_it_is(language, since, until):
    with override(language):
        assert say_period(date(2019, 1, 21), "month", None, "day") == since
        assert say_period(None, "day", date(2021, 6, 30), "month") == until
        assert say_period(None, "day", None, "day") == ""


@pytest.mark.parametrize(
    "language, words",
    {
        "en": "2,534,507.85",
        "lv": f"2{NO_BREAK}534{NO_BREAK}507,85",
        "fi": f"2{NO_BREAK}534{NO_BREAK}507,85",
        "sv": f"2{NO_BREAK}534{NO_BREAK}507,85",
        "ru": f"2{NO_BREAK}534{NO_BREAK}507,85",
    }.items(),
)
def test_money_is_written_with_the_marks_of_the_language(language, words):
    with override(language):
        assert money(Decimal("2534507.85")) == words


@pytest.mark.parametrize(
    "language, words",
    {"en": "1.5 MB", "lv": "1,5 MB", "fi": "1,5 Mt", "sv": "1,5 MB", "ru": "1,5 МБ"}.items(),
)
def test_the_size_of_a_file_has_the_unit_of_the_language(language, words):
    with override(language):
        assert filesizeformat(1536 * 1024) == words.replace(" ", NO_BREAK)


@in_each_catalogue
def test_the_names_of_languages_are_translated_and_written_small(language):
    english = {str(name) for _code, name in settings.LANGUAGES}
    with override(language):
        names = [str(name) for _code, name in settings.LANGUAGES]
    assert names == [name.lower() for name in names]
    assert not english & set(names)


@pytest.mark.parametrize(
    "language, words",
    {
        "lv": "Lasīt šo lapu latviešu valodā",
        "fi": "Lue sivu suomeksi",
        "sv": "Läs sidan på svenska",
        "ru": "Читать эту страницу на русском языке",
    }.items(),
)
def test_a_string_that_names_english_names_the_language_of_its_catalogue(language, words):
    with override(language):
        assert gettext("Read this page in English") == words
