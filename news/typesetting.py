"""Sets an issue in a process of its own: `python -m news.typesetting FOLDER < data > issue.pdf`.

typst keeps much of what it has set in memory, and a strange text may keep it busy: both end with the
process. FOLDER holds the pictures that the data names.
"""

import sys
from pathlib import Path

import typst

SHEET = Path(__file__).parent / "pdf"


def main(folder, data):
    """The PDF; what keeps it from being PDF/UA is said on the standard error."""
    options = {
        "root": folder,
        # our face, and what typst brings along for letters that it lacks; none of the machine
        "font_paths": typst.Fonts(include_system_fonts=False, font_paths=[SHEET / "fonts"]),
        "sys_inputs": {"issue": data},
    }
    sheet = (SHEET / "issue.typ").read_bytes()
    try:
        return typst.compile(sheet, pdf_standards="ua-1", **options)
    except typst.TypstError as error:  # a letter that no font has
        print(error, file=sys.stderr)
        return typst.compile(sheet, **options)


if __name__ == "__main__":
    sys.stdout.buffer.write(main(sys.argv[1], sys.stdin.buffer.read().decode()))
