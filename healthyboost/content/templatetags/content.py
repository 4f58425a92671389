"""What templates need of the multilingual model. No tag writes HTML that a template could write."""

from functools import cache

from django import template
from django.template.defaultfilters import floatformat
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info, override, pgettext
from django.utils.translation import gettext as _

from ..age import marked
from ..dates import machine_date, say_date, say_day_and_time, say_period
from ..kept import said_of
from ..languages import KNOWN_LANGUAGES, language_codes, wording
from ..references import resolved
from ..richtext import RichTextField

register = template.Library()


@cache
def own_name(code):
    """The name of a language in itself: the same on every page of every language."""
    return capfirst(get_language_info(code)["name_local"])


@register.simple_tag(takes_context=True)
def language_links(context, page=None):
    """One link a language to the page that is shown: the same object, the same filters.

    `in_other` says, in the language of the link, which language a reader will find there instead;
    `read_here` invites to read in that language; `path` is the address without the query.
    """
    request, links = context["request"], []
    previews = getattr(request, "previews", {})  # of a page that is not public yet
    address, active = request.get_full_path(), get_language()
    for code in language_codes():
        found = page.language_found_in(code) if page else code
        link = {
            "code": code,
            "url": previews.get(code) or address_in(code, address),
            "path": previews.get(code) or address_in(code, request.path),
            "then": f"?then={code}",
            "name": own_name(code),
            "is_current": code == active,
            "in_other": in_other(code, found) if found not in (None, code) else "",
            "read_here": read_here(code),
        }
        links.append(link)
    return links


def in_other(code, found):
    with override(code):
        return said_of(("language", found), lambda: say_language(found))


def read_here(code):
    def say():
        with override(code):
            return _("Read this page in English")

    return said_of(("read here", code), say)


def address_in(code, path):
    """The same address under another language; the front page of that language where there is none."""
    _root, language, *rest = path.split("/", 2)
    return f"/{code}/{rest[0]}" if language in language_codes() and rest else f"/{code}/"


@register.simple_tag
def language_name(code):
    """The name of a language in the active one, in the form that stands after a colon."""
    return str(KNOWN_LANGUAGES.get(code, code))


@register.filter
def say_language(code):
    """ "In Swedish", "Kieli: ruotsi": a language said beside something that is in it."""
    if code in ("mul", "zxx"):  # several languages, or no words at all
        return capfirst(language_name(code))
    return _("In %(language)s") % {"language": language_name(code)}


@register.simple_tag
def words(row, field, around=None):
    """A translated text of a row that is no page: as it is where it is in the language `around` it
    (the active one if not given), else marked with its own."""
    around = around or get_language()
    source = getattr(row, "source_language", None)
    text, language = wording(row, field, around, source)
    is_rich = isinstance(row._meta.get_field(field), RichTextField)
    text = mark_safe(text) if is_rich else text  # rich text was cleaned when it was saved
    if language == around or not text:
        return text
    tag = "div" if is_rich else "span"
    return format_html('<{0} lang="{1}">{2}</{0}>', tag, language, text)


@register.simple_tag
def target_of(link):
    """Where a Link leads a reader of the active language, and the language of the page there."""
    url, language = link.target_in(get_language())
    return {"url": url, "language": language}


@register.filter
def lang(version, around=None):
    """` lang="fi"` for an element that holds text of a Version, where it differs from what is around."""
    if version.language == (around or get_language()):
        return ""
    return format_html(' lang="{}"', version.language)


@register.simple_tag
def entry(item, note="", short=False, level=3):
    """A content object in a list, with `note` below it."""
    shown = item.shown
    key = (
        *("entry", item.get_absolute_url(), item.second_language, item.date, item.date_precision),
        *(shown.language, shown.title, shown.summary, shown.origin, short, level),
        *(note, type(note)),  # a safe text is another one
    )
    context = {"item": item, "shown": shown, "note": note, "short": short, "level": level}
    return said_of(key, lambda: render_to_string("content/_entry.html", context))


@register.simple_tag
def short_entry(item, is_dated=False):
    """A content object in a list beside something else: with its date, else with its kind."""
    shown = item.shown
    key = (
        *("short entry", item.get_absolute_url(), item.date, item.date_precision, is_dated),
        *(shown.language, shown.title, shown.origin, getattr(item, "kind", None), type(item)),
    )
    context = {"item": item, "shown": shown, "is_dated": is_dated}
    return said_of(key, lambda: render_to_string("content/_short_entry.html", context))


@register.filter
def rich(html):
    """Rich text that was cleaned when it was saved."""
    return mark_safe(html or "")


@register.simple_tag(takes_context=True)
def text(context, name):
    """A rich text of the page that is shown, with an edge where the source has changed since."""
    html, age = getattr(context["shown"], name), context.get("age")
    if age and name in age.marks:
        html = marked(html, age.marks[name], _("Changed in the original:"), get_language())
    return mark_safe(html)


@register.simple_block_tag(takes_context=True)
def references(context, content):
    """What the texts inside refer to by name, looked up with one query for all of them."""
    shown = context.get("shown")
    return mark_safe(resolved(content, shown and shown.language))


@register.filter
def alone(page):
    """One object or none, as a list."""
    return [page] if page else []


@register.filter
def plural_name(model):
    """The name of a content type as a heading."""
    return capfirst(model._meta.verbose_name_plural)


@register.filter
def kind_name(page):
    """ "Article", "Pilot": what kind of page it is."""
    return capfirst(page._meta.verbose_name)


@register.filter
def public(pages):
    """Those of some content objects that a visitor of this language may see."""
    language = get_language()
    return [page for page in pages or () if page and page.is_shown_in(language)]


@register.filter
def by_subject(statements):
    """Statements of sources in groups with the same subject."""
    groups = {}
    for each in statements:
        groups.setdefault(wording(each, "subject", get_language()), []).append(each)
    return groups.values()


@register.simple_tag
def section_title(page, field):
    """The heading of a section: the name of its field."""
    return capfirst(page._meta.get_field(field).verbose_name)


@register.simple_tag
def date_of(page, short=False):
    return date_said(page.date, page.date_precision, short)


@register.simple_tag
def date_said(moment, precision="day", short=False):
    key = "date", moment, precision, short
    return said_of(key, lambda: say_date(moment, precision, short=short))


@register.filter
def day_and_time(moment):
    return say_day_and_time(moment)


@register.simple_tag
def period(start, start_precision, end, end_precision):
    return say_period(start, start_precision, end, end_precision)


@register.filter
def machine(page):
    """The value of `<time datetime>` of a content object."""
    return machine_date(page.date, page.date_precision)


@register.filter
def money(amount):
    """An amount with two places in the form of the active language."""
    return floatformat(amount, "2g")


@register.filter
def percent(share):
    """A share in the form of the active language: "74.76%", in most with a no-break space."""
    return pgettext("share", "%(number)s%%") % {"number": money(share)}
