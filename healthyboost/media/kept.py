"""A chosen file outlives a form that was refused: it is kept aside, and the form carries its name."""

import secrets

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.core import signing
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponseBadRequest, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from healthyboost.outages import is_without_room, outage_in_words

from .documents import facts_of, language_of, shortcomings
from .files import CHECKS, LARGEST, LIMITS, kind_of
from .storage import UNSAVED

FOLDER = UNSAVED  # of the uploads; nobody is handed anything from it
SECONDS = 24 * 60 * 60
SALT = "kept file"


class KeptFile(UploadedFile):
    """A file that was kept."""

    def __init__(self, token):
        key, name = signing.loads(token, salt=SALT, max_age=SECONDS)
        file = default_storage.open(FOLDER + key)
        super().__init__(file, name, size=file.size)
        self.token = token


def keep(file):
    """Store an upload aside for a day; the token that it can be had by."""
    key = secrets.token_hex(16)
    default_storage.save(FOLDER + key, File(file))
    return signing.dumps([key, file.name], salt=SALT)


def keep_if_there_is_room(file):
    """The token; "" where the disk is full, and the file has to be chosen again."""
    try:
        return keep(file)
    except OSError as error:
        if is_without_room(error):
            return ""
        raise


GONE = object()  # what a form names is kept no longer


def kept_file(token):
    try:
        return KeptFile(token)
    except (signing.BadSignature, FileNotFoundError):
        return GONE


class KeptFileInput(AdminFileWidget):
    """Shows what is stored, what was chosen, and takes files that are dropped on it."""

    kind = "document"

    class Media:
        js = ("admin/pictures.js",)

    def token_name(self, name):
        return f"{name}-kept"

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        if value is None and (token := data.get(self.token_name(name))):
            return kept_file(token)
        return value

    def value_omitted_from_data(self, data, files, name):
        omitted = super().value_omitted_from_data(data, files, name)
        return omitted and self.token_name(name) not in data

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        kept = value if isinstance(value, UploadedFile) else None
        token = getattr(kept, "token", "")
        if kept and not token and hasattr(kept, "found_sound_by"):
            token = keep_if_there_is_room(kept)
        row = getattr(value, "instance", None)
        if token:
            context["widget"]["attrs"]["required"] = False
        return context | {
            "kept": kept if token else None,
            "token": token,
            "token_name": self.token_name(name),
            "kind": self.kind,
            "limit": LIMITS["picture"] if self.kind == "picture" else LARGEST,
            "address": reverse("admin:media_upload", args=[self.kind]),
            "picture": row if row and getattr(row, "renditions", None) else None,
            "shortcomings": getattr(row, "shortcomings", ()),
        }

    def render(self, name, value, attrs=None, renderer=None):
        return render_to_string("admin/media/file_input.html", self.get_context(name, value, attrs))


class KeptFileField(forms.FileField):
    widget = KeptFileInput

    def __init__(self, *, kind="document", **kwargs):
        super().__init__(**kwargs)
        self.widget.kind = kind

    def bound_data(self, data, initial):
        """A form that is shown again shows the file that was chosen."""
        return data if isinstance(data, UploadedFile) else initial

    def clean(self, data, initial=None):
        if data is GONE:
            raise forms.ValidationError(
                _("The file that you had chosen is no longer kept: choose it again.")
            )
        return super().clean(data, initial)


def answer_upload(request, kind):
    """POST of one `file` ahead of its form: checked at once, and kept until the form is saved."""
    file = request.FILES.get("file")
    if kind not in CHECKS:
        raise Http404("no such kind of file")
    if not file:
        return HttpResponseBadRequest("no file")
    try:
        forms.FileField().clean(file)
        CHECKS[kind](file)
        token = keep(file)
    except forms.ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)})
    except OSError as error:
        if why := outage_in_words(error):
            return JsonResponse({"error": why})
        raise
    facts = facts_of(file, kind_of(file)) if kind == "document" else {}
    return JsonResponse(
        {
            "token": token,
            "name": file.name,
            "size": filesizeformat(file.size),
            "title": facts.get("title", ""),
            "language": language_of(facts),
            "notes": shortcomings(facts),
        }
    )
