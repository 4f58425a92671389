"""What a browser sends is taken in only as far as it could be stored."""

from io import BytesIO

from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from healthyboost.outages import is_without_room

from .files import LARGEST, LIMITS


class RefusedUpload(UploadedFile):
    """A file of which nothing was kept but its name and its size: its check then says why."""

    has_no_room = False


class UploadLimit(FileUploadHandler):
    """Stands before the handlers that store: what is too large does not reach them.

    The rest of the request is read all the same, so that the person gets an answer in words and keeps
    what else she typed. Only staff upload anything.
    """

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        is_picture = self.content_type.startswith("image/")
        self.limit = LIMITS["picture"] if is_picture else LARGEST
        if not (hasattr(self.request, "user") and admin.site.has_permission(self.request)):
            self.limit = 0
        self.is_refused = False

    def receive_data_chunk(self, raw_data, start):
        self.is_refused = start + len(raw_data) > self.limit
        return None if self.is_refused else raw_data

    def file_complete(self, file_size):
        if self.is_refused:
            return RefusedUpload(BytesIO(), self.file_name, self.content_type, file_size)


class RoomyFiles(TemporaryFileUploadHandler):
    """Where the disk is full the rest of the form is read all the same, and answered in words."""

    def new_file(self, *args, **kwargs):
        self.file = None
        self.is_full = not self.has_room(super().new_file, *args, **kwargs)

    def receive_data_chunk(self, raw_data, start):
        self.is_full = self.is_full or not self.has_room(self.file.write, raw_data)

    def file_complete(self, file_size):
        if not self.is_full and self.has_room(self.file.flush):
            return super().file_complete(file_size)
        refused = RefusedUpload(BytesIO(), self.file_name, self.content_type, file_size)
        refused.has_no_room = True
        return refused

    def has_room(self, function, *args, **kwargs):
        try:
            function(*args, **kwargs)
        except OSError as error:
            if not is_without_room(error):
                raise
            if self.file:
                self.file.truncate(0)  # others may need what it took
            return False
        return True
