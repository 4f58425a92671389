from django import template
from django.core.files.storage import default_storage

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
