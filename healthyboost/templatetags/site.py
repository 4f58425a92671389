"""What every page shows of the portal itself."""

from django import template

from healthyboost.content.gathering import gather
from healthyboost.content.kept import kept, kept_value
from healthyboost.pages.models import Page
from partners.models import Project

register = template.Library()


@register.simple_tag
@kept
def site():
    """{"pages": those of the footer, "projects": the one whose funding is named}, in one query."""
    footer = Page.objects.published().filter(footer_position__isnull=False)
    return gather(
        pages=footer.for_lists().order_by("footer_position", "id"),
        projects=Project.objects.published().for_lists().order_by("id")[:1],
    )


@register.tag("kept")
def keep(parser, token):
    """{% kept "footer" a b %}...{% endkept %}: what looks the same on all pages of a language where a
    and b are the same. Of these there must be few."""
    _tag, *words = token.split_contents()
    nodes = parser.parse(["endkept"])
    parser.delete_first_token()
    return Kept([parser.compile_filter(word) for word in words], nodes)


class Kept(template.Node):
    def __init__(self, names, nodelist):
        self.names, self.nodelist = names, nodelist

    def render(self, context):
        key = "template", *(name.resolve(context) for name in self.names)
        return kept_value(key, lambda: self.nodelist.render(context))
