"""What the notices of a public page need of the wishes of readers."""

from django import template
from django.urls import reverse

register = template.Library()


@register.filter
def needed_address(page):
    """Where “I need this page in my language” is sent: the same for everybody."""
    return reverse("needed", args=[page._meta.label_lower, page.pk])
