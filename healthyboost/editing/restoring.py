"""Any version of an object brought back: all of it, one language or one field, and undone as easily."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from healthyboost.accounts.rights import languages_of, may_edit_shared, organisations_of
from healthyboost.audit.models import Kind
from healthyboost.audit.noting import note
from healthyboost.content.history import (
    compare,
    model_of,
    snapshot,
    stored_fields,
)
from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import PUBLICATION, RECORD, FormerSlug

from .drafting import store_draft, texts_of
from .reviving import Targets, number_of, python_value, revive

SHARED = "shared"


class Restoration:
    """What `page` would have to become to say again what it said in the Snapshot `then`.

    `language` is a code, SHARED or '' for all; `field` a name as in Difference.place. What `user`
    may not write stays as it is, and so does what is public and since when.
    """

    def __init__(self, user, page, then, language="", field=""):
        self.page, self.language, self.field = page, language, field
        self.stored, self.stored_then = snapshot(page), then
        self.now, self.then = self.stored.as_in_the_form(), then.as_in_the_form()
        self.languages, self.shared = languages_of(user, page), may_edit_shared(user, page)
        self.user, self.notes = user, []
        # Who may not choose the owner of such a page brings no other one back either.
        is_free = organisations_of(user, type(page)) is None
        self.owner_field = None if is_free else "organisation"
        self.differences = [each for each in compare(self.now, self.then) if self.is_wanted(each)]
        self.leave_out_what_is_taken()

    def is_wanted(self, difference):
        code, row = difference.language, model_of(difference.row)
        _code, _colon, name = difference.place(self.now.page).partition(":")
        is_there = difference.row in self.now.rows and difference.row in self.then.rows
        return (
            (code in self.languages if code else self.shared)
            and self.language in ("", code or SHARED, self.only_language(difference))
            and self.field in ("", name)
            and difference.field not in PUBLICATION
            and not (row is type(self.page) and difference.field == self.owner_field)
            and row is not FormerSlug
            and (is_there or self.shared)
        )

    def only_language(self, difference):
        """Of a row that is to come back: the language, where all its words are in one."""
        if difference.field or difference.old:
            return SHARED
        said = {
            code
            for name in translated_fields(model_of(difference.row))
            for code in language_codes()
            if difference.new.get(column(name, code))
        }
        return said.pop() if len(said) == 1 else SHARED

    def leave_out_what_is_taken(self):
        """A value that another row has by now, a file that is gone, what leads nowhere any more."""
        there = Targets(self.then.rows)
        self.differences = [each for each in self.differences if not self.is_taken(each, there)]

    def is_taken(self, difference, there):
        if not difference.field or difference.language:
            return False
        model, number = number_of(difference.row)
        field, value = model._meta.get_field(difference.field), difference.new
        name = {"field": capfirst(getattr(field, "verbose_name", "")), "value": value}
        if isinstance(field, models.FileField) and value and not default_storage.exists(value):
            self.notes.append(_("%(field)s: the file “%(value)s” no longer exists.") % name)
            return True
        if field.is_relation and not field.many_to_many and value:
            if (field.related_model, value) not in there.known:
                self.notes.append(_("%(field)s: what stood there no longer exists.") % name)
                return True
        if getattr(field, "unique", False):
            others = model._base_manager.exclude(pk=number).filter(**{field.name: value})
            if others.exists():
                self.notes.append(
                    _("%(field)s: “%(value)s” belongs to another one now; it stays as it is.")
                    % name
                )
                return True
        return False

    # Doing it

    def apply(self):
        """Store it; ValidationError, with nothing stored, where that is against a rule."""
        if not self.differences:
            raise PermissionDenied
        try:
            with transaction.atomic():
                self.store()
                connection.check_constraints()
                note(Kind.RESTORED, self.user, self.page, what="history")
        except IntegrityError as error:
            from .translated import in_words  # which is put together from this, too

            raise ValidationError(in_words(error)) from error

    def store(self):
        gone = {each.row for each in self.differences if not each.field and each.new is None}
        back = {each.row for each in self.differences if not each.field and each.old is None}
        for model, number in map(number_of, gone):
            model._base_manager.filter(pk=number).delete()
        live = {key: self.row_as_it_comes_back(key) for key in back}
        self.notes += revive(live)
        changed = {}
        for difference in self.differences:
            if difference.row not in gone | back:
                changed.setdefault(difference.row, []).append(difference)
        for key in sorted(changed, key=lambda key: key != self.now.page):
            self.store_row(key, changed[key])
        touched = {each.language for each in self.differences}
        wished = {key: row for key, row in self.wished(changed, back).items() if key not in gone}
        for code in filter(self.is_drafted, language_codes()):
            if back or code in touched:
                self.store_draft(code, wished, {**self.stored.rows, **live}, code in touched)

    def is_drafted(self, code):
        """Texts of this language are stored as a draft: visitors read it now, or it has one already."""
        is_public = hasattr(self.page, "is_public_in") and self.page.is_public_in(code)
        return is_public or code in self.stored.drafts

    def row_as_it_comes_back(self, key):
        """In languages that visitors read: without what was a draft then."""
        fields = dict(self.then.rows[key])
        for code in filter(self.is_drafted, language_codes()):
            for name in translated_fields(model_of(key)):
                fields[column(name, code)] = self.stored_then.rows[key][column(name, code)]
        return fields

    def store_row(self, key, differences):
        model, number = number_of(key)
        row, many = model._base_manager.get(pk=number), []
        for each in differences:
            if each.language and self.is_drafted(each.language):
                continue
            name = column(each.field, each.language) if each.language else each.field
            field = model._meta.get_field(name)
            if field.many_to_many:
                many.append((field, each.new))
                continue
            setattr(row, field.attname, python_value(field, each.new))
            if isinstance(field, models.FileField):
                self.take_facts(row, key)
        files = [each.name for each in model._meta.fields if isinstance(each, models.FileField)]
        row.full_clean(exclude=files)
        row.save()
        for field, numbers in many:
            known = field.related_model._base_manager.filter(pk__in=numbers)
            getattr(row, field.name).set(known)

    def take_facts(self, row, key):
        """What is known of a file goes with it."""
        for name in stored_fields(type(row)):
            field = row._meta.get_field(name)
            if not field.editable and not field.is_relation and not hasattr(field, "language"):
                setattr(row, field.attname, python_value(field, self.then.rows[key][name]))

    def wished(self, changed, back):
        """{key: fields} of all rows with the texts that they are to have, drafts or not."""
        rows = {key: dict(fields) for key, fields in self.now.rows.items()}
        rows |= {key: self.then.rows[key] for key in back}
        for key, differences in changed.items():
            for each in differences:
                if each.language:
                    rows[key][column(each.field, each.language)] = each.new
        return rows

    def store_draft(self, code, wished, live, is_touched):
        """What is to be said and is not said in public."""
        page, changed = self.now.page, {}
        for key, fields in wished.items():
            names = {column(name, code): name for name in translated_fields(model_of(key))}
            texts = {
                names[name]: fields[name]
                for name in names.keys() & fields.keys()
                if names[name] not in PUBLICATION
                and (fields[name] or "") != (live[key][name] or "")
            }
            if texts:
                changed[key] = texts
        draft = self.page.drafts.filter(language=code).first()
        if not changed:
            if draft:
                draft.delete()
            return
        self.page.refresh_from_db()
        self.page.live = {code: texts_of(self.page, code, RECORD)}
        in_review = bool(draft and draft.state == draft.State.REVIEW and not is_touched)
        texts = changed.pop(page, {})
        store_draft(self.page, code, draft, texts, changed, in_review, self.user)
