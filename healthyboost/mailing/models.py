"""Who gets the newsletter by mail, what was sent, and to whom it was delivered.

Addresses stand in two tables only, Subscriber and SignUp: `subscribing.erase` leaves no trace of one.
"""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from healthyboost.content.models import Theme

from .addresses import key_mark, masked


class Subscriber(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", _("has not confirmed yet")
        CONFIRMED = "confirmed", _("gets the newsletter")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
        BOUNCED = "bounced", _("cannot be reached")

    email = models.EmailField(_("e-mail address"), max_length=254)
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES)
    themes = models.ManyToManyField(Theme, verbose_name=_("themes"), blank=True)
    # Who has chosen none gets everything; whose themes were deleted gets only what is for everybody.
    has_chosen_themes = models.BooleanField(_("has chosen themes"), default=False)
    is_told_of_lost_themes = models.BooleanField(default=False)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.PENDING
    )
    consent = models.TextField(_("consent: the words"))  # as shown
    consent_version = models.CharField(_("consent: version"), max_length=20)
    consent_language = models.CharField(
        _("consent: language"), max_length=7, choices=settings.LANGUAGES
    )
    consented_at = models.DateTimeField(_("consent: time"), default=timezone.now)
    created_at = models.DateTimeField(_("signed up"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # mails in a row that came back for a reason that may pass
    soft_bounces = models.PositiveSmallIntegerField(_("returned mails"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("subscriber"), _("subscribers")
        constraints = [models.UniqueConstraint(Lower("email"), name="mailing_subscriber_email")]
        indexes = [
            models.Index(fields=["state", "language"], name="mailing_subscriber_state"),
            models.Index(fields=["created_at"], name="mailing_subscriber_created"),
        ]

    def __str__(self):
        """Kept in records that outlive her address, so without it."""
        return gettext("Subscriber %(number)s") % {"number": self.pk}

    @staticmethod
    def said_when_left(subscribers):
        """What the deletion of a theme does; see editing/consequences.py."""
        return _(
            "Subscribers who chose it; whoever chose no other gets only what is for all readers, "
            "and is asked by mail to choose again"
        )

    @property
    def masked(self):
        return masked(self.email)

    @property
    def is_confirmed(self):
        return self.state == self.State.CONFIRMED


class SignUp(models.Model):
    """What was typed into a form of the portal, until the background process has answered by mail.

    The form does the same whoever is known already: it writes such a row.
    """

    class Asks(models.TextChoices):
        SUBSCRIBE = "subscribe", _("to subscribe")
        LINK = "link", _("for the link to the own subscription")
        THEMES = "themes", _("which themes she wants, as hers were deleted")  # the portal asks

    asks = models.CharField(max_length=9, choices=Asks.choices)
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=7, choices=settings.LANGUAGES)
    themes = models.JSONField(default=list)  # primary keys
    consent = models.TextField(blank=True)
    consent_language = models.CharField(max_length=7, choices=settings.LANGUAGES, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)  # later where the mail server says so

    class Meta:
        verbose_name, verbose_name_plural = _("sign-up"), _("sign-ups")

    def __str__(self):
        return f"{self.pk} {self.asks}"


class Attempts(models.Model):
    """How often something was tried since `since`; `name` is a hash, and the row lives for a day."""

    name = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name, verbose_name_plural = _("attempts"), _("attempts")
        indexes = [models.Index(fields=["since"], name="mailing_attempts_since")]

    def __str__(self):
        return f"{self.since} {self.count}"


class Suppression(models.Model):
    """An address that gets no mail: only its fingerprint is kept."""

    class Reason(models.TextChoices):
        ERASED = "erased", _("asked to be erased")
        REFUSED = "refused", _("did not ask for the newsletter")
        BOUNCED = "bounced", _("cannot be reached")

    fingerprint = models.CharField(_("fingerprint"), max_length=64, unique=True)
    key = models.CharField(max_length=16, editable=False, default=key_mark)  # made with which key
    reason = models.CharField(_("reason"), max_length=7, choices=Reason.choices)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("blocked address"), _("blocked addresses")

    def __str__(self):
        return f"{self.fingerprint[:12]}…"


class Mailing(models.Model):
    """Something that is sent to the subscribers, in their languages."""

    class State(models.TextChoices):
        SENDING = "sending", _("is being sent")
        PAUSED = "paused", _("paused")
        CANCELLED = "cancelled", _("cancelled")
        FINISHED = "finished", _("finished")

    content_type = models.ForeignKey(ContentType, models.CASCADE, verbose_name=_("kind"))
    object_id = models.BigIntegerField()
    title = models.CharField(_("title"), max_length=250)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.SENDING)
    trouble = models.TextField(_("trouble"), blank=True)  # what the mail server answered at last
    rests_until = models.DateTimeField(null=True, blank=True)  # before the server is asked again
    # {language: {state: number}} when the deliveries are forgotten
    report = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("mailing"), _("mailings")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id"],
                condition=models.Q(state__in=["sending", "paused"]),
                name="mailing_mailing_one_at_a_time",
            )
        ]

    def __str__(self):
        return self.title

    @property
    def sent_object(self):
        """No GenericForeignKey, with which the rights on a mailing would be those on the object."""
        model = self.content_type.model_class()
        return model and model._base_manager.filter(pk=self.object_id).first()

    @property
    def is_open(self):
        return self.state in (self.State.SENDING, self.State.PAUSED)


class MailingText(models.Model):
    """What subscribers of a language get, as it was when the mailing was started."""

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=7, choices=settings.LANGUAGES)
    text_language = models.CharField(max_length=7)  # another one where there is no translation
    subject = models.CharField(max_length=250)
    html = models.TextField()
    text = models.TextField()

    class Meta:
        verbose_name, verbose_name_plural = _("text of a mailing"), _("texts of mailings")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "language"], name="mailing_text_language")
        ]

    def __str__(self):
        return f"{self.mailing_id} {self.language}"


class Delivery(models.Model):
    """One mail to one subscriber. Its Message-ID follows from its number: messages.message_id."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused")
        SKIPPED = "skipped", _("no longer wanted")
        BOUNCED = "bounced", _("came back")

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="deliveries")
    subscriber = models.ForeignKey(
        Subscriber, models.SET_NULL, null=True, related_name="deliveries"
    )
    language = models.CharField(max_length=7, choices=settings.LANGUAGES)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True)  # of the mail server, without addresses

    class Meta:
        verbose_name, verbose_name_plural = (
            _("mail to a subscriber"),
            _("mails to subscribers"),
        )
        constraints = [
            models.UniqueConstraint(fields=["mailing", "subscriber"], name="mailing_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["mailing", "due_at"],
                condition=models.Q(state="waiting"),
                name="mailing_delivery_waiting",
            ),
            models.Index(fields=["mailing", "language", "state"], name="mailing_delivery_counted"),
        ]

    def __str__(self):
        return f"{self.mailing_id} {self.pk} {self.state}"
