"""What search engines and other sites read in the head of a page."""

from django import template

from .. import known

register = template.Library()


@register.simple_tag(takes_context=True)
def known_as(context, page=None):
    """The Known of a content object, of the page of a list, or of another page that has all languages.

    Previews, lists with a filter and lists that are not there have no address to be known by.
    """
    request = context["request"]
    if getattr(request, "preview", None):
        return known.Known()
    asked = request.get_full_path()
    if page:
        return known.known_page(page, asked)
    if context.get("is_filtered") or context.get("faults"):
        return known.Known()
    paging = context.get("paging")
    return known.known_list(request.path, asked, paging.number if paging else 1)


@register.filter
def open_graph_locale(language):
    return known.LOCALES.get(language, "")
