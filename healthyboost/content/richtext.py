"""Rich text: one list of what a text may contain, for the editor and for the cleaning at every save."""

import re

from django_prose_editor.fields import ProseEditorField, create_sanitizer

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "HardBreak": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Table": True,
    "TableRow": True,
    "TableCell": True,
    "TableHeader": True,
}
BLOCK_END = re.compile(r"</(?:p|h[2-4]|ul|ol|li|blockquote|table|tr)>|<(?:ul|ol|blockquote)>")
sanitize = create_sanitizer(EXTENSIONS)


def clean(html):
    """`html` with only what EXTENSIONS allow, one block a line: the form in which it is stored.

    Cleaning what is clean changes nothing, so a text can be compared, dumped and loaded again.
    """
    text = re.sub(r"\s*\n\s*", " ", sanitize(html or "")).strip()
    text = re.sub(
        r"\s*(</?(?:p|h[2-4]|ul|ol|li|blockquote|table|tbody|tr|td|th)[^>]*>)\s*", r"\1", text
    )
    return BLOCK_END.sub(lambda end: end[0] + "\n", text).strip()


class RichTextField(ProseEditorField):
    """HTML that is cleaned at every save, wherever it comes from."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("extensions", EXTENSIONS)
        kwargs.setdefault("sanitize", clean)
        super().__init__(*args, **kwargs)

    def pre_save(self, instance, add):
        value = getattr(instance, self.attname)
        if value:
            value = clean(value)
            setattr(instance, self.attname, value)
        return value
