"""Makes a database ready for this version of Aura: roles, rights, extensions, migrations by the owner role."""

import os
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from aura.embedded.home import StackError, database_urls, roles_are_given
from aura.embedded.roles import prepare

OWNER_ALIAS = "owner"
MIGRATION_LOCK = 4_172_651_108_350
POLL = 0.2


def prepare_database(say: Callable[[str], None], *, wait: float = 60.0) -> None:
    """Wait up to ``wait`` seconds for the database, then create what is missing in it. Idempotent.

    ``say`` gets a line for each thing an operator should know. Raises StackError where the database does not answer
    or a right is missing.
    """
    given = roles_are_given()
    url = database_urls().owner if given else os.environ.get("DATABASE_URL", "").strip()
    if not url:
        raise StackError("There is no database yet: set DATABASE_URL, or start `manage.py up`, which brings its own.")
    _wait_for(url, wait)
    if not given:
        for note in prepare(url, os.environ["AURA_SECRET_KEY"]):
            say(note)
    with psycopg.connect(database_urls().owner, autocommit=True, connect_timeout=10) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        migrate(say)


def _wait_for(url: str, seconds: float) -> None:
    limit = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            # A server that answers "no" has started; roles.prepare or the migration says what is wrong.
            if error.sqlstate or "FATAL" in str(error) and "starting up" not in str(error):
                return
            if time.monotonic() > limit:
                place = urlsplit(url)
                raise StackError(
                    f"No database answers at {place.hostname}:{place.port or 5432} after {seconds:g} s: {error}"
                ) from None
            time.sleep(POLL)
        else:
            return


def migrate(say: Callable[[str], None]) -> None:
    """Apply what is missing, by the owner role; a database that is up to date costs a few milliseconds."""
    connection = connections[OWNER_ALIAS]
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            call_command("migrate", database=OWNER_ALIAS, verbosity=0, interactive=False)
            say(f"Applied {len(plan)} migration{'s' if len(plan) > 1 else ''}.")
    finally:
        # The steps after a migration use the other roles' connections too.
        connections.close_all()
