"""The text of a PDF, read by a process of its own: what a file holds can keep its reader busy for hours.

text_of_pdf(stream, longest)     what the background process calls
python -m healthyboost.search.pdf_text 200000     that process: the file comes in, its text goes out
"""

import io
import subprocess
import sys
from pathlib import Path

MOST_PAGES = 300
SECONDS = 30
MEMORY = 1024 * 1024 * 1024  # bytes
ROOT = Path(__file__).parent.parent.parent


class Unread(Exception):
    """It took too long, or too much, or is no sound PDF."""


def text_of_pdf(stream, longest):
    """Some `longest` letters, and what was read of the first pages where the time was over."""
    command = [sys.executable, "-m", "healthyboost.search.pdf_text", str(longest)]
    try:
        done = subprocess.run(
            command, input=stream.read(), capture_output=True, timeout=2 * SECONDS, cwd=ROOT
        )
        text, said = done.stdout, done.stderr.decode(errors="replace").strip()
    except subprocess.TimeoutExpired as error:
        text, said = error.stdout or b"", "it takes too long"
    if not text and said:
        raise Unread(said.splitlines()[-1][:300])
    return text.decode(errors="ignore")


def tell(file, out, longest):
    from pypdf import PdfReader  # 20 MB of memory, which who only answers readers does without

    length = 0
    for page in PdfReader(file).pages[:MOST_PAGES]:
        text = page.extract_text()
        out.write(text.encode(errors="ignore") + b"\n")
        out.flush()
        length += len(text)
        if length > longest:
            break


if __name__ == "__main__":
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    tell(io.BytesIO(sys.stdin.buffer.read()), sys.stdout.buffer, int(sys.argv[1]))
