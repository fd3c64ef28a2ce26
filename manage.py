#!/usr/bin/env python3
"""Aura's command line: ``python manage.py help`` lists what it can do."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from aura.embedded.meanwhile import before_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aura.settings")
    before_command(sys.argv)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
