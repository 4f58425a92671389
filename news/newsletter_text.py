"""The plain text of an issue as a mail: a part of its own, not what is left of the HTML."""

from django.template.defaultfilters import capfirst
from django.utils.translation import gettext as _

from healthyboost.content.dates import say_date
from healthyboost.content.languages import wording
from healthyboost.content.templatetags.content import say_language
from healthyboost.mailing.messages import ABOUT_END

from .plain_text import PlainText, plain, underlined, wrapped


def text_of(context):
    """From the context that newsletter_mail.py makes for both parts."""
    shown, sections = context["shown"], context["sections"]
    lines = [*underlined(plain(shown.title), "="), *wrapped(kicker(context)), ""]
    if shown.language != context["language"]:
        lines += [*wrapped(say_language(shown.language)), ""]
    lines += [*wrapped(plain(shown.summary)), ""]
    lines += [_("Read it on the web:"), context["web"], ""]
    lines += [_("As a PDF, to print:"), context["pdf"], ""]
    text = "\n".join(lines) + "\n" + contents(context) + "\n"
    if shown.body:
        text += "\n".join([*rich(context, shown.body, shown.language), ""]) + "\n"
    for section in sections:
        if section.heading:
            heading = underlined(plain(section.heading.reading.title), "=")
            text += part(section.themed, ["", *heading, ""])
        for item in section.items:
            text += part(item.themed, [*item_lines(context, item), ""])
    return text + "\n".join(["", *footer(context)]) + "\n"


def part(themed, lines):
    """Lines that readers of other themes do not get."""
    text = "\n".join(lines) + "\n"
    return f"{themed}{text}{ABOUT_END}" if themed else text


def kicker(context):
    issue = context["issue"]
    name = wording(context["newsletter"], "name", context["language"])[0]
    said = [name, issue.number, say_date(issue.date, issue.date_precision)]
    return " · ".join(filter(None, said))


def contents(context):
    text = "\n".join(underlined(_("In this issue"), "-")) + "\n"
    for section in context["sections"]:
        if section.heading:
            text += part(section.themed, wrapped(plain(section.heading.reading.title)))
        for item in section.items:
            text += part(item.themed, wrapped(plain(item.reading.title), "  - "))
    return text


def item_lines(context, item):
    reading = item.reading
    yield from underlined(plain(reading.title), "-")
    about = [capfirst(item.get_kind_display())]
    about += [member.shown.title for member in item.shown_members if member.languages]
    if reading.language != context["language"]:
        about.append(say_language(reading.language))
    yield from wrapped(plain(" · ".join(about)))
    for fact in item.facts:
        yield from wrapped(plain(fact))
    if item.picture and item.mail_picture["alt"]:
        yield from wrapped(_("[Picture: %(words)s]") % {"words": item.mail_picture["alt"]})
    yield ""
    if reading.is_rich:
        yield from rich(context, reading.body, reading.language)
    else:
        yield from wrapped(plain(reading.body))
    if item.link_url:
        yield ""
        yield from wrapped(plain(wording(item, "link_label", reading.language)[0]))
        yield item.link_url
    if reading.page:
        yield from ["", _("Read more:"), item.page_address]
    if item.contact and item.contact.is_shown:
        contact = [item.contact.name, wording(item.contact, "role", context["language"])[0]]
        contact.append(item.contact.public_email)
        yield ""
        yield from wrapped(plain(f"{_('Contact')}: {', '.join(filter(None, contact))}"))


def rich(context, body, language):
    """A rich text, with the addresses of its links below it."""
    html, _is_cut = context["texts"].in_mail(body, language)
    read = PlainText(html)
    yield from (line.replace("<!--", "<! --") for line in read.lines)
    if read.links:
        yield ""
    for number, address in enumerate(read.links, 1):
        yield f"[{number}] {context['portal'] if address.startswith('/') else ''}{address}"


def footer(context):
    name = wording(context["newsletter"], "name", context["language"])[0]
    yield "-- "
    yield from wrapped(
        _("You get this mail because you subscribed to “%(name)s”.") % {"name": name}
    )
    if context["publisher"]:
        yield from wrapped(_("Sent by %(name)s.") % {"name": context["publisher"].title})
    yield from wrapped(_("Nobody counts whether you open it or follow a link."))
    yield from ["", _("Language, themes and your data:"), context["own"]]
    yield from ["", _("Unsubscribe:"), context["unsubscribe"]]
