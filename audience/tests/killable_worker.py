"""``python -m audience.tests.killable_worker``: ``manage.py work bulk`` on a test's database, with short pages."""

import os
from contextlib import nullcontext
from importlib import import_module
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

DATABASE, PAGE, SECOND_PROMPT = "AURA_TEST_DATABASE", "AURA_TEST_PAGE", "AURA_TEST_SECOND_PROMPT"


def main() -> None:
    """Work until killed."""
    for config in settings.DATABASES.values():
        config["NAME"] = os.environ[DATABASE]
    django.setup()
    # Only now: its models need the apps.
    scraping: Any = import_module("audience.jobs.scraping")
    scraping.PAGE, scraping.SETTLES = int(os.environ[PAGE]), 0.0
    second = SECOND_PROMPT in os.environ
    with import_module("audience.tests.second_prompt").registered() if second else nullcontext():
        call_command("work", "bulk")


if __name__ == "__main__":
    main()
