"""What every page shows of the portal itself."""

from django import template

from healthyboost.content.gathering import gather
from healthyboost.pages.models import Page
from partners.models import Project

register = template.Library()


@register.simple_tag
def site():
    """{"pages": those of the footer, "projects": the one whose funding is named}, in one query."""
    footer = Page.objects.published().filter(footer_position__isnull=False)
    return gather(
        pages=footer.for_lists().order_by("footer_position", "id"),
        projects=Project.objects.published().for_lists().order_by("id")[:1],
    )
