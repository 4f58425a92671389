from django.utils.translation import get_language, ngettext

from healthyboost.chart.projection import mark, merged, place_labels
from healthyboost.content.sorting import name_key
from healthyboost.content.views import ContentDetail, ContentList
from partners.models import Organisation
from partners.views import related

from .linked_data import pilot_facts
from .models import Pilot


class PilotList(ContentList):
    model = Pilot
    page_size = 60

    def with_relations(self, pilots):
        return by_city(pilots)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"marks": pilot_marks(context["items"], size=35)}

    def count_words(self, count):
        return ngettext("%(count)s pilot", "%(count)s pilots", count)


def by_city(pilots):
    """In the order of their cities' names in the language of the reader."""
    return sorted(pilots, key=lambda pilot: name_key(pilot.shown.city, get_language()))


def pilot_marks(pilots, size=21):
    """The lights of some pilots, with their names, each leading to its page."""
    lights = (
        mark(pilot, pilot.shown.city, pilot.get_absolute_url(), is_light=True) for pilot in pilots
    )
    return place_labels(merged(lights), size)


class PilotDetail(ContentDetail):
    model = Pilot
    select_related = ("organisation", "project")

    def gathered(self, page):
        return {
            "steps": page.steps.all(),
            "co_operations": page.co_operations.all(),
            "organisations": Organisation.objects.published()
            .for_lists()
            .filter(co_operations__pilot=page)
            .distinct(),
            "target_groups": page.target_groups.all(),
            "materials": related(page, "materials").newest_first(),
            "articles": related(page, "articles").newest_first()[:6],
            "others": Pilot.objects.published().for_lists().exclude(pk=page.pk).order_by("id"),
        }

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        page, organisations = self.page, {each.pk: each for each in context["organisations"]}
        for each in context["co_operations"]:
            each.partner = organisations.get(each.organisation_id)
        here = mark(page, page.shown.city, is_light=True, is_here=True)
        dots = merged(mark(pilot) for pilot in context["others"])
        context["marks"] = dots + (place_labels([here], size=46) if here else [])
        context["others"] = by_city(context["others"])
        context["sections"] = [
            (name, getattr(page.shown, name))
            for name in Pilot.sections
            if getattr(page.shown, name)
        ]
        return context

    def linked_data(self, context):
        return pilot_facts(self.page, context["shown"].language, context)
