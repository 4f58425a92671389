"""What other sites and search engines show of a page: a picture with words, and facts."""

from dataclasses import dataclass, field

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from healthyboost.content.addresses import absolute, spoken
from healthyboost.content.kept import kept
from healthyboost.content.languages import language_codes
from healthyboost.discovery.known import LOCALES
from healthyboost.media.models import alternative_text

from .. import linked_data, posters
from ..drawing import HEIGHT, WIDTH

register = template.Library()


@dataclass
class Shared:
    title: str
    description: str
    language: str
    picture: str
    alt: str
    json: str
    type: str = "website"
    published: str = ""
    modified: str = ""
    others: list[str] = field(default_factory=list)  # the other languages of the page
    width = str(WIDTH)  # as machines read it
    height = str(HEIGHT)

    @property
    def other_locales(self):
        return [LOCALES[code] for code in self.others if code in LOCALES]


@register.simple_tag(takes_context=True)
def shared_as(context):
    """The Shared of the page that is being shown; None of a preview, an error or a filtered list."""
    match = context["request"].resolver_match
    if getattr(context["request"], "preview", None) or context.get("is_filtered"):
        return None
    if context.get("page") and context.get("shown"):
        return shared_page(context)
    if match and match.view_name == "home":
        return shared_home()
    if context.get("model") and not context.get("faults"):
        return shared_list(context["model"])
    return None


def shared_page(context):
    version, pictures = context["shown"], context.get("pictures", ())
    page, language = version.page, version.language
    found = context.flatten()
    picture = posters.picture_of_page(page, language, pictures)
    with spoken(language):
        facts = context["view"].linked_data(found)
        nodes = linked_data.page_nodes(version, found, facts, picture)
    is_article = page.schema_type.endswith("Article")
    return Shared(
        title=version.title,
        description=version.summary,
        language=language,
        picture=picture,
        alt=words_for(pictures, version),
        json=linked_data.script(nodes),
        type="article" if is_article else "website",
        published=linked_data.date_of_publication(version) if is_article else "",
        modified=linked_data.changed_at(version, found).isoformat() if is_article else "",
        others=[code for code in page.languages if code != language],
    )


def words_for(pictures, version):
    """What the photograph shows, where that is said in the language of the page; else its title."""
    if pictures and posters.is_shown_large(pictures[0]):
        alt, language = alternative_text(pictures[0], version.language)
        if alt and language == version.language:
            return alt
    return version.title


@kept
def shared_home():
    title, picture = _("Healthier cities around one sea"), posters.picture_of_section("home")
    description = _(
        "Cities, universities and associations from around the Baltic Sea work on health together: "
        "department with department, and cities with the people who live in them."
    )
    nodes = linked_data.front_page(title, description, picture)
    return shared_section(title, description, picture, nodes)


@kept
def shared_list(model):
    """None of a list that stands for nothing else: of a model without a section."""
    name, address = model.url_name.partition(":")[0], posters.section_address(model)
    if not address or model.section_url_name:
        return None
    title, picture = posters.section_name(model), posters.picture_of_section(name)
    nodes = linked_data.list_page(title, absolute(address), picture)
    return shared_section(title, "", picture, nodes)


def shared_section(title, description, picture, nodes):
    language = get_language()
    codes = [code for code in language_codes() if code != language]
    alt, json = _("The Baltic Sea with a light in each pilot city"), linked_data.script(nodes)
    return Shared(title, description, language, picture, alt, json, others=codes)
