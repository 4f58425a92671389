"""Questions and comments on a page or one of its paragraphs, and the answers to them.

A question to the author is about the original: all languages see it and its answers. A comment to
translators is about one translation. Both are plain text, and visitors see none of it.
"""

from collections import defaultdict
from html import unescape

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from healthyboost.accounts.models import Role, User
from healthyboost.accounts.rights import languages_of, owner_of
from healthyboost.editing.models import Deletion
from healthyboost.editing.telling import author_and_publisher

LONGEST = 3000  # letters of a comment
LONGEST_QUOTE = 600


class To(models.TextChoices):
    AUTHOR = "author", _("question to the author")
    TRANSLATORS = "translators", _("to the translators of this language")


class CommentQuerySet(models.QuerySet):
    def threads(self):
        return self.filter(thread=None)

    def unfinished(self):
        return self.filter(done_at=None)

    def about(self, page):
        kind = ContentType.objects.get_for_model(page)
        return self.filter(content_type=kind, object_id=page.pk)

    def seen_beside(self, language):
        """Threads that those who translate into `language` see."""
        return self.filter(Q(to=To.AUTHOR) | Q(to=To.TRANSLATORS, language=language))

    def waiting_for(self, user):
        """Open threads whose last word is somebody else's, and that were put to her or begun by her."""
        last = Comment.objects.filter(Q(pk=OuterRef("pk")) | Q(thread=OuterRef("pk")))
        last_writer = last.order_by("-pk").values("written_by")[:1]
        asked = Comment.asked_of.through.objects.filter(comment=OuterRef("pk"), user=user)
        return (
            self.threads()
            .unfinished()
            .alias(last_writer=Subquery(last_writer))
            .filter(Q(written_by=user) | Exists(asked))
            .exclude(last_writer=user)
            .order_by("-pk")
        )


class Comment(models.Model):
    """The first one of a thread says where it stands; an answer has only its `thread` and its text."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    page = GenericForeignKey()
    thread = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="answers"
    )
    to = models.CharField(_("to"), max_length=11, choices=To.choices, default=To.AUTHOR)
    # Of the translation that it was written beside; empty: it was written in the form of the page.
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES, blank=True)
    place = models.CharField(max_length=200, blank=True)  # of the paragraph; empty: the whole page
    quote = models.TextField(_("about"), blank=True)  # what the paragraph said then
    quote_language = models.CharField(max_length=7, blank=True)
    text = models.TextField(_("text"), blank=True)  # empty: taken back by who wrote it
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    asked_of = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="questions")
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    told_at = models.DateTimeField(null=True, blank=True)  # when it went out by mail

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("comment"), _("comments")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="translation_comment_page"),
            models.Index(
                fields=["id"], condition=Q(told_at=None), name="translation_comment_untold"
            ),
        ]

    def __str__(self):
        return self.text[:60]

    @property
    def is_taken_back(self):
        return not self.text

    @property
    def writer(self):
        return name_of(self.written_by)

    @property
    def is_question(self):
        return self.to == To.AUTHOR


def name_of(user):
    """Who has left keeps no name."""
    if not user or not user.is_active:
        return str(_("somebody who no longer works here"))
    return user.get_full_name() or user.get_username()


# Who may do what


def may_read(user, page, comment):
    """Who writes any language of the page reads questions; who writes this one, what is said there."""
    languages = languages_of(user, page)
    return bool(languages) if comment.is_question else comment.language in languages


def may_take_back(user, comment):
    return comment.text and (comment.written_by_id == user.pk or user.is_superuser)


def asked_people(page):
    """Who answers for the original: who published it last, who began it, else whose page it is."""
    author, publisher = author_and_publisher(page, page.source_language)
    for person in (publisher, author):
        if person and person.is_active and page.source_language in languages_of(person, page):
            return [person]
    people = User.objects.filter(is_active=True).order_by("pk")
    if organisation := owner_of(page):
        grants = {"grants__role": Role.COORDINATOR, "grants__organisation": organisation}
        if found := list(people.filter(**grants).distinct()):
            return found
    return list(people.filter(grants__role=Role.EDITOR).distinct())


# Writing


def ask(page, text, by, *, to=To.AUTHOR, language="", place="", quote="", quote_language=""):
    """Begin a thread. A question goes to the author, who gets a mail within a minute."""
    comment = Comment.objects.create(
        page=page,
        to=to,
        language=language,
        place=place,
        quote=shortened(quote, LONGEST_QUOTE),
        quote_language=quote_language,
        text=text,
        written_by=by,
    )
    if comment.is_question:
        comment.asked_of.set([each for each in asked_people(page) if each != by])
    return comment


def answer(thread, text, by):
    """An answer opens a thread again that was done."""
    thread.done_at = thread.done_by = None
    thread.save(update_fields=["done_at", "done_by"])
    return Comment.objects.create(
        page=thread.page,
        thread=thread,
        to=thread.to,
        language=thread.language,
        text=text,
        written_by=by,
    )


def set_done(thread, by, done=True):
    thread.done_at, thread.done_by = (timezone.now(), by) if done else (None, None)
    thread.save(update_fields=["done_at", "done_by"])


def take_back(comment):
    """Its text goes; where others have answered, its place in the thread stays."""
    if comment.thread_id is None and comment.answers.exists():
        Comment.objects.filter(pk=comment.pk).update(text="", quote="")
    else:
        comment.delete()


def words_of(unit):
    """What the source of a paragraph says, without its marks."""
    return unescape(strip_tags(unit.source)) if unit.is_rich else unit.source


def forget_comments():
    """For a timed job: those about pages that are gone, and that nobody can bring back any more."""
    for number in Comment.objects.order_by().values_list("content_type", flat=True).distinct():
        kind = ContentType.objects.get_for_id(number)
        about = Comment.objects.filter(content_type=kind)
        if model := kind.model_class():
            kept = Deletion.objects.filter(content_type=kind).values("object_id")
            about = about.exclude(object_id__in=model._base_manager.values("pk"))
            about = about.exclude(object_id__in=kept)
        about.delete()


def shortened(text, limit):
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


# Reading


def threads_of(page, language=None):
    """Threads about `page`, each with its `said`: all its comments. Two queries.

    Those seen beside a translation into `language`; without it, the questions to the author.
    """
    found = Comment.objects.about(page).threads().select_related("written_by", "done_by")
    found = found.seen_beside(language) if language else found.filter(to=To.AUTHOR)
    threads = list(found.order_by("pk"))
    answers = defaultdict(list)
    for each in Comment.objects.filter(thread__in=threads).select_related("written_by"):
        answers[each.thread_id].append(each)
    for thread in threads:
        thread.said = [thread, *answers[thread.pk]]
        thread.is_moved = False
    return threads


def by_place(threads, units):
    """{place: threads}, "" for those of the page: by what they quote, else where they were written.

    A thread whose paragraph says something else now is_moved, and shows its quote.
    """
    said = {str(unit.place): shortened(words_of(unit), LONGEST_QUOTE) for unit in units}
    found = defaultdict(list)
    for thread in threads:
        place = thread.place
        if place and said.get(place) != thread.quote:
            same_field = place.rpartition("|")[0]
            moved = (
                each
                for each, text in said.items()
                if text == thread.quote and each.rpartition("|")[0] == same_field
            )
            place = next(moved, None)
            if place is None:
                thread.is_moved, place = True, thread.place if thread.place in said else ""
        found[place].append(thread)
    return found
