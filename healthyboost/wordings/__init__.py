"""The words of the interface: from the catalogues in locale/, and as they were edited in the browser.

catalogues.py   what a release brings is taken into the database, once
overlay.py      what was edited is put over Django's own translations, in each process
saving.py       the only way to edit one
in_context.py   a page on which each string can be clicked and edited
"""


def to_do(language):
    """Strings of this release that lack a usable translation, oldest first."""
    from .waiting import to_do

    return to_do(language)
