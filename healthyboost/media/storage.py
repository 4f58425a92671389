"""Where uploads are stored, and that a file goes again when its row was not stored."""

from contextlib import contextmanager
from contextvars import ContextVar

from django.core.files.storage import FileSystemStorage, default_storage

stored_here = ContextVar("stored_here", default=None)


class MediaStorage(FileSystemStorage):
    def _save(self, name, content):
        name = super()._save(name, content)
        if (names := stored_here.get()) is not None:
            names.append(name)
        return name


@contextmanager
def kept_if_all_goes_well():
    """Files that are stored inside are removed again if it fails."""
    names = []
    token = stored_here.set(names)
    try:
        yield
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise
    finally:
        stored_here.reset(token)
