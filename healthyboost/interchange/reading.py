"""A folder to documents: everything that can be said without the database."""

import re

import yaml
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files import File
from django.db import models

from healthyboost.content.languages import column, language_codes

from .documents import Document, nearest
from .shapes import folder_name, models_with_files, shape_of
from .values import Wrong, is_empty, is_null, plain_data, value_of

LARGEST = 2 * 1024 * 1024  # bytes of one YAML file
DEEPEST = 20  # lists in lists
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# `number: #R085` says nothing in YAML: what follows is a comment
SWALLOWED = re.compile(r"\s*#\S")
NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
KEY = re.compile(r"[-\w]+", re.ASCII)


def read_folder(folder, faults, say=lambda words: None):
    """The documents of all files in the order of their models; what is wrong goes to `faults`."""
    kinds = {folder_name(model): model for model in models_with_files()}
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in kinds and not path.name.startswith("."):
            message = f"No kind of content has this folder.{nearest(path.name, kinds)}"
            faults.add(path.name, 1, message)
        elif path.suffix in (".yaml", ".yml"):
            faults.add(path.name, 1, f"A file stands in a folder: {', '.join(kinds)}.")
    documents = []
    for kind, model in kinds.items():
        for path in sorted(folder.glob(f"{kind}/[!.]*")):
            if fault := fault_of_name(path):
                name = path.name.encode(errors="replace").decode()
                faults.add(f"{kind}/{name}", 1, fault)
            elif path.suffix == ".yaml":
                documents.append(YamlFile(path, faults).read(shape_of(model)))
                if len(documents) % 1000 == 0:
                    say(f"{len(documents)} files read")
    return documents


def fault_of_name(path):
    if path.is_dir():
        return "There are no folders in a folder."
    if path.suffix.lower() in (".yaml", ".yml") and path.suffix != ".yaml":
        return "The name of the file must end in .yaml."
    if path.suffix == ".yaml" and not KEY.fullmatch(path.stem):
        return "The name of the file can hold only a–z, 0–9 and hyphens."


class YamlFile:
    """One file, and what is wrong with it."""

    def __init__(self, path, faults):
        self.path, self.faults = path, faults
        self.name = f"{path.parent.name}/{path.name}"
        self.lines = []

    def read(self, shape):
        try:
            text = self.text()
            self.lines = text.split("\n")
            refuse_tricks(text)
            root = yaml.compose(text, Loader)
            if not isinstance(root, yaml.MappingNode):
                raise Wrong("The file must hold fields with values, such as `kind: news`.")
            document = self.document(shape, root)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = self.lines[mark.line] if mark and mark.line < len(self.lines) else ""
            self.complain(mark, say_yaml_error(error, line))
        except Wrong as error:
            self.complain(None, error)
        except OSError as error:
            self.complain(None, f"The file cannot be read: {error.strerror}.")
        else:
            document.key = self.path.stem
            return document
        # a file that cannot be read is still there: what points to it is not wrong
        return Document(shape, key=self.path.stem, path=self.name, is_unreadable=True)

    def text(self):
        if self.path.stat().st_size > LARGEST:
            raise Wrong(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
        data = self.path.read_bytes()
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise Wrong(f"Line {line} is not in UTF-8: save the file in that encoding.") from None

    def complain(self, place, message):
        """`place`: a node, a mark, or None for the file as a whole."""
        mark = getattr(place, "start_mark", place)
        self.faults.add(self.name, mark.line + 1 if mark else 1, message)

    def document(self, shape, node):
        document = Document(shape, path=self.name, line=node.start_mark.line + 1)
        if shape.only_field and isinstance(node, yaml.ScalarNode):
            self.take(document, shape.only_field, node, node)
        elif not isinstance(node, yaml.MappingNode):
            self.complain(node, "Here must stand fields with values, such as `title: A walk`.")
            document.faulty.add(NON_FIELD_ERRORS)
        else:
            for name, name_node, value in self.pairs(document, node):
                self.entry(document, name, name_node, value)
        return document

    def pairs(self, document, node):
        seen = set()
        for name_node, value in node.value:
            name = name_node.value
            if not isinstance(name_node, yaml.ScalarNode):
                self.complain(name_node, "The name of a field is needed here.")
                document.faulty.add(NON_FIELD_ERRORS)
            elif name in seen:
                self.complain(name_node, f"“{name}” stands here twice.")
                document.faulty.add(name)
            else:
                seen.add(name)
                yield name, name_node, value

    def entry(self, document, name, name_node, value):
        shape = document.shape
        document.lines[name] = name_node.start_mark.line + 1
        if name in shape.fields:
            self.take(document, name, name_node, value)
        elif name in shape.parts:
            document.parts[name] = self.part(document, shape.parts[name], value)
        elif name in language_codes() and shape.translated:
            self.texts(document, name, value)
        else:
            self.complain(name_node, say_unknown(shape, name, value))
            document.faulty.add(name)

    def texts(self, document, language, node):
        if is_empty(node):
            return
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, f"Under `{language}:` stand texts, such as `title: A walk`.")
            document.faulty.add(language)
            return
        for name, name_node, value in self.pairs(document, node):
            if name in document.shape.translated:
                document.lines[column(name, language)] = name_node.start_mark.line + 1
                self.take(document, column(name, language), name_node, value)
            else:
                self.complain(name_node, say_no_text(document.shape, name))
                document.faulty.add(column(name, language))

    def part(self, document, part, node):
        if is_empty(node):
            return []
        if isinstance(node, yaml.ScalarNode):
            return [self.document(part.shape, node)]
        if not isinstance(node, yaml.SequenceNode):
            self.complain(node, "This is a list: each of its entries begins with a hyphen.")
            document.faulty.add(part.name)
            return []
        return [self.document(part.shape, entry) for entry in node.value]

    def take(self, document, name, name_node, node):
        """Convert one value and put it into the document."""
        field = document.shape.columns[name]
        document.lines[name] = name_node.start_mark.line + 1
        try:
            if field.many_to_many:
                value = self.keys(document, name, node)
            elif isinstance(field, models.JSONField):
                value = plain_data(node)
            elif not isinstance(node, yaml.ScalarNode):
                raise Wrong("One value is needed here, not several.")
            else:
                self.refuse_swallowed(node)
                if is_empty(node) or is_null(node) and not field.null:
                    return
                value = None if is_null(node) else self.value(field, node)
        except Wrong as error:
            self.complain(name_node, f"{name_node.value}: {error}")
        except ValidationError as error:
            self.complain(name_node, f"{name_node.value}: {' '.join(error.messages)}")
        except OverflowError:
            self.complain(name_node, f"{name_node.value}: No calendar has this day.")
        else:
            document.set(name, value)
            return
        document.faulty.add(name)

    def keys(self, document, name, node):
        if is_empty(node):
            return []
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for each in nodes:
            if not isinstance(each, yaml.ScalarNode):
                raise Wrong("Only names can stand in this list.")
            if (name, each.value) in document.lines:
                raise Wrong(f"“{each.value}” stands in the list twice.")
            document.lines[name, each.value] = each.start_mark.line + 1
        return sorted(each.value for each in nodes)

    def refuse_swallowed(self, node):
        """A person writes `Meeting #3`, and YAML reads `Meeting`."""
        end = node.end_mark
        if not node.style and end.line < len(self.lines):
            if SWALLOWED.match(self.lines[end.line], end.column):
                raise Wrong("What follows # is a comment: put the value in quotes.")

    def value(self, field, node):
        if isinstance(field, models.FileField):
            return self.file(field, node.value)
        if isinstance(field, models.ForeignKey):
            return node.value
        return value_of(field, node)

    def file(self, field, name):
        path = self.path.parent / name
        if "/" in name or "\\" in name or name.startswith(".") or path.is_symlink():
            raise Wrong("Write the mere name of a file that lies beside this one.")
        if not path.is_file():
            beside = [each.name for each in self.path.parent.iterdir() if each.suffix != ".yaml"]
            raise Wrong(f"There is no file “{name}” beside this one.{nearest(name, beside)}")
        with path.open("rb") as stream:
            field.run_validators(File(stream, name))
        return path


class Trick(yaml.MarkedYAMLError):
    """YAML that a text by hand does not need."""


def refuse_tricks(text):
    """Anchors, aliases, tags and deep nesting, before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        problem = None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problem = "Anchors (&) and aliases (*) are not allowed: put such a text in quotes."
        elif getattr(event, "tag", None):
            problem = "Tags (!) are not allowed: put such a text in quotes."
        elif NO_TEXT.search(getattr(event, "value", "")):
            problem = "There is a character that no text can hold."
        elif depth > DEEPEST:
            problem = "This is nested too deeply."
        if problem:
            raise Trick(problem=problem, problem_mark=event.start_mark)


def say_yaml_error(error, line):
    if isinstance(error, Trick):
        return error.problem
    said = " ".join(filter(None, [getattr(error, "context", ""), getattr(error, "problem", "")]))
    said = said or str(error).split("\n")[0]
    hint = ""
    if "mapping values are not allowed" in said:
        hint = " Put a text that contains a colon in quotes."
    if line.lstrip(" ").startswith("\t"):
        hint = " Indent with spaces, not with tabs."
    return f"This is no YAML: {said}.{hint}"


def say_unknown(shape, name, node):
    if name in shape.translated:
        return f"“{name}” is a text: it stands under its language, such as `en:`."
    if name == shape.key:
        return f"The name of the file is the {name}: it is not repeated inside."
    if isinstance(node, yaml.MappingNode) and re.fullmatch(r"[a-z]{2,3}([-_]\w+)?", name):
        return f"“{name}” is no language of the portal: {', '.join(language_codes())}."
    return f"There is no field “{name}”.{nearest(name, [*shape.fields, *shape.parts, *shape.translated])}"


def say_no_text(shape, name):
    if name in shape.fields or name in shape.parts:
        return f"“{name}” is the same in all languages: it does not stand under one."
    return f"There is no text “{name}”.{nearest(name, shape.translated)}"
