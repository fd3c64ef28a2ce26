"""Pytest plugin (``-p aura.testing.stores``): a PostgreSQL and a Valkey of this test run alone.

They start when this module is imported: a pytest hook would come after pytest-django has read the settings. They stop
at exit, and die with the test run where that is killed. Nothing of the developer's shell reaches a test.
"""

import atexit
import contextlib
import os

from aura.embedded.private import private_stores

# What a developer may say to the test run itself.
KEPT = ("AURA_TEST_", "AURA_REQUIRE_")
FOREIGN = (
    "AURA_",
    "DATABASE_",
    "REDIS_",
    "DJANGO_",
    "PG",
    "APIFY_",
    "GEMINI_",
    "GOOGLE_",
    "OPENAI_",
    "REPLICATE_",
    "AWS_",
    "VAULT_",
    "SENTRY_",
    "OTEL_",
)
FOREIGN_EXACTLY = ("SENTRY_DSN", "UVICORN_PORT")
# Profile pictures come from the simulator in the test that is about them; no test may reach the network by accident.
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "aura.settings",
    "AURA_FETCH_PICTURES": "0",
    "AURA_LOG_LEVEL": "WARNING",
}


def clean_environment() -> None:
    """Take away every variable that a setting could read."""
    for name in list(os.environ):
        if not name.startswith(KEPT) and (name.startswith(FOREIGN) or name in FOREIGN_EXACTLY):
            del os.environ[name]


def start() -> None:
    """Start the stores and point this process and its children at them."""
    clean_environment()
    undo = contextlib.ExitStack()
    # Before the first server runs, so that an interrupt in the middle of the start leaves none.
    atexit.register(undo.close)
    stores = undo.enter_context(private_stores())
    os.environ.update(SETTINGS | stores.environ)


start()
