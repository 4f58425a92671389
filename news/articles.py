"""News."""

from django.db import models
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from healthyboost.content.dates import precision_field
from healthyboost.content.languages import wording
from healthyboost.content.models import Content, Worded
from materials.models import Material
from partners.models import Organisation, Project
from pilots.models import Pilot


class Article(Content):
    class Kind(models.TextChoices):
        NEWS = "news", _("news")
        EVENT_REPORT = "event report", _("event report")
        ANNOUNCEMENT = "announcement", _("announcement")
        RESULT = "result", _("result")
        INTERVIEW = "interview", _("interview")
        OPINION = "opinion", _("opinion")
        MEMBER_NEWS = "member news", _("member news")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.NEWS)
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("project"),
    )
    pilot = models.ForeignKey(
        Pilot,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("pilot"),
        help_text=_("Its city is the city of the article."),
    )
    event = models.ForeignKey(
        "news.Event",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("event"),
        help_text=_("The event that it tells of."),
    )
    partners = models.ManyToManyField(
        Organisation,
        blank=True,
        related_name="articles",
        verbose_name=_("organisations in the text"),
    )
    materials = models.ManyToManyField(
        Material, blank=True, related_name="articles", verbose_name=_("materials")
    )
    original_url = models.URLField(_("first published at"), max_length=500, blank=True)
    original_published = models.DateField(_("first published on"), null=True, blank=True)
    original_published_precision = precision_field()

    url_name = "news:detail"
    section = _("News")
    feed_name, feed_title = "news", _("News")
    parts = ("quotes",)

    class Meta(Content.Meta):
        verbose_name, verbose_name_plural = _("article"), _("articles")
        indexes = [
            *Content.Meta.indexes,
            *(
                models.Index(
                    F(owner),
                    F("date").desc(nulls_last=True),
                    F("id").desc(),
                    name=f"news_article_newest_{owner[:5]}",  # at most 30 letters
                )
                for owner in ("pilot", "organisation")
            ),
        ]

    @property
    def schema_type(self):
        return "OpinionNewsArticle" if self.kind == self.Kind.OPINION else "NewsArticle"


class Quote(Worded):
    """What somebody said, set apart from the text."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="quotes")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = models.TextField(_("text"), blank=True)
    speaker = models.CharField(_("who said it"), max_length=120)
    speaker_role = models.CharField(_("role"), max_length=150, blank=True)

    needs_words_in = ("text",)

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("quote"), _("quotes")

    def __str__(self):
        return f"{self.speaker}: {wording(self, 'text', get_language() or 'en')[0][:60]}"
