"""What readers write: a mistake on a page, or a message to a contact person; and what they are answered.

Addresses of readers stand in Message alone: whoever deletes a message leaves no trace of its writer.
"""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from healthyboost.content.addresses import absolute
from healthyboost.mailing.addresses import masked


class Message(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        SPAM = "spam", _("spam")

    class About(models.TextChoices):
        FACT = "fact", _("Something is wrong or out of date")
        TRANSLATION = "translation", _("The translation is wrong or hard to understand")
        LINK = "link", _("A link or a file does not open")
        ACCESS = (
            "access",
            _("I cannot read or use the page with my device or my assistive technology"),
        )
        OTHER = "other", _("Something else")
        CONTACT = "contact", _("Message to a contact person")

    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    about = models.CharField(_("what it is about"), max_length=11, choices=About.choices)
    text = models.TextField(_("message"))
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    # of the reader, who wrote it on a form in that language and is answered in it
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES)

    address = models.CharField(_("page"), max_length=500)  # as the reader saw it: /lv/news/walk/
    page_language = models.CharField(max_length=7, choices=settings.LANGUAGES)  # of its text
    content_type = models.ForeignKey(ContentType, models.SET_NULL, null=True)  # if it is content
    object_id = models.BigIntegerField(null=True)
    organisation = models.ForeignKey(
        "partners.Organisation",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    person = models.ForeignKey(
        "partners.ContactPerson",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("contact person"),
    )
    is_person_refused = models.BooleanField(default=False)  # no mail reaches the contact person

    sent_at = models.DateTimeField(_("received"), default=timezone.now)
    closed_at = models.DateTimeField(_("answered"), null=True, editable=False)
    told = ArrayField(models.BigIntegerField(), default=list)  # users who have the mail already
    told_at = models.DateTimeField(null=True)  # when everybody had it
    due_at = models.DateTimeField(default=timezone.now)  # later where the mail server says so

    class Meta:
        ordering = ["-pk"]
        verbose_name, verbose_name_plural = _("message of a reader"), _("messages of readers")
        indexes = [
            models.Index(fields=["state", "closed_at"], name="feedback_message_closed"),
            models.Index(fields=["due_at"], name="feedback_message_due", condition=Q(told_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | ~Q(state="open") & ~Q(closed_at=None),
                name="feedback_message_open_or_closed",
            )
        ]

    def __str__(self):
        """Kept in records that outlive the message, so without its words."""
        return gettext("Message %(number)s") % {"number": self.pk}

    @property
    def is_open(self):
        return self.state == self.State.OPEN

    @property
    def masked(self):
        return masked(self.email)

    @property
    def page_address(self):
        """With host."""
        return absolute(self.address)

    @property
    def page(self):
        """The content object that it is about; None where it is another page, or is gone."""
        model = self.content_type and self.content_type.model_class()
        return model.objects.filter(pk=self.object_id).first() if model else None

    @property
    def title(self):
        """Of the page as the reader saw it, on one line: it goes into subjects of mails."""
        page = self.page
        return " ".join(page.in_language(self.page_language).title.split()) if page else ""

    def close(self, state):
        """Answered, or spam: it is deleted some time later."""
        self.state, self.closed_at = state, timezone.now()
        self.save(update_fields=["state", "closed_at"])

    def reopen(self):
        self.state, self.closed_at = self.State.OPEN, None
        self.save(update_fields=["state", "closed_at"])


class Answer(models.Model):
    """A mail to the reader, written in the admin."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="answers")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"), max_length=10_000)
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    is_refused = models.BooleanField(default=False)  # for good: it never reaches the reader

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("answer"), _("answers")

    def __str__(self):
        return f"{self.message} {self.pk}"
