"""Uploads are handed out here, and only those that something public uses."""

from functools import cache

from django.apps import apps
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseNotModified
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from .models import DescribedFile, Picture
from .renditions import MEDIA_TYPES

# Nothing that was uploaded may run, whatever it is.
POLICY = "default-src 'none'; sandbox"


@require_safe
def media(request, path):
    """The stored file `path`: 404 unless something public uses it, or the asker is staff."""
    row = owner_of(path)
    if not row or not (row.can_be_seen() or request.user.is_staff):
        raise Http404("no such file")
    is_rendition = path.startswith("renditions/")
    media_type = MEDIA_TYPES.get(path.rpartition(".")[2]) if is_rendition else row.media_type
    etag = quote_etag(path if is_rendition else row.sha256)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    try:
        stream = default_storage.open(path)
    except FileNotFoundError as error:
        raise Http404("the file is gone") from error
    response = FileResponse(stream, content_type=media_type or "application/octet-stream")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=3600"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def owner_of(path):
    """The row that a stored file belongs to; None where no row has it."""
    if path.startswith("renditions/"):
        extension = path.rpartition(".")[2]
        return Picture.objects.filter(renditions__contains=[{extension: path}]).first()
    for model, name in file_fields():
        if row := model._default_manager.filter(**{name: path}).first():
            return row
    return None


@cache
def file_fields():
    """(model, field name) of every field of the portal that stores a described file."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, DescribedFile)
    ]
