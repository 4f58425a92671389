"""Where uploads are stored: whole or not at all, and only as long as their row is stored, too."""

import os
import tempfile
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.core.files.storage import FileSystemStorage, default_storage

stored_here = ContextVar("stored_here", default=None)


UNSAVED = "unsaved/"  # what is no upload of a page yet; a daily job clears it


class MediaStorage(FileSystemStorage):
    def _save(self, name, content):
        """No half file has a name, also where the disk is full or the process is killed."""
        part = self._written(content)
        try:
            name = self._named(part, name)
        finally:
            part.unlink()
        if (names := stored_here.get()) is not None:
            names.append(name)
        return name

    def _written(self, content):
        folder = Path(self.path(UNSAVED))
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix="part-", delete=False) as file:
            try:
                for chunk in content.chunks():
                    file.write(chunk.encode() if isinstance(chunk, str) else chunk)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                os.unlink(file.name)
                raise
        os.chmod(file.name, self.file_permissions_mode)
        self._ensure_location_group_id(file.name)
        return Path(file.name)

    def _named(self, part, name):
        """The name under which it is found from now on; another one, where that is taken."""
        while True:
            path = Path(self.path(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(part, path)  # takes nobody's place, as a renaming would
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return path.relative_to(self.location).as_posix()


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
