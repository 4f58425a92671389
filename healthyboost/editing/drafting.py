"""A change to a public text is a draft until somebody publishes it: the form shows and saves both alike.

The form of a page shows, in each language, what the page will say: its draft where there is one. What
is typed into a language that is public now is stored as its Draft; any other language has no readers
and is stored at once.
"""

from django.contrib.contenttypes.models import ContentType

from healthyboost.content.age import said_by, source_texts, with_parts
from healthyboost.content.hanging import hanging_rows, row_key
from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import RECORD, Draft


def take_up_drafts(page):
    """Give `page` the texts of its drafts, and keep beside them what visitors read."""
    page.live = {code: texts_of(page, code, page.text_fields + RECORD) for code in language_codes()}
    page.live_hashes = {code: page.live_hash(code) for code in language_codes()}
    page.live_languages = page.languages
    page.taken_up = {draft.language: draft for draft in page.drafts.select_related("author")}
    for draft in page.taken_up.values():
        draft.put_on(page)


def take_up_row(row, page):
    """The same for a row that hangs on `page`."""
    names = translated_fields(type(row))
    row.live = {code: texts_of(row, code, names) for code in language_codes()}
    for draft in page.taken_up.values():
        draft.put_on_row(row)


def texts_of(row, language, names):
    return {name: getattr(row, column(name, language)) for name in names}


def put_back(row, language):
    """Give `row` its live texts in `language` again; answers those that are to replace them."""
    live = row.live[language]
    typed = texts_of(row, language, live)
    for name, text in live.items():
        setattr(row, column(name, language), text)
    return {name: text for name, text in typed.items() if (text or "") != (live[name] or "")}


def save_what_differs(row):
    """Store the words of a row that came from a draft; its form took them for unchanged."""
    differing = [
        column(name, code)
        for code, live in row.live.items()
        for name, text in live.items()
        if getattr(row, column(name, code)) != text
    ]
    if differing:
        row.save(update_fields=differing)


class Drafting:
    """Mixin of ContentAdmin."""

    def get_object(self, request, object_id, from_field=None):
        page = super().get_object(request, object_id, from_field)
        if page and self.has_change_permission(request, page):
            take_up_drafts(page)
        return page

    def get_formset_kwargs(self, request, obj, inline, prefix):
        page = obj if hasattr(obj, "taken_up") else None
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        return {**kwargs, "form_kwargs": {"page": page}}

    def started_from(self, context, obj):
        """With the public texts: nobody replaces one that she has not seen."""
        form, found = context["adminform"].form, super().started_from(context, obj)
        then = form.started_from() if form.is_bound else {}
        for code, now in getattr(obj, "live_hashes", {}).items():
            name = f"live:{code}"
            seen = name in getattr(form, "both_changed", ())
            found[name] = now if seen else then.get(name, now)
        return found

    def save_model(self, request, obj, form, change):
        """What was typed into public languages is taken out again, to be stored as drafts."""
        public = [
            code
            for code in getattr(obj, "live_languages", ())
            if obj.is_public_in(code) and code not in form.publishing
        ]
        for code in public:  # all of them, before any is put back: one may be made from another
            made_from = column("made_from", code)
            if isinstance(getattr(obj, made_from), str):
                setattr(obj, made_from, source_texts(obj, getattr(obj, made_from)))
        request.typed = {code: (put_back(obj, code), {}) for code in public}
        request.said = {}
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        said = [
            (row_form, {code: said_by(row_form.instance, code) for code in language_codes()})
            for row_form in formset.forms
        ]
        for row_form in formset.forms:
            row = row_form.instance
            for code, (_texts, rows) in request.typed.items() if hasattr(row, "live") else ():
                if texts := put_back(row, code):
                    rows[row_key(row)] = texts
        super().save_formset(request, form, formset, change)
        for row_form in formset.initial_forms:  # a draft may be public now without a key pressed
            row = row_form.instance
            if row.pk and hasattr(row, "live") and row_form not in formset.deleted_forms:
                save_what_differs(row)
        request.said |= {
            row_key(row_form.instance): texts for row_form, texts in said if row_form.instance.pk
        }

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self.note_parts(request, form)
        drafts = getattr(form.instance, "taken_up", {})
        for code in language_codes():
            texts, rows = request.typed.get(code, ({}, {}))
            draft = drafts.get(code)
            for_review = code not in form.publishing and (
                code in form.data.getlist("_review")
                or (draft and draft.state == Draft.State.REVIEW)
                and code not in form.data.getlist("_take_back")
            )
            if texts or rows or for_review:
                store_draft(form.instance, code, draft, texts, rows, for_review, request.user)
            elif draft:
                draft.delete()

    def note_parts(self, request, form):
        """What a translation was made from takes in what hangs on the page, as it was typed."""
        page, columns = form.instance, []
        names = {code: column("made_from", code) for code in language_codes()}
        if not any(getattr(page, name) for name in names.values()) and not form.made_now:
            return
        said = {
            row_key(row): {code: said_by(row, code) for code in names} for row in hanging_rows(page)
        }
        said |= {key: texts for key, texts in request.said.items() if key in said}
        for code, name in names.items():
            texts, _rows = request.typed.get(code, ({}, {}))
            made = texts.get("made_from", getattr(page, name))
            known = with_parts(made, code, said, code in form.made_now)
            if "made_from" in texts:
                texts["made_from"] = known
            elif known != made:
                setattr(page, name, known)
                columns.append(name)
        if columns:
            page.save(update_fields=columns)


def forget_paragraphs(draft, texts, rows):
    """Of what was written here as a whole, nobody knows any more which paragraph is which."""
    for key in list(draft.paragraphs.get("fields", ())):
        part, _bar, name = key.partition("|")
        before = (draft.rows.get(part, {}) if part else draft.fields).get(name)
        now = (rows.get(part, {}) if part else texts).get(name)
        if before != now:
            del draft.paragraphs["fields"][key]


def store_draft(page, code, draft, texts, rows, for_review, author):
    """`texts` may hold what the Draft keeps in columns of its own: origin and made_from."""
    is_new = draft is None
    draft = draft or Draft(
        content_type=ContentType.objects.get_for_model(page), object_id=page.pk, language=code
    )
    live = getattr(page, "live", {}).get(code, {})
    stored = (draft.fields, draft.rows, draft.origin, draft.made_from, draft.state)
    draft.origin = texts.pop("origin", live.get("origin")) or draft.origin
    draft.made_from = texts.pop("made_from", live.get("made_from"))
    forget_paragraphs(draft, texts, rows)
    draft.fields, draft.rows = texts, rows
    draft.state = Draft.State.REVIEW if for_review else Draft.State.WRITING
    if is_new or stored != (draft.fields, draft.rows, draft.origin, draft.made_from, draft.state):
        draft.author = author
        draft.started_from = page.live_hash(code)
        draft.save()
