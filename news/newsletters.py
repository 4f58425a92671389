"""Newsletter issues: one ordered list of items under headings, each with text of its own or a page of
the portal, whose text is not copied."""

import re
from dataclasses import dataclass
from itertools import count

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from healthyboost.content.gathering import gather
from healthyboost.content.languages import KNOWN_LANGUAGES, column, language_codes, wording
from healthyboost.content.models import Content, Theme, Worded
from healthyboost.content.richtext import RichTextField
from healthyboost.editing.slugs import make_slug
from healthyboost.media.models import Picture
from materials.models import Material
from partners.models import ContactPerson, Organisation
from pilots.models import Pilot

from .articles import Article
from .events import Event

# Places of a page of the portal that are none of its items.
TAKEN = {
    *("main", "main-navigation", "in-this-issue", "language-notice", "age-notice", "keep-menus"),
    *("beam", "beam-edge", "eu-star", "eu-star-top", "footer-portal", "sources"),
}
HEADING = re.compile(r"(</?h)([2-4])(?=[ >])")
# Fields of an item that name the page it shows.
PAGES = ("article", "event", "material", "pilot", "about_organisation")


def one_page_at_most():
    """Q: of the fields in PAGES one is set, or none."""
    alone = Q(**{f"{name}__isnull": True for name in PAGES})
    for chosen in PAGES:
        alone |= Q(**{f"{name}__isnull": name != chosen for name in PAGES})
    return alone


def lose_page(collector, field, items, using):
    """on_delete: an item whose page is deleted stays for its editor, and readers see it no longer.

    Neither its own words, which may say what the page was not to say any more, nor an empty place.
    """
    collector.add_field_update(field, None, items)
    collector.add_field_update(field.model._meta.get_field("has_lost_page"), True, items)


class Newsletter(Worded):
    """What a network sends again and again."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    frequency = models.CharField(
        _("how often"), max_length=80, blank=True, help_text=_("Such as “twice a year”.")
    )
    publisher = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="newsletters",
        verbose_name=_("publisher"),
    )

    needs_words_in = ("name",)
    interchange_key = "slug"

    class Meta:
        ordering = ["slug"]
        verbose_name, verbose_name_plural = _("newsletter"), _("newsletters")

    def __str__(self):
        return wording(self, "name", get_language() or "en")[0] or self.slug


class Issue(Content):
    """One issue. Its date is when it came out, its text the words before the first item."""

    newsletter = models.ForeignKey(
        Newsletter, models.PROTECT, related_name="issues", verbose_name=_("newsletter")
    )
    number = models.CharField(_("number"), max_length=20, blank=True)

    url_name = "newsletter:detail"
    section = _("Newsletter")
    feed_name, feed_title = "newsletter", _("Newsletter")
    schema_type = "PublicationIssue"
    parts = ("items",)

    class Meta(Content.Meta):
        verbose_name, verbose_name_plural = _("newsletter issue"), _("newsletter issues")
        constraints = [
            *Content.Meta.constraints,
            models.UniqueConstraint(
                fields=["newsletter", "number"],
                condition=~Q(number=""),
                name="news_issue_number",
                violation_error_message=_("There is already an issue of this number."),
            ),
        ]

    def own_faults(self, code):
        """See Content.own_faults: what keeps an issue from its readers."""
        sections = sections_of(self.items.all())
        if not sections:
            yield "no-items", _("The issue has no items."), True
        for section in sections:
            if section.heading and not section.items:
                heading = wording(section.heading, "title", code)[0]
                yield (
                    f"empty-section:{section.heading.pk}",
                    _("Nothing stands under “%(heading)s”.") % {"heading": heading},
                    True,
                )


class Item(Worded):
    """A heading of an issue, or what stands under one: in the order of `position`."""

    class Kind(models.TextChoices):
        SECTION = "section", pgettext_lazy("newsletter", "section heading")
        REVIEW = "review", pgettext_lazy("newsletter", "review")
        EVENT_REPORT = "event report", _("event report")
        EVENT = "event announcement", pgettext_lazy("newsletter", "event")
        INTERVIEW = "interview", _("interview")
        OPINION = "opinion", _("opinion")
        MEMBER_NEWS = "member news", _("member news")
        ANNOUNCEMENT = "announcement", _("announcement")
        NEWS = "news", _("news")
        ABOUT = "about", pgettext_lazy("newsletter", "about the network")

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=18, choices=Kind.choices, default=Kind.NEWS)
    title = models.CharField(
        _("title"), max_length=250, blank=True, help_text=_("Empty: that of the page below.")
    )
    body = RichTextField(
        _("text"), blank=True, help_text=_("Empty: the summary of the page below, and its link.")
    )
    anchor = models.SlugField(
        _("place in the address"),
        max_length=80,
        blank=True,
        help_text=_("What stands behind # in the address of this item. Empty: made of the title."),
    )
    article = models.ForeignKey(
        Article, lose_page, null=True, blank=True, related_name="+", verbose_name=_("article")
    )
    event = models.ForeignKey(
        Event, lose_page, null=True, blank=True, related_name="+", verbose_name=_("event")
    )
    material = models.ForeignKey(
        Material,
        lose_page,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("material"),
    )
    pilot = models.ForeignKey(
        Pilot, lose_page, null=True, blank=True, related_name="+", verbose_name=_("pilot")
    )
    about_organisation = models.ForeignKey(
        Organisation,
        lose_page,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    has_lost_page = models.BooleanField(
        _("its page was deleted"),
        default=False,
        help_text=_(
            "Readers do not see this item. Choose another page, delete the item, or untick this "
            "where its own title and text may stand alone."
        ),
    )
    members = models.ManyToManyField(
        Organisation,
        blank=True,
        related_name="newsletter_items",
        verbose_name=_("member organisations"),
        help_text=_("Whose news it is."),
    )
    picture = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    link_label = models.CharField(_("words of the link"), max_length=200, blank=True)
    link_url = models.URLField(
        _("address of the link"), max_length=500, blank=True, help_text="https://…"
    )
    link_language = models.CharField(
        _("language of the page that it leads to"),
        max_length=7,
        choices=list(KNOWN_LANGUAGES.items()),
        blank=True,
    )
    contact = models.ForeignKey(
        ContactPerson,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="newsletter_items",
        verbose_name=_("contact"),
    )
    themes = models.ManyToManyField(
        Theme,
        blank=True,
        related_name="newsletter_items",
        verbose_name=_("themes"),
        help_text=_("Readers may choose themes; items without any go to all of them."),
    )

    # What feeds and programs read of it: words beside a page are read where that page is.
    closed_fields = {"has_lost_page": None}
    open_rows = Q(has_lost_page=False)
    told_pages = PAGES

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("item"), _("items")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "anchor"],
                condition=~Q(anchor=""),
                name="news_item_anchor",
                violation_error_message=_(
                    "Another item of this issue has this place in the address."
                ),
            ),
            models.CheckConstraint(
                condition=one_page_at_most(),
                name="news_item_one_page",
                violation_error_message=_("An item can show only one page: choose one."),
            ),
        ]

    def __str__(self):
        title = wording(self, "title", get_language() or "en")[0]
        return title or str(self.page or self.get_kind_display())

    @staticmethod
    def said_when_left(items):
        """What the deletion of a page that they show does; see editing/consequences.py."""
        return _("Readers no longer see these items of newsletters")

    def save(self, *args, **kwargs):
        changed = set()
        if not self.anchor:
            self.anchor = self.free_anchor()
            changed.add("anchor")
        if self.has_lost_page and self.shows_page:
            self.has_lost_page = False  # another one was chosen
            changed.add("has_lost_page")
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], *changed}
        super().save(*args, **kwargs)

    def free_anchor(self):
        """A place made of the title, or of the slug of the page, that no other item has; '' of none."""
        title = wording(self, "title", self.issue.source_language)[0]
        wish = make_slug(title) or (self.page.slug if self.page else "")
        if len(wish) > 60:
            wish = wish[:60].rpartition("-")[0] or wish[:60]  # whole words
        if not wish:
            return ""
        others = Item.objects.filter(issue=self.issue_id, anchor__startswith=wish).exclude(
            pk=self.pk
        )
        taken = {*others.values_list("anchor", flat=True), *TAKEN}
        numbers = (f"{wish}-{number}" for number in count(2))
        return wish if wish not in taken else next(each for each in numbers if each not in taken)

    def clean(self):
        super().clean()
        if self.anchor in TAKEN:
            raise ValidationError({"anchor": _("The page itself uses this word: choose another.")})
        if not self.page and not wording(self, "title", get_language() or "en")[0]:
            raise ValidationError(
                {column("title", get_language() or "en"): _("A title, or a page below.")}
            )
        if self.is_section and self.page:
            raise ValidationError({"kind": _("A section heading cannot show a page.")})

    @property
    def is_section(self):
        return self.kind == self.Kind.SECTION

    @property
    def shows_page(self):
        return any(getattr(self, f"{name}_id") for name in PAGES)

    @property
    def is_lost(self):
        """The page that it showed was deleted, and nobody has decided yet what becomes of it."""
        return self.has_lost_page and not self.shows_page

    @cached_property
    def page(self):
        """The page of the portal that the item shows; None where it has a text of its own."""
        return next((found for name in PAGES if (found := getattr(self, name))), None)

    @property
    def place(self):
        """What stands behind # in its address: the same in all languages, whatever the order."""
        return self.anchor or f"item-{self.pk}"


@dataclass
class Section:
    """A heading and what stands under it; what comes before the first heading has none."""

    heading: Item | None
    items: list


def sections_of(items):
    """The Sections of an issue, from its items in their order."""
    sections = []
    for item in items:
        if item.is_section:
            sections.append(Section(item, []))
        elif sections:
            sections[-1].items.append(item)
        else:
            sections.append(Section(None, [item]))
    return sections


@dataclass
class Reading:
    """What a reader of one language gets of an item: one language, whole."""

    item: Item
    language: str
    title: str
    body: str  # HTML where `is_rich`, else the plain summary of the page
    page: Content | None  # the page that it shows; None where it has a text of its own
    is_rich: bool


def reading_of(item, language):
    """The Reading of an item for a reader of `language`; None where nobody may read it now.

    Own text: the asked language if title and text are there, else that of the issue, English, any.
    A page: as everywhere, in the language that it is public in.
    """
    if page := item.page:
        code = page.language_found_in(language)
        if not code or page.is_gone_from(language):
            return None
        shown = page.in_language(code)
        own = getattr(item, column("title", code)), getattr(item, column("body", code))
        return Reading(
            item,
            code,
            own[0] or shown.title,
            lowered(own[1] or "") or shown.summary,
            page,
            bool(own[1]),
        )
    if item.is_lost:
        return None
    has_body = any(getattr(item, column("body", code)) for code in language_codes())
    for code in dict.fromkeys([language, item.issue.source_language, "en", *language_codes()]):
        title, body = (getattr(item, column(name, code)) for name in ("title", "body"))
        if title and (body or not has_body):
            return Reading(item, code, title, lowered(body or ""), None, True)
    return None


def lowered(html):
    """Rich text with its headings two levels deeper: it stands under the title of an item."""
    return HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) + 2}", html)


def with_pages(items, issue):
    """Items with the pages, pictures and people that they show: two queries, however many."""
    wanted = {
        name: {getattr(item, f"{name}_id") for item in items} - {None}
        for name in (*PAGES, "picture", "contact")
    }
    fields = {name: Item._meta.get_field(name).related_model for name in wanted}
    found = gather(
        **{
            name: listed(model).filter(pk__in=wanted[name])
            for name, model in fields.items()
            if wanted[name]
        },
        members=listed(Organisation).filter(newsletter_items__issue=issue).distinct(),
        membership=Item.members.through.objects.filter(item__issue=issue),
    )
    members = {each.pk: each for each in found["members"]}
    for item in items:
        item.issue = issue
        for name in wanted:
            rows = {row.pk: row for row in found.get(name, ())}
            setattr(item, name, rows.get(getattr(item, f"{name}_id")))
        item.shown_members = [
            members[row.organisation_id] for row in found["membership"] if row.item_id == item.pk
        ]
    return items


def listed(model):
    """What a list shows of the rows of a model: of people and their pictures, while they agree."""
    return model.objects.for_lists() if issubclass(model, Content) else model.objects.agreed()
