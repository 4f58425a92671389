"""Uploads are handed out here, and only those that something public uses."""

from functools import cache
from pathlib import PurePath

from django.apps import apps
from django.contrib import admin
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseNotModified
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from .fields import UploadField
from .files import PICTURES, SHORT_NAMES
from .models import Picture
from .renditions import FOLDER as RENDITIONS
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
    """The file at the address `path`: 404 unless something public uses it, or the asker is staff."""
    owned = owners_of(path)
    public = [each for each in owned if each[0].can_be_seen()]
    if not public and not (owned and admin.site.has_permission(request)):
        raise Http404("no such file")
    row, field = (public or owned)[0]
    name, media_type = path, MEDIA_TYPES.get(path.rpartition(".")[2])
    etag = path
    if field:
        name = getattr(row, field.name).name
        media_type, etag = field.media_type or row.media_type, f"{path} {name}"
    response = HttpResponseNotModified()
    if request.headers.get("If-None-Match") != quote_etag(etag):
        response = file_response(name, path, media_type)
    response["ETag"] = quote_etag(etag)
    response["Cache-Control"] = "private, no-store"
    if public:  # what a rendition shows never changes; another file can stand at the same address
        response["Cache-Control"] = "public, no-cache" if field else "public, max-age=3600"
    response["Content-Security-Policy"] = POLICY
    # what is public also stands in feeds and mails, and in cards on other sites
    response["Cross-Origin-Resource-Policy"] = "cross-origin" if public else "same-origin"
    return response


def file_response(name, path, media_type):
    try:
        stream = default_storage.open(name)
    except FileNotFoundError as error:
        raise Http404("the file is gone") from error
    return FileResponse(
        stream,
        # in the sandbox browsers open nothing else
        as_attachment=not (media_type or "").startswith("image/"),
        filename=PurePath(path).with_suffix(EXTENSIONS.get(media_type, ".bin")).name,
        content_type=media_type or "application/octet-stream",
    )


def owners_of(path):
    """(row, field) of the rows that have this address; the field is None for a rendition.

    Several pictures of the same bytes share their renditions, whose names begin with the hash.
    """
    if path.startswith(RENDITIONS):
        hash, _, rest = path.removeprefix(RENDITIONS).partition("-")
        pictures = Picture.objects.filter(sha256__startswith=hash) if len(hash) == 16 else ()
        extension = rest.rpartition(".")[2]
        return [
            (picture, None)
            for picture in pictures
            if any(each.get(extension) == path for each in picture.renditions)
        ]
    return [(row, field) for field in upload_fields() for row in field.rows_at(path)]


@cache
def upload_fields():
    """Every field of the portal that stores an upload."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, UploadField)
    ]
