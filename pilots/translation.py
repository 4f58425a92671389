from modeltranslation.translator import TranslationOptions, register

from healthyboost.content.translation import ContentTranslation

from .models import CoOperation, Pilot, PilotStep


@register(Pilot)
class PilotTranslation(ContentTranslation):
    fields = ("city", *Pilot.sections, "cost_note")


@register(CoOperation)
class CoOperationTranslation(TranslationOptions):
    fields = ("unit",)


@register(PilotStep)
class PilotStepTranslation(TranslationOptions):
    fields = ("title", "text")
