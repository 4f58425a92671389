"""Who works on the portal. Visitors have no account."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who posts, translates, edits or administers. Groups say which."""

    language = models.CharField(
        _("language of the admin"), max_length=7, choices=settings.LANGUAGES, blank=True
    )

    class Meta(AbstractUser.Meta):
        verbose_name, verbose_name_plural = _("user"), _("users")
