"""A person is erased: in rows, histories, drafts, memory, index and files, in one transaction.

What readers read is rewritten by people: those texts are left and told, unless there are words to put in
the place of the name.
"""

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import PurePath

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils.translation import gettext as _

from healthyboost.accounts.models import User
from healthyboost.accounts.rights import page_of
from healthyboost.audit.forgetting import forget_name
from healthyboost.audit.models import Kind
from healthyboost.audit.noting import note, note_command
from healthyboost.content.history import record, revisions_of
from healthyboost.content.languages import language_codes
from healthyboost.content.models import Content
from healthyboost.content.references import reference_to
from healthyboost.editing.models import Deletion, UnsavedForm
from healthyboost.editing.slugs import free_slug
from healthyboost.mailing import subscribing
from healthyboost.mailing.models import Subscriber
from healthyboost.media.fields import CaptionsField, StoredFile, UploadField
from healthyboost.media.models import Picture
from healthyboost.search.indexing import index

from .files import remove_drawn, remove_files, remove_mails, remove_picture
from .finding import OWN_ROWS, find
from .in_files import stray_files, strays_that_say
from .leaving import empty_account, is_empty
from .mentions import Fate
from .naming import PLACEHOLDER
from .rows import copy_again, file_is_there, is_about, is_of_account, names_nobody_writes
from .words import forget_spoken

MAKES_PDF = "news.KeptPdf"
FOLLOWING = {"search.entry", "content.datestamp"}  # the portal writes them anew from the page


@dataclass
class Outcome:
    """How many rows of each kind went or lost the name, and what somebody still has to rewrite."""

    gone: Counter = field(default_factory=Counter)
    reworded: Counter = field(default_factory=Counter)
    left: list = field(default_factory=list)
    files: int = 0  # that are removed


@dataclass
class Erasure:
    """`own`: rows that are hers whatever they say; `instead`: words for texts that readers read, if any;
    `with_pictures`, `with_files`: those that name her go; `by`: a user, or nobody from a command."""

    naming: object
    own: list = field(default_factory=list)
    instead: str = ""
    with_pictures: bool = False
    with_files: bool = False
    by: object = None

    def __post_init__(self):
        self.outcome, self.files, self.renames = Outcome(), [], {}
        self.pages, self.indexed = {}, {}
        if "<" in self.instead or "&" in self.instead or self.naming.is_in(self.instead):
            raise ValidationError(
                _(
                    "The words instead of the name must be plain text without < or &, "
                    "and must not contain the name."
                )
            )

    def plan(self):
        """[Mention], each with what will become of it."""
        found = find(self.naming, self.own)
        for mention in found:
            self.decide(mention)
        living = set(User.objects.filter(is_active=True).values_list("pk", flat=True))
        return [each for each in found if not is_of_account(each, living)]

    def decide(self, mention):
        if mention.model is User and mention.row not in self.own:
            mention.fate = Fate.GOES if self.is_her_account(mention.row) else Fate.LOOK
        if mention.model is Picture and self.with_pictures and mention.is_sure:
            mention.fate = Fate.GOES
        if mention.fate == Fate.FILE and self.with_files and mention.is_sure:
            mention.fate = Fate.GOES
        if mention.fate == Fate.PROSE and self.instead and mention.is_sure:
            mention.fate = Fate.WORDS

    def is_her_account(self, user):
        """By her address: another person may have her name."""
        return any(
            self.naming.is_whole(each) for each in (user.email, user.username) if "@" in each
        )

    @transaction.atomic
    def carry_out(self):
        """The Outcome; ValidationError, with nothing changed, where that is not possible."""
        accounts = [row for row in self.own if isinstance(row, User)]
        if self.by in accounts:
            raise ValidationError(_("You cannot erase your own account."))
        self.files = strays_that_say(self.naming)
        found = self.plan()
        self.renames = dict(chain.from_iterable(map(self.renamed, found)))
        for mention in found:
            if mention.fate == Fate.GOES:
                self.let_go(mention)
        for mention in found:
            if mention.fate == Fate.WORDS:
                self.reword(mention)
            elif mention.fate == Fate.PROSE and (names := names_nobody_writes(mention)):
                self.reword(replace(mention, fields=names, copies=()))
        self.own = []  # they are gone, or empty
        record(self.pages.values(), self.by)
        for mention in self.plan():  # also what the changes left behind in histories
            if mention.fate == Fate.GOES:
                self.let_go(mention)
            elif mention.fate == Fate.WORDS:
                self.reword(mention)
        self.forget_what_was_made()
        self.outcome.left = self.still_there()
        note(Kind.ERASED, self.by) if self.by else note_command(Kind.ERASED)
        return self.outcome

    def still_there(self):
        """What the index and the like say of a text goes with it, when somebody has rewritten that."""
        left = self.plan()
        if any(each.fate in (Fate.PROSE, Fate.FILE) for each in left):
            left = [each for each in left if each.label not in FOLLOWING]
        return left

    # What goes

    def let_go(self, mention):
        """The row; or the captions alone that say her name: their video stays."""
        row, field = mention.row, mention.file_field
        if not isinstance(field, CaptionsField):
            return self.remove(row)
        self.files.append(mention.file.name)
        type(row)._base_manager.filter(pk=row.pk).update(**{field.name: ""})
        self.note_page(row)

    def remove(self, row):
        """Nothing where it went with another one."""
        row = type(row)._base_manager.filter(pk=row.pk).first()
        if row is None or (isinstance(row, User) and is_empty(row)):
            return
        self.outcome.gone[type(row)] += 1
        self.note_page(row)
        form = f"/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/"
        UnsavedForm.objects.filter(address__contains=form).delete()
        if isinstance(row, User):
            return empty_account(row)
        if isinstance(row, Subscriber):
            return subscribing.erase(row)
        if isinstance(row, Picture):
            self.files += remove_picture(row)
        elif row._meta.label == "media.OrphanedFile":
            self.files.append(row.name)
        elif isinstance(row, StoredFile):
            fields = [each for each in row._meta.fields if isinstance(each, UploadField)]
            self.files += [getattr(row, each.name).name for each in fields]
        type(row)._base_manager.filter(pk=row.pk).delete()
        if row._meta.label_lower in OWN_ROWS or isinstance(row, Picture):
            self.forget_history(row)

    def forget_history(self, row):
        if page_of(row) == row:
            revisions_of(type(row), [row.pk]).delete()
        kind = ContentType.objects.get_for_model(row)
        Deletion.objects.filter(content_type=kind, object_id=row.pk).delete()
        forget_name(type(row), row.pk)

    def note_page(self, row):
        """The page that it is a part of: its history and the index follow."""
        page = page_of(row)
        if isinstance(page, Content) and page != row:
            self.pages[type(page), page.pk] = page
            self.indexed.setdefault(type(page), set()).add(page.pk)

    # What stays without the name

    def reword(self, mention):
        row = type(mention.row)._base_manager.filter(pk=mention.row.pk).first()
        if row is None:
            return
        if is_about(self.naming, row):
            return self.remove(row)
        if mention.label in FOLLOWING:
            model = row.content_type.model_class()
            if model and model._base_manager.filter(pk=row.object_id).exists():
                return self.indexed.setdefault(model, set()).add(row.object_id)
        self.outcome.reworded[type(row)] += 1
        values = {name: self.value(row, name) for name in mention.fields}
        if mention.label == "audit.entry":  # where a name may only be emptied
            values = dict.fromkeys(mention.fields, "")
        values |= self.moved_files(row, mention.fields)
        if isinstance(row, Content):
            hashes = {code: row.live_hash(code) for code in language_codes()}
        if values:
            type(row)._base_manager.filter(pk=row.pk).update(**values)
        if mention.copies:
            copy_again(row, mention.copies)
        if isinstance(row, Content):
            row.refresh_from_db()
            self.pages[type(row), row.pk] = row
            self.indexed.setdefault(type(row), set()).add(row.pk)
            self.keep_drafts(row, hashes)
        self.note_page(row)
        if mention.label == "content.draft":
            self.indexed.setdefault(row.content_type.model_class(), set()).add(row.object_id)

    def value(self, row, name):
        """What a field says without her."""
        kind, value = row._meta.get_field(name), getattr(row, name)
        if isinstance(kind, models.SlugField) or name == "slug":
            wish = f"{row._meta.model_name}-{row.pk}"
            return self.renames.get((type(row), row.pk)) or wish
        if isinstance(kind, models.URLField | models.EmailField):
            return ""
        value = self.without(value)
        limit = getattr(kind, "max_length", None)
        return value[:limit] if isinstance(value, str) and limit else value

    def without(self, value):
        if isinstance(value, dict):
            return {self.without(key): self.without(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.without(each) for each in value]
        if not isinstance(value, str):
            return value
        if value[:1] in ("[", "{"):
            try:
                said = json.loads(value)
            except ValueError:
                pass
            else:
                return json.dumps(self.without(said), ensure_ascii=value.isascii())
        for old, new in self.renames.items():
            if isinstance(old, str):
                value = value.replace(old, new)
        return self.naming.without(value, self.instead or PLACEHOLDER)

    def renamed(self, mention):
        """What a text calls a page or a picture by, whose own address names her: before and after."""
        row = mention.row
        name = "name" if isinstance(row, Picture) else "slug"
        is_changed = mention.fate == Fate.WORDS or name in names_nobody_writes(mention)
        if not is_changed or not isinstance(row, Content | Picture) or name not in mention.fields:
            return
        old = getattr(row, name)
        new = free_slug(type(row)._base_manager.all(), f"{row._meta.model_name}-{row.pk}", name)
        yield (type(row), row.pk), new
        if isinstance(row, Picture):
            yield f'data-picture="{old}"', f'data-picture="{new}"'
        else:
            said = reference_to(row).removesuffix(old)
            for end in '"#':
                yield f"{said}{old}{end}", f"{said}{new}{end}"

    def keep_drafts(self, page, hashes):
        """A draft that started from the text as it was has started from the text as it is."""
        for draft in page.drafts.all():
            if draft.started_from == hashes.get(draft.language):
                page.drafts.filter(pk=draft.pk).update(started_from=page.live_hash(draft.language))

    def moved_files(self, row, fields):
        """A file whose name names her gets another one."""
        values = {}
        for kind in row._meta.concrete_fields:
            address = getattr(kind, "address_field", "")
            if not isinstance(kind, UploadField) or not {kind.name, address} & {*fields}:
                continue
            file = getattr(row, kind.name)
            suffix = PurePath(file.name).suffix
            wish = kind.generate_filename(row, f"{row._meta.model_name}-{row.pk}{suffix}")
            name = (
                default_storage.save(wish, file.storage.open(file.name))
                if file_is_there(file)
                else wish
            )
            self.files.append(file.name)
            values |= {kind.name: name} | ({address: name} if address else {})
        return values

    # What was made from it

    def forget_what_was_made(self):
        for model, numbers in self.indexed.items():
            index(model, numbers)
        forget_spoken(self.naming)
        self.files += stray_files(self.naming)  # also what has another name now
        files = sorted({*self.files} - {""})
        self.outcome.files = len(files)
        apps.get_model(MAKES_PDF).objects.all().delete()  # made anew when somebody asks

        def forget():
            remove_files(files)
            remove_drawn()
            cache.clear()  # counters of attempts begin anew
            if settings.EMAIL_FOLDER:
                remove_mails(settings.EMAIL_FOLDER, self.naming)

        transaction.on_commit(forget)
