"""An issue as a mail: for readers of one language, in HTML and in plain text.

The words around the texts are in the language of the reader. What is there in another language only
says so, and is marked with it.
"""

import re
from html import escape

from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.references import LINK, PICTURE, Targets, linked
from healthyboost.content.templatetags.content import language_name, own_name
from healthyboost.mailing.messages import ABOUT_END, OWN, UNSUBSCRIBE, Message, about, inlined
from healthyboost.media.models import alternative_text
from healthyboost.media.renditions import mail_copy

from .events import Event
from .newsletter_text import text_of
from .newsletter_views import pdf_address
from .newsletters import with_pages
from .readings import readable, with_facts

LONGEST = 98_000  # bytes of HTML: Gmail hides what comes after 102 KB, and links get longer
# Characters of each text, until the mail is short enough; the rest is read on the web.
LENGTHS = (None, 2000, 800, 300, 0)
COLUMN = 560  # pixels
OWN_ADDRESS = re.compile(r'\b(href|src)="/(?!/)')
PARAGRAPH = re.compile(r"<p>.*?</p>", re.S)


def message_of(issue, language):
    """The Message for subscribers who read `language`; None where nothing of the issue is public."""
    return composed(issue, items_of(issue), language)


def items_of(issue):
    return with_pages(list(issue.items.prefetch_related("themes")), issue)


def composed(issue, items, language):
    if not (shown_in := issue.language_found_in(language)):
        return None
    with override(language):
        context = context_of(issue, items, language, issue.in_language(shown_in))
        for length in LENGTHS:
            html = html_of(context, length)
            if len(html.encode()) <= LONGEST:
                break
        return Message(context["shown"].title, html, text_of(context), shown_in)


def context_of(issue, items, language, shown):
    sections = with_facts(readable(items, shown.language))
    web = web_address(issue, language, shown.language)
    texts = Texts([shown.body, *(item.reading.body for item in all_items(sections))])
    for item in all_items(sections):
        item.address = f"{web}#{item.place}"
        item.themed = about_of([item])
        item.page_address = item.reading.page and address_of(item.reading.page, language)
        item.facts = facts_of(item)
        item.mail_picture = item.picture and picture_in_mail(item.picture, item.reading.language)
    for section in sections:
        section.themed = about_of(section.items)
    return {
        "language": language,
        "issue": issue,
        "newsletter": issue.newsletter,
        "publisher": publisher_of(issue),
        "shown": shown,
        "sections": sections,
        "texts": texts,
        "web": web,
        "pdf": absolute(pdf_address(issue, shown.language)),
        "others": [
            (code, own_name(code), address_of(issue, code))
            for code in issue.languages
            if code != language
        ],
        "portal": settings.SITE_ADDRESS,
        "own": OWN,
        "unsubscribe": UNSUBSCRIBE,
        "end": mark_safe(ABOUT_END),
        "column": COLUMN,
    }


def html_of(context, length):
    """With its style in the elements. Own texts longer than `length` are shortened; None: none is."""
    issue, texts, shown = context["issue"], context["texts"], context["shown"]
    issue.mail_body, issue.is_cut = texts.in_mail(shown.body, shown.language, length)
    for item in all_items(context["sections"]):
        reading = item.reading
        if reading.is_rich:
            body = texts.in_mail(reading.body, reading.language, length)
        else:
            body = mark_safe(f"<p>{escape(reading.body)}</p>" if reading.body else ""), False
        item.mail_body, item.is_cut = body
    html = render_to_string("mail/newsletter.html", context)
    return inlined(re.sub(r"\n\s*", "\n", OWN_ADDRESS.sub(rf'\1="{settings.SITE_ADDRESS}/', html)))


def all_items(sections):
    return [item for section in sections for item in section.items]


class Texts:
    """Rich texts with the pages and pictures that they name: one query for all of them."""

    def __init__(self, texts):
        self.targets = Targets("\n".join(texts))

    def in_mail(self, html, language, length=None):
        """(the text as a mail has it, whether something of it was left out)"""
        html, is_cut = shortened(html, length)
        html = LINK.sub(lambda link: linked(link, self.targets.page(link)), html)
        html = PICTURE.sub(lambda named: self.picture(named["name"], language), html)
        return mark_safe(html), is_cut

    def picture(self, name, language):
        if not (picture := self.targets.pictures.get(name)):
            return ""
        context = {"picture": picture_in_mail(picture, language)}
        return render_to_string("mail/_newsletter_picture.html", context).strip()


def shortened(html, length):
    """(the first paragraphs, whether that is not all)"""
    if length is None or len(strip_tags(html)) <= length:
        return html, False
    kept, said = [], 0
    for paragraph in PARAGRAPH.findall(html):
        said += len(strip_tags(paragraph))
        if said > length:
            break
        kept.append(paragraph)
    if not kept and length:
        words = Truncator(" ".join(strip_tags(html).split())).chars(length)
        kept = [f"<p>{words}</p>"]
    return "\n".join(kept), True


def picture_in_mail(picture, language):
    """What a mail shows: a JPEG as wide as the column at most, its measures, its description."""
    width = min(COLUMN, picture.width)
    copy, (words, said_in) = mail_copy(picture), alternative_text(picture, language)
    return {
        "address": copy and absolute(default_storage.url(copy)),
        "width": width,
        "height": max(1, round(picture.height * width / picture.width)) if picture.width else 0,
        "alt": words,
        "language": said_in if words and said_in != language else "",
        "credit": picture.credit,
    }


def about_of(items):
    """What stands before a part about the themes of `items`; nothing where one is for everybody."""
    themes = [{theme.pk for theme in item.themes.all()} for item in items]
    return mark_safe(about(set().union(*themes))) if all(themes) else ""


def facts_of(item):
    """When an event is, and that it is not any more; the languages of a material."""
    facts = []
    if item.said_sessions and item.page.state in (Event.State.CANCELLED, Event.State.MOVED):
        facts.append(capfirst(item.page.get_state_display()))
    facts += item.said_sessions
    if item.file_languages:
        names = ", ".join(language_name(code) for code in item.file_languages)
        facts.append(f"{_('Languages:')} {names}")
    return facts


def web_address(issue, language, shown_in):
    """Where her language was withdrawn, its address would only say so."""
    return address_of(issue, shown_in if issue.is_gone_from(language) else language)


def publisher_of(issue):
    """The Version of the organisation that sends it; None where it has no public page."""
    publisher = issue.newsletter.publisher or issue.organisation
    return publisher.shown if publisher and publisher.languages else None


# What the sending asks


def whole_languages(issue):
    """The languages in which there is all of it."""
    items = items_of(issue)
    return [
        code
        for code in issue.languages
        if all(item.reading.language == code for item in all_items(readable(items, code)))
    ]


def themes_of(issue):
    """Primary keys of the themes that all of it is about; None where a part is for everybody."""
    items = [item for item in issue.items.prefetch_related("themes") if not item.is_section]
    themes = [{theme.pk for theme in item.themes.all()} for item in items]
    return set().union(*themes) if themes and all(themes) else None
