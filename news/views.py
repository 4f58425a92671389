from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from healthyboost.content.filters import (
    Filter,
    in_period,
    page_choices,
    row_choices,
    year_choices,
)
from healthyboost.content.gathering import gather
from healthyboost.content.kept import kept
from healthyboost.content.models import Theme
from healthyboost.content.views import ContentDetail, ContentList
from materials.models import Material
from partners.models import Organisation
from pilots.models import Pilot

from .models import Article


class ArticleList(ContentList):
    model = Article
    reads = (*ContentList.reads, "year", "theme", "city", "organisation")

    related = ("organisation",)

    def filters(self):
        choices, self.pilots = choices_of_articles()
        return [
            Filter("year", _("Year"), _("All years"), choices["years"], in_period),
            Filter(
                "theme",
                _("Topic"),
                _("All topics"),
                choices["themes"],
                lambda rows, row: rows.filter(themes=row.pk),
            ),
            Filter(
                "city",
                _("City"),
                _("All cities"),
                choices["cities"],
                lambda rows, row: rows.filter(pilot=row.pk),
            ),
            Filter(
                "organisation",
                _("Organisation"),
                _("All organisations"),
                choices["organisations"],
                lambda rows, row: rows.filter(organisation=row.pk),
            ),
        ]

    def with_relations(self, articles):
        for article in articles:
            article.year = timezone.localtime(article.date).year if article.date else None
            place = self.pilots.get(article.pilot_id) or article.organisation
            is_public = place and place.language_found_in(get_language())
            city = place.shown.city if is_public else ""
            article.note = " · ".join(filter(None, [capfirst(article.get_kind_display()), city]))
        return articles

    def count_words(self, count):
        return ngettext("%(count)s news item", "%(count)s news items", count)


@kept
def choices_of_articles():
    """The choices of their filters, by name, and {pk: pilot}."""
    theirs = Article.objects.published().filter(organisation=OuterRef("pk"))
    found = gather(
        themes=Theme.objects.filter(kind=Theme.Kind.AREA),
        pilots=Pilot.objects.published().for_lists().order_by("slug"),
        organisations=Organisation.objects.published()
        .for_lists()
        .filter(Exists(theirs))
        .order_by("slug"),
    )
    choices = {
        "years": list(year_choices(Article.objects.published().years())),
        "themes": list(row_choices(found["themes"])),
        "cities": page_choices(found["pilots"], "city"),
        "organisations": page_choices(found["organisations"]),
    }
    return choices, {pilot.pk: pilot for pilot in found["pilots"]}


class ArticleDetail(ContentDetail):
    model = Article
    select_related = ("organisation", "pilot", "project")

    def gathered(self, page):
        return {
            "quotes": page.quotes.all(),
            "partners": Organisation.objects.published()
            .for_lists()
            .filter(articles=page)
            .exclude(pk=page.organisation_id)
            .order_by("slug"),
            "materials": Material.objects.published()
            .for_lists()
            .filter(articles=page)
            .order_by("slug"),
            "related": related_articles(page),
        }


def related_articles(article):
    """Up to four others: of the same pilot, else of a theme that both have; newest first."""
    others = Article.objects.published().for_reader().exclude(pk=article.pk).newest_first()
    if article.pilot_id:
        return others.filter(pilot=article.pilot_id)[:4]
    pairs = Article.themes.through.objects.all()
    shared = pairs.filter(theme__in=pairs.filter(article=article.pk).values("theme"))
    return others.filter(pk__in=shared.values("article"))[:4]
