"""The links to the forms. They are the same for everybody, so that pages can be kept."""

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from healthyboost.feedback import reported

register = template.Library()


@register.simple_tag(takes_context=True)
def report_address(context):
    """Where a mistake on this page is reported; "" on pages of errors, and in previews."""
    request = context.get("request")
    if request is None or context.get("status") or getattr(request, "preview", None):
        return ""
    page = context.get("page")
    if hasattr(page, "is_gone_from") and page.is_gone_from(get_language()):
        return ""
    return reported.report_address(request)


@register.simple_tag(takes_context=True)
def write_address(context, person, page):
    """Where a reader writes to a contact person of `page`; "" where no mail reaches that person."""
    if not person.email or getattr(context.get("request"), "preview", None):
        return ""
    return reported.with_page(
        reverse("feedback:write", args=[person.slug]), page.get_absolute_url()
    )
