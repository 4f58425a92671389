"""The first screen after signing in: what needs this person, what she can start, what is scheduled."""

from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Q, Value, When
from django.urls import Resolver404, resolve, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from healthyboost.accounts.rights import organisations_of
from healthyboost.content.dates import say_date, say_day_and_time
from healthyboost.content.languages import language_codes
from healthyboost.content.models import Draft, content_models
from healthyboost.feedback.models import Message
from healthyboost.feedback.responsible import visible_to
from healthyboost.privacy.consents import agreeing_models, ending_soon
from healthyboost.translation.comments import Comment
from healthyboost.translation.counting import catch_up

from .faults import short
from .items import (
    add_drafts_and_ages,
    find,
    hers,
    models_for,
    own_organisations,
    writers,
    writes,
)
from .links import dead_links_of
from .models import UnsavedForm
from .months import Month
from .recent import recent_changes
from .states import EVERYTHING, NOBODY, in_state

SHOWN = 6  # of each list; the rest is in the matrix
# Buttons in plain words; a content type that is not named here says its name.
STARTS = {
    "news.article": gettext_lazy("Write an article"),
    "news.event": gettext_lazy("Announce an event"),
    "news.issue": gettext_lazy("Make a newsletter issue"),
    "pilots.pilot": gettext_lazy("Add a pilot"),
    "materials.material": gettext_lazy("Add a material"),
    "partners.organisation": gettext_lazy("Add an organisation"),
    "partners.project": gettext_lazy("Add a project"),
    "pages.page": gettext_lazy("Write a page"),
}


@dataclass
class Entry:
    title: str
    address: str
    note: str = ""
    language: str = ""  # of the title


@dataclass
class Task:
    """One list of what needs her."""

    title: str
    entries: list = field(default_factory=list)
    more: str = ""  # where all of them are


def desk(request):
    """The context of the first screen. The number of queries does not depend on what there is."""
    user = request.user
    catch_up()
    drafts = drafts_of(user)
    last = last_made(user)
    comments = list(Comment.objects.waiting_for(user).select_related("written_by")[: SHOWN * 2])
    keys = {(each.content_type_id, each.object_id) for each in (*drafts, *comments)}
    keys |= set(last.items())
    items = items_by_key(keys)
    asked_month = request.GET.get("month", "")
    return {
        "tasks": [
            task
            for task in (
                unsaved(user),
                translating(user),
                messages_of_readers(user),
                *comment_tasks(user, comments, items),
                *draft_tasks(user, drafts, items),
                old(user),
                dead_links(user),
                consents(user),
                unpublished(user),
            )
            if task.entries
        ],
        "starts": starts(user, last, items),
        "month": Month.read(asked_month).filled(user),
        "is_month_asked": bool(asked_month),
        "changes": recent_changes(user),
    }


# What needs her


def entry(item, codes, note=""):
    names = dict(settings.LANGUAGES)
    said = ", ".join(str(names[code]) for code in codes)
    where = f"#language-{codes[0]}" if codes else ""
    notes = " · ".join(filter(None, [item.kind, said, note]))
    return Entry(item.title, f"{item.form}{where}", notes, item.title_language)


def more(found, **asked):
    """The matrix with the same question, where there is more than is shown."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('admin:matrix')}?{query}" if len(found) > SHOWN else ""


def unsaved(user):
    """Forms that she typed into and never saved."""
    forms = UnsavedForm.objects.filter(user=user).defer("fields").order_by("-updated_at")[:SHOWN]
    return Task(
        _("Not saved yet"),
        [
            Entry(
                name_of_form(form.address),
                f"{form.address}?resume=1",
                say_day_and_time(form.updated_at),
            )
            for form in forms
        ],
    )


def messages_of_readers(user):
    """Those that nobody has answered yet, the oldest first: a reader waits."""
    waiting = visible_to(user).filter(state=Message.State.OPEN).order_by("pk")[: SHOWN + 1]
    entries = [
        Entry(
            short(" ".join(each.text.split()), 80),
            reverse("admin:feedback_message_change", args=[each.pk]),
            " · ".join([each.get_about_display(), each.address, say_date(each.sent_at)]),
        )
        for each in waiting
    ]
    everything = reverse("admin:feedback_message_changelist") if len(entries) > SHOWN else ""
    return Task(_("Messages of readers"), entries[:SHOWN], everything)


def comment_tasks(user, comments, items):
    """Questions that she is asked, and answers to hers."""
    asked, answered = [], []
    for comment in comments:
        if item := items.get((comment.content_type_id, comment.object_id)):
            note = " · ".join([comment.writer, short(comment.text, 80)])
            if comment.written_by_id == user.pk and comment.language:
                page = [comment.content_type_id, comment.object_id, comment.language]
                address = reverse("admin:translate_page", args=page)
                address = f"{address}?comment={comment.pk}#comment-{comment.pk}"
            else:
                address = f"{item.form}#comment-{comment.pk}"
            is_hers = comment.written_by_id == user.pk
            found = Entry(item.title, address, note, item.title_language)
            (answered if is_hers else asked).append(found)
    return [
        Task(_("Questions to you"), asked[:SHOWN]),
        Task(_("Answers to your questions"), answered[:SHOWN]),
    ]


def name_of_form(address):
    """ "Article 12" of the form at this address; "New article" of one for a new row."""
    try:
        match = resolve(address)
    except Resolver404:
        return address
    name, number = match.url_name or "", match.kwargs.get("object_id", "")
    for model in content_models():
        if name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            kind = capfirst(model._meta.verbose_name)
            return f"{kind} {number}" if number else _("New: %(kind)s") % {"kind": kind}
    return address


def drafts_of(user):
    """Drafts that she writes or may write, her own first."""
    mine = Case(When(author=user, then=Value(0)), default=Value(1))
    drafts = Draft.objects.filter(Q(author=user) | drafts_in_reach(user)).defer(
        "fields", "rows", "paragraphs", "made_from"
    )
    return list(drafts.select_related("author").order_by(mine, "-updated_at")[: SHOWN * 5])


def drafts_in_reach(user):
    reach = NOBODY
    for model in models_for(user):
        kind = ContentType.objects.get_for_model(model)
        for code in language_codes():
            rows, theirs = writes(user, model, code), Q(content_type=kind, language=code)
            if rows is not EVERYTHING:
                theirs &= Q(object_id__in=model._base_manager.filter(rows).values("pk"))
            reach |= theirs
    return reach


def draft_tasks(user, drafts, items):
    waiting, writing = [], []
    for draft in drafts:
        if item := items.get((draft.content_type_id, draft.object_id)):
            is_waiting = draft.state == Draft.State.REVIEW
            note = " · ".join(
                filter(None, [person(draft.author), say_day_and_time(draft.updated_at)])
            )
            (waiting if is_waiting else writing).append(entry(item, [draft.language], note))
    return [
        Task(_("Waiting for review"), waiting[:SHOWN], more(waiting, state="review")),
        Task(_("Changes that are not public yet"), writing[:SHOWN], more(writing, state="changed")),
    ]


def unpublished(user):
    """Texts that no visitor has ever seen."""
    found = find(hers(user, lambda model, code: in_state(model, "draft", code)), SHOWN + 1)
    entries = [
        entry(item, [code for code in language_codes() if item.states[code] == "draft"])
        for item in found
    ]
    return Task(_("Written, not public"), entries[:SHOWN], more(entries, state="draft"))


def old(user):
    """Translations whose source has changed since."""
    wheres, entries = hers(user, lambda model, code: in_state(model, "old", code)), []
    for item in add_drafts_and_ages(find(wheres, SHOWN * 3)):
        codes = [
            code
            for code in item.changed
            if (owners := writers(user, item.model, code)) is None or item.organisation_id in owners
        ]
        if codes:
            entries.append(entry(item, codes))
    return Task(_("Older than their original"), entries[:SHOWN], more(entries, state="old"))


def translating(user):
    """How much waits in each language that was given to her; it is in everybody's menu."""
    from healthyboost.translation.reach import to_do_of

    hers = {code for grant in user.current_grants for code in grant.languages}
    names, entries = dict(settings.LANGUAGES), []
    for code, sums in to_do_of(user).items() if hers else ():
        if code in hers and sums.texts:
            said = [
                ngettext("%(n)s text", "%(n)s texts", sums.texts) % {"n": sums.texts},
                ngettext("%(n)s word", "%(n)s words", sums.words) % {"n": sums.words},
            ]
            address = f"{reverse('admin:translate')}?language={code}"
            entries.append(Entry(capfirst(names[code]), address, ", ".join(said)))
    return Task(_("Translate"), entries)


def dead_links(user):
    organisations = own_organisations(user)
    if organisations is not None and not organisations:
        return Task("")
    entries = []
    for url, fault, since, pages in dead_links_of(organisations):
        note = " · ".join([url, str(fault), say_date(since)])
        entries += [Entry(str(page), form_of(page), note) for page in pages]
    everything = reverse("admin:editing_checkedaddress_changelist") if len(entries) > SHOWN else ""
    return Task(_("Dead links"), entries[:SHOWN], everything)


def consents(user):
    """People, and pictures of people, whose consent ends soon or has ended: then they are hidden."""
    entries = []
    for model in agreeing_models():
        if not user.has_perm(f"{model._meta.app_label}.change_{model._meta.model_name}"):
            continue
        rows = ending_soon(model)
        organisations = organisations_of(user, model)
        if organisations is not None:
            rows = rows.filter(organisation__in=organisations)
        entries += rows.only("name", "consent_until").order_by("consent_until", "name")[:SHOWN]
    entries.sort(key=lambda row: row.consent_until)
    return Task(
        _("Consents that end"),
        [Entry(row.name, form_of(row), say_date(row.consent_until)) for row in entries[:SHOWN]],
    )


# What she can start


def last_made(user):
    """{content type: primary key} of what she made last, of each type."""
    kinds = [ContentType.objects.get_for_model(model) for model in models_for(user)]
    made = LogEntry.objects.filter(user=user, action_flag=ADDITION, content_type__in=kinds)
    rows = made.order_by("content_type", "-pk").distinct("content_type")
    return {kind: int(pk) for kind, pk in rows.values_list("content_type", "object_id")}


def starts(user, last, items):
    """[(words, address, Item that can be duplicated or None)]"""
    found = []
    for model in models_for(user):
        meta = model._meta
        if user.has_perm(f"{meta.app_label}.add_{meta.model_name}"):
            kind = ContentType.objects.get_for_model(model).pk
            words = STARTS.get(meta.label_lower) or _("New: %(kind)s") % {
                "kind": capfirst(meta.verbose_name)
            }
            address = f"admin:{meta.app_label}_{meta.model_name}"
            found.append(
                {
                    "words": words,
                    "add": reverse(f"{address}_add"),
                    "last": items.get((kind, last.get(kind))),
                    "duplicate": reverse(f"{address}_duplicate"),
                }
            )
    order = list(STARTS.values())
    return sorted(
        found, key=lambda each: order.index(each["words"]) if each["words"] in order else 99
    )


# Words and addresses


def items_by_key(keys):
    """{(content type, primary key): Item} in one query."""
    kinds = {ContentType.objects.get_for_model(model).pk: model for model in content_models()}
    wheres = {
        model: Q(pk__in=[pk for of, pk in keys if of == kind])
        for kind, model in kinds.items()
        if any(of == kind for of, _pk in keys)
    }
    by_model = {model: kind for kind, model in kinds.items()}
    return {(by_model[item.model], item.pk): item for item in find(wheres, len(keys))}


def person(user):
    return (user.get_full_name() or user.get_username()) if user else ""


def form_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
