"""What schema.org calls the facts of a pilot."""

from healthyboost.sharing.linked_data import day, location, reference, references


def pilot_facts(page, language, found):
    version = page.in_language(language)
    took_part = [each for each in found["organisations"] if each != page.organisation]
    return {
        "parentOrganization": reference(page.project, language),
        "location": location(page, version),
        "foundingDate": day(page.start, page.start_precision),
        "dissolutionDate": day(page.end, page.end_precision),
        "member": [reference(page.organisation, language), *references(took_part, language)],
    }
