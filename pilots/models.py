"""What the cities tried out."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from healthyboost.content.dates import in_order, precision_field
from healthyboost.content.languages import wording
from healthyboost.content.models import Content, Theme, Worded
from healthyboost.content.places import Place, point_is_whole
from healthyboost.content.richtext import RichTextField
from partners.models import Organisation, Project


class Pilot(Place, Content):
    """A pilot of a city. Its organisation is the partner that answers for it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("under way")
        FINISHED = "finished", _("finished")

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="pilots", verbose_name=_("project")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    start = models.DateField(_("start"), null=True, blank=True)
    start_precision = precision_field()
    end = models.DateField(_("end"), null=True, blank=True)
    end_precision = precision_field()
    target_groups = models.ManyToManyField(
        Theme,
        blank=True,
        related_name="pilots_for",
        limit_choices_to={"kind": Theme.Kind.GROUP},
        verbose_name=_("target groups"),
    )
    aim = RichTextField(_("aim"), blank=True)
    challenge = RichTextField(_("challenge"), blank=True)
    actions = RichTextField(_("what was done"), blank=True)
    model_use = RichTextField(_("how the model helped"), blank=True)
    resident_benefit = RichTextField(_("what residents gained"), blank=True)
    xr_use = RichTextField(_("augmented and virtual reality"), blank=True)
    peer_value = RichTextField(_("what the other cities brought"), blank=True)
    results = RichTextField(_("results"), blank=True)
    lessons = RichTextField(_("lessons"), blank=True)
    transfer_tips = RichTextField(_("advice for other cities"), blank=True)
    cost = models.DecimalField(
        _("cost"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In the currency of the project."),
    )
    cost_note = models.CharField(_("note on the cost"), max_length=200, blank=True)
    details_known = models.BooleanField(
        _("details are known"),
        default=True,
        help_text=_("Off: the page says that no more is known, instead of empty headings."),
    )

    url_name = "pilots:detail"
    schema_type = "Project"
    lights_the_sea = True
    feed_name = "pilots"
    card_texts = ("aim", "results")
    # The headings of the page, in their order.
    sections = (
        "aim",
        "challenge",
        "actions",
        "model_use",
        "resident_benefit",
        "xr_use",
        "peer_value",
        "results",
        "lessons",
        "transfer_tips",
    )
    page_only = (*Content.page_only, *sections, "cost_note")
    parts = ("co_operations", "steps")

    class Meta(Content.Meta):
        verbose_name, verbose_name_plural = _("pilot"), _("pilots")
        constraints = [*Content.Meta.constraints, point_is_whole(), in_order("start", "end")]

    def clean(self):
        super().clean()
        if not self.organisation_id:
            raise ValidationError(
                {"organisation": _("A pilot needs an organisation that answers for it.")}
            )
        known = self.project_id and self.project.partnerships.filter(organisation=self.organisation)
        if self.project_id and not known.exists():
            raise ValidationError(
                {"organisation": _("This organisation has no part in the project of the pilot.")}
            )


class CoOperation(models.Model):
    """An organisation, or a unit of it, that took part in a pilot."""

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="co_operations")
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="co_operations",
        verbose_name=_("organisation"),
    )
    unit = models.CharField(_("unit"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("co-operating unit"), _("co-operating units")

    def __str__(self):
        return wording(self, "unit", get_language() or "en")[0] or str(self.organisation)


class PilotStep(Worded):
    """One event in the course of a pilot."""

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = models.CharField(_("title"), max_length=200, blank=True)
    text = RichTextField(_("text"), blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    date_precision = precision_field()
    planned = models.PositiveSmallIntegerField(_("planned number"), null=True, blank=True)
    held = models.PositiveSmallIntegerField(_("number held"), null=True, blank=True)

    needs_words_in = ("title",)

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("step"), _("steps")

    def __str__(self):
        return wording(self, "title", get_language() or "en")[0]
