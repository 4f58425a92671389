"""Mail about questions and answers: a job looks each minute, and sends one mail a thread and person.

Who answers a question herself in the portal gets none; whoever has switched mail off gets none.
"""

import datetime
import logging

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from healthyboost.content.languages import wording
from healthyboost.editing.telling import token_of

from .comments import Comment, may_read

logger = logging.getLogger(__name__)
PAUSE = datetime.timedelta(minutes=10)  # between two mails about one thread
AT_ONCE = 200  # comments a minute


def tell_of_comments():
    """For a timed job: what was asked and answered goes out by mail, once."""
    untold = Comment.objects.filter(told_at=None).order_by("pk")[:AT_ONCE]
    threads = dict.fromkeys(each.thread_id or each.pk for each in untold)
    for number in threads:
        try:
            with transaction.atomic():
                tell(number)
        except OSError as error:  # no mail can be sent: tried again in a minute
            logger.warning("Nobody could be told of the comments in %s: %s", number, error)


def tell(number):
    """Of one thread: all that is new in it, unless a mail about it has only just gone out."""
    thread = Comment.objects.select_for_update().filter(pk=number).first()
    if not thread:
        return
    now, said = timezone.now(), thread.answers.order_by("pk")
    last = max(
        filter(None, [thread.told_at, said.aggregate(at=Max("told_at"))["at"]]), default=None
    )
    if last and last > now - PAUSE:
        return
    said = [thread, *said.select_related("written_by")]
    new = [each for each in said if not each.told_at]
    page, language = thread.page, thread.language
    for person in concerned(thread, said) if page else ():
        for_her = [each for each in new if each.text and each.written_by_id != person.pk]
        if for_her and person.is_active and person.email and person.wants_mail:
            if may_read(person, page, thread):
                mail(person, page, thread, for_her, language).send()
    Comment.objects.filter(pk__in=[each.pk for each in new]).update(told_at=now)


def concerned(thread, said):
    """Who was asked, and who has said something; each once."""
    people = [*thread.asked_of.all(), *(each.written_by for each in said if each.written_by)]
    return dict.fromkeys(people)


def mail(person, page, thread, said, language):
    """In her language, with the address where she can answer."""
    stop = settings.SITE_ADDRESS + reverse("admin:no_mail", args=[token_of(person)])
    with translation.override(person.language or settings.LANGUAGE_CODE):
        title = wording(page, "title", translation.get_language(), page.source_language)[0]
        title = " ".join((title or page.slug).split())  # a line of a mail holds no line end
        is_new = said[0] == thread
        subject = _("A question about “%(title)s”") if is_new else _("An answer about “%(title)s”")
        context = {
            "title": title,
            "thread": thread,
            "is_new": is_new,
            "said": list(said),
            "address": settings.SITE_ADDRESS + address_for(person, page, thread, language),
            "stop": stop,
        }
        return EmailMessage(
            subject % {"title": title},
            render_to_string("mail/comments.txt", context),
            to=[person.email],
            headers={"List-Unsubscribe": f"<{stop}>"},
        )


def address_for(person, page, thread, language):
    """The paragraph in the editor for who wrote there, the form of the page for its author."""
    if language and thread.written_by_id == person.pk or not thread.is_question:
        return editor_address(page, language, f"?comment={thread.pk}#comment-{thread.pk}")
    meta = page._meta
    form = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[page.pk])
    return f"{form}#comment-{thread.pk}"


def editor_address(page, language, anchor=""):
    kind = ContentType.objects.get_for_model(page)
    return reverse("admin:translate_page", args=[kind.pk, page.pk, language]) + anchor
