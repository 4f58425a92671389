"""Where a string of the interface is used, in words, and a page that shows it."""

from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

PUBLIC, ADMIN, SIGN_IN, MAIL = _("Public"), _("Admin"), _("Signing in"), _("Mail")

# Files that begin so: (part of the portal, what it is, what shows it). The first one that fits holds.
# What shows it: the name of an address, or a content type, of which the newest page is shown.
PLACES = {
    "templates/home.html": (PUBLIC, _("first page"), "home"),
    "templates/includes/": (PUBLIC, _("top and foot of every page"), "home"),
    "templates/base.html": (PUBLIC, _("every page"), "home"),
    "templates/error.html": (PUBLIC, _("error pages"), None),
    "templates/410.html": (PUBLIC, _("error pages"), None),
    "templates/chart/": (PUBLIC, _("chart of the cities"), "home"),
    "templates/news/article_list": (PUBLIC, _("list of news"), "news:list"),
    "templates/news/event_list": (PUBLIC, _("list of events"), "events:list"),
    "templates/news/event_month": (PUBLIC, _("list of events"), "events:this_month"),
    "templates/news/event": (PUBLIC, _("an event"), "news.Event"),
    "templates/news/_event": (PUBLIC, _("list of events"), "events:list"),
    "templates/news/issue_list": (PUBLIC, _("list of newsletter issues"), "newsletter:list"),
    "templates/news/issue": (PUBLIC, _("a newsletter issue"), "news.Issue"),
    "templates/news/_issue": (PUBLIC, _("a newsletter issue"), "news.Issue"),
    "templates/news/": (PUBLIC, _("a news item"), "news.Article"),
    "templates/pilots/pilot_list": (PUBLIC, _("list of pilots"), "pilots:list"),
    "templates/pilots/": (PUBLIC, _("a pilot"), "pilots.Pilot"),
    "templates/materials/material_list": (PUBLIC, _("list of materials"), "materials:list"),
    "templates/materials/_grid": (PUBLIC, _("list of materials"), "materials:list"),
    "templates/materials/": (PUBLIC, _("a material"), "materials.Material"),
    "templates/partners/organisation_list": (PUBLIC, _("list of partners"), "partners:list"),
    "templates/partners/organisation": (PUBLIC, _("a partner"), "partners.Organisation"),
    "templates/partners/": (PUBLIC, _("about the project"), "about"),
    "templates/pages/": (PUBLIC, _("a page of its own"), "pages.Page"),
    "templates/demand/": (PUBLIC, _("asking for a language"), None),
    "templates/content/": (PUBLIC, _("pages and lists"), "news:list"),
    "templates/media/": (PUBLIC, _("pictures and files"), None),
    "templates/mail/": (MAIL, _("messages that the portal sends"), None),
    "templates/account/email/": (MAIL, _("messages about an account"), None),
    "templates/account/": (SIGN_IN, _("account and password"), None),
    "templates/mfa/": (SIGN_IN, _("second factor"), "mfa_index"),
    "templates/usersessions/": (SIGN_IN, _("devices"), None),
    "templates/admin/desk/matrix": (ADMIN, _("all pages by language"), "admin:matrix"),
    "templates/admin/index": (ADMIN, _("first page"), "admin:index"),
    "templates/admin/desk/": (ADMIN, _("first page"), "admin:index"),
    "templates/admin/history/": (ADMIN, _("history of a page"), None),
    "templates/admin/media/": (ADMIN, _("pictures and files"), None),
    "templates/admin/translation/": (ADMIN, _("translating"), None),
    "templates/admin/": (ADMIN, _("forms and lists"), "admin:index"),
    "healthyboost/accounts/": (SIGN_IN, _("account and password"), None),
    "healthyboost/views.py": (PUBLIC, _("first page and error pages"), "home"),
    "healthyboost/chart/": (PUBLIC, _("chart of the cities"), "home"),
    "healthyboost/content/borrowed": (ADMIN, _("forms and lists"), None),
    "healthyboost/content/pasting": (ADMIN, _("text editor"), None),
    "healthyboost/content/drafts": (ADMIN, _("drafts"), None),
    "healthyboost/content/": (PUBLIC, _("pages and lists"), "news:list"),
    "healthyboost/demand/": (PUBLIC, _("asking for a language"), None),
    "healthyboost/editing/writing": (ADMIN, _("text editor"), None),
    "healthyboost/editing/": (ADMIN, _("forms and lists"), None),
    "healthyboost/media/templatetags": (PUBLIC, _("pictures and files"), None),
    "healthyboost/media/": (ADMIN, _("pictures and files"), None),
    "healthyboost/pages/": (ADMIN, _("forms of pages"), None),
    "healthyboost/settings": (PUBLIC, _("every page"), "home"),
    "healthyboost/": (ADMIN, _("forms and lists"), None),
    "news/views": (PUBLIC, _("list of news"), "news:list"),
    "news/": (PUBLIC, _("news and their forms"), "news:list"),
    "pilots/views": (PUBLIC, _("list of pilots"), "pilots:list"),
    "pilots/": (PUBLIC, _("pilots and their forms"), "pilots.Pilot"),
    "materials/views": (PUBLIC, _("list of materials"), "materials:list"),
    "materials/": (PUBLIC, _("materials and their forms"), "materials.Material"),
    "partners/views": (PUBLIC, _("partners and projects"), "partners:list"),
    "partners/": (PUBLIC, _("partners, projects and their forms"), "about"),
}
UNKNOWN = ADMIN, _("forms and lists"), None


@dataclass(frozen=True)
class Place:
    part: str
    what: str
    address: str = ""  # of a page that shows it, with its strings marked


def described(file):
    return next((place for start, place in PLACES.items() if file.startswith(start)), UNKNOWN)


def is_public(files, catalogue):
    """Whether visitors may read it; what scripts say is the admin's."""
    return catalogue == "django" and any(described(file)[0] is PUBLIC for file in files)


def places_of(string, language):
    """The Places of a string, each once."""
    if string.catalogue == "djangojs":
        return [Place(str(ADMIN), str(_("scripts of forms and lists")))]
    found = dict.fromkeys(described(file) for file in string.files)
    return [Place(part, what, address_of(shows, language)) for part, what, shows in found]


def address_of(shows, language):
    """With ?translate=1 where visitors read it: the strings of such a page can be clicked."""
    if not shows:
        return ""
    with translation.override(language):
        if shows[0].isupper() or "." in shows:
            page = newest(apps.get_model(shows), language)
            address = page.get_absolute_url() if page else ""
        else:
            try:
                address = reverse(shows)
            except NoReverseMatch:
                address = ""
    is_marked = address.startswith(f"/{language}/") and language in dict(settings.LANGUAGES)
    return f"{address}?translate=1" if is_marked else address


def newest(model, language):
    """A page of this type that a visitor who reads in `language` may see."""
    return model.objects.published(language).newest_first().first()
