"""What models and database say about documents, told by file and line."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models


class Checker:
    def __init__(self, documents, faults):
        self.documents, self.faults = documents, faults

    def check_row(self, document):
        """What a model says about a row by itself, before the database sees it."""
        row, shape = document.row, document.shape
        looked_at = [
            name
            for name, column in shape.columns.items()
            if (column.null and name not in document.values)
            or (name in document.values)
            and (column.is_relation or isinstance(column, models.FileField))
        ]
        # an untranslated name is the text of the active language: checked with its own column
        exclude = {*looked_at, *shape.translated, *document.faulty}
        try:
            row.clean_fields(exclude)
        except ValidationError as error:
            self.report(document, error)
        exclude = set(document.faulty)
        try:
            row.validate_unique(exclude)
        except ValidationError as error:
            self.report(document, error)
        for model, constraints in row.get_constraints():
            for constraint in constraints:
                try:
                    constraint.validate(model, row, exclude)
                except ValidationError as error:
                    self.report(document, error, names_in(constraint))

    def check(self, document):
        """What a model says when all is written; not where that only repeats what is known."""
        for part in document.all_parts():
            self.check(part)
        row = document.row
        if document.is_unreadable or not row or not row.pk:
            return
        self.check_choices(document)
        for question in ("clean", "clean_parts"):
            try:
                getattr(row, question, lambda: None)()
            except ValidationError as error:
                if self.rests_on_faults(document):
                    error = only_texts(error, document.shape)
                if error:
                    self.report(document, error)

    def rests_on_faults(self, document):
        targets = [
            self.documents.get((column.related_model, document.values.get(name)))
            for name, column in document.shape.fields.items()
            if column.is_relation and not column.many_to_many
        ]
        return document.is_faulty() or any(each.is_faulty() for each in targets if each)

    def check_choices(self, document):
        """A relation may take only some rows, such as the themes that are target groups."""
        for name, column in document.shape.fields.items():
            limit = column.is_relation and column.get_limit_choices_to()
            if not limit or name not in document.values or name in document.faulty:
                continue
            value = document.values[name]
            keys = value if column.many_to_many else [value]
            allowed = column.related_model._base_manager.complex_filter(limit)
            key = column.related_model.interchange_key
            allowed = set(allowed.filter(**{f"{key}__in": keys}).values_list(key, flat=True))
            for each in keys:
                if each not in allowed and not self.is_broken(column.related_model, each):
                    line = document.lines.get((name, each), document.lines[name])
                    self.faults.add(document.path, line, f"{name}: “{each}” cannot stand here.")

    def is_broken(self, model, key):
        return (model, key) in self.documents and self.documents[model, key].is_faulty()

    def report(self, document, error, names=()):
        errors = getattr(error, "error_dict", None) or {NON_FIELD_ERRORS: error.error_list}
        for name, those in errors.items():
            if name in document.faulty and name != NON_FIELD_ERRORS:
                continue
            column = document.shape.columns.get(name)
            places = [name, *names, getattr(column, "language", None)]
            line = next((document.lines[each] for each in places if each in document.lines), 0)
            words = " ".join(say_error(each) for each in those)
            self.faults.add(document.path, line or document.line, say_column(name, column) + words)
            document.faulty.add(name)


def only_texts(error, shape):
    """The part of the error that no fault in a fact can have caused; None where there is none."""
    errors = getattr(error, "error_dict", {})
    texts = {name: those for name, those in errors.items() if name in shape.texts}
    return ValidationError(texts) if texts else None


def names_in(constraint):
    condition = getattr(constraint, "condition", None)
    names = {
        *getattr(constraint, "fields", ()),
        *(condition.referenced_base_fields if condition else ()),
    }
    for expression, _operator in getattr(constraint, "expressions", ()):
        names |= {expression} if isinstance(expression, str) else set()
    return sorted(names)


def say_column(name, column):
    if name == NON_FIELD_ERRORS:
        return ""
    if hasattr(column, "translated_field"):
        return f"{column.language}: {column.translated_field.name}: "
    return f"{name}: " if column else "name of the file: "


def say_error(error):
    return "It is missing." if error.code in ("null", "blank") else " ".join(error.messages)


def say_database_error(error):
    cause = getattr(error.__cause__, "diag", None)
    return f"The database refuses it: {cause and cause.message_primary or error}"
