"""Seconds and bytes of the PDF of an issue of 30 items, with pictures of the usual size in a third of them.

    python -m tests.bench.newsletter_pdf

Needs no database: the pages come as the data that they are set from.
"""

import os
import time
from io import BytesIO

import django

TIMES, ITEMS = 5, 30


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthyboost.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-measuring")
    django.setup()
    from PIL import Image

    from news.issue_pdf import typeset

    picture = BytesIO()
    Image.effect_noise((960, 640), 60).convert("RGB").save(picture, "JPEG", quality=82)
    words = "The shore path is open again, and more people walk to work. " * 12
    entries, files = [], {}
    for number in range(ITEMS):
        blocks = [{"tag": "heading", "level": 1, "outlined": True, "of": [f"Item {number}"]}]
        if number % 3 == 0:
            name = f"picture-{number}.jpg"
            files[name] = picture.getvalue()
            blocks.append(
                {"tag": "picture", "of": [], "file": name, "alt": "A path", "upright": False}
                | {"caption": "A path", "caption-lang": "en"}
            )
        blocks += [{"tag": "p", "of": [words]} for _paragraph in range(4)]
        entries.append({"is-section": False, "blocks": blocks})
    data = {
        "title": "Spring",
        "lead": "What happened",
        "language": "en",
        "publisher": "Healthy Boost",
        "kicker": "Newsletter",
        "address": "https://portal.example.org/",
        "contents": "In this issue",
        "body": [],
        "entries": entries,
    }
    for _time in range(TIMES):
        began = time.perf_counter()
        made = typeset(data, files)
        print(f"{time.perf_counter() - began:.2f} s, {len(made) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
