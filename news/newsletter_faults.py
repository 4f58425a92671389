"""What keeps an issue from being sent: in words, each with the place where it is mended."""

import re
from collections import defaultdict
from html import unescape
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.db.models import Prefetch
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import Content
from healthyboost.content.richtext import RichTextField
from healthyboost.editing.asking import is_public
from healthyboost.editing.checks import faults_of
from healthyboost.editing.faults import Fault, short
from healthyboost.editing.links import DEAD_AFTER, EVERY, linking_fields, try_at_once
from healthyboost.editing.models import CheckedAddress
from healthyboost.editing.publishing import names_of
from healthyboost.editing.reading import Reading, place_of

from .newsletter_mail import items_of
from .newsletters import PAGES, Issue, Item
from .readings import readable

HREF = re.compile(r'href="([^"]*)"')
MOST_AT_ONCE = 100  # links that are tried while somebody waits
LASTING = {"gone", "host", "redirects", "refused", "broken", "certificate"}  # no matter of an hour


def faults_in_words(issue):
    """Sentences, with links to where that is mended."""
    return [in_words(*found) for found in faults_to_mend(issue)]


def faults_to_mend(issue):
    """[(Fault with its address, codes of the languages that it is in)]; a fixed number of queries."""
    # as it is stored; the pages of the items at hand, after which they are called
    with_rows = Prefetch("items", Item.objects.select_related(*PAGES))
    issue = Issue.objects.select_related("newsletter").prefetch_related(with_rows).get(pk=issue.pk)
    items, found = items_of(issue), {}
    places = {item.pk: number for number, item in enumerate(items)}

    def note(fault, code):
        fault.address = fault.address or address_of(fault, issue, code, places)
        known = found.setdefault((fault.key, fault.place, fault.message), (fault, []))
        known[1].append(code)

    for code, _name in settings.LANGUAGES:
        state = issue.state_in(code)
        if state in ("draft", "scheduled"):
            message = _("It is written and not public.")
            note(Fault("not-public", message, True, row=issue), code)
        if state == "public":
            for rule in RULES:
                for fault in rule(issue, items, code):
                    note(fault, code)
    links = links_of(issue, items)
    for rule in LINK_RULES:
        for fault in rule(issue, items, links):
            note(fault, "")
    return list(found.values())


def in_words(fault, codes):
    languages = names_of(codes)
    place = fault.place or _("This issue")
    where = f"{languages}: {place}" if languages else place
    return format_html('<a href="{}">{}</a>: {}', fault.address, where, fault.message)


def address_of(fault, issue, code, places):
    """The field of the form of the issue where it is mended, or the form of what it is in."""
    form = reverse("admin:news_issue_change", args=[issue.pk])
    row, name = fault.row, fault.field
    if row is None or row == issue:
        is_text = name in translated_fields(type(issue))
        return f"{form}#id_{column(name, code)}" if is_text else f"{form}#language-{code}"
    if getattr(row, "issue_id", None) == issue.pk:
        name = column(name, code) if name in translated_fields(type(row)) else name
        return f"{form}#id_items-{places[row.pk]}-{name or 'kind'}"
    if admin.site.is_registered(type(row)):
        meta = row._meta
        return (
            reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
            + f"#language-{code}"
        )
    return f"{form}#language-{code}"


# In one language


def of_the_page(issue, items, code):
    """What would keep the text from being published; it may have come to be since."""
    for fault in faults_of(issue, code):
        is_said_below = fault.key.startswith("empty-section")
        if fault.is_error and not is_said_below or fault.key.startswith("hidden page"):
            yield fault


def of_items(issue, items, code):
    for item in items:
        if item.is_section:
            continue
        place = place_of(item)
        if item.is_lost:
            message = _("The page that it showed was deleted: nobody sees this item.")
            yield Fault("lost-page", message, True, "has_lost_page", item, place)
        elif item.page:
            if not item.page.languages or item.page.is_gone_from(code):
                message = _("Its page is not public: “%(page)s”.") % {"page": short(str(item.page))}
                yield Fault("hidden-page", message, True, row=item, place=place)
        elif not any(getattr(item, column("body", each)) for each, _name in settings.LANGUAGES):
            message = _("It has neither a text nor a page.")
            yield Fault("no-text", message, True, "body", item, place)


def empty_sections(issue, items, code):
    """A heading with nothing under it that readers of the language get."""
    shown = readable(items, code)
    headings = {section.heading.pk for section in shown if section.heading}
    for item in items:
        if item.is_section and item.pk not in headings:
            yield Fault(
                "empty", _("Nothing stands under it."), True, row=item, place=place_of(item)
            )


def pictures_of_items(issue, items, code):
    for section in readable(items, code):
        for item in section.items:
            picture, language = item.picture, item.reading.language
            if picture and not picture.decorative and not getattr(picture, column("alt", language)):
                said = {"language": dict(settings.LANGUAGES)[language]}
                message = _("The picture has no alternative text: %(language)s.") % said
                yield Fault("alt", message, True, "alt", picture, place_of(item))


RULES = [of_the_page, of_items, empty_sections, pictures_of_items]


# In all languages: links


def links_of(issue, items):
    """{address: (the row that links to it, its column)}"""
    rows = [issue, *Reading(issue, issue.source_language).rows, *items]
    return {
        unescape(address): (row, name)
        for row in rows
        for name in linking_fields(type(row))
        for address in addresses_in(row, name)
    }


def addresses_in(row, name):
    value = getattr(row, name) or ""
    is_text = isinstance(row._meta.get_field(name), RichTextField)
    return HREF.findall(value) if is_text else [value]


def hidden_links(issue, items, links):
    """Links to addresses of the portal that are no page, or none that is public."""
    paths, slugs = {address: path_here(address) for address in links}, defaultdict(set)
    found = {path: page_at(path) for path in paths.values() if path}
    for model, slug in filter(None, found.values()):
        slugs[model].add(slug)
    public = {
        (model, page.slug)
        for model, names in slugs.items()
        for page in model.objects.filter(slug__in=names).for_lists()
        if page.languages
    }
    for address, path in paths.items():
        if path and (found[path] is None or found[path] and found[path] not in public):
            row, name = links[address]
            message = _("A link leads to nothing public: %(address)s.") % {"address": short(path)}
            yield Fault(f"link:{path}", message, True, name, row, place_of(row))


def path_here(address):
    """The path of an address of the portal itself; "" for any other."""
    address = address.removeprefix(settings.SITE_ADDRESS)
    is_here = address.startswith("/") and not address.startswith("//")
    return urlsplit(address).path if is_here else ""


def page_at(path):
    """(model, slug) of the page at `path`, () for something else that is there, None for nothing."""
    code = path.split("/")[1]
    with override(code if code in language_codes() else settings.LANGUAGE_CODE):
        try:
            match = resolve(path)
        except Resolver404:
            return None
    model = getattr(getattr(match.func, "view_class", None), "model", None)
    is_page = model and issubclass(model, Content) and "slug" in match.kwargs
    return (model, match.kwargs["slug"]) if is_page else ()


def elsewhere(links):
    """The addresses among them that can be asked."""
    return {url for url in links if url.startswith(("http://", "https://")) and not path_here(url)}


def untried(urls):
    """Those that nobody has asked of late."""
    since = timezone.now() - EVERY
    known = CheckedAddress.objects.filter(url__in=urls, checked_at__gt=since)
    return set(urls) - set(known.values_list("url", flat=True))


def dead_links(issue, items, links):
    now, urls = timezone.now(), elsewhere(links)
    failed = CheckedAddress.objects.filter(url__in=urls, failing_since__isnull=False)
    for address in failed:
        if address.fault in LASTING or address.failing_since < now - DEAD_AFTER:
            row, name = links[address.url]
            message = _("%(address)s did not answer as it should: %(fault)s.") % {
                "address": address.url,
                "fault": address.fault_in_words,
            }
            yield Fault(f"dead:{address.url}", message, True, name, row, place_of(row))


def untried_links(issue, items, links):
    if waiting := untried(elsewhere(links)):
        message = ngettext(
            "%(count)s link has not been tried for a week: try it.",
            "%(count)s links have not been tried for a week: try them.",
            len(waiting),
        )
        fault = Fault("untried", message % {"count": len(waiting)}, True)
        fault.address = mail_screen(issue)
        yield fault


LINK_RULES = [hidden_links, dead_links, untried_links]


def mail_screen(issue):
    code = issue.language_found_in(get_language()) or issue.source_language
    return reverse("admin:news_issue_mail", args=[issue.pk, code])


def try_links(issue, allowed=is_public):
    """Ask those that nobody has asked of late, and those that failed; the number of them."""
    urls = elsewhere(links_of(issue, items_of(issue)))
    failed = CheckedAddress.objects.filter(url__in=urls, failing_since__isnull=False)
    asked = sorted(untried(urls) | set(failed.values_list("url", flat=True)))[:MOST_AT_ONCE]
    try_at_once(asked, allowed)
    return len(asked)
