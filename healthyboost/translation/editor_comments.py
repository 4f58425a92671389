"""What is pressed below a question or a comment: in the editor, and in the form of the page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from healthyboost.accounts.rights import languages_of
from healthyboost.content.models import Content

from .comments import (
    LONGEST,
    Comment,
    To,
    answer,
    ask,
    may_read,
    may_take_back,
    set_done,
    take_back,
    words_of,
)
from .editor_work import open_work, row_at
from .form_panels import questions_of


class NotSaid(Exception):
    """Why a comment was not taken, in a sentence."""


def comments_view(request, content_type_id, object_id, language):
    """In the editor: a new thread beside a paragraph, or something in one that is there."""
    from .editor import page_context, rendered

    work = open_work(request, content_type_id, object_id, language)
    place = request.POST.get("place", "")
    row = row_at_place(work, place)
    try:
        thread, said = press(request, work.page, work, row)
    except NotSaid as reason:
        thread, said, is_taken = None, str(reason), False
    else:
        is_taken = True
    if not request.accepts("text/html"):
        work.forget()
        context = {**page_context(work), "row": row_at_place(work, place)}
        found = {
            "said": said,
            "is_taken": is_taken,
            "page": rendered(work, "admin/translation/_page_talk.html", context),
        }
        if context["row"]:
            found["talk"] = rendered(work, "admin/translation/_talk.html", context)
        return JsonResponse(found)
    (messages.success if is_taken else messages.error)(request, said)
    anchor = f"#comment-{thread.pk}" if thread else f"#unit-{place}"
    return redirect(f"{work.address()}?{opened(request, place)}{anchor}")


def row_at_place(work, place):
    return next((row for row in work.rows if row.key == place), None)


def opened(request, place):
    query = request.GET.copy()
    query["open"] = place
    return query.urlencode()


def form_comments_view(request, content_type_id, object_id):
    """In the form of the page: answers to questions."""
    page = row_at(content_type_id, object_id)
    if not isinstance(page, Content):
        raise Http404
    if not languages_of(request.user, page):
        raise PermissionDenied
    try:
        _thread, said = press(request, page)
    except NotSaid as reason:
        said, is_taken = str(reason), False
    else:
        is_taken = True
    if not request.accepts("text/html"):
        context = questions_of(page, request.user)
        html = render_to_string("admin/translation/_questions.html", context, request)
        return JsonResponse({"html": html, "said": said, "is_taken": is_taken})
    (messages.success if is_taken else messages.error)(request, said)
    meta = page._meta
    form = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[page.pk])
    return redirect(f"{form}#questions")


def press(request, page, work=None, row=None):
    """(the thread, what is said of it); NotSaid, Http404 or PermissionDenied."""
    verb, _colon, what = request.POST.get("do", "").partition(":")
    if verb in ("say", "say_page") and work:
        return begin(request, page, work, row if verb == "say" else None, what), _("Sent.")
    number = int(what) if what.isdecimal() and len(what) < 18 else 0
    comment = Comment.objects.about(page).filter(pk=number).first()
    if not comment or verb not in ("answer", "done", "reopen", "take_back"):
        raise NotSaid(_("This comment is no longer there."))
    thread = comment.thread or comment
    if not may_read(request.user, page, thread):
        raise PermissionDenied
    if verb == "answer":
        answer(thread, words_in(request, f"answer-{thread.pk}"), request.user)
        return thread, _("Answered.")
    if verb == "take_back":
        if not may_take_back(request.user, comment):
            raise PermissionDenied
        take_back(comment)
        return thread, _("Taken back.")
    set_done(thread, request.user, verb == "done")
    return thread, _("Done.") if verb == "done" else _("Open again.")


def begin(request, page, work, row, to):
    if to not in To.values:
        raise NotSaid(_("Choose whom it is for."))
    said = words_in(request, "words" if row else "page_words")
    source = work.translation.source_language
    about = {"place": row.key, "quote": words_of(row.unit), "quote_language": source} if row else {}
    return ask(page, said, request.user, to=to, language=work.language, **about)


def words_in(request, name):
    said = request.POST.get(name, "").replace("\r\n", "\n").replace("\0", "").strip()
    if not said:
        raise NotSaid(_("Write something first."))
    if len(said) > LONGEST:
        message = _("At most %(limit)s letters; these are %(count)s.")
        raise NotSaid(message % {"limit": LONGEST, "count": len(said)})
    return said
