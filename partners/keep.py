"""Projects, partners and budgets with the fields of keep.eu, the database of Interreg projects.

Its fields are described at https://keep.eu/faq/ ("What kind of data is available in keep.eu on
2014-2020 projects, partners and calls?"); the names here are those words with underscores. keep.eu
takes data from programmes alone, so this is what a project can hand to its programme.

What the portal does not know is null (in CSV: empty): the postal address, and the legal status of
bodies of which the kind does not tell it. Of people there is nothing.
"""

import csv
import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

from django.http import Http404
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_safe

from healthyboost.api.tables import harmless
from healthyboost.content.addresses import address_of
from healthyboost.content.dates import machine_date
from healthyboost.content.gathering import gather
from healthyboost.content.languages import language_codes, wording
from healthyboost.limits.counting import INTERFACE, limited
from healthyboost.opendata.answers import asked_language, data_response
from healthyboost.opendata.licence import licence_address

from .models import FundingLine, FundingSource, Organisation, Partnership, Project

ROLES = {
    Partnership.Role.LEAD: "Lead partner",
    Partnership.Role.PARTNER: "Project partner",
    Partnership.Role.ASSOCIATED: "Associated partner",
}
PUBLIC_BODIES = {
    Organisation.Kind.CITY,
    Organisation.Kind.MUNICIPALITY,
    Organisation.Kind.REGION,
    Organisation.Kind.AUTHORITY,
}
# Of which kinds of money it is sure that all of it, or none of it, is the EU's.
EU_MONEY = {FundingSource.Kind.ERDF}
MIXED_MONEY = {FundingSource.Kind.PROGRAMME, FundingSource.Kind.NEIGHBOURHOOD}
NESTED = ("project_names", "funding", "partners")


def keep_data(language):
    """[{project field: value, "partners": [{partner field: value}]}], texts in `language` where they are."""
    projects = Project.objects.published(language).for_lists().order_by("id")
    found = gather(
        projects=projects,
        partnerships=Partnership.objects.filter(project__in=projects.values("pk")).order_by(
            "project", "position", "id"
        ),
        organisations=Organisation.objects.published(language)
        .for_lists()
        .filter(partnerships__project__in=projects.values("pk"))
        .distinct(),
        lines=FundingLine.objects.order_by("source__position", "id"),
        sources=FundingSource.objects.all(),
    )
    found["organisations"] = {each.pk: each for each in found["organisations"]}
    found["sources"] = {each.pk: each for each in found["sources"]}
    return [project_fields(project, found, language) for project in found["projects"]]


def project_fields(project, found, language):
    shown = project.in_language(project.language_found_in(language))
    names = {code: project.in_language(code).title for code in project.languages}
    roles = [
        role
        for role in found["partnerships"]
        if role.project_id == project.pk and role.organisation_id in found["organisations"]
    ]
    lines = [line for line in found["lines"] if line.project_id == project.pk]
    return {
        "programme": shown.programme or None,
        "period": project.programme_period or None,
        "project_acronym": project.acronym,
        "project_id": project.number,
        "project_name": shown.title,
        "project_name_in_english": names.get("en"),
        "project_names": names,
        "description": shown.summary,
        "language": shown.language,
        "priority": shown.priority or None,
        "specific_objective": shown.objective or None,
        "start_date": machine_date(project.start, project.start_precision),
        "end_date": project.end and machine_date(project.end, project.end_precision),
        "project_status": "Closed" if has_ended(project) else "Ongoing",
        **money_fields(project.total_budget, project.currency, lines, found, language),
        "website": address_of(project, shown.language),
        "partners": [partner_fields(role, project, found, language) for role in roles],
    }


def partner_fields(role, project, found, language):
    partner = found["organisations"][role.organisation_id]
    shown = partner.in_language(partner.language_found_in(language))
    lines = [line for line in found["lines"] if line.partnership_id == role.pk]
    with override(language):
        kind, country = str(partner.get_kind_display()), str(partner.get_country_display())
    return {
        "project_acronym": project.acronym,
        "project_id": project.number,
        "partner_role": ROLES[role.role],
        "partner_name": shown.title,
        "language": shown.language,
        "partner_name_in_original_language": partner.native_name or None,
        "original_language": partner.native_language or None,
        "partner_name_in_english": (
            partner.in_language("en").title if "en" in partner.languages else None
        ),
        "abbreviation": partner.abbreviation or None,
        "department": shown.unit or None,
        "legal_status": "Public" if partner.kind in PUBLIC_BODIES else None,
        "type_of_organisation": kind,
        "address": None,
        "town": shown.city or None,
        "country": country or None,
        "country_code": partner.country or None,
        "latitude": text_of(partner.latitude),
        "longitude": text_of(partner.longitude),
        **period_fields(role, project),
        **money_fields(role.budget_total, project.currency, lines, found, language),
        "website": partner.website or None,
    }


def has_ended(project):
    return bool(project.end and project.end < timezone.localdate())


def period_fields(role, project):
    """First and last day of the role; those of the project where the role has none of its own."""
    first = machine_date(role.valid_from or project.start, first_precision(role, project))
    if role.valid_until:
        last = machine_date(role.valid_until - timedelta(days=1))
    else:
        last = project.end and machine_date(project.end, project.end_precision)
    return {"period_from": first, "period_to": last}


def first_precision(role, project):
    return "day" if role.valid_from else project.start_precision


def money_fields(total, currency, lines, found, language):
    """The amounts are decimals as text; those of `funding` add up to `total_budget`.

    `eu_funding` is what is sure to be the EU's money, and a part of it only where a line of the
    source holds other money, too.
    """
    kinds = [found["sources"][line.source_id].kind for line in lines]
    sure = [line.amount for line, kind in zip(lines, kinds, strict=True) if kind in EU_MONEY]
    is_part = any(kind in MIXED_MONEY for kind in kinds)
    return {
        "total_budget": text_of(total),
        "currency": currency if total is not None else None,
        "eu_funding": text_of(sum(sure)) if sure else None,
        "eu_funding_is_a_part": is_part if lines else None,
        "funding": [
            {
                "source": wording(found["sources"][line.source_id], "name", language)[0],
                "kind": kind,
                "amount": text_of(line.amount),
            }
            for line, kind in zip(lines, kinds, strict=True)
        ],
    }


def text_of(number):
    return None if number is None else str(number)


def money_column(kind):
    return f"funding_{kind.lower().replace(' ', '_')}"


MONEY_COLUMNS = (
    "total_budget",
    "currency",
    "eu_funding",
    "eu_funding_is_a_part",
    *(money_column(kind) for kind in FundingSource.Kind),
)
PROJECT_COLUMNS = (
    "programme",
    "period",
    "project_acronym",
    "project_id",
    "project_name",
    "language",
    "project_name_in_english",
    *(f"project_name_{code}" for code in language_codes()),
    "description",
    "priority",
    "specific_objective",
    "start_date",
    "end_date",
    "project_status",
    *MONEY_COLUMNS,
    "website",
)
PARTNER_COLUMNS = (
    "project_acronym",
    "project_id",
    "partner_role",
    "partner_name",
    "language",
    "partner_name_in_original_language",
    "original_language",
    "partner_name_in_english",
    "abbreviation",
    "department",
    "legal_status",
    "type_of_organisation",
    "address",
    "town",
    "country",
    "country_code",
    "latitude",
    "longitude",
    "period_from",
    "period_to",
    *MONEY_COLUMNS,
    "website",
)


def flat(fields):
    """The fields of a project or a partner as a row: a column a language, a column a kind of money."""
    row = {name: value for name, value in fields.items() if name not in NESTED}
    for code, name in fields.get("project_names", {}).items():
        row[f"project_name_{code}"] = name
    for kind in FundingSource.Kind:
        amounts = [Decimal(line["amount"]) for line in fields["funding"] if line["kind"] == kind]
        row[money_column(kind)] = sum(amounts) if amounts else None
    return {name: said(value) for name, value in row.items()}


def said(value):
    return str(value).lower() if isinstance(value, bool) else value


@require_safe
@limited(INTERFACE)
def keep_json(request):
    language, refusal = asked_language(request)
    if refusal:
        return refusal
    told = {"licence": licence_address(), "projects": keep_data(language)}
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    return data_response(request, text, "application/json", language)


@require_safe
@limited(INTERFACE)
def keep_csv(request, table):
    """The table `projects` or `partners`, with a column for each kind of money."""
    if table not in ("projects", "partners"):
        raise Http404(table)
    language, refusal = asked_language(request)
    if refusal:
        return refusal
    projects = keep_data(language)
    partners = [partner for project in projects for partner in project["partners"]]
    rows = [flat(row) for row in (projects if table == "projects" else partners)]
    columns = {"projects": PROJECT_COLUMNS, "partners": PARTNER_COLUMNS}[table]
    text = StringIO()
    text.write("\ufeff")  # or spreadsheets take it for Latin letters only
    lines = csv.DictWriter(text, columns)
    lines.writeheader()
    lines.writerows({name: harmless(cell) for name, cell in row.items()} for row in rows)
    name = f"keep-{table}-{language}.csv"
    return data_response(request, text.getvalue(), "text/csv; charset=utf-8", language, name)
