from modeltranslation.translator import TranslationOptions, register

from healthyboost.content.translation import ContentTranslation

from .models import ContactPerson, FundingLine, FundingSource, Organisation, Partnership, Project


@register(Organisation)
class OrganisationTranslation(ContentTranslation):
    fields = ("city", "unit", "name_status")


@register(Project)
class ProjectTranslation(ContentTranslation):
    fields = (
        "programme",
        "priority",
        "objective",
        "goal",
        "results",
        "emblem_text",
        "funding_statement",
    )


@register(ContactPerson)
class ContactPersonTranslation(TranslationOptions):
    fields = ("role",)


@register(Partnership)
class PartnershipTranslation(TranslationOptions):
    fields = ("tasks",)


@register(FundingSource)
class FundingSourceTranslation(TranslationOptions):
    fields = ("name", "abbreviation")


@register(FundingLine)
class FundingLineTranslation(TranslationOptions):
    fields = ("note",)
