"""What search engines are told of a page: schema.org in JSON-LD, facts that the page shows and no others.

A text is a work in one language, with an @id of its own in each language, and names its original or
its translations. An organisation, a project or a pilot is one thing whatever the language: the page
about it is the work.
"""

import datetime
import json

from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from healthyboost.content.addresses import absolute, address_of, fixed
from healthyboost.content.dates import Precision, machine_date
from healthyboost.content.kept import kept
from healthyboost.content.languages import column, language_codes, wording

from .posters import around, section_address, section_name

NAME = "Healthy Boost"
# Types that are no works: they have no language.
THINGS = {
    *("Organization", "GovernmentOrganization", "CollegeOrUniversity", "ResearchOrganization"),
    *("NGO", "Project", "ResearchProject", "Event", "Place"),
}
# So that no text ends the script or begins another.
HARMLESS = {letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def script(nodes):
    """The content of <script type="application/ld+json">."""
    graph = ",".join(node if isinstance(node, str) else written(node) for node in nodes)
    text = f'{{"@context":"https://schema.org","@graph":[{graph}]}}'
    for letter, escaped in HARMLESS.items():
        text = text.replace(letter, escaped)
    return mark_safe(text)


def written(node):
    """The JSON of a node, without what says nothing."""
    return json.dumps(without_empty(node), ensure_ascii=False, separators=(",", ":"))


def without_empty(value):
    if isinstance(value, dict):
        kept = {key: without_empty(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [without_empty(each) for each in value]
    return value


# The portal itself


@kept
def network():
    return {
        "@type": "Organization",
        "@id": absolute("/#network"),
        "name": NAME,
        "url": absolute("/"),
        "logo": {"@type": "ImageObject", "url": absolute(static("img/icon.svg"))},
    }


@kept
def website():
    return {
        "@type": "WebSite",
        "@id": absolute("/#website"),
        "name": NAME,
        "url": absolute("/"),
        "publisher": {"@id": absolute("/#network")},
        "inLanguage": language_codes(),
    }


@kept
def portal_itself():
    """Its nodes, which nearly every page names: written once."""
    return [written(website()), written(network())]


def front_page(title, description, picture):
    search = {
        "@type": "SearchAction",
        "target": {
            "@type": "EntryPoint",
            "urlTemplate": absolute(reverse("search")) + "?q={search_term_string}",
        },
        "query-input": "required name=search_term_string",
    }
    page = web_page("WebPage", absolute(fixed("home")), title, description, picture)
    return [website() | {"potentialAction": search}, network(), page]


def list_page(title, address, picture):
    crumbs = breadcrumbs([(_("Home"), absolute(fixed("home"))), (title, address)])
    return [
        *portal_itself(),
        web_page("CollectionPage", address, title, "", picture),
        crumbs,
    ]


def web_page(kind, address, title, description, picture):
    return {
        "@type": kind,
        "@id": f"{address}#page",
        "url": address,
        "name": title,
        "description": description,
        "inLanguage": get_language(),
        "isPartOf": {"@id": absolute("/#website")},
        "primaryImageOfPage": {"@type": "ImageObject", "url": picture},
    }


def breadcrumbs(steps):
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(steps, 1)
        ],
    }


# The page of one object


def page_nodes(version, found, facts, picture):
    """What is said of a content object in the language of a Version, which must be the active one.

    `found` are the rows that the page shows, `facts` what the content type itself has to say.
    """
    page, language = version.page, version.language
    work = work_of(version, found, picture)
    nodes = [*portal_itself(), crumbs_of(version)]
    kinds = facts.get("@type", page.schema_type)
    if not is_thing(kinds):
        return [*nodes, work | {"@type": kinds} | facts]
    thing = name_of(page, language) | {"description": version.summary} | facts
    work |= {"mainEntity": {"@id": thing["@id"]}}
    return [*nodes, work, thing | {"mainEntityOfPage": {"@id": work["@id"]}}]


def is_thing(kinds):
    return bool(THINGS.intersection([kinds] if isinstance(kinds, str) else kinds))


def work_of(version, found, picture):
    """The text in one language: of whom, from when, and in which other languages it is public."""
    page, language = version.page, version.language
    address = address_of(page, language)
    owner = [each for each in around(page, language) if each == page.organisation]
    original = original_of(page, language)
    photos = [absolute(each.file.url) for each in found.get("pictures", ())]
    return {
        "@type": "WebPage",
        "@id": f"{address}#text",
        "url": address,
        "mainEntityOfPage": address,
        "headline": version.title,
        "name": version.title,
        "description": version.summary,
        "inLanguage": language,
        "image": [picture, *photos],
        "datePublished": date_of_publication(version),
        "dateModified": changed_at(version, found).isoformat(),
        "author": [reference(each, language) for each in owner] or network(),
        "publisher": network(),
        "isPartOf": {"@id": absolute("/#website")},
        "keywords": [wording(each, "name", language)[0] for each in found.get("themes", ())],
        "translationOfWork": text_in(page, original) if original else None,
        "workTranslation": [
            text_in(page, code) for code in page.languages if original_of(page, code) == language
        ],
    }


def text_in(page, language):
    """A reference to the text of a page in one language."""
    return {
        "@type": "WebPage" if is_thing(page.schema_type) else page.schema_type,
        "@id": f"{address_of(page, language)}#text",
        "url": address_of(page, language),
        "name": page.in_language(language).title,
        "inLanguage": language,
    }


def original_of(page, language):
    """The public text that the one in `language` was made from; None of an original."""
    made_from = page.in_language(language).made_from or {}
    wished = made_from.get("language") if isinstance(made_from, dict) else made_from
    for code in (wished, page.source_language):
        if code and code != language and language != page.source_language:
            if page.is_public_in(code):
                return code
    return None


def date_of_publication(version):
    page = version.page
    if page.date and page.date_precision != Precision.UNKNOWN:
        return machine_date(page.date, page.date_precision)
    return version.published_at.isoformat()


def changed_at(version, found):
    """When the text of this language, public now, last changed."""
    name = column("changed_at", version.language)
    noted = [getattr(each, name) for each in found.get("datestamps", ())]
    return max(moment for moment in (version.published_at, *noted) if moment)


def crumbs_of(version):
    page = version.page
    steps = [(_("Home"), absolute(fixed("home")))]
    if section := section_address(type(page)):
        steps.append((section_name(type(page)), absolute(section)))
    return breadcrumbs([*steps, (version.title, address_of(page, version.language))])


# References to others: only to what a reader of the language may see


def name_of(page, language):
    """A content object as a node that others can refer to."""
    code = page.language_found_in(language)
    is_work = not is_thing(page.schema_type)
    address = address_of(page, code)
    return {
        "@type": page.schema_type,
        "@id": f"{address}#text" if is_work else absolute(f"/#{page._meta.model_name}-{page.slug}"),
        "name": page.in_language(code).title,
        "url": address,
    }


def reference(page, language):
    return name_of(page, language) if page and page.is_shown_in(language) else None


def references(pages, language):
    return [reference(each, language) for each in pages if each.is_shown_in(language)]


def location(place, version):
    """Where a row with a city, a country and a point is."""
    if not (version.city or place.country or place.latitude is not None):
        return None
    geo = {"@type": "GeoCoordinates", "latitude": as_number(place.latitude)}
    address = {"@type": "PostalAddress", "addressLocality": version.city}
    return {
        "@type": "Place",
        "name": version.city,
        "address": address | {"addressCountry": place.country},
        "geo": geo | {"longitude": as_number(place.longitude)}
        if place.latitude is not None
        else None,
    }


def as_number(decimal):
    return None if decimal is None else float(decimal)


def day(moment, precision="day"):
    return machine_date(moment, precision) if isinstance(moment, datetime.date) else None
