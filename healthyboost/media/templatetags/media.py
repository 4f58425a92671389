from django import template
from django.core.files.storage import default_storage
from django.templatetags.static import static
from django.utils.translation import gettext as _

from ..files import SHORT_NAMES
from ..models import alternative_text

register = template.Library()


@register.filter
def short_type(media_type):
    """ "PDF" for application/pdf."""
    return SHORT_NAMES.get(media_type) or media_type.rpartition("/")[2].upper()


@register.inclusion_tag("media/picture.html")
def picture(row, sizes="100vw", lazy=True):
    """A picture in the width that the reader's screen needs, with its alternative text and language."""
    text, language = alternative_text(row)
    sources = [
        (
            f"image/{extension}",
            ", ".join(
                f"{default_storage.url(each[extension])} {each['width']}w"
                for each in row.renditions
            ),
        )
        for extension in ("avif", "webp")
    ]
    return {
        "picture": row,
        "alt": text,
        "language": language,
        "sources": sources if row.renditions else [],
        "sizes": sizes,
        "lazy": lazy,
    }


@register.simple_tag
def share_picture(pictures):
    """What stands beside a page that is shared: its first picture, else the sea without a word."""
    if pictures:
        return {"url": pictures[0].file.url, "alt": alternative_text(pictures[0])[0]}
    return {"url": static("img/share.jpg"), "alt": _("The Baltic Sea with a light in each pilot city")}
