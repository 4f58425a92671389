"""The admin site of the portal: its sections, its languages, its slightly wider security policy."""

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import options
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import DataError, models
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.csp import CSP
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST

from healthyboost.accounts.language import speak_to
from healthyboost.accounts.second_factor import lacks_second_factor

# The text editor brings an import map (allowed by a nonce) and a style sheet (by its hash).
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"
ADMIN_CSP = {
    **settings.SECURE_CSP,
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, EDITOR_STYLE],
    "img-src": [CSP.SELF, "data:"],
}
# What the apps are called in the admin, those that people open most often first. Any other comes
# last, called after its content type.
SECTIONS = {
    "news": _("News"),
    "pilots": _("Pilots"),
    "materials": _("Materials"),
    "partners": _("Project and partners"),
    "pages": _("Pages"),
    "media": _("Pictures and files"),
    "mailing": _("Newsletter by mail"),
    "feedback": _("Readers"),
    "content": _("Themes and drafts"),
    "glossary": _("Glossary"),
    "editing": _("Links and deletions"),
    "redirects": _("Old addresses"),
    "accounts": _("Users"),
    "audit": _("Log"),
}


def answer_question(view, request, *args, **kwargs):
    """A query that no database can answer (a NUL, a year of twelve digits) is answered 400."""
    field = request.GET.get(TO_FIELD_VAR, "") + request.POST.get(TO_FIELD_VAR, "")
    if field and not field.isidentifier():  # Django takes "+" for a relation without a name
        raise BadRequest("no name of a field")
    try:
        response = view(request, *args, **kwargs)
        return response.render() if hasattr(response, "render") else response
    except (DataError, OverflowError, ValueError) as error:
        # without its words: the log says nothing of what was asked
        raise BadRequest(f"a question that cannot be answered ({type(error).__name__})") from None


class Choices(AutocompleteJsonView):
    """What can be chosen, with a small picture where it is one."""

    def serialize_result(self, obj, to_field_name):
        choice = super().serialize_result(obj, to_field_name)
        thumbnail = getattr(obj, "thumbnail", None)
        return {**choice, "thumbnail": thumbnail} if thumbnail else choice


class OnlyKeys:
    """Django's own widgets ask the database even for what can be no key, and fail."""

    def optgroups(self, name, value, attr=None):
        key = self.field.remote_field.model._meta.pk
        return super().optgroups(name, [each for each in value if is_key(key, each)], attr)


class Chooser(OnlyKeys, options.AutocompleteSelect):
    pass


class SeveralChooser(OnlyKeys, options.AutocompleteSelectMultiple):
    pass


class OneLine(AdminTextInputWidget):
    """A browser sends no line break from it. What comes otherwise may end up in the header of a mail."""

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return " ".join(value.splitlines()) if value else value


def is_key(field, typed):
    try:
        field.to_python(typed)
    except ValidationError:
        return False
    return True


class PortalAdminSite(admin.AdminSite):
    site_header = site_title = "Healthy Boost"
    index_title = _("What would you like to do?")

    def admin_view(self, view, cacheable=False):
        """With the policy of the admin, in the language that the person chose."""

        def in_own_language(request, *args, **kwargs):
            speak_to(request.user, request)
            if request.method != "POST" and request.GET:
                return answer_question(view, request, *args, **kwargs)
            return view(request, *args, **kwargs)

        from .keeping import keep_what_was_typed  # models load after this module

        guarded = super().admin_view(in_own_language, cacheable)
        return csp_override(ADMIN_CSP)(keep_what_was_typed(self, guarded))

    def has_permission(self, request):
        return super().has_permission(request) and not lacks_second_factor(request.user)

    def login(self, request, extra_context=None):
        """Everybody signs in below /account/; who is signed in and still not let in is told why."""
        if self.has_permission(request):
            return redirect("admin:index")
        if lacks_second_factor(request.user):
            return redirect("mfa_index")
        if request.user.is_authenticated:
            raise PermissionDenied
        query = urlencode({"next": back}) if (back := request.GET.get("next")) else ""
        return redirect(f"{reverse('account_login')}?{query}")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def index(self, request, extra_context=None):
        from .desk import desk

        return super().index(request, {**desk(request), **(extra_context or {})})

    def matrix(self, request):
        from .matrix import matrix_view

        return matrix_view(self, request)

    def get_urls(self):
        from healthyboost.operations import guide
        from healthyboost.privacy.screens import screens as privacy_screens
        from healthyboost.translation import digest_screen, queue_screen
        from healthyboost.translation.editor import urls as editor_urls
        from healthyboost.translation.exchange.views import urls as exchange_urls
        from healthyboost.translation.machine_views import machine_urls
        from healthyboost.translation.memory_search import memory_urls
        from healthyboost.translation.page_link_list import page_link_urls
        from healthyboost.wordings.screens import wording_urls

        from .keeping import keep_view
        from .telling import no_mail_view
        from .writing import writing_urls

        choose = self.admin_view(require_POST(self.choose_language))
        return [
            path("language/", choose, name="language"),
            path("pages-by-language/", self.admin_view(self.matrix), name="matrix"),
            path("keep/", self.admin_view(require_POST(keep_view)), name="keep"),
            path("no-mail/<str:token>/", csp_override(ADMIN_CSP)(no_mail_view), name="no_mail"),
            *exchange_urls(self),
            *memory_urls(self),
            *writing_urls(self),
            *queue_screen.urls(self),
            *digest_screen.urls(self),
            *wording_urls(self),
            *editor_urls(self),
            *page_link_urls(self),
            *machine_urls(self),
            *privacy_screens(self),
            *guide.urls(self),
            *super().get_urls(),
        ]

    def i18n_javascript(self, request, extra_context=None):
        from .writing import EditorWords

        return EditorWords.as_view(packages=["django.contrib.admin"])(request)

    def autocomplete_view(self, request):
        return Choices.as_view(admin_site=self)(request)

    def choose_language(self, request):
        if (language := request.POST.get("language")) in dict(settings.LANGUAGES):
            request.user.language = language
            request.user.save(update_fields=["language"])
        back = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        return redirect(back if is_ours else "admin:index")

    def each_context(self, request):
        saved_form = request.session.pop("saved_form", "")  # the browser forgets its copy
        own = {"languages": settings.LANGUAGES, "saved_form": saved_form}
        return {**super().each_context(request), **own}

    def get_app_list(self, request, app_label=None):
        order = {label: place for place, label in enumerate(SECTIONS)}
        return sorted(
            super().get_app_list(request, app_label),
            key=lambda app: order.get(app["app_label"], len(order)),
        )


ICONS = {True: ("yes", _("yes")), False: ("no", _("no")), None: ("unknown", _("not known"))}


def boolean_icon(value):
    """In the place of Django's, whose alternative texts are "True", "False" and "None"."""
    icon, words = ICONS[value]
    return format_html('<img src="{}" alt="{}">', static(f"admin/img/icon-{icon}.svg"), words)


class PortalAdminConfig(AdminConfig):
    default_site = "healthyboost.editing.site.PortalAdminSite"

    def ready(self):
        # the admins, which are found next, begin with these
        options.AutocompleteSelect = Chooser
        options.AutocompleteSelectMultiple = SeveralChooser
        options.FORMFIELD_FOR_DBFIELD_DEFAULTS[models.CharField] = {"widget": OneLine}
        super().ready()
        from django_tasks_db.models import DBTaskResult

        admin.site.unregister(DBTaskResult)  # in English, and for nobody who writes here
        admin_list._boolean_icon = boolean_icon
        from healthyboost.content.models import content_models

        named = {
            model._meta.app_label: capfirst(model._meta.verbose_name_plural)
            for model in content_models()
        }
        for label, name in (named | SECTIONS).items():
            apps.get_app_config(label).verbose_name = name
