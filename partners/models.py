"""Organisations, the project and its money, and who played which part when."""

from decimal import ROUND_DOWN, Decimal

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from healthyboost.content.agreed import agreed_today, agrees_today
from healthyboost.content.dates import in_order, precision_field
from healthyboost.content.languages import KNOWN_LANGUAGES, wording
from healthyboost.content.models import Content, ContentQuerySet, Worded
from healthyboost.content.places import Place, point_is_whole
from healthyboost.content.richtext import RichTextField

CENT = Decimal("0.01")
# Kinds of organisations for which schema.org has a word of its own.
SCHEMA_TYPES = {
    **dict.fromkeys(("city", "municipality", "region", "authority"), "GovernmentOrganization"),
    "university": "CollegeOrUniversity",
    "research institute": "ResearchOrganization",
    "association": "NGO",
}


class OrganisationQuerySet(ContentQuerySet):
    def listed(self):
        """Partners and networks; organisations that are only mentioned stay off the list."""
        return self.filter(is_listed=True)


class Organisation(Place, Content):
    class Kind(models.TextChoices):
        CITY = "city", _("city")
        MUNICIPALITY = "municipality", _("municipality")
        REGION = "region", _("region")
        UNIVERSITY = "university", _("university")
        RESEARCH_INSTITUTE = "research institute", _("research institute")
        SCIENCE_PARK = "science park", _("science park")
        PUBLIC_HEALTH_BUREAU = "public health bureau", _("public health bureau")
        ASSOCIATION = "association", _("association")
        NETWORK = "network", _("network")
        AUTHORITY = "authority", _("authority")
        COMPANY = "company", _("company")
        OTHER = "other", _("other organisation")

    class NameStatus(models.TextChoices):
        OFFICIAL = "official", _("official name")
        SOURCE = "source", _("as found in a source")
        TRANSLATION = "translation", _("our own translation")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    native_name = models.CharField(_("name in its own language"), max_length=200, blank=True)
    native_language = models.CharField(
        _("that language"), max_length=7, choices=list(KNOWN_LANGUAGES.items()), blank=True
    )
    name_status = models.CharField(
        _("where the name is from"), max_length=11, choices=NameStatus.choices, blank=True
    )
    unit = models.CharField(_("unit"), max_length=150, blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    is_listed = models.BooleanField(
        _("in the partner directory"),
        default=True,
        help_text=_("Off for organisations that are only mentioned."),
    )

    objects = OrganisationQuerySet.as_manager()
    url_name = "partners:detail"
    section = _("Partners")
    parts = ("memberships",)

    class Meta(Content.Meta):
        verbose_name, verbose_name_plural = _("organisation"), _("organisations")
        constraints = [*Content.Meta.constraints, point_is_whole()]

    @property
    def schema_type(self):
        return SCHEMA_TYPES.get(self.kind, "Organization")


class ContactPersonQuerySet(models.QuerySet):
    def agreed(self):
        """Those who may be named today."""
        return self.filter(agreed_today())


class ContactPerson(models.Model):
    """A person with a role. One record for every use; address and telephone only with consent."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120)
    role = models.CharField(_("role"), max_length=150, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("organisation"),
    )
    email = models.EmailField(
        _("e-mail"),
        blank=True,
        help_text=_(
            "Readers can write to it through a form that does not show it, on each page that names "
            "this person."
        ),
    )
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    consent_at = models.DateTimeField(
        _("consent given"),
        null=True,
        blank=True,
        help_text=_("E-mail and telephone are public only with it."),
    )
    consent_until = models.DateField(
        _("agrees to be named until"),
        null=True,
        blank=True,
        help_text=_(
            "After this day the person is shown nowhere. You get a mail two months before. Empty: "
            "without an end."
        ),
    )
    consent_told_of = models.DateField(null=True, editable=False)  # the end that was written about
    is_current = models.BooleanField(
        _("current"), default=True, help_text=_("Off: shown nowhere, kept for history.")
    )

    objects = ContactPersonQuerySet.as_manager()
    interchange_key = "slug"
    open_fields = ("name", "role", "public_email", "public_phone")
    open_rows = Q(is_current=True) & agreed_today()

    class Meta:
        ordering = ["name"]
        verbose_name, verbose_name_plural = _("contact person"), _("contact persons")
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="partners_contactperson_email"
            )
        ]

    def __str__(self):
        return self.name

    @property
    def is_shown(self):
        """Current, and the person agrees to be named."""
        return self.is_current and agrees_today(self)

    @property
    def public_email(self):
        return self.email if self.consent_at else ""

    @property
    def public_phone(self):
        return self.phone if self.consent_at else ""


class ContactLink(models.Model):
    """A contact person on any content object."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    owner = GenericForeignKey()
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    person = models.ForeignKey(
        ContactPerson, models.CASCADE, related_name="uses", verbose_name=_("contact person")
    )

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("contact person"), _("contact persons")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="partners_contactlink_owner")
        ]

    def __str__(self):
        return str(self.person)


class Project(Content):
    class Currency(models.TextChoices):
        EUR = "EUR", _("euro")
        SEK = "SEK", _("Swedish krona")
        PLN = "PLN", _("Polish zloty")
        RUB = "RUB", _("Russian rouble")

    acronym = models.CharField(_("acronym"), max_length=60)
    number = models.CharField(_("project number"), max_length=30, unique=True)
    alt_names = models.JSONField(
        _("other names"),
        default=list,
        blank=True,
        help_text=_("Wordings found elsewhere: a list of language, text and source."),
    )
    programme = models.CharField(_("programme"), max_length=120, blank=True)
    programme_period = models.CharField(_("programme period"), max_length=20, blank=True)
    priority = models.CharField(_("priority"), max_length=120, blank=True)
    objective = models.CharField(_("specific objective"), max_length=120, blank=True)
    start = models.DateField(_("start"))
    start_precision = precision_field()
    planned_end = models.DateField(_("planned end"), null=True, blank=True)
    planned_end_precision = precision_field()
    actual_end = models.DateField(_("actual end"), null=True, blank=True)
    actual_end_precision = precision_field()
    goal = RichTextField(_("goal"), blank=True)
    results = RichTextField(_("results"), blank=True)
    total_budget = models.DecimalField(
        _("total budget"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    currency = models.CharField(
        _("currency"), max_length=3, choices=Currency.choices, default=Currency.EUR
    )
    emblem_text = models.CharField(
        _("words beside the emblem"),
        max_length=160,
        blank=True,
        help_text=_(
            "2014–2020: “European Union” and the fund; 2021–2027: “Co-funded by the European Union”."
        ),
    )
    funding_statement = models.TextField(
        _("funding statement"),
        blank=True,
        help_text=_("As the programme asks for it; shown on every page."),
    )
    manager = models.ForeignKey(
        ContactPerson, models.SET_NULL, null=True, blank=True, verbose_name=_("project manager")
    )

    url_name = "project"
    section, section_url_name = _("About the project"), "about"
    schema_type = "Project"
    card_texts = ("goal", "results")
    page_only = (*Content.page_only, "goal", "results")
    parts = ("partnerships", "funding_lines")

    class Meta(Content.Meta):
        verbose_name, verbose_name_plural = _("project"), _("projects")
        constraints = [
            *Content.Meta.constraints,
            in_order("start", "planned_end"),
            in_order("start", "actual_end"),
            models.CheckConstraint(
                condition=Q(total_budget__isnull=True) | Q(total_budget__gte=0),
                name="partners_project_budget_not_negative",
            ),
        ]

    def get_absolute_url(self):
        return reverse("project", args=[self.slug])

    @property
    def end(self):
        return self.actual_end or self.planned_end

    @property
    def end_precision(self):
        return self.actual_end_precision if self.actual_end else self.planned_end_precision

    def clean_parts(self):
        """Asked once the parts are saved; the admin asks its formset the same before."""
        if fault := sum_fault(self.total_budget, amounts_of(self)):
            raise ValidationError({"total_budget": fault})


class DateRange(Func):
    """The days from a start up to, not including, an end; an empty side is open."""

    function = "DATERANGE"
    output_field = DateRangeField()


class PartnershipQuerySet(models.QuerySet):
    def valid_on(self, day):
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day)).filter(
            Q(valid_until=None) | Q(valid_until__gt=day)
        )


class Partnership(models.Model):
    """The role of an organisation in a project, for a time."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead partner")
        PARTNER = "partner", _("Partner")
        ASSOCIATED = "associated", _("Associated partner")

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="partnerships", verbose_name=_("project")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="partnerships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.PARTNER)
    valid_from = models.DateField(
        _("from"), null=True, blank=True, help_text=_("Empty: from the start.")
    )
    valid_until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day on which it no longer holds.")
    )
    tasks = models.TextField(_("tasks"), blank=True)
    budget_total = models.DecimalField(
        _("budget of this partner"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = PartnershipQuerySet.as_manager()
    parts = ("funding_lines",)

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("partnership"), _("partnerships")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_from__lt=F("valid_until")),
                name="partners_partnership_from_before_until",
                violation_error_message=_("The end is before the start."),
            ),
            ExclusionConstraint(
                name="partners_partnership_no_overlap",
                expressions=[
                    (
                        DateRange("valid_from", "valid_until", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                    ("project", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                ],
                violation_error_message=_("This organisation already has a role at that time."),
            ),
            ExclusionConstraint(
                name="partners_partnership_one_lead",
                expressions=[
                    (
                        DateRange("valid_from", "valid_until", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                    ("project", RangeOperators.EQUAL),
                ],
                condition=Q(role="lead"),
                violation_error_message=_("There is another lead partner at that time."),
            ),
        ]

    def __str__(self):
        return f"{self.organisation}: {self.get_role_display()}"

    def is_valid_on(self, day):
        return (not self.valid_from or self.valid_from <= day) and (
            not self.valid_until or day < self.valid_until
        )

    def clean_parts(self):
        if fault := sum_fault(self.budget_total, amounts_of(self)):
            raise ValidationError({"budget_total": fault})


class FundingSource(Worded):
    """Where money comes from."""

    class Kind(models.TextChoices):
        ERDF = "ERDF", _("European Regional Development Fund")
        PROGRAMME = "programme", _("programme, several funds")
        NEIGHBOURHOOD = "neighbourhood", _("neighbourhood instrument")
        PUBLIC = "national public", _("national public money")
        OWN = "own", _("own money")
        PRIVATE = "private", _("private money")

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160, blank=True)
    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    needs_words_in = ("name",)
    interchange_key = "slug"
    open_fields = ("slug", "kind", "name", "abbreviation")

    class Meta:
        ordering = ["position", "slug"]
        verbose_name, verbose_name_plural = _("funding source"), _("funding sources")

    def __str__(self):
        return wording(self, "name", get_language() or "en")[0] or self.slug


class FundingLine(models.Model):
    """One amount from one source, of a whole project or of one partner.

    The lines of one owner add up to its total to the cent: the form checks it, and a trigger of the
    database does at the end of each transaction.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="funding_lines"
    )
    partnership = models.ForeignKey(
        Partnership, models.CASCADE, null=True, blank=True, related_name="funding_lines"
    )
    source = models.ForeignKey(
        FundingSource, models.PROTECT, related_name="lines", verbose_name=_("source")
    )
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, validators=[MinValueValidator(CENT)]
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["source__position", "id"]
        verbose_name, verbose_name_plural = _("funding line"), _("funding lines")
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=False, partnership__isnull=True)
                | Q(project__isnull=True, partnership__isnull=False),
                name="partners_fundingline_one_owner",
                violation_error_message=_("A funding line belongs to a project or to a partner."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="partners_fundingline_amount_positive"
            ),
            models.UniqueConstraint(
                fields=["project", "source"], name="partners_fundingline_of_project"
            ),
            models.UniqueConstraint(
                fields=["partnership", "source"], name="partners_fundingline_of_partnership"
            ),
        ]

    def __str__(self):
        return f"{self.source}: {self.amount}"


def amounts_of(owner):
    return owner.funding_lines.values_list("amount", flat=True)


def sum_fault(total, amounts):
    """What is wrong with funding lines under a total, in words; None where they add up.

    No lines at all are allowed: sometimes only the total is known.
    """
    amounts = list(amounts)
    if not amounts or sum(amounts) == total:
        return None
    if total is None:
        return _("The lines need a total.")
    return _("The lines add up to %(sum)s, the total is %(total)s.") % {
        "sum": sum(amounts),
        "total": total,
    }


def shares(amounts):
    """Percentages of `amounts` (Decimal) with two places that add up to 100.00 exactly.

    Largest remainder: each share is cut, and the cents that are missing go to the largest rests.
    """
    total = sum(amounts)
    if not total:
        return [Decimal("0.00") for _amount in amounts]
    exact = [amount * 100 / total for amount in amounts]
    cut = [share.quantize(CENT, ROUND_DOWN) for share in exact]
    missing = int((100 - sum(cut)) / CENT)
    by_rest = sorted(range(len(cut)), key=lambda place: cut[place] - exact[place])
    for place in by_rest[:missing]:
        cut[place] += CENT
    return cut


class NetworkMembership(models.Model):
    """An organisation in a network, such as a municipality in Healthy Cities Sweden."""

    network = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="network_members",
        limit_choices_to={"kind": "network"},
        verbose_name=_("network"),
    )
    member = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("member")
    )
    since = models.DateField(_("since"), null=True, blank=True)
    since_precision = precision_field()
    until = models.DateField(_("until"), null=True, blank=True)
    until_precision = precision_field()

    class Meta:
        ordering = ["id"]
        verbose_name, verbose_name_plural = _("membership"), _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["network", "member", "since"],
                nulls_distinct=False,
                name="partners_networkmembership_unique",
            ),
            in_order("since", "until"),
        ]

    def __str__(self):
        return f"{self.network}: {self.member}"

    def clean(self):
        if self.network_id and self.network.kind != Organisation.Kind.NETWORK:
            raise ValidationError({"network": _("This organisation is no network.")})

    def is_current(self):
        return not self.until or self.until > timezone.localdate()
