"""The signature of the portal, drawn on the server: charts, covers, bars. No style attribute anywhere."""

from django import template
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from healthyboost.content.kept import said_of

from ..covers import cover as cover_of

register = template.Library()

ICONS = {
    "calendar": "M3.5 5.5h17v15h-17zM3.5 10h17M8 3v5M16 3v5",
    "arrow": "M4 12h15M13 6l6 6-6 6",
    "download": "M12 4v11M6.5 10l5.5 5.5L17.5 10M5 20h14",
    "out": "M9 6h9v9M18 6L6 18",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "search": "M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13M15.3 15.3L20 20",
}


@register.simple_tag
def icon(name):
    return said_of(("icon", name), lambda: drawn("icon", path=ICONS[name]))


@register.simple_tag
def cover(name):
    return said_of(
        ("cover", name), lambda: drawn("cover", cover=cover_of(name), id=f"cover-{name}")
    )


def drawn(name, **context):
    return render_to_string(f"chart/{name}.svg", context)


@register.inclusion_tag("chart/chart.svg")
def chart(marks, view="60 10 1040 940", borders=False, graticule=False):
    """The sea with `marks` on it. Hidden from screen readers: a list of the places follows it.

    Two drawings, one over the other, so that the water can fade and the names do not.
    """
    return {
        "marks": marks,
        "view": view,
        "borders": borders,
        "graticule": graticule,
        "depths": range(1, 5),
        "sea_name": _("Baltic Sea"),
    }


@register.simple_tag
def light(kind):
    """One sign of the legend: 'light', 'dot' or 'lead'."""
    return said_of(("light", kind), lambda: drawn("light", kind=kind))


@register.inclusion_tag("chart/bars.svg")
def bars(shares):
    """Bars of shares (percentages that add up to 100) on one line with a scale."""
    drawn, start = [], 0
    for number, share in enumerate(shares, 1):
        drawn.append(
            {"x": f"{start * 10:.1f}", "width": f"{share * 10:.1f}", "class": (number - 1) % 3 + 1}
        )
        start += share
    return {"bars": drawn, "ticks": [(n * 100, 10 if n % 5 == 0 else 6) for n in range(11)]}
