"""Uploads are handed out here, and only those that something public uses."""

from functools import cache
from pathlib import PurePath

from django.apps import apps
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseNotModified
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from .files import PICTURES, SHORT_NAMES
from .models import DescribedFile, Picture
from .renditions import MEDIA_TYPES

# Nothing that was uploaded may run, whatever it is.
POLICY = "default-src 'none'; sandbox"
# A file ends as what it is, not as what its uploader called it.
EXTENSIONS = {
    **{media_type: f".{name.lower()}" for media_type, name in SHORT_NAMES.items()},
    **{media_type: f".{name.lower()}" for name, media_type in PICTURES.items()},
    **{media_type: f".{name}" for name, media_type in MEDIA_TYPES.items()},
}


@require_safe
def media(request, path):
    """The stored file `path`: 404 unless something public uses it, or the asker is staff."""
    owners = owners_of(path)
    public = [each for each in owners if each.can_be_seen()]
    if not public and not (owners and request.user.is_staff):
        raise Http404("no such file")
    row = (public or owners)[0]
    is_rendition = path.startswith("renditions/")
    media_type = MEDIA_TYPES.get(path.rpartition(".")[2]) if is_rendition else row.media_type
    etag = quote_etag(path if is_rendition else row.sha256)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    try:
        stream = default_storage.open(path)
    except FileNotFoundError as error:
        raise Http404("the file is gone") from error
    response = FileResponse(
        stream,
        filename=PurePath(path).with_suffix(EXTENSIONS.get(media_type, ".bin")).name,
        content_type=media_type or "application/octet-stream",
    )
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=3600" if public else "private, no-store"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def owners_of(path):
    """The rows that a stored file belongs to: several pictures of the same bytes share renditions."""
    if path.startswith("renditions/"):
        extension = path.rpartition(".")[2]
        return list(Picture.objects.filter(renditions__contains=[{extension: path}]))
    return [
        row
        for model, name in file_fields()
        for row in model._default_manager.filter(**{name: path})
    ]


@cache
def file_fields():
    """(model, field name) of every field of the portal that stores a described file."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, DescribedFile)
    ]
