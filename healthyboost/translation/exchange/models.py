"""A file that somebody has brought in: kept between the look at it and the taking, and for its report."""

import datetime

from django.conf import settings
from django.db import models
from django.tasks import task
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from healthyboost.content.dates import say_day_and_time
from healthyboost.content.models import Origin

from .lines import Returned
from .report import Result, Taker

KEPT = datetime.timedelta(days=30)
AT_ONCE = 300  # lines that a person waits for; more are done in the background


class Delivery(models.Model):
    class State(models.TextChoices):
        LOOKING = "looking", _("is being looked at")
        LOOKED_AT = "looked_at", _("not taken yet")
        TAKING = "taking", _("is being taken")
        TAKEN = "taken", _("taken")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("file"), max_length=200)
    origin = models.CharField(max_length=7, choices=Origin.choices, default=Origin.HUMAN)
    translator = models.CharField(_("who translated"), max_length=150, blank=True)
    lines = models.JSONField(default=list)
    results = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.LOOKING)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("delivery"), _("deliveries")
        ordering = ["-pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("admin:translate_delivery", args=[self.pk])

    @cached_property
    def report(self):
        return [Result.read(stored) for stored in self.results]

    @property
    def brought_at(self):
        return say_day_and_time(self.created_at)

    @property
    def is_working(self):
        return self.state in (self.State.LOOKING, self.State.TAKING)

    def start(self, state):
        """Look at the lines, or take them: at once, or in the background where they are many."""
        self.state = state
        self.save()
        if len(self.lines) > AT_ONCE:
            work_on.enqueue(self.pk)
            self.refresh_from_db()
        else:
            self.work()

    def work(self):
        """Twice does no harm: what has been taken is then unchanged."""
        from .weighing import weigh  # models load before it

        takes = self.state == self.State.TAKING
        taker = Taker(self.user, self.origin, self.translator, saves=takes)
        with translation.override(self.user.language or settings.LANGUAGE_CODE):
            results = weigh([Returned(**line) for line in self.lines], taker)
        self.results = [result.as_json() for result in results]
        self.state = self.State.TAKEN if takes else self.State.LOOKED_AT
        self.__dict__.pop("report", None)
        self.save()


@task()
def work_on(number):
    delivery = Delivery.objects.filter(pk=number).first()
    if delivery and delivery.is_working:
        delivery.work()


def forget_deliveries():
    """For a timed job."""
    Delivery.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
