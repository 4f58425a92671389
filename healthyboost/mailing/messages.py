"""What is sent, and the mail that is made of it.

An app whose objects are sent to the subscribers says how, once, when it is loaded:

    register(Issue, message_of=…, languages_of=…, faults_of=…, themes_of=…)

message_of(issue, language)  a Message for subscribers who read `language`; where the issue, or a part
                             of it, has no such text, the function takes another one and marks it
languages_of(issue)          codes of the languages in which it can be sent as a whole
faults_of(issue)             sentences that say why it cannot be sent yet (optional)
themes_of(issue)             primary keys of its themes: who has chosen others does not get it
                             (optional; None: for everybody)

The HTML of a Message is a whole document with its style in <style>, its links and pictures with host;
styles are written into the elements here. UNSUBSCRIBE and OWN stand in both parts for the links of the
subscriber: where a Message does not have them, a footer with both is added. What stands between
`about(themes)` and ABOUT_END, in either part, is left out for subscribers who have chosen themes, and
none of these.
"""

import re
from dataclasses import dataclass
from email.utils import parseaddr

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.html import format_html
from django.utils.translation import override

from .addresses import secret_keys
from .links import address_for

UNSUBSCRIBE = "https://unsubscribe.invalid/"
OWN = "https://subscription.invalid/"
ABOUT_END = "<!--/themes-->"
ABOUT = re.compile(rf"<!--themes ([\d ]+)-->(.*?){ABOUT_END}", re.S)
SALT = "healthyboost.mailing.message_id"
OURS = re.compile(r"<((?:delivery|letter)-(\d+)(?:-\d+)?)\.([0-9a-f]{24})@")


@dataclass(frozen=True)
class Message:
    subject: str
    html: str
    text: str
    language: str  # of the text


@dataclass(frozen=True)
class Sendable:
    message_of: callable
    languages_of: callable
    faults_of: callable = lambda sent_object: []
    themes_of: callable = lambda sent_object: None


sendable = {}  # model → Sendable


def register(model, **functions):
    sendable[model] = Sendable(**functions)


def about(themes):
    """Before a part about themes, as their primary keys. Such parts do not stand in each other."""
    return f"<!--themes {' '.join(map(str, sorted(themes)))}-->"


def for_themes(text, chosen=None):
    """Without the parts about other themes than `chosen`; with all where that is None."""
    return ABOUT.sub(
        lambda part: part[2] if chosen is None or chosen & {*map(int, part[1].split())} else "",
        text,
    )


def prepared(sent_object, language):
    """The Message for subscribers of `language`, ready but for what is personal."""
    message = sendable[type(sent_object)].message_of(sent_object, language)
    html, text = message.html, message.text
    if UNSUBSCRIBE not in html or UNSUBSCRIBE not in text:
        context = {"unsubscribe": UNSUBSCRIBE, "own": OWN, "language": language}
        with override(language):
            if UNSUBSCRIBE not in html:
                html = with_footer(html, render_to_string("mail/newsletter_footer.html", context))
            if UNSUBSCRIBE not in text:
                text = (
                    f"{text.rstrip()}\n\n{render_to_string('mail/newsletter_footer.txt', context)}"
                )
    return Message(
        subject=" ".join(message.subject.split())[:250],
        html=inlined(document(html, message)),
        text=text,
        language=message.language,
    )


def with_footer(html, footer):
    before, tag, after = html.rpartition("</body>")
    return f"{before}{footer}{tag}{after}" if tag else html + footer


def document(html, message):
    """Around what is no whole document."""
    if "<html" in html.lower():
        return html
    head = format_html(
        '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><title>{}</title></head>',
        message.language,
        message.subject,
    )
    return f"{head}<body>{html}</body></html>"


def inlined(html):
    """Styles in the elements, for programs that know no others; nothing is fetched for it."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(html)


def message_id(name):
    """Always the same for a delivery, so that a mail that is sent twice is one in the mail box.

    Nobody else can make one: what comes back is believed only with it.
    """
    return f"<{name}.{signature(name)}@{domain()}>"


def signature(name, key=None):
    return salted_hmac(SALT, name, secret=key, algorithm="sha256").hexdigest()[:24]


def named_by(text):
    """("delivery" or "letter", number) of the first Message-ID of ours in `text`; None without."""
    found = OURS.search(text)
    if not found or not any(
        constant_time_compare(signature(found[1], key), found[3]) for key in secret_keys()
    ):
        return None
    return found[1].partition("-")[0], int(found[2])


def domain():
    return parseaddr(settings.NEWSLETTER_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def list_headers(language):
    return {
        "List-Id": f"Healthy Boost <newsletter.{domain()}>",
        "Content-Language": language,
        "Precedence": "list",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",  # what Exchange goes by
    }


def mail_of(delivery, text):
    """A MailingText as the mail of one subscriber."""
    subscriber = delivery.subscriber
    end = address_for(subscriber, "end", delivery.language)
    own = address_for(subscriber, "own", delivery.language)
    headers = {
        **list_headers(text.text_language),
        "Message-ID": message_id(f"delivery-{delivery.pk}"),
        "List-Unsubscribe": f"<{end}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    has_parts = ABOUT_END in text.html or ABOUT_END in text.text
    chosen = themes_of(subscriber) if has_parts else None
    return composed(text, subscriber.email, headers, end, own, chosen)


def themes_of(subscriber):
    """Primary keys of the themes that she wants; None: all."""
    themes = set(subscriber.themes.values_list("pk", flat=True))
    return themes if themes or subscriber.has_chosen_themes else None


def composed(text, address, headers, end, own, themes=None):
    mail = EmailMultiAlternatives(
        text.subject,
        for_themes(text.text, themes).replace(UNSUBSCRIBE, end).replace(OWN, own),
        settings.BOUNCE_ADDRESS or settings.NEWSLETTER_FROM_EMAIL,  # where it comes back to
        to=[address],
        reply_to=[settings.NEWSLETTER_REPLY_TO] if settings.NEWSLETTER_REPLY_TO else None,
        headers={"From": settings.NEWSLETTER_FROM_EMAIL, **headers},
    )
    html = for_themes(text.html, themes).replace(UNSUBSCRIBE, end).replace(OWN, own)
    mail.attach_alternative(html, "text/html")
    return mail
