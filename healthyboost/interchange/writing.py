"""Documents to the database: all of them or, if anything is wrong, none.

The rows are written inside one transaction, so that the models and the database check them against
each other; only when nothing was wrong are files stored and the transaction committed.
"""

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import DatabaseError, connection, models, transaction

from healthyboost.content.age import MadeFromField, source_texts
from healthyboost.content.hanging import hanging_rows
from healthyboost.content.history import record
from healthyboost.media.storage import kept_if_all_goes_well
from healthyboost.search.following import gathered

from .checking import Checker, say_database_error
from .documents import Document, document_of, key_of, nearest, same_value, same_values, with_parts
from .storing import store


class Refused(Exception):
    """Something was wrong: nothing has been written."""


def write(documents, faults, say=lambda words: None):
    """`faults` may hold some already: then all others are added, and nothing is written."""
    with kept_if_all_goes_well(), transaction.atomic(), gathered():
        writer = Writer(documents, faults)
        writer.find_rows()
        record(document.row for document in documents if document.before)  # as they were
        writer.write_rows()
        say("all compared with the database")
        if faults:
            raise Refused
        try:
            for document, name, path in writer.files:
                say(f"{document.path}: {path.name}")
                store(document.row, document.shape.columns[name], path)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except DatabaseError as error:
            faults.add("database", 1, say_database_error(error))
            raise Refused from error
        except OSError as error:
            faults.add("media", 1, f"A file cannot be stored: {error}.")
            raise Refused from error
        record((each.row for each in documents if each.changed), said=[{"loaded": {}}])


class Writer:
    def __init__(self, documents, faults):
        self.documents = {(each.shape.model, each.key): each for each in documents}
        self.faults, self.checker = faults, Checker(self.documents, faults)
        self.elsewhere = {}  # (model, key): a row that a document refers to and that has no file
        self.started = set()
        self.delayed = []  # (document, column): a reference to a row that was still to be written
        self.files = []  # (document, column, path)

    def write_rows(self):
        documents = list(self.documents.values())
        for document in documents:
            self.look_up_references(document)
        for document in documents:
            self.write(document)
        for document, column in self.delayed:
            self.save_delayed(document, column)
        for document in documents:
            self.write_rest(document)
        for document in documents:
            self.checker.check(document)

    # What is there already

    def find_rows(self):
        for model in {model for model, key in self.documents}:
            keys = [key for each, key in self.documents if each is model]
            shape = self.documents[model, keys[0]].shape
            rows = model._base_manager.filter(**{f"{shape.key}__in": keys})
            for row in with_parts(rows, shape):
                document = self.documents[model, key_of(row)]
                document.row, document.before = row, document_of(row, shape)

    def look_up_references(self, document):
        for name, column in document.shape.fields.items():
            if not column.is_relation or name not in document.values:
                continue
            value = document.values[name]
            for key in value if column.many_to_many else [value]:
                if not self.is_known(column.related_model, key):
                    line = document.lines.get((name, key), document.lines[name])
                    near = nearest(key, self.all_keys(column.related_model))
                    kind = column.related_model._meta.verbose_name
                    self.faults.add(document.path, line, f"{name}: No {kind} “{key}”.{near}")
                    document.faulty.add(name)
        for part in document.all_parts():
            self.look_up_references(part)

    def is_known(self, model, key):
        if (model, key) in self.documents:
            return True
        if (model, key) not in self.elsewhere:
            rows = model._base_manager.filter(**{model.interchange_key: key})
            self.elsewhere[model, key] = rows.first()
        return self.elsewhere[model, key] is not None

    def all_keys(self, model):
        there = model._base_manager.values_list(model.interchange_key, flat=True)
        return {*there, *(key for each, key in self.documents if each is model)}

    def target(self, column, key):
        document = self.documents.get((column.related_model, key))
        return document.row if document else self.elsewhere[column.related_model, key]

    # Rows

    def write(self, document):
        key = document.shape.model, document.key
        if key in self.started or document.is_unreadable:
            return
        self.started.add(key)
        document.row = document.row or document.shape.model(**{document.shape.key: document.key})
        self.save(document, self.assign(document))

    def assign(self, document):
        """Put the values that differ into the row; the names of these columns."""
        changed = []
        values, before = document.values, document.before.values if document.before else {}
        for name, column in document.shape.columns.items():
            if column.many_to_many or name in document.faulty:
                continue
            is_same = same_value(values.get(name), before.get(name))
            if column.is_relation and name in values:
                if not self.assign_reference(document, name, column):
                    continue
            elif not is_same and isinstance(column, models.FileField) and name in values:
                # its name first: the file itself is stored once all else is right
                self.files.append((document, name, values[name]))
                planned = column.generate_filename(document.row, values[name].name)
                setattr(document.row, name, planned)
            elif not is_same or (name in values) != (name in before):
                setattr(document.row, name, values.get(name, column.get_default()))
            if not is_same or (name in values) != (name in before):
                changed.append(name)
        if changed:  # what a text was made from may be among what changes: it is taken anew
            for name, column in document.shape.columns.items():
                if hasattr(column, "in_file") and name in values and name not in document.faulty:
                    setattr(document.row, name, values[name])
                    changed.append(name)
        return changed

    def assign_reference(self, document, name, column):
        """False where the target cannot be assigned yet."""
        key = document.values[name]
        if key is None:
            setattr(document.row, name, None)
            return True
        target = self.documents.get((column.related_model, key))
        if target and not column.null:
            self.write(target)
        row = self.target(column, key)
        if row and row.pk:
            setattr(document.row, name, row)
            return True
        if column.null:
            self.delayed.append((document, name))
        else:
            document.faulty.add(name)  # its target is, and says so
        return False

    def save(self, document, changed):
        row, is_new = document.row, document.row.pk is None
        if not is_new and not changed:
            return
        self.checker.check_row(document)
        if document.faulty and not document.key:
            return  # half a part only makes trouble for the others
        try:
            with transaction.atomic():
                row.save(update_fields=None if is_new else changed)
            document.changed = True
        except (DatabaseError, ValueError) as error:
            if not document.faulty:
                self.faults.add(document.path, document.line, say_database_error(error))
                document.faulty.add(NON_FIELD_ERRORS)

    def save_delayed(self, document, name):
        column = document.shape.columns[name]
        row = self.target(column, document.values[name])
        if row and row.pk and document.row.pk:
            before = document.before.values if document.before else {}
            setattr(document.row, name, row)
            if document.values[name] != before.get(name):
                self.save(document, [name])

    # Many-to-many fields and parts

    def write_rest(self, document):
        if document.is_unreadable or not document.row.pk:
            return
        before = document.before or Document(document.shape)
        for name, column in document.shape.fields.items():
            if column.many_to_many and name not in document.faulty:
                keys = document.values.get(name, [])
                if keys != before.values.get(name, []):
                    rows = [self.target(column, key) for key in keys]
                    getattr(document.row, name).set([row for row in rows if row and row.pk])
                    document.changed = True
        for part in document.shape.parts.values():
            self.write_part(document, part, before.parts.get(part.name, []))
        if document.changed:
            self.note_sources(document)

    def note_sources(self, document):
        """Of what a text was made from, the parts of the object are known only now."""
        languages = {
            name: document.values[name]
            for name, column in document.shape.columns.items()
            if isinstance(column, MadeFromField) and isinstance(document.values.get(name), str)
        }
        if languages and not document.is_faulty():
            parts = hanging_rows(document.row)
            for name, language in languages.items():
                setattr(document.row, name, source_texts(document.row, language, parts))
            document.row.save(update_fields=languages)

    def write_part(self, document, part, before):
        """Rows that say the same stay as they are; the others go, and new ones come."""
        wanted, left = document.parts.get(part.name, []), list(before)
        for child in wanted:
            old = next((old for old in left if same_values(old, child)), None)
            if old:
                left.remove(old)
                child.row, child.before = old.row, old
                self.assign(child)
        for old in left:
            self.delete(document, old.row)
        for place, child in enumerate(wanted):
            if not child.before:
                child.row = part.shape.model(**part.owned_by(document.row))
                if hasattr(child.row, "position"):
                    child.row.position = place
                self.save(child, self.assign(child))
        rows = [child.row for child in wanted]
        if rows != [old.row for old in before]:
            renumber(rows)
        document.changed |= {row.pk for row in rows} != {old.row.pk for old in before}
        for child in wanted:
            self.write_rest(child)
            document.changed |= child.changed

    def delete(self, document, row):
        try:
            with transaction.atomic():
                row.delete()
        except DatabaseError as error:
            self.faults.add(document.path, document.line, say_database_error(error))


def renumber(rows):
    for position, row in enumerate(rows):
        if row.pk and getattr(row, "position", position) != position:
            row.position = position
            row.save(update_fields=["position"])
