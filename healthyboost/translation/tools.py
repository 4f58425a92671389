"""What the form and the editor of a page offer beside a translation: other ways to get one."""

from django.utils.translation import gettext as _

from .approval import is_machine_made
from .exchange.sending import address_for
from .machine import service
from .machine_views import address_of
from .page_link_list import page_links_address
from .units import source_languages


def tools_of(page, language, draft=None):
    """[(what it does, address)] for somebody who may write this language."""
    found = []
    if is_machine_made(page, language, draft):
        label = _("Read and approve the machine translation")
        found.append((label, address_of("approve_translation", page, language)))
    if language != page.source_language and source_languages(page, language):
        found.append((_("Translation by a colleague"), page_links_address(page, language)))
        found.append((_("Take along as a file"), address_for(page, language)))
        if service():
            found.append((_("Machine translation"), address_of("machine", page, language)))
    return found
