"""Seconds until a photograph of 12 megapixels, held upright, is turned and has all its renditions.

    python -m tests.bench.photograph

Writes into a folder that is gone afterwards; needs no database.
"""

import os
import tempfile
import time
from io import BytesIO

import django

TIMES = 5


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthyboost.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-measuring")
    django.setup()
    from django.conf import settings
    from django.core.files.base import ContentFile
    from PIL import Image

    from healthyboost.media.metadata import without_metadata
    from healthyboost.media.renditions import render

    exif, content = Image.Exif(), BytesIO()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(content, "JPEG", exif=exif)
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        for number in range(TIMES):
            file = ContentFile(content.getvalue(), "photo.jpg")
            began = time.perf_counter()
            _width, _height, renditions = render(without_metadata(file), f"{number:064}"[::-1])
            print(f"{time.perf_counter() - began:.2f} s, {len(renditions)} widths")


if __name__ == "__main__":
    main()
