from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from healthyboost.content.filters import Choice, Filter, row_choices
from healthyboost.content.gathering import gather
from healthyboost.content.kept import kept
from healthyboost.content.languages import language_codes
from healthyboost.content.models import Theme
from healthyboost.content.views import ContentDetail, ContentList
from healthyboost.media.models import FILE_LANGUAGES
from partners.models import Organisation
from partners.views import related

from .linked_data import material_facts
from .models import Material, MaterialVersion


class MaterialList(ContentList):
    model = Material
    page_size = 20
    reads = (*ContentList.reads, "language", "kind", "audience", "theme")

    def get_queryset(self):
        return super().get_queryset().current()

    def filters(self):
        available, groups, themes = available_materials()
        languages = [
            Choice(code, str(name))
            for code, name in FILE_LANGUAGES
            if code in available or code in language_codes()
        ]
        kinds = [Choice(kind.value, str(kind.label)) for kind in Material.Kind]
        return [
            Filter(
                "language",
                _("Language of the material"),
                _("All languages"),
                languages,
                lambda rows, code: rows.filter(
                    pk__in=MaterialVersion.objects.filter(language=code).values("material")
                ),
            ),
            Filter("kind", _("Type"), _("All types"), kinds, "kind"),
            Filter(
                "audience",
                _("For whom"),
                _("All groups"),
                groups,
                lambda rows, row: rows.filter(audience=row.pk),
            ),
            Filter(
                "theme",
                _("Topic"),
                _("All topics"),
                themes,
                lambda rows, row: rows.filter(themes=row.pk),
            ),
        ]

    def with_relations(self, materials):
        versions = gather(versions=MaterialVersion.objects.filter(material__in=materials))[
            "versions"
        ]
        for material in materials:
            own = [version for version in versions if version.material_id == material.pk]
            material.available_in = list(dict.fromkeys(version.language for version in own))
        return materials

    def count_words(self, count):
        return ngettext("%(count)s material", "%(count)s materials", count)


@kept
def available_materials():
    """Codes of the languages that there are materials in, and choices of groups and themes."""
    public = Material.objects.published().values("pk")
    found = gather(
        languages=MaterialVersion.objects.filter(material__in=public)
        .order_by("language")
        .distinct("language")
        .only("language"),
        themes=Theme.objects.filter(material__in=public).distinct(),
        groups=Theme.objects.filter(materials_for__in=public).distinct(),
    )
    languages = {version.language for version in found["languages"]}
    return languages, *(list(row_choices(found[name])) for name in ("groups", "themes"))


class MaterialDetail(ContentDetail):
    model = Material

    def gathered(self, page):
        return {
            "versions": page.versions.all(),
            "audience": page.audience.all(),
            "authors": Organisation.objects.published()
            .for_lists()
            .filter(materials=page)
            .order_by("slug"),
            "pilots": related(page, "pilots").order_by("slug"),
            "articles": related(page, "articles").newest_first()[:6],
            "editions": Material.objects.published()
            .for_lists()
            .filter(Q(replaces=page.pk) | Q(pk=page.replaces_id))
            .order_by("slug"),
        }

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"grid": grid(context["versions"])}

    def linked_data(self, context):
        return material_facts(self.page, context["shown"].language, context)


def grid(versions):
    """Forms by languages: {"languages": [code], "rows": [(form, [(code, version or None)])]}.

    All languages of the portal, and those others in which there is something.
    """
    known = [code for code, _name in FILE_LANGUAGES]
    found = {(version.form, version.language): version for version in versions}
    languages = [
        code
        for code in known
        if code in language_codes() or any(version.language == code for version in versions)
    ]
    forms = [form for form in MaterialVersion.Form if any(v.form == form for v in versions)]
    return {
        "languages": languages,
        "available": len({version.language for version in versions}),
        "rows": [
            (form, [(code, found.get((form.value, code))) for code in languages]) for form in forms
        ],
    }
