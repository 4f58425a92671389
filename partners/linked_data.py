"""What schema.org calls the facts of an organisation and of a project."""

from datetime import timedelta

from healthyboost.content.languages import wording
from healthyboost.sharing.linked_data import (
    as_number,
    day,
    location,
    name_of,
    reference,
    references,
)

from .models import FundingSource


def organisation_facts(page, language, found):
    version = page.in_language(language)
    native = {"@language": page.native_language, "@value": page.native_name}
    return {
        "alternateName": [
            native if page.native_name and page.native_language else page.native_name,
            page.abbreviation,
        ],
        "sameAs": page.website,
        "location": location(page, version),
        "memberOf": references([network for _row, network in found["networks"]], language),
    }


def project_facts(page, language, found):
    """`found` is what project_parts() and project_context() say."""
    roles = [role for role in found["partnerships"] if hasattr(role, "partner")]
    return {
        "alternateName": page.acronym,
        "identifier": page.number,
        "foundingDate": day(page.start, page.start_precision),
        "dissolutionDate": day(page.end, page.end_precision),
        "member": [part(role, language) for role in roles if reference(role.partner, language)],
        "funding": grants(page, language, found["funding"]),
    }


def part(role, language):
    """An organisation in a project, for a time."""
    return {
        "@type": "OrganizationRole",
        "member": name_of(role.partner, language),
        "roleName": role.get_role_display(),
        "startDate": day(role.valid_from),
        "endDate": day(role.valid_until and role.valid_until - timedelta(days=1)),
    }


def grants(page, language, funding):
    """A grant for each source that is not the partners' own money; else one of the programme."""
    if not funding:
        programme = {"@type": "Organization", "name": page.programme}
        return {"@type": "Grant", "funder": programme} if page.programme else None
    return [
        {
            "@type": "MonetaryGrant",
            "identifier": page.number,
            "funder": {
                "@type": "Organization",
                "name": wording(row["source"], "name", language)[0],
            },
            "amount": {
                "@type": "MonetaryAmount",
                "value": as_number(row["line"].amount),
                "currency": page.currency,
            },
        }
        for row in funding["rows"]
        if row["source"].kind != FundingSource.Kind.OWN
    ]
