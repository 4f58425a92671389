"""Mail to the author of a page when a language of it goes public without her: by somebody else, as a
translation, or by the clock.

A job looks each minute, so that what is scheduled is told as well. Told keeps what has been looked at.
"""

import datetime
import json
import logging

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from healthyboost.accounts.models import User
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import content_models

from .models import Told

logger = logging.getLogger(__name__)
SALT = "healthyboost.editing.telling"
LOOK_BACK = datetime.timedelta(days=2)  # how long the job may have stood still


def tell_authors():
    """For a timed job: one mail for each language that has gone public, to the author of its page."""
    now = timezone.now()
    for model in content_models():
        if model.url_name:
            for page, code in gone_public(model, now):
                try:
                    with transaction.atomic():
                        tell(page, code)
                except OSError as error:  # no mail can be sent: tried again in a minute
                    logger.warning("The author of %s could not be told: %s", page, error)


def gone_public(model, now):
    """(page, language) of what is public since a short while and nobody has been told of."""
    recent = {
        code: Q(**{f"{column('published_at', code)}__range": (now - LOOK_BACK, now)})
        for code in language_codes()
    }
    pages = list(model.objects.filter(any_of(recent.values())))
    kind = ContentType.objects.get_for_model(model)
    told = set(
        Told.objects.filter(
            content_type=kind, object_id__in=[page.pk for page in pages]
        ).values_list("object_id", "language", "published_at")
    )
    for page in pages:
        for code in language_codes():
            since = page.in_language(code).published_at
            is_recent = since and now - LOOK_BACK <= since <= now
            if is_recent and page.is_public_in(code, now) and (page.pk, code, since) not in told:
                yield page, code


def any_of(conditions):
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def tell(page, code):
    Told.objects.create(
        content_type=ContentType.objects.get_for_model(page),
        object_id=page.pk,
        language=code,
        published_at=page.in_language(code).published_at,
    )
    author, publisher = author_and_publisher(page, code)
    if author and publisher != author and author.is_active and author.email and author.wants_mail:
        mail(author, page, code, publisher).send()


def author_and_publisher(page, code):
    """Who began the page, and who made it public; None where a day and a time that were set did."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(page), object_id=str(page.pk)
    ).select_related("user")
    author = publisher = None
    for entry in entries.order_by("action_time", "pk"):
        if entry.action_flag == ADDITION:
            author = author or entry.user
        for moment in publications(entry, code):
            publisher = entry.user if moment <= entry.action_time else None
    return author, publisher


def publications(entry, code):
    """Since when `code` was to be public, by what an entry of the history says."""
    try:
        said = json.loads(entry.change_message or "[]")
    except ValueError:
        return
    for each in said if isinstance(said, list) else ():
        published = each.get("published") if isinstance(each, dict) else None
        if published and published.get("language") == code:
            yield datetime.datetime.fromisoformat(published["public_from"])


def mail(author, page, code, publisher):
    """In her language, with the address of the page in the language that is public."""
    with translation.override(code):
        address = settings.SITE_ADDRESS + page.get_absolute_url()
    stop = settings.SITE_ADDRESS + reverse("admin:no_mail", args=[token_of(author)])
    with translation.override(author.language or settings.LANGUAGE_CODE):
        said = {"title": page.in_language(code).title, "language": dict(settings.LANGUAGES)[code]}
        context = {**said, "publisher": publisher, "address": address, "stop": stop}
        return EmailMessage(
            _("Now public: %(title)s (%(language)s)") % said,
            render_to_string("mail/now_public.txt", context),
            to=[author.email],
            headers={"List-Unsubscribe": f"<{stop}>"},
        )


def token_of(user):
    return signing.dumps(user.pk, salt=SALT)


def no_mail_view(request, token):
    """The link at the end of each mail: a button, since programs that read mail open every link."""
    try:
        user = User.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        user = None
    if not user:
        raise Http404("no such link")
    if request.method == "POST":
        user.wants_mail = "again" in request.POST
        user.save(update_fields=["wants_mail"])
    language = user.language or translation.get_language()
    with translation.override(language):
        context = {**admin.site.each_context(request), "wants_mail": user.wants_mail}
        return render(request, "admin/no_mail.html", context)
