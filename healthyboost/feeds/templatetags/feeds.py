"""The feeds that belong to a page of the portal."""

from django import template
from django.apps import apps
from django.utils.translation import get_language

from ..selection import ALL, FORMS, Selection, feed_models

register = template.Library()


@register.simple_tag(takes_context=True)
def feeds_of_page(context):
    """Selections: those of a list as it is filtered, of an organisation, of the front page."""
    language, model, page = get_language(), context.get("model"), context.get("page")
    request = context.get("request")
    if getattr(request, "preview", None):  # of what may not be public
        return []
    match = getattr(request, "resolver_match", None)
    if isinstance(page, apps.get_model("partners.Organisation")):
        is_shown = page.is_shown_in(language)
        return [Selection(language, organisation=page)] if is_shown else []
    if getattr(model, "feed_name", None):
        chosen = {
            each.name: each.chosen.row for each in context.get("filters") or () if each.chosen
        }
        of_rows = {name: chosen.get(name) for name in ("theme", "organisation")}
        return [Selection(language, model.feed_name, **of_rows)]
    if match and match.url_name == "home":
        return [Selection(language, kind) for kind in (ALL, *feed_models())]
    return []


@register.simple_tag
def feed_forms(selection):
    """(media type, address) of a feed in each form."""
    return [(kind, selection.address(form)) for form, kind in FORMS.items()]
