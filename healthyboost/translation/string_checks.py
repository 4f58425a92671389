"""What is wrong with a string of the interface: a wrong placeholder would break every page it is on."""

import gettext
import re
from collections import Counter
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _

from . import typography
from .checks import CONTROL, LIKE_A_TAG, length, unbalanced
from .findings import TAG, Finding, Pair
from .hints import (
    copies,
    endings,
    hints,
    mail_addresses,
    numbers,
    repeated_words,
    scripts,
    terms,
    web_addresses,
)

# Without the space as a flag: "50 % done" is no placeholder.
CONVERSION = re.compile(r"%(?:\((\w+)\))?([#0+-]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[diouxXeEfFgGcrsa]|%)")
FIELD = re.compile(r"\{(\w*)(?:![rsa])?(?::[^{}]*)?\}")
SOURCE = "en"
VALUE = "\ufffc"  # in the place of a placeholder: no letter, no mark
NUMBERS = 1000  # looked at to see which of them a plural form stands for


def check_string(
    msgid, forms, language, plural="", plural_forms="", max_length=None, only_errors=False
):  # fmt: skip
    """The Findings of the `forms` (one, or as many as the language has plural forms).

    `plural`: msgid_plural; `plural_forms`: the header of the catalogue, otherwise that of locale/.
    Without any text there is nothing to find: the string is not translated.
    """
    if not any(form.strip() for form in forms):
        return []
    rule = plural_forms or plural_rule(language)
    found = list(counted(forms, plural, rule))
    for number, form in enumerate(forms):
        if form.strip():
            alone = plural and number in single_numbers(rule)
            findings = check_form(msgid, plural, form, language, alone, max_length, only_errors)
            shown = number if plural else None
            found += [
                Finding(each.key, each.message, each.is_error, each.quote, shown)
                for each in findings
                if each.is_error or not only_errors
            ]
    return sorted(dict.fromkeys(found), key=lambda finding: not finding.is_error)


def counted(forms, plural, rule):
    """Every plural form that the language has, and no other."""
    wanted = count_of(rule) if plural else 1
    if len(forms) != wanted:
        message = _("%(wanted)s forms are needed, and there are %(found)s.")
        yield Finding("forms", message % {"wanted": wanted, "found": len(forms)}, True)
    for number, form in enumerate(forms):
        if not form.strip():
            yield Finding("forms", _("This form is missing."), True, "", number)


def check_form(msgid, plural, form, language, is_alone, max_length, only_errors):
    """The Findings of one form. `is_alone`: it is said of one number only, which it need not name."""
    originals = [msgid, plural] if plural else [msgid]
    if form in originals and not plural:
        same = []  # the original itself breaks nothing
    else:
        same = [
            *edges(originals[-1], form),
            *placeholders(msgid, plural, form, is_alone),
            *fields(originals, form),
            *markup(originals, form),
        ]
    if CONTROL.search(form):
        same.append(
            Finding("control", _("There is a character in it that no text may have."), True)
        )
    if max_length and len(form) > max_length:
        message = _("There is room for %(limit)s characters.") % {"limit": max_length}
        same.append(Finding("length", message, True))
    return same if only_errors else [*same, *hints_of(plural or msgid, form, language)]


def hints_of(original, form, language):
    """What should be looked at, without placeholders and marks: they are no words."""
    pair = Pair(bare(original), bare(form), SOURCE, language)
    for rule in HINTS:
        yield from rule(pair)
    words, edges_differ = bare(form), spaces_around(original) != spaces_around(form)
    if edges_differ and "\n" not in original + form:
        yield Finding("edge-space", _("The spaces before or after it differ from the original."))
    yield from hints(typography.quotation_marks(words, language))


HINTS = [
    length,
    numbers,
    mail_addresses,
    web_addresses,
    copies,
    endings,
    repeated_words,
    scripts,
    terms,
]


def bare(text):
    return CONVERSION.sub(VALUE, FIELD.sub(VALUE, TAG.sub("", text))).strip()


def spaces_around(text):
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def edges(original, form):
    """Programs that read catalogues ask for the same line ends at both ends; one line stays one."""
    for is_so in (str.startswith, str.endswith):
        if is_so(original, "\n") != is_so(form, "\n"):
            message = _("A line break at the beginning or the end has come or gone.")
            yield Finding("line-end", message, True)
            return
    if "\n" in form and "\n" not in original:  # subjects of mails and titles are one line
        message = _("The original is one line: write it without line breaks.")
        yield Finding("line-end", message, True)


def conversions(text):
    """([(name, conversion)], how many % belong to none) of a text."""
    found = [(name, kind) for name, kind in CONVERSION.findall(text) if kind != "%"]
    return found, CONVERSION.sub("", text).count("%")


def placeholders(msgid, plural, form, is_alone):
    singular, lone_percents = conversions(msgid)
    wanted = conversions(plural)[0] if plural else singular
    given, lone = conversions(form)
    is_named = any(name for name, _kind in wanted)
    if not is_named and any(not name for name, _kind in given + wanted):
        shapes = [wanted, singular] if is_alone else [wanted]
        if given not in shapes and not (is_alone and len(wanted) == 1 and not given):
            yield refused(wanted, given, in_order=True)
    else:
        needed = {*wanted} & {*singular} if is_alone and plural else {*wanted}
        if is_alone:  # of one number only: it need not be named
            needed -= {pair for pair in wanted if pair[0] in ("count", "counter", "number", "n")}
        allowed = {*wanted, *singular}
        if needed - {*given} or {*given} - allowed:
            yield refused(sorted(needed | {*wanted}), given)
    if lone > (lone_percents if not wanted else 0):
        message = _("A % sign stands alone in it. As a sign it is written %%.")
        yield Finding("percent", message, True, "%")
    doubled = "%%" in msgid + plural
    if not wanted and "%%" in form and not doubled:
        yield Finding("percent", _("Write one % sign here, not two."), True, "%%")


def refused(wanted, given, in_order=False):
    """The sentence about placeholders that are not those of the original."""
    missing = [written(*pair) for pair in dict.fromkeys(wanted) if pair not in given]
    extra = [written(*pair) for pair in dict.fromkeys(given) if pair not in wanted]
    if missing and extra:
        message = _("The original says %(missing)s, not %(extra)s. Copy it letter by letter.")
    elif missing:
        message = _("%(missing)s of the original is missing.")
    elif extra:
        message = _("The original does not have %(extra)s.")
    elif in_order:
        said = " ".join(written(*pair) for pair in wanted)
        message = _("The original has %(said)s: as many of them, and in this order.")
        return Finding("placeholders", message % {"said": said}, True)
    else:
        message = _("The placeholders are not those of the original.")
    said = {"missing": ", ".join(missing), "extra": ", ".join(extra)}
    return Finding("placeholders", message % said, True, extra[0] if extra else "")


def written(name, kind):
    return f"%({name}){kind}" if name else f"%{kind}"


def fields(originals, form):
    """Placeholders in braces: the same ones, in any order."""
    wanted = {found[0] for text in originals for found in FIELD.finditer(text)}
    given = {found[0] for found in FIELD.finditer(form)}
    rest = FIELD.sub("", form)
    had_braces = any(brace in FIELD.sub("", text) for text in originals for brace in "{}")
    if wanted != given:
        missing, extra = ", ".join(sorted(wanted - given)), ", ".join(sorted(given - wanted))
        if missing and extra:
            message = _("The original says %(missing)s, not %(extra)s. Copy it letter by letter.")
        elif missing:
            message = _("%(missing)s of the original is missing.")
        else:
            message = _("The original does not have %(extra)s.")
        said = {"missing": missing, "extra": extra}
        yield Finding("placeholders", message % said, True, extra)
    elif ("{" in rest or "}" in rest) and not had_braces:
        yield Finding("placeholders", _("There is a brace too many, or one is missing."), True)


def markup(originals, form):
    """The marks of the original, with what stands in them; anything else is an error."""
    wanted, given = Counter(tags(originals[-1])), Counter(tags(form))
    if wanted != given:
        strange, lost = given - wanted, wanted - given
        if strange:
            message = _("The original does not have this markup: %(marks)s")
        else:
            message = _("Markup of the original is missing: %(marks)s")
        said = " ".join(strange or lost)
        yield Finding("markup", message % {"marks": said}, True, said)
    elif LIKE_A_TAG.search(TAG.sub("", form)) and not LIKE_A_TAG.search(TAG.sub("", originals[-1])):
        yield Finding("markup", _("A “<” stands in it that the original does not have."), True, "<")
    elif tags(form) and not unbalanced(originals[-1]) and (mark := unbalanced(form)):
        message = _("The markup does not close: %(mark)s.") % {"mark": mark}
        yield Finding("markup", message, True, mark)
    if '"' in TAG.sub("", form) and not any('"' in TAG.sub("", text) for text in originals):
        message = _("A straight quotation mark would break the page: write the curved ones.")
        yield Finding("straight-quote", message, True, '"')


def tags(text):
    return [found[0] for found in TAG.finditer(text)]


# Plural forms


@cache
def plural_rule(language):
    """The value of Plural-Forms in the portal's catalogue; that of English where there is none."""
    for folder in settings.LOCALE_PATHS:
        path = folder / language / "LC_MESSAGES" / "django.po"
        header = path.exists() and re.search(r'"Plural-Forms: ([^\\"]+)', path.read_text("utf-8"))
        if header:
            return header[1]
    return "nplurals=2; plural=(n != 1);"


def count_of(rule):
    return int(re.search(r"nplurals\s*=\s*(\d+)", rule)[1])


@cache
def single_numbers(rule):
    """{form: the one number it stands for} of the forms that stand for no other."""
    form_of = gettext.c2py(re.search(r"plural\s*=\s*([^;]+)", rule)[1])
    stands_for = {}
    for number in range(NUMBERS):
        stands_for.setdefault(form_of(number), []).append(number)
    return {form: found[0] for form, found in stands_for.items() if len(found) == 1}
