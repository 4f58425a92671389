"""The translators' editor: a page as pairs of paragraphs, each saved by itself.

The page is one form. Without a script it is sent whole; static/admin/translation.js sends the
paragraph that was left, and gets as JSON the HTML of what has changed.
"""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_prose_editor.config import expand_extensions, js_from_extensions
from django_prose_editor.widgets import AdminProseEditorWidget

from healthyboost.content.languages import wording
from healthyboost.content.models import Content
from healthyboost.content.richtext import EXTENSIONS

from .checks import check_unit
from .editor_rows import sections
from .editor_work import open_work, row_at
from .names import Names
from .units import Place, source_languages

# What stands inside one paragraph; headings, lists and tables are those of the source.
IN_A_PARAGRAPH = {
    name: EXTENSIONS[name] for name in ("Bold", "Italic", "HardBreak", "Link", "Pasted")
}


def urls(site):
    page = "translate/<int:content_type_id>/<int:object_id>/<str:language>/"
    from .editor_comments import comments_view, form_comments_view

    return [
        path(page, site.admin_view(never_cache(editor_view)), name="translate_page"),
        path(
            f"{page}panel/",
            site.admin_view(never_cache(require_safe(panel_view))),
            name="translate_panel",
        ),
        path(
            f"{page}comments/",
            site.admin_view(require_POST(comments_view)),
            name="translate_comments",
        ),
        path(
            "translate/questions/<int:content_type_id>/<int:object_id>/",
            site.admin_view(require_POST(form_comments_view)),
            name="translate_questions",
        ),
    ]


# Views


def editor_view(request, content_type_id, object_id, language):
    row = row_at(content_type_id, object_id)
    if not isinstance(row, Content):  # a theme, a person: few words, which its own form shows
        meta = row._meta
        form = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
        return redirect(f"{form}#language-{language}")
    work = open_work(request, content_type_id, object_id, language)
    if not source_languages(work.page, language):
        messages.warning(request, _("There is no other language to translate from."))
        return redirect(f"{work.admin_address('change')}#language-{language}")
    if request.method == "POST":
        return answer_post(work)
    return editor_page(work)


def answer_post(work):
    from .editor_publishing import press
    from .editor_saving import save_all

    request = work.request
    verb, _colon, place = request.POST.get("do", "").partition(":")
    outcome = save_all(work, verb, place)
    if not outcome.troubles and verb in ("publish", "review", "take_back"):
        press(work, verb, outcome)
    work.forget()
    if request.accepts("text/html"):
        if outcome.troubles or outcome.refusal:
            return editor_page(work, outcome)
        for words in outcome.said:
            messages.success(request, words)
        where = f"#unit-{outcome.place}" if outcome.place else ""
        return redirect(f"{request.get_full_path()}{where}")
    return JsonResponse(fragments(work, outcome))


def fragments(work, outcome):
    """What the script puts in the place of what stood there."""
    put_into_rows(work, outcome)
    rows = {row.key: row for row in work.rows}
    source = work.translation.source_language
    names = Names.of(source, work.language) if outcome.places else None
    for place in outcome.places:
        if (row := rows.get(outcome.moved_to.get(place, place))) and row.unit.text:
            row.findings = check_unit(row.unit, row.unit.text, work.language, source, names=names)
    context = page_context(work, outcome)
    touched = dict.fromkeys([*outcome.troubles, *outcome.places, *outcome.untouched])
    found = {
        "head": rendered(work, "admin/translation/_head.html", context),
        "said": " ".join(outcome.said),
        "place": outcome.place,
        "troubles": len(outcome.troubles),
        "rows": [
            [asked, rendered(work, "admin/translation/_row.html", {**context, "row": rows[now]})]
            for asked in touched
            if (now := outcome.moved_to.get(asked, asked)) in rows
        ],
    }
    if outcome.is_rearranged:
        found["pairs"] = rendered(work, "admin/translation/_pairs.html", context)
    return found


def rendered(work, template, context):
    words = {"name": template, **context}
    return render_to_string("admin/translation/_fragment.html", words, work.request)


def put_into_rows(work, outcome):
    """What she typed and could not be saved stands in its field again, and says why."""
    rows = {row.key: row for row in work.rows}
    for place, trouble in outcome.troubles.items():
        if row := rows.get(outcome.moved_to.get(place, place)):
            row.trouble = trouble


def editor_page(work, outcome=None):
    from .editor_panel import panel_of

    if outcome:
        put_into_rows(work, outcome)
    place, comment = (work.request.GET.get(name, "") for name in ("open", "comment"))
    for row in work.rows:
        if row.key == place or comment in [str(thread.pk) for thread in row.threads]:
            row.panel = panel_of(work, row)
    context = {
        **page_context(work, outcome),
        "title": _("Translate: %(title)s") % {"title": title_of(work)},
        "media": AdminProseEditorWidget(preset="configurable").media,
        "prose": prose_config(IN_A_PARAGRAPH),
        "prose_with_blocks": prose_config(EXTENSIONS),
    }
    return TemplateResponse(work.request, "admin/translation/editor.html", context)


def prose_config(extensions):
    return {
        "extensions": expand_extensions(extensions),
        "js_modules": [str(each) for each in js_from_extensions(extensions)],
    }


def page_context(work, outcome=None):
    from django.contrib import admin

    translation, names = work.translation, dict(settings.LANGUAGES)
    total, waiting = len(translation.units), len(translation.to_do)
    return {
        **admin.site.each_context(work.request),
        "work": work,
        "page": work.page,
        "page_title": title_of(work),
        "kind": capfirst(work.page._meta.verbose_name),
        "language": work.language,
        "source": translation.source_language,
        "language_name": names[work.language],
        "source_name": names[translation.source_language],
        "sources": [
            (code, capfirst(names[code])) for code in source_languages(work.page, work.language)
        ],
        "helps": work.helps,
        "help_choices": [
            (code, capfirst(name))
            for code, name in settings.LANGUAGES
            if code not in (work.language, translation.source_language)
        ],
        "sections": sections(work.rows),
        "general": [thread for row in work.rows[:1] for thread in row.of_the_page],
        "total": total,
        "done": total - waiting,
        "words_to_do": translation.words_to_do,
        "minor": sum(row.is_minor for row in work.rows),
        "form": f"{work.admin_address('change')}#language-{work.language}",
        "preview": work.admin_address("preview", work.language),
        "refusal": outcome and outcome.refusal,
        "strays": [
            trouble
            for place, trouble in (outcome.troubles if outcome else {}).items()
            if outcome.moved_to.get(place, place) not in {row.key for row in work.rows}
        ],
        "outcome": outcome,
    }


def title_of(work):
    source = work.translation.source_language
    return wording(work.page, "title", source, work.page.source_language)[0] or work.page.slug


def panel_view(request, content_type_id, object_id, language):
    """What helps with one paragraph, as HTML."""
    from .editor_panel import panel_of

    work = open_work(request, content_type_id, object_id, language)
    key = request.GET.get("place", "")
    try:
        Place.read(key)
    except ValueError as error:
        raise Http404(key) from error
    row = next((row for row in work.rows if row.key == key), None)
    if not row:
        raise Http404(key)
    row.panel = panel_of(work, row)
    context = {**page_context(work), "row": row, "panel": row.panel}
    return HttpResponse(rendered(work, "admin/translation/_panel.html", context))
