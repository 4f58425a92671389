"""Two small tables of numbers, about processes and never about people."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Process(models.Model):
    """A background process that lives; it removes its row when it ends."""

    name = models.CharField(max_length=64, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    job = models.CharField(max_length=200, blank=True)  # what it is at work on
    since = models.DateTimeField(null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("background process"), _("background processes")

    def __str__(self):
        return self.name


class Tally(models.Model):
    """What all processes have done together, ever."""

    name = models.CharField(max_length=30)
    label = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=30, blank=True)
    number = models.FloatField(default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("tally"), _("tallies")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "label", "result"], name="operations_tally_once"
            )
        ]

    def __str__(self):
        return f"{self.name} {self.label} {self.result}"
