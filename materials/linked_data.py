"""What schema.org calls the facts of a material."""

import re

from healthyboost.content.addresses import absolute
from healthyboost.content.languages import wording
from healthyboost.sharing.linked_data import references

from .models import Material, MaterialVersion

TYPES = {Material.Kind.REPORT: "Report", Material.Kind.PAPER: "ScholarlyArticle"}
MEDIA = {MaterialVersion.Form.VIDEO: "VideoObject", MaterialVersion.Form.AUDIO: "AudioObject"}
CREATIVE_COMMONS = re.compile(r"CC[ -](BY(?:-(?:NC|ND|SA))*)[ -](\d\.\d)", re.IGNORECASE)
PUBLIC_DOMAIN = re.compile(r"CC[ -]?0(?:[ -]1\.0)?", re.IGNORECASE)


def material_facts(page, language, found):
    own_type = TYPES.get(page.kind)
    kind = page.get_kind_display()
    is_training = page.kind == Material.Kind.TRAINING
    facts = {
        "@type": ["LearningResource", own_type] if own_type else "LearningResource",
        "learningResourceType": kind,
        "educationalUse": "professional development" if is_training else None,
        "timeRequired": f"PT{page.minutes_needed}M" if page.minutes_needed else None,
        "audience": [
            {"@type": "EducationalAudience", "audienceType": wording(each, "name", language)[0]}
            for each in found["audience"]
        ],
        "license": licence(page.licence),
        "version": page.edition,
        "creditText": page.in_language(language).author_text,
        "sameAs": f"https://doi.org/{page.doi}" if page.doi else None,
        "encoding": [encoding(version) for version in found["versions"]],
    }
    authors = references(found["authors"], language)
    return facts | ({"author": authors} if authors else {})


def licence(said):
    """The address of a Creative Commons licence; else the licence as it is called."""
    if match := CREATIVE_COMMONS.fullmatch(said.strip()):
        terms, edition = match[1].lower(), match[2]
        return f"https://creativecommons.org/licenses/{terms}/{edition}/"
    if PUBLIC_DOMAIN.fullmatch(said.strip()):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    if said.startswith("https://"):
        return said
    return {"@type": "CreativeWork", "name": said} if said else None


def encoding(version):
    """One version: a file that is stored here, or an address elsewhere."""
    is_file = bool(version.file)
    address = absolute(version.file.url) if is_file else version.url
    seconds = version.duration_seconds
    captions = (
        {"@type": "MediaObject", "contentUrl": absolute(version.captions_file.url)}
        if (version.captions_file)
        else None
    )
    return {
        "@type": MEDIA.get(version.form, "MediaObject"),
        "name": version.title,
        "inLanguage": None if version.language in ("mul", "zxx") else version.language,
        "encodingFormat": version.media_type if is_file else None,
        "contentUrl": address if is_file else None,
        "url": None if is_file else address,
        "contentSize": str(version.size) if is_file else None,
        "sha256": version.sha256,
        "duration": f"PT{seconds}S" if seconds else None,
        "caption": captions,
    }
