#!/usr/bin/env python
"""The portal's command line. Any command takes `--data DIR`: the folder of an embedded portal."""

import os
import sys

from django.core.management import execute_from_command_line

from healthyboost.database import command_environment


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthyboost.settings")
    with command_environment(sys.argv) as argv:
        execute_from_command_line(argv)


if __name__ == "__main__":
    main()
