import csv

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from healthyboost.api.tables import harmless
from healthyboost.chart.projection import mark, merged, place_labels
from healthyboost.content.filters import Choice, Filter
from healthyboost.content.gathering import gather
from healthyboost.content.languages import wording
from healthyboost.content.places import COUNTRIES
from healthyboost.content.sorting import name_key
from healthyboost.content.views import ContentDetail, ContentList

from .linked_data import organisation_facts, project_facts
from .models import (
    ContactPerson,
    FundingLine,
    FundingSource,
    NetworkMembership,
    Organisation,
    Partnership,
    Project,
    shares,
)


class OrganisationList(ContentList):
    """The directory: by country, in the alphabet of the reader, with the map above it."""

    model = Organisation
    page_size = 200
    reads = (*ContentList.reads, "country", "kind")

    def get_queryset(self):
        return super().get_queryset().listed()

    def filters(self):
        countries = [Choice(code, str(name)) for code, name in COUNTRIES]
        kinds = [Choice(kind.value, str(kind.label)) for kind in Organisation.Kind]
        return [
            Filter("country", _("Country"), _("All countries"), countries, "country"),
            Filter("kind", _("Type"), _("All types"), kinds, "kind"),
        ]

    def with_relations(self, organisations):
        language = get_language()
        found = gather(
            partnerships=Partnership.objects.filter(organisation__in=organisations),
            projects=Project.objects.published().for_lists(),
            pilots=pilots_of(organisations),
        )
        projects = {project.pk: project for project in found["projects"]}
        for organisation in organisations:
            organisation.roles = [
                role
                for role in found["partnerships"]
                if role.organisation_id == organisation.pk and role.project_id in projects
            ]
            organisation.is_lead = any(
                role.role == Partnership.Role.LEAD and not role.valid_until
                for role in organisation.roles
            )
            organisation.pilots_shown = [
                pilot
                for pilot in found["pilots"]
                if pilot.organisation_id == organisation.pk and pilot.languages
            ]
        return sorted(organisations, key=lambda each: name_key(each.shown.title, language))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        partners = [each for each in context["items"] if each.roles]
        names, language = dict(COUNTRIES), get_language()
        countries = {each.country for each in partners if each.country}
        context["countries"] = [
            (code, names[code], [each for each in partners if each.country == code])
            for code in sorted(countries, key=lambda code: name_key(str(names[code]), language))
        ]
        context["elsewhere"] = [each for each in context["items"] if each not in partners]
        context["without_country"] = [each for each in partners if not each.country]
        context["marks"] = place_labels(merged(organisation_marks(partners)), size=35)
        return context

    def count_words(self, count):
        return ngettext("%(count)s organisation", "%(count)s organisations", count)


def pilots_of(organisations):
    """Public pilots that some organisations answer for."""
    pilots = Organisation.owned_pilots.rel.related_model
    return (
        pilots.objects.published().for_lists().filter(organisation__in=organisations).order_by("id")
    )


def organisation_marks(organisations):
    """A mark for each organisation, and one for each of its pilots that has a place of its own."""
    for each in organisations:
        at_home = [pilot for pilot in each.pilots_shown if same_place(pilot, each)]
        yield mark(
            each,
            each.shown.city,
            f"#{each.slug}",
            is_light=bool(at_home),
            is_lead=each.is_lead,
        )
        for pilot in each.pilots_shown:
            if not same_place(pilot, each):
                yield mark(pilot, pilot.shown.city, f"#{each.slug}", is_light=True)


def same_place(one, other):
    return one.latitude is None or (one.latitude, one.longitude) == (
        other.latitude,
        other.longitude,
    )


class OrganisationDetail(ContentDetail):
    model = Organisation

    def gathered(self, page):
        return {
            "partnerships": page.partnerships.all(),
            "projects": Project.objects.published()
            .for_lists()
            .filter(partnerships__organisation=page)
            .distinct(),
            "funding_lines": FundingLine.objects.filter(partnership__organisation=page),
            "funding_sources": FundingSource.objects.all(),
            "colleagues": page.people.agreed().filter(is_current=True),
            "pilots": pilots_of([page]),
            "materials": related(page, "materials").newest_first(),
            "articles": articles_about(page).newest_first()[:6],
            "memberships": NetworkMembership.objects.filter(Q(member=page) | Q(network=page)),
            "neighbours": Organisation.objects.published()
            .for_lists()
            .filter(Q(memberships__network=page) | Q(network_members__member=page))
            .order_by("slug")
            .distinct(),
        }

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        projects = {project.pk: project for project in context["projects"]}
        sources = {source.pk: source for source in context["funding_sources"]}
        context["roles"] = [
            {
                "partnership": role,
                "project": projects[role.project_id],
                "funding": funding(
                    [line for line in context["funding_lines"] if line.partnership_id == role.pk],
                    role.budget_total,
                    sources,
                ),
            }
            for role in context["partnerships"]
            if role.project_id in projects
        ]
        by_id = {each.pk: each for each in context["neighbours"]}
        language = get_language()
        for name, side in (("networks", "network_id"), ("members", "member_id")):
            rows = [
                (m, by_id[getattr(m, side)])
                for m in context["memberships"]
                if getattr(m, side) in by_id
            ]
            context[name] = sorted(rows, key=lambda row: name_key(row[1].shown.title, language))
        here = mark(self.page, self.page.shown.city, is_light=bool(context["pilots"]), is_here=True)
        context["marks"] = place_labels([here], size=46) if here else []
        return context

    def linked_data(self, context):
        return organisation_facts(self.page, context["shown"].language, context)


def articles_about(organisation):
    articles = Organisation.articles.rel.related_model
    about = Q(organisation=organisation) | Q(pk__in=organisation.articles.values("pk"))
    return articles.objects.published().for_lists().filter(about)


def related(page, name):
    """Public objects on the other side of a relation."""
    return getattr(page, name).published().for_lists()


def funding(lines, total, sources):
    """Rows of a funding table with shares that add up to 100.00; None where nothing is known."""
    if total is None:
        return None
    lines = sorted(lines, key=lambda line: sources[line.source_id].position)
    percentages = shares([line.amount for line in lines])
    rows = [
        {"line": line, "source": sources[line.source_id], "share": share}
        for line, share in zip(lines, percentages, strict=True)
    ]
    return {"rows": rows, "total": total, "shares": percentages, "whole": sum(percentages)}


class ProjectDetail(ContentDetail):
    model = Project

    def gathered(self, page):
        return project_parts(page)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"project": self.page} | project_context(self.page, context)

    def linked_data(self, context):
        return project_facts(self.page, context["shown"].language, context)


def project_parts(project):
    """Querysets of what is known of a project beside its own row."""
    return {
        "partnerships": project.partnerships.all(),
        "organisations": Organisation.objects.published()
        .for_lists()
        .filter(partnerships__project=project)
        .distinct(),
        "funding_lines": FundingLine.objects.filter(
            Q(project=project) | Q(partnership__project=project)
        ),
        "funding_sources": FundingSource.objects.all(),
        "manager": ContactPerson.objects.agreed().filter(pk=project.manager_id, is_current=True),
    }


def project_context(project, found):
    """Leads over time, partners and countries at the end, money: of the rows of project_parts()."""
    organisations = {each.pk: each for each in found["organisations"]}
    roles = [role for role in found["partnerships"] if role.organisation_id in organisations]
    for role in roles:
        role.partner = organisations[role.organisation_id]
    at_end = [role for role in roles if not project.end or role.is_valid_on(project.end)]
    sources = {source.pk: source for source in found["funding_sources"]}
    return {
        "leads": sorted(
            (role for role in roles if role.role == Partnership.Role.LEAD),
            key=lambda role: (role.valid_from is not None, role.valid_from),
            reverse=True,
        ),
        "partner_count": len({role.organisation_id for role in at_end}),
        "named_count": len({role.organisation_id for role in roles}),
        "country_count": len({role.partner.country for role in at_end if role.partner.country}),
        "funding": funding(
            [line for line in found["funding_lines"] if line.project_id],
            project.total_budget,
            sources,
        ),
        "partner_funding": [
            (
                role,
                funding(
                    [line for line in found["funding_lines"] if line.partnership_id == role.pk],
                    role.budget_total,
                    sources,
                ),
            )
            for role in roles
            if role.budget_total is not None
        ],
    }


@require_safe
def funding_csv(request, slug):
    """The funding of a project and of each partner with a known budget, one line an amount."""
    project = Project.objects.published().filter(slug=slug).first()
    if not project:
        raise Http404(slug)
    found = gather(**project_parts(project))
    known = project_context(project, found)
    language = get_language()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="{project.slug}-funding-{language}.csv"'
    )
    response.write("\ufeff")  # or spreadsheets take it for Latin letters only
    rows = csv.writer(response)
    rows.writerow([_("Owner"), _("Source"), _("Amount"), _("Currency"), _("Share, %")])
    tables = [(project.shown.title, known["funding"])]
    tables += [(role.partner.shown.title, table) for role, table in known["partner_funding"]]
    for owner, table in tables:
        if not table:
            continue
        for row in table["rows"]:
            name = wording(row["source"], "name", language)[0]
            cells = [owner, name, row["line"].amount, project.currency, row["share"]]
            rows.writerow([harmless(cell) for cell in cells])
        rows.writerow([harmless(owner), _("Total"), table["total"], project.currency, "100.00"])
    return response
