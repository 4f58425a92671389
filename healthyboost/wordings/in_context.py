"""`?translate=1`: the page as it is, with each string of the interface to be clicked and edited.

For those who may translate the interface. Everybody else gets the page that she always gets.
"""

from html import unescape

from django.conf import settings
from django.contrib import admin
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.text import capfirst

from healthyboost.content import kept

from . import overlay, saving
from .marks import MarkedPage, Marks, stripped

ASKED = "translate"


def edit_on_the_page(get_response):
    def answer(request):
        languages = languages_asked_for(request)
        if not languages:
            return get_response(request)
        overlay.refresh()  # what was saved a moment ago, in whichever process
        is_marking, is_off = overlay.marking.set(Marks(languages)), kept.is_off.set(True)
        try:
            response = get_response(request)
        finally:
            overlay.marking.reset(is_marking)
            kept.is_off.reset(is_off)
        if not response.streaming:
            mark_response(request, response, languages)
        patch_cache_control(response, private=True, no_store=True)
        for header in ("ETag", "Last-Modified"):
            response.headers.pop(header, None)
        return response

    return answer


def languages_asked_for(request):
    """Codes of the languages that the person may edit, where she asked for it. No session: none."""
    is_asked = request.method == "GET" and request.GET.get(ASKED) == "1"
    if not is_asked or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return []
    return saving.languages_for(request.user) if admin.site.has_permission(request) else []


def mark_response(request, response, languages):
    kind = response.headers.get("Content-Type", "")
    if not kind.startswith(("text/", "application/json", "application/javascript")):
        return
    html = response.content.decode(response.charset, "replace")
    if kind.startswith("text/html") and "</body>" in html and "</head>" in html:
        response.content = page_to_edit(request, html, languages)
    else:
        response.content = stripped(html)


def page_to_edit(request, html, languages):
    """The page with marked texts, its band, and what makes them work."""
    page = MarkedPage(html)
    language = translation.get_language()
    can_edit = language in languages
    kept = request.GET.copy()
    del kept[ASKED]
    reader = getattr(request.user, "language", "") or language
    with translation.override(reader):
        band = render_to_string(
            "admin/wordings/band.html",
            {
                "reader": reader,
                "language_name": capfirst(dict(settings.LANGUAGES)[language]),
                "can_edit": can_edit,
                "list_language": language if can_edit else languages[0],
                "off": f"{request.path}?{kept.urlencode()}" if kept else request.path,
                "address": f"{reverse('admin:wordings')}LANGUAGE/",
                "hidden": [
                    (number, code, unescape(text)) for (number, code), text in page.hidden.items()
                ],
            },
        )
    head = "".join(
        [
            *(
                f'<link rel="stylesheet" href="{static(name)}">'
                for name in ("admin/wordings.css", "css/in_context.css")
            ),
            *(
                f'<script src="{static(name)}" defer></script>'
                for name in ("admin/wordings.js", "js/in_context.js")
            ),
        ]
    )
    start, end = page.html.split("</head>", 1)
    end, after = end.rsplit("</body>", 1)
    return f"{start}{head}</head>{end}{band}</body>{after}"
