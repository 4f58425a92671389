"""Who works on the portal, and what each person was given to do. Visitors have no account."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who posts, translates, edits or administers. Grants say which, and nothing else."""

    groups = None
    user_permissions = None

    language = models.CharField(
        _("language of the admin"), max_length=7, choices=settings.LANGUAGES, blank=True
    )
    wants_mail = models.BooleanField(
        _("mail when a page goes public"),
        default=True,
        help_text=_("When somebody else publishes or translates a page that this person began."),
    )
    # Empty: not invited, or has accepted. A link of another moment no longer works.
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name, verbose_name_plural = _("user"), _("users")

    @cached_property
    def current_grants(self):
        """Asked for once a request: the user is loaded anew for each."""
        return list(self.grants.all())

    @cached_property
    def has_second_factor(self):
        return self.authenticator_set.filter(type__in=("totp", "webauthn")).exists()


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("coordinator")
    TRANSLATOR = "translator", _("translator")
    EDITOR = "editor", _("editor")
    ADMINISTRATOR = "administrator", _("administrator")


class Grant(models.Model):
    """A role that a person has: for one organisation, for some languages, or for all content.

    `rights.RIGHTS` says what a role may do. A coordinator without an organisation, whose
    organisation is gone, may do nothing until one is named.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants", verbose_name=_("user")
    )
    role = models.CharField(
        _("role"),
        max_length=13,
        choices=Role.choices,
        help_text=_(
            "Coordinator: everything of one organisation. Translator: the texts of some languages. "
            "Editor: all content. Administrator: users, project and funding, too."
        ),
    )
    organisation = models.ForeignKey(
        "partners.Organisation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name=_("organisation"),
        help_text=_("For a coordinator: whose news, pilots, materials and people."),
    )
    languages = ArrayField(
        models.CharField(max_length=7, choices=settings.LANGUAGES),
        verbose_name=_("languages"),
        default=list,
        blank=True,
        help_text=_("For a translator: the languages that she or he writes."),
    )

    class Meta:
        ordering = ["id"]
        verbose_name, verbose_name_plural = _("role"), _("roles")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                name="accounts_grant_once_an_organisation",
                violation_error_message=_("This person has that role already."),
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=~models.Q(role="coordinator"),
                name="accounts_grant_once",
                violation_error_message=_("This person has that role already."),
            ),
        ]

    def __str__(self):
        names = dict(settings.LANGUAGES)
        limits = [self.organisation] if self.organisation_id else [names[c] for c in self.languages]
        role = str(self.get_role_display())
        return f"{role}: {', '.join(map(str, limits))}" if limits else role

    def clean(self):
        """What a role needs is asked for; what it does not need is left out."""
        if self.role == Role.COORDINATOR and not self.organisation_id:
            raise ValidationError({"organisation": _("Which organisation?")})
        if self.role == Role.TRANSLATOR and not self.languages:
            raise ValidationError({"languages": _("Which languages?")})
        if self.role != Role.COORDINATOR:
            self.organisation = None
        if self.role != Role.TRANSLATOR:
            self.languages = []
