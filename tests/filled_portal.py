"""A portal with the sample content, to be copied: database, uploads and static files.

To make one takes half a minute, a copy two seconds. It stays for the next run, until something has
changed that may shape it.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from healthyboost.embedded import Server

from .fresh_database import digest_of_code
from .servers import ROOT, collect_static, environment

MADE = ROOT / ".pytest_cache" / "filled"
SHAPING = "healthyboost/sample", "static", "locale"
EDITOR, PASSWORD = "editor", "long enough for tests"


def fill(folder):
    """`database`, for a Server of this folder, with EDITOR; `media`; `static`."""
    MADE.mkdir(parents=True, exist_ok=True)
    with (MADE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # nobody copies what is half made, nobody makes it twice
        made = MADE / digest()
        if not made.exists():
            for old in (each for each in MADE.iterdir() if each.is_dir()):
                shutil.rmtree((old / "database").resolve(), ignore_errors=True)
                shutil.rmtree(old)
            make(MADE / "unfinished")
            (MADE / "unfinished").rename(made)
        for name in ("database", "media", "static"):  # with their owners
            command = ["cp", "-a", str((made / name).resolve()), str(Path(folder, name))]
            subprocess.run(command, check=True)


def make(folder):
    folder.mkdir()
    static, media = folder / "static", folder / "media"
    media.mkdir()
    collect_static(static)
    server = Server(folder, fsync=False)
    variables = environment(static, DATABASE_URL=server.start(), MEDIA_ROOT=str(media))
    variables["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
    someone = "--noinput", f"--username={EDITOR}", "--email=e@example.org"
    try:
        for words in (
            ["migrate"],
            ["load_content", "healthyboost/sample"],
            ["createsuperuser", *someone],
        ):
            command = [sys.executable, "manage.py", *words, "--verbosity=0"]
            subprocess.run(command, cwd=ROOT, env=variables, check=True)
    finally:
        server.stop()


def digest():
    found = hashlib.sha256(digest_of_code().encode())
    for path in sorted(path for name in SHAPING for path in (ROOT / name).rglob("*")):
        if path.is_file() and path.suffix != ".mo":
            found.update(f"{path.relative_to(ROOT)} ".encode() + path.read_bytes())
    return found.hexdigest()[:16]
