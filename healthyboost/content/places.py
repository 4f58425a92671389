"""Countries and coordinates."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# ISO 3166-1 alpha-2: around the Baltic Sea, and where the network's bodies sit.
COUNTRIES = [
    ("BE", _("Belgium")),
    ("CH", _("Switzerland")),
    ("DE", _("Germany")),
    ("DK", _("Denmark")),
    ("EE", _("Estonia")),
    ("FI", _("Finland")),
    ("GB", _("United Kingdom")),
    ("IS", _("Iceland")),
    ("LT", _("Lithuania")),
    ("LV", _("Latvia")),
    ("NO", _("Norway")),
    ("PL", _("Poland")),
    ("RU", _("Russia")),
    ("SE", _("Sweden")),
]


class Place(models.Model):
    """Where something is: a city (its name differs by language), a country, a point on the map."""

    city = models.CharField(_("city"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, choices=COUNTRIES, blank=True)
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("Degrees north, for the map. The middle of the city will do."),
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("Degrees east."),
    )

    class Meta:
        abstract = True


def point_is_whole():
    """Latitude and longitude: both or neither, and on the globe."""
    return models.CheckConstraint(
        condition=Q(latitude__isnull=True, longitude__isnull=True)
        | Q(latitude__isnull=False, longitude__isnull=False)
        & Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
        name="%(app_label)s_%(class)s_point",
        violation_error_message=_("A point needs latitude and longitude."),
    )
