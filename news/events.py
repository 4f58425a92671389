"""Meetings, trainings, conferences: one or several sessions in one time zone."""

import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from healthyboost.content.dates import Precision, precision_field
from healthyboost.content.languages import wording
from healthyboost.content.models import Content, ContentQuerySet, Worded
from healthyboost.content.places import Place, point_is_whole
from partners.models import Organisation, Project
from pilots.models import Pilot

# Those of the network come first; the first one is the usual one.
TIME_ZONES = [
    ("Europe/Helsinki", _("Helsinki time")),
    ("Europe/Riga", _("Riga time")),
    ("Europe/Stockholm", _("Stockholm time")),
    ("Europe/Warsaw", _("Warsaw time")),
    ("Europe/Moscow", _("Moscow time")),
    ("Europe/Tallinn", _("Tallinn time")),
    ("Europe/Vilnius", _("Vilnius time")),
    ("Europe/Copenhagen", _("Copenhagen time")),
    ("Europe/Oslo", _("Oslo time")),
    ("Europe/Berlin", _("Berlin time")),
    ("Europe/Brussels", _("Brussels time")),
    ("Europe/Zurich", _("Zurich time")),
    ("Europe/London", _("London time")),
    ("Atlantic/Reykjavik", _("Reykjavik time")),
]
OFTEN = 5  # of them, in which readers of the network live


class Mode(models.TextChoices):
    ON_SITE = "on site", pgettext_lazy("event", "on site")
    ONLINE = "online", pgettext_lazy("event", "online")
    HYBRID = "hybrid", pgettext_lazy("event", "on site and online")


class EventQuerySet(ContentQuerySet):
    def upcoming(self, now=None):
        """Not over yet: the last day counts whole. An event without a date is still to come."""
        return self.filter(Q(ends_at__gt=now or timezone.now()) | Q(ends_at__isnull=True))

    def past(self, now=None):
        return self.filter(ends_at__lte=now or timezone.now())

    def soonest_first(self):
        return self.order_by(F("date").asc(nulls_last=True), "id")

    def soonest_from(self, start):
        """Of soonest_first() what newest_from() is of newest_first()."""
        if start.date is None:
            return self.filter(date=None, pk__gte=start.id)
        dated = Q(date__gte=start.date) & (Q(date__gt=start.date) | Q(pk__gte=start.id))
        return self.filter(dated | Q(date=None) if start.has_undated else dated)


class Event(Place, Content):
    """An event. Its date, and when it is over, come from its sessions: the database sets them.

    See news/migrations/0004_event_dates.py.
    """

    class Kind(models.TextChoices):
        MEETING = "meeting", pgettext_lazy("event", "meeting")
        CONFERENCE = "conference", pgettext_lazy("event", "conference")
        SEMINAR = "seminar", pgettext_lazy("event", "seminar")
        WEBINAR = "webinar", pgettext_lazy("event", "webinar")
        WORKSHOP = "workshop", pgettext_lazy("event", "workshop")
        TRAINING = "training", pgettext_lazy("event", "training")
        CAMPAIGN = "campaign", pgettext_lazy("event", "days of action")

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("event", "planned")
        CONFIRMED = "confirmed", pgettext_lazy("event", "confirmed")
        MOVED = "moved", pgettext_lazy("event", "moved")
        CANCELLED = "cancelled", pgettext_lazy("event", "cancelled")

    class Audience(models.TextChoices):
        OPEN = "open", pgettext_lazy("event", "open to all")
        INVITED = "invited", pgettext_lazy("event", "by invitation")
        MEMBERS = "members", pgettext_lazy("event", "members of the network")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MEETING)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.CONFIRMED
    )
    state_note = models.CharField(
        _("what has changed"),
        max_length=300,
        blank=True,
        help_text=_("Where or to when it was moved, or why it was cancelled."),
    )
    mode = models.CharField(
        _("on site or online"),
        max_length=7,
        choices=Mode.choices,
        blank=True,
        default=Mode.ON_SITE,
        help_text=_("Empty: not known."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=20,
        choices=TIME_ZONES,
        default=TIME_ZONES[0][0],
        help_text=_("The times of the sessions are those of this city."),
    )
    venue = models.CharField(
        _("venue"), max_length=200, blank=True, help_text=_("The house, such as “City Library”.")
    )
    address = models.CharField(
        _("street address"), max_length=250, blank=True, help_text=_("Address of the venue.")
    )
    online_url = models.URLField(
        _("address to take part online"), max_length=500, blank=True, help_text="https://…"
    )
    is_online_url_public = models.BooleanField(
        _("show this address to everybody"),
        default=False,
        help_text=_("Otherwise readers are told to ask the organiser for it."),
    )
    open_to = models.CharField(
        _("open to"),
        max_length=7,
        choices=Audience.choices,
        blank=True,
        default=Audience.OPEN,
        help_text=_("Empty: not known."),
    )
    audience = models.CharField(
        _("for whom"),
        max_length=200,
        blank=True,
        help_text=_("In words, such as “elected representatives and officials”."),
    )
    motto = models.CharField(_("theme of the event"), max_length=250, blank=True)
    organisers = models.ManyToManyField(
        Organisation, blank=True, related_name="events", verbose_name=_("organisers")
    )
    register_url = models.URLField(
        _("address to register"), max_length=500, blank=True, help_text="https://…"
    )
    register_until = models.DateField(
        _("register until"),
        null=True,
        blank=True,
        help_text=_("The last day, in the time zone of the event."),
    )
    series = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="parts_of_series",
        verbose_name=_("part of the series"),
        help_text=_("An event that stands for the whole series, and has no series itself."),
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("project"),
    )
    pilot = models.ForeignKey(
        Pilot,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("pilot"),
    )
    # Set by the database, from the sessions: when it begins; when the last day is over; how often
    # what a calendar shows has changed (SEQUENCE of iCalendar), and a hash of that.
    date = models.DateTimeField(_("date"), null=True, editable=False)
    date_precision = models.CharField(
        _("date is known"),
        max_length=7,
        choices=Precision.choices,
        default=Precision.UNKNOWN,
        editable=False,
    )
    ends_at = models.DateTimeField(null=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    calendar_hash = models.CharField(max_length=32, blank=True, default="", editable=False)

    objects = EventQuerySet.as_manager()
    url_name = "events:detail"
    schema_type = "Event"
    feed_name = "events"
    # Says nobody more than the page does.
    closed_fields = {"online_url": "public_online_url"}
    parts = ("sessions", "speakers")
    not_copied = ("ends_at", "sequence", "calendar_hash")
    page_only = (*Content.page_only, "state_note", "audience", "motto")

    class Meta(Content.Meta):
        verbose_name, verbose_name_plural = _("event"), _("events")
        constraints = [*Content.Meta.constraints, point_is_whole()]
        indexes = [
            *Content.Meta.indexes,
            models.Index(F("date").asc(nulls_last=True), "id", name="news_event_soonest"),
            models.Index("ends_at", name="news_event_ends"),
        ]

    @property
    def public_online_url(self):
        return self.online_url if self.is_online_url_public else ""

    @property
    def zone(self):
        return ZoneInfo(self.time_zone)

    def is_over(self, now=None):
        return bool(self.ends_at and self.ends_at <= (now or timezone.now()))

    def can_register(self, now=None):
        """There is an address to register, and the last day for it has not passed."""
        now = now or timezone.now()
        is_late = self.register_until and now.astimezone(self.zone).date() > self.register_until
        return bool(
            self.register_url
            and not is_late
            and not self.is_over(now)
            and self.state != self.State.CANCELLED
        )

    def own_faults(self, code):
        """See Content.own_faults."""
        if not self.sessions.exists():
            yield "no-session", _("It says nowhere when the event is: add a session."), False
        shown = self.in_language(code)
        if self.mode in (Mode.ON_SITE, Mode.HYBRID) and not (shown.city or shown.venue):
            yield "no-place", _("Say in which city or venue it is."), False

    def clean(self):
        super().clean()
        if self.series_id and (self.series_id == self.pk or self.series.series_id):
            raise ValidationError({"series": _("A series is no part of a series.")})
        if self.series_id and self.pk and self.parts_of_series.exists():
            raise ValidationError({"series": _("Other events are parts of this one.")})


class EventSession(Worded):
    """One stretch of time of an event, as the clocks of its time zone show it."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="sessions")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = models.CharField(
        _("title"), max_length=200, blank=True, help_text=_("Where an event has several sessions.")
    )
    start_date = models.DateField(_("first day"))
    start_date_precision = precision_field()
    start_time = models.TimeField(
        _("starts at"), null=True, blank=True, help_text=_("Empty: all day, or not known.")
    )
    end_date = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Empty: the same day.")
    )
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    mode = models.CharField(
        _("on site or online"),
        max_length=7,
        choices=Mode.choices,
        blank=True,
        help_text=_("Where it differs from the other sessions."),
    )

    class Meta:
        ordering = ["start_date", "start_time", "position", "id"]
        verbose_name, verbose_name_plural = _("session"), _("sessions")
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")),
                name="news_eventsession_days_in_order",
                violation_error_message=_("The end is before the start."),
            ),
            models.CheckConstraint(
                condition=Q(end_time__isnull=True) | Q(start_time__isnull=False),
                name="news_eventsession_end_needs_start",
                violation_error_message=_("An end needs a start."),
            ),
            models.CheckConstraint(
                condition=Q(end_time__isnull=True)
                | Q(end_date__isnull=False, end_date__gt=F("start_date"))
                | Q(end_time__gt=F("start_time")),
                name="news_eventsession_times_in_order",
                violation_error_message=_("The end is before the start."),
            ),
            models.CheckConstraint(
                condition=Q(start_date_precision="day") | Q(start_time__isnull=True),
                name="news_eventsession_time_of_a_day",
                violation_error_message=_("A time of day needs a day."),
            ),
        ]

    def __str__(self):
        return wording(self, "title", get_language() or "en")[0] or str(self.start_date)

    @property
    def last_day(self):
        return self.end_date or self.start_date

    @property
    def is_to_the_day(self):
        """Calendars can hold it: no month or season."""
        return self.start_date_precision == "day"

    def starts_at(self, zone):
        """The moment of the start; None where there is no time of day."""
        return self.start_time and datetime.datetime.combine(self.start_date, self.start_time, zone)

    def ends_at(self, zone):
        """The moment of the end; None where there is no time of day."""
        return self.end_time and datetime.datetime.combine(self.last_day, self.end_time, zone)


class Speaker(Worded):
    """Somebody who speaks at an event: a name and a role as facts, no address."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="speakers")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=150, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="speakers",
        verbose_name=_("organisation"),
    )
    organisation_text = models.CharField(
        _("organisation in words"),
        max_length=150,
        blank=True,
        help_text=_("Where the organisation has no page here."),
    )

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("speaker"), _("speakers")

    def __str__(self):
        return self.name
