"""A city colleague without an account translates one page in one language: by a signed link.

The link is good as long as who made it may write that language, until it ends or is withdrawn. What
the colleague writes goes into the draft; a named translator reads and publishes it.
"""

import datetime

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from healthyboost.accounts.rights import languages_of

SALT = "healthyboost.translation.page_links"
PERIODS = (7, 30, 90)  # days
USUAL_PERIOD = 30


class PageLink(models.Model):
    """Lets somebody without an account translate one page into one language."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    page = GenericForeignKey()
    language = models.CharField(gettext_lazy("language"), max_length=7, choices=settings.LANGUAGES)
    made_for = models.CharField(gettext_lazy("for whom"), max_length=80)
    note = models.TextField(gettext_lazy("what to know"), max_length=1000, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=gettext_lazy("made by"),
    )
    made_at = models.DateTimeField(gettext_lazy("made"), auto_now_add=True)
    expires_at = models.DateTimeField(gettext_lazy("expires"))
    withdrawn_at = models.DateTimeField(gettext_lazy("withdrawn"), null=True, blank=True)
    used_at = models.DateTimeField(gettext_lazy("last used"), null=True, blank=True)
    done_at = models.DateTimeField(gettext_lazy("finished"), null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        verbose_name = gettext_lazy("link to translate a page")
        verbose_name_plural = gettext_lazy("links to translate a page")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="translation_pagelink_page")
        ]

    def __str__(self):
        return f"{self.page} ({self.language}), {self.made_for}"

    @property
    def works(self):
        return not self.withdrawn_at and self.expires_at > timezone.now()

    @property
    def path(self):
        """Signed: nobody can guess it, and what the database holds is not enough to make it."""
        return reverse("translate_by_link", args=[Signer(salt=SALT).sign(self.pk)])

    @property
    def address(self):
        return settings.SITE_ADDRESS + self.path


def link_of(token):
    """(whether the signature is ours, the PageLink or None where it was forgotten)"""
    try:
        number = int(Signer(salt=SALT).unsign(token))
    except (BadSignature, ValueError):
        return False, None
    return True, PageLink.objects.select_related("made_by").filter(pk=number).first()


def page_behind(link):
    """The page that the link is good for now; None where it is good for none."""
    page = stored_page(link)
    if not page or not link.works:
        return None
    return page if link.language in languages_of(link.made_by, page) else None


def stored_page(link):
    model = link and ContentType.objects.get_for_id(link.content_type_id).model_class()
    return model and model._base_manager.filter(pk=link.object_id).first()


def forget_page_links(older_than=datetime.timedelta(days=90)):
    """For a timed job: links that have ended long ago, and with them the names of people."""
    PageLink.objects.filter(expires_at__lt=timezone.now() - older_than).delete()


# Limits


def is_within(limit, seconds, *key):
    """Whether it has happened fewer than `limit` times in these seconds; counts this time."""
    name = ":".join(["page-link", *map(str, key)])
    if cache.add(name, 1, seconds):
        return True
    try:
        return cache.incr(name) <= limit
    except ValueError:  # it has just run out
        return True


# Mail


def send_link(link, email):
    """To the colleague, in the language of the translation. The address is used once and not kept."""
    with translation.override(link.language):
        context = {"link": link, "page": link.page, "by": name_of(link.made_by)}
        text = render_to_string("mail/page_link.txt", context)
        subject = in_one_line(_("Please translate: %(title)s") % {"title": link.page})
        reply_to = [link.made_by.email] if link.made_by.email else None
        EmailMessage(subject, text, to=[email], reply_to=reply_to).send()


def tell_maker(link, template, subject, reply_to="", **context):
    """A mail to who made the link, in her language. Whether there was an address for it."""
    user = link.made_by
    if not user.email:
        return False
    with translation.override(user.language or settings.LANGUAGE_CODE):
        said = {"name": link.made_for, "title": str(link.page)}
        context |= {
            "link": link,
            "language": dict(settings.LANGUAGES)[link.language],
            "editor": settings.SITE_ADDRESS + editor_address(link),
            **said,
        }
        text = render_to_string(template, context)
        reply_to = [reply_to] if reply_to else None
        subject = in_one_line(subject % said)
        EmailMessage(subject, text, to=[user.email], reply_to=reply_to).send()
    return True


def in_one_line(subject):
    """A line of a mail holds no line end, whatever names and titles say."""
    return " ".join(str(subject).split())


def editor_address(link):
    args = [link.content_type_id, link.object_id, link.language]
    return reverse("admin:translate_page", args=args)


def name_of(user):
    return user.get_full_name() or user.get_username()
