"""Which pages have a card, where it is, and what is on it."""

from django.apps import apps
from django.urls import reverse

from healthyboost.content.gathering import gather
from healthyboost.content.references import kinds
from healthyboost.content.views import hung


def card_models():
    """{kind in the address: content type} of what other sites can embed."""
    return {kind: model for kind, model in kinds().items() if model.card_texts is not None}


def card_path(page):
    """The address of the card in the active language, without host."""
    return reverse("card", args=[f"{page._meta.model_name}s", page.slug])


def card_parts(page):
    """What the card shows beside the texts of the page, in one query: a picture, and who paid."""
    projects = apps.get_model("partners.Project").objects.published().for_lists()
    own = isinstance(page, projects.model)
    return gather(
        pictures=hung(page, "pictures", "picture", "uses")[:1],
        projects=projects.filter(pk=page.pk if own else page.project_id),
    )
