from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from healthyboost.content.filters import Choice, Filter, page_choices, row_choices
from healthyboost.content.gathering import gather
from healthyboost.content.models import Theme
from healthyboost.content.views import ContentDetail, ContentList
from materials.models import Material
from partners.models import Organisation
from pilots.models import Pilot

from .models import Article


class ArticleList(ContentList):
    model = Article

    def get_queryset(self):
        return super().get_queryset().select_related("organisation")

    def filters(self):
        theirs = Article.objects.published().filter(organisation=OuterRef("pk"))
        found = gather(
            themes=Theme.objects.filter(kind=Theme.Kind.AREA),
            pilots=Pilot.objects.published().for_lists().order_by("slug"),
            organisations=Organisation.objects.published()
            .for_lists()
            .filter(Exists(theirs))
            .order_by("slug"),
        )
        self.pilots = {pilot.pk: pilot for pilot in found["pilots"]}
        years = [Choice(str(year), str(year)) for year in Article.objects.published().years()]
        return [
            Filter("year", _("Year"), _("All years"), years, "date__year"),
            Filter(
                "theme",
                _("Topic"),
                _("All topics"),
                list(row_choices(found["themes"])),
                lambda rows, choice: rows.filter(themes=choice.row.pk),
            ),
            Filter(
                "city",
                _("City"),
                _("All cities"),
                page_choices(found["pilots"], "city"),
                lambda rows, choice: rows.filter(pilot=choice.row.pk),
            ),
            Filter(
                "organisation",
                _("Organisation"),
                _("All organisations"),
                page_choices(found["organisations"]),
                lambda rows, choice: rows.filter(organisation=choice.row.pk),
            ),
        ]

    def with_relations(self, articles):
        for article in articles:
            article.year = timezone.localtime(article.date).year if article.date else None
            place = self.pilots.get(article.pilot_id) or article.organisation
            city = place.shown.city if place and place.languages else ""
            article.note = " · ".join(filter(None, [capfirst(article.get_kind_display()), city]))
        return articles

    def count_words(self, count):
        return ngettext("%(count)s news item", "%(count)s news items", count)


class ArticleDetail(ContentDetail):
    model = Article
    select_related = ("organisation", "pilot", "project")

    def gathered(self):
        page = self.page
        return {
            "quotes": page.quotes.all(),
            "partners": Organisation.objects.published()
            .for_lists()
            .filter(articles=page)
            .exclude(pk=page.organisation_id),
            "materials": Material.objects.published().for_lists().filter(articles=page),
            "related": related_articles(page),
        }


def related_articles(article):
    """Up to four others: of the same pilot, else of a theme that both have; newest first."""
    others = Article.objects.published().for_lists().exclude(pk=article.pk).newest_first()
    if article.pilot_id:
        return others.filter(pilot=article.pilot_id)[:4]
    shared = Article.themes.through.objects.filter(theme__in=article.themes.values("pk"))
    return others.filter(pk__in=shared.values("article"))[:4]
