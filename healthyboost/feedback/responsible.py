"""Who is told of a message, and who may read it in the admin."""

from django.db.models import Q

from healthyboost.accounts.models import Grant, Role, User

from .models import Message

About = Message.About
READ_ALL = {Role.EDITOR, Role.ADMINISTRATOR}


def responsible_for(message):
    """The users who get a message by mail: those nearest to the page whom a mail reaches."""
    reached = User.objects.filter(is_active=True, wants_mail=True).exclude(email="").order_by("pk")
    for grants in nearest_grants(message):
        if people := list(reached.filter(grants__in=grants).distinct()):
            return people
    return list(reached.filter(is_superuser=True))


def nearest_grants(message):
    """Translators of a translation, the coordinators of the page, the editors, the administrators.

    A page that somebody cannot use is no matter of its text: the editors have it.
    """
    if is_about_translation(message):
        languages = [message.page_language]
        yield Grant.objects.filter(role=Role.TRANSLATOR, languages__contains=languages)
    if message.organisation_id and message.about != About.ACCESS:
        yield Grant.objects.filter(role=Role.COORDINATOR, organisation_id=message.organisation_id)
    yield Grant.objects.filter(role=Role.EDITOR)
    yield Grant.objects.filter(role=Role.ADMINISTRATOR)


def is_about_translation(message):
    """The words of the interface are translated as well; an original is not."""
    page = message.page
    return message.about == About.TRANSLATION and not (
        page and page.source_language == message.page_language
    )


def visible_to(user):
    """QuerySet: editors read all, coordinators what is about their pages, translators what is theirs."""
    grants = user.current_grants
    if user.is_superuser or any(grant.role in READ_ALL for grant in grants):
        return Message.objects.all()
    organisations = [each.organisation_id for each in grants if each.organisation_id]
    languages = {code for each in grants for code in each.languages}
    return Message.objects.filter(
        Q(organisation__in=organisations) | Q(about=About.TRANSLATION, page_language__in=languages)
    )
