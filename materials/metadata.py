"""What a material says of itself in two standards: Dublin Core, and IEEE LOM for learning material."""

from django.utils.translation import override

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.dates import machine_date
from healthyboost.content.languages import column, language_codes

from .models import Material

# DCMI Type Vocabulary; what is not here is a text.
DCMI_TYPES = {Material.Kind.VIDEO: "MovingImage", Material.Kind.TOOL: "InteractiveResource"}
# The types of learning resources of the Learning Resource Exchange (LREv3.0).
LEARNING_TYPES = {
    Material.Kind.TOOL: "tool",
    Material.Kind.TRAINING: "course",
    Material.Kind.VIDEO: "video",
    Material.Kind.RECOMMENDATIONS: "guide",
}


def languages_of(material):
    """Codes of the languages that the material is in; those of its page where it has no files.

    Once it is withdrawn, the languages in which it was: harvesters of their sets are to hear of it.
    """
    of_versions = dict.fromkeys(version.language for version in material.versions.all())
    was_public = [c for c in language_codes() if getattr(material, column("published_at", c))]
    return list(of_versions) or material.languages or was_public


def names_of(row, field):
    """{language: text} of a translated field, where there is one."""
    found = {code: getattr(row, column(field, code)) for code in language_codes()}
    return {code: text for code, text in found.items() if text}


def addresses_of(material):
    """The addresses of its page, that of the original first."""
    public = material.languages
    first = [code for code in (material.source_language,) if code in public]
    return [address_of(material, code) for code in dict.fromkeys([*first, *public])]


def file_address(version):
    return version.url or absolute(version.file.url)


def authors_of(material):
    """(name, language) of the organisations that a visitor may know of, in its original language."""
    for author in material.authors.all():
        if code := author.language_found_in(material.source_language):
            yield author.in_language(code).title, code


def author_texts(material):
    return {code: text for code in material.languages if (text := text_in(material, code))}


def text_in(material, code):
    return material.in_language(code).author_text


def kind_in(material, code):
    with override(code):
        return str(material.get_kind_display())


def dublin_core(material):
    """(element, text, language or "") in the order of the fifteen elements."""
    public, versions = material.languages, material.versions.all()
    topics = dict.fromkeys([*material.themes.all(), *material.audience.all()])
    editions = [each for each in [material.replaces] if each and each.languages]
    newer = [each for each in material.replaced_by.all() if each.languages]
    found = [
        *(("title", material.in_language(code).title, code) for code in public),
        *(("creator", name, code) for name, code in authors_of(material)),
        *(("creator", text, code) for code, text in author_texts(material).items()),
        *(
            ("subject", name, code)
            for topic in topics
            for code, name in names_of(topic, "name").items()
        ),
        *(("description", material.in_language(code).summary, code) for code in public),
        ("publisher", "Healthy Boost", ""),
        ("date", date_of(material), ""),
        ("type", DCMI_TYPES.get(material.kind, "Text"), ""),
        *(("type", kind_in(material, code), code) for code in public),
        *(("format", media_type, "") for media_type in media_types(versions)),
        *(("identifier", address, "") for address in addresses_of(material)),
        ("identifier", doi_address(material), ""),
        *(("language", code, "") for code in languages_of(material)),
        *(("relation", file_address(version), "") for version in versions),
        *(("relation", addresses_of(each)[0], "") for each in [*editions, *newer]),
        ("rights", material.licence, ""),
    ]
    return [element for element in found if element[1]]


def learning_object(material):
    """What templates/materials/learning_object.xml shows."""
    public, versions = material.languages, material.versions.all()
    return {
        "addresses": addresses_of(material),
        "doi": material.doi,
        "titles": [(code, material.in_language(code).title) for code in public],
        "summaries": [(code, material.in_language(code).summary) for code in public],
        "languages": ["none" if code == "zxx" else code for code in languages_of(material)],
        "keywords": [names_of(group, "name") for group in material.audience.all()],
        "edition": material.edition,
        "authors": [
            *(card(name, is_organisation=True) for name, _code in authors_of(material)),
            *(card(text) for text in list(author_texts(material).values())[:1]),
        ],
        "publisher": card("Healthy Boost", is_organisation=True),
        "date": date_of(material),
        "formats": media_types(versions),
        "locations": [file_address(version) for version in versions],
        "learning_type": LEARNING_TYPES.get(material.kind, "text"),
        "minutes": material.minutes_needed,
        "licence": material.licence,
        "replaces": [
            addresses_of(each)[0] for each in [material.replaces] if each and each.languages
        ],
        "replaced_by": [
            addresses_of(each)[0] for each in material.replaced_by.all() if each.languages
        ],
        "topics": [(topic.slug, names_of(topic, "name")) for topic in material.themes.all()],
    }


def date_of(material):
    return machine_date(material.date, material.date_precision)[:10] if material.date else ""


def media_types(versions):
    return list(dict.fromkeys(each.media_type for each in versions if each.media_type))


def doi_address(material):
    return f"https://doi.org/{material.doi}" if material.doi else ""


def card(name, is_organisation=False):
    """A vCard, in which LOM names people and organisations (RFC 2426)."""
    name = name.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")
    organisation = f"ORG:{name}\r\n" if is_organisation else ""
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:;;;;\r\n{organisation}END:VCARD"
