"""Consents that end: who can ask again is told by mail two months before; after that day all is hidden."""

import logging
from collections import defaultdict

from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from healthyboost.accounts.models import Grant, Role, User
from healthyboost.media.models import SOON

logger = logging.getLogger(__name__)


def agreeing_models():
    """Those whose rows are shown as long as somebody agrees: `content/agreed.py`."""
    return [
        model
        for model in apps.get_models()
        if {"consent_until", "consent_told_of"} <= {field.name for field in model._meta.fields}
    ]


def ending_soon(model):
    """Also those that have ended."""
    return model.objects.filter(consent_until__lte=timezone.localdate() + SOON)


def remind_of_consents():
    """For a timed job: a mail to each who can ask again, once for each end. Without mail: tried again."""
    for_user = defaultdict(list)
    for model in agreeing_models():
        untold = ~Q(consent_told_of=F("consent_until")) | Q(consent_told_of=None)
        for row in ending_soon(model).filter(untold).select_related("organisation").order_by("pk"):
            for user in people_to_ask(row):
                for_user[user].append(row)
    for user, rows in for_user.items():
        try:
            remind(user, rows)
        except OSError as error:
            logger.warning("Consents that end could not be told by mail: %s", type(error).__name__)
            return


def people_to_ask(row):
    """The coordinators of its organisation, else the editors, else the administrators."""
    reached = User.objects.filter(is_active=True).exclude(email="").order_by("pk")
    nearest = [
        Q(role=Role.COORDINATOR, organisation=row.organisation_id)
        if row.organisation_id
        else Q(pk=None),
        Q(role=Role.EDITOR),
        Q(role=Role.ADMINISTRATOR),
    ]
    for grants in nearest:
        if people := list(reached.filter(grants__in=Grant.objects.filter(grants)).distinct()):
            return people
    return list(reached.filter(is_superuser=True))


@transaction.atomic
def remind(user, rows):
    with translation.override(user.language or settings.LANGUAGE_CODE):
        said = [
            {
                "kind": capfirst(row._meta.verbose_name),
                "name": row.name,
                "until": row.consent_until,
                "address": settings.SITE_ADDRESS + form_of(row),
            }
            for row in sorted(rows, key=lambda row: row.consent_until)
        ]
        text = render_to_string("mail/consents.txt", {"rows": said})
        EmailMessage(_("Consents that end soon"), text, to=[user.email]).send()
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(consent_told_of=row.consent_until)


def form_of(row):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
