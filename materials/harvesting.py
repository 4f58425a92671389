"""Materials for harvesters of open educational material: OAI-PMH at /oai."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Theme, public_in
from healthyboost.limits.counting import INTERFACE, limited
from healthyboost.media.models import FILE_LANGUAGES
from healthyboost.opendata.harvesting import Format, Repository, Set

from .metadata import dublin_core, languages_of, learning_object, names_of
from .models import Material, MaterialVersion

ABOVE = {
    "kind": _("By type"),
    "language": _("By language"),
    "theme": _("By topic and target group"),
}


class MaterialRepository(Repository):
    model = Material
    formats = {
        "oai_dc": Format(
            "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
            "http://www.openarchives.org/OAI/2.0/oai_dc/",
            "opendata/dublin_core.xml",
            dublin_core,
        ),
        "oai_lom": Format(
            "http://ltsc.ieee.org/xsd/lomv1.0/lomLoose.xsd",
            "http://ltsc.ieee.org/xsd/LOM",
            "materials/learning_object.xml",
            learning_object,
        ),
    }

    def sets(self):
        kinds = [Set(f"kind:{set_word(kind)}", said(kind.label)) for kind in Material.Kind]
        languages = [Set(f"language:{code}", said(name)) for code, name in FILE_LANGUAGES]
        public = Q()
        for code in language_codes():
            public |= public_in(code)
        shown = Material.objects.filter(public).values("pk")
        themes = Theme.objects.filter(Q(material__in=shown) | Q(materials_for__in=shown))
        return [
            *(Set(spec, said(name)) for spec, name in ABOVE.items()),
            *kinds,
            *languages,
            *(Set(f"theme:{theme.slug}", names_of(theme, "name")) for theme in themes.distinct()),
        ]

    def in_set(self, rows, spec):
        above, _colon, value = spec.partition(":")
        if above == "kind" and not value:
            return rows
        if above == "kind":
            kinds = [kind.value for kind in Material.Kind if set_word(kind) == value]
            return rows.filter(kind__in=kinds) if kinds else None
        if above == "theme":
            wanted = Theme.objects.filter(slug=value) if value else Theme.objects.all()
            if not wanted.exists():
                return None
            of_theme, for_group = (
                model.objects.filter(theme__in=wanted).values("material")
                for model in (Material.themes.through, Material.audience.through)
            )
            return rows.filter(Q(pk__in=of_theme) | Q(pk__in=for_group))
        if above == "language" and not value:
            return rows
        if above == "language" and value in dict(FILE_LANGUAGES):
            versions = MaterialVersion.objects.filter(language=value).values("material")
            found = Q(pk__in=versions)
            if value in language_codes():
                was_public = Q(**{f"{column('published_at', value)}__isnull": False})
                found |= Q(versions=None) & was_public
            return rows.filter(found)
        return None

    def sets_of(self, row):
        themes = dict.fromkeys([*row.themes.all(), *row.audience.all()])
        return [
            f"kind:{set_word(row.kind)}",
            *(f"language:{code}" for code in languages_of(row)),
            *(f"theme:{theme.slug}" for theme in themes),
        ]

    def with_relations(self, rows):
        return rows.select_related("replaces").prefetch_related(
            "versions", "themes", "audience", "authors", "replaced_by"
        )


def set_word(value):
    """ "policy recommendations" as a part of a setSpec."""
    return value.replace(" ", "-")


def said(words):
    """{language: `words` in it}"""
    names = {}
    for code in language_codes():
        with override(code):
            names[code] = str(words)
    return names


@csrf_exempt  # harvesters send forms from elsewhere, and change nothing
@require_http_methods(["GET", "HEAD", "POST"])
@limited(INTERFACE)
def oai(request):
    return MaterialRepository().answer(request.GET, request.POST)
