from django import template
from django.core.files.storage import default_storage
from django.utils.translation import get_language

from ..files import SHORT_NAMES
from ..models import alternative_text

register = template.Library()


@register.filter
def short_type(media_type):
    """ "PDF" for application/pdf."""
    return SHORT_NAMES.get(media_type) or media_type.rpartition("/")[2].upper()


@register.inclusion_tag("media/picture.html")
def picture(row, sizes="100vw", lazy=True, around=None):
    """A picture in the width that the reader's screen needs, with its alternative text: in the
    language `around` it (the active one if not given), else marked with its own."""
    around = around or get_language()
    text, language = alternative_text(row, around)
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
        "language": language if text and language != around else "",
        "sources": sources if row.renditions else [],
        "sizes": sizes,
        "lazy": lazy,
    }
