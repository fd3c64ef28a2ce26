"""Creates the three database roles, their rights and the extensions. Plain SQL: it runs before Django can connect.

The app role cannot see past row-level security, so a query without a workspace finds nothing (architecture §5).
"""

from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from aura.embedded.home import APP, OWNER, STAFF, StackError, role_password

EXTENSIONS = ("vector", "pg_trgm", "citext", "btree_gin")
ATTRIBUTES = {OWNER: "NOBYPASSRLS", APP: "NOBYPASSRLS", STAFF: "BYPASSRLS"}
LOCK = 4_172_651_108_349
ATTEMPTS = 5

TABLE_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
SEQUENCE_RIGHTS = "USAGE, SELECT"
OWNED = "SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class WHERE relowner = {}::regrole"


def prepare(admin_url: str, secret: str, *, owner_creates_databases: bool = False) -> list[str]:
    """Make the database, roles, rights and extensions that are missing; returns notes an operator should read.

    ``admin_url`` may create roles: a superuser, or a role with CREATEROLE and BYPASSRLS. Idempotent, and safe when
    several processes call it at once. Raises StackError with the missing right where the connection may not do it.
    """
    _create_database(admin_url)
    for attempt in range(ATTEMPTS):
        try:
            with psycopg.connect(admin_url, connect_timeout=10) as connection:
                return _prepare(connection, secret, owner_creates_databases)
        except (psycopg.errors.InternalError_, psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject):
            # Roles belong to the whole server and the lock to one database: a neighbour may have changed one just now.
            if attempt == ATTEMPTS - 1:
                raise
        except psycopg.errors.InsufficientPrivilege as error:
            raise StackError(
                f"DATABASE_URL may not prepare the database ({error.diag.message_primary}). Give a superuser or a role "
                "with CREATEROLE and BYPASSRLS, or have an administrator make the roles (docs/operations.md) and set "
                "DATABASE_APP_URL, DATABASE_OWNER_URL and DATABASE_STAFF_URL."
            ) from error
    raise AssertionError("unreachable")


def _create_database(admin_url: str) -> None:
    try:
        psycopg.connect(admin_url, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error) or "database" not in str(error):
            raise StackError(f"Cannot connect to the database in DATABASE_URL: {str(error).strip()}") from None
    else:
        return
    parts = urlsplit(admin_url)
    name = unquote(parts.path.lstrip("/"))
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8'").format(sql.Identifier(name)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return


def _prepare(connection: psycopg.Connection, secret: str, owner_creates_databases: bool) -> list[str]:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    for role, bypass in ATTRIBUTES.items():
        _role(connection, role, role_password(secret, role), bypass)
    if owner_creates_databases:
        connection.execute(f"ALTER ROLE {OWNER} CREATEDB")
    connection.execute(f"GRANT {OWNER}, {STAFF} TO CURRENT_USER")
    # The owner hands functions that must see every workspace to the staff role, which needs CREATE to receive them.
    connection.execute(f"GRANT {STAFF} TO {OWNER}")
    notes = _extensions(connection)
    _rights(connection)
    return notes


def _role(connection: psycopg.Connection, role: str, password: str, bypass: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    # The verifier is computed here, so the password itself never reaches the server's log.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = f"{'ALTER' if exists else 'CREATE'} ROLE {role} LOGIN {bypass}"
    if not exists:
        statement += " NOSUPERUSER NOCREATEROLE"
    connection.execute(sql.SQL("{} PASSWORD {}").format(sql.SQL(statement), sql.Literal(verifier)))


def _extensions(connection: psycopg.Connection) -> list[str]:
    notes = []
    found = connection.execute("SELECT name, installed_version FROM pg_available_extensions").fetchall()
    installed: dict[str, str | None] = dict(found)
    for name in EXTENSIONS:
        if name not in installed:
            notes.append(f"This server has no extension {name}.")
        elif installed[name] is None:
            try:
                with connection.transaction():
                    connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
            except psycopg.errors.InsufficientPrivilege:
                notes.append(f"An administrator must run CREATE EXTENSION {name}; DATABASE_URL may not.")
    return notes


def _rights(connection: psycopg.Connection) -> None:
    row = connection.execute(
        "SELECT current_database(), rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    name, superuser = row if row else ("", False)
    database = sql.Identifier(name)
    connection.execute(
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, sql.SQL(f"{OWNER}, {APP}, {STAFF}"))
    )
    if superuser:
        connection.execute(f"ALTER SCHEMA public OWNER TO {OWNER}")
    connection.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}, {STAFF}")
    connection.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
    connection.execute(f"SET LOCAL ROLE {OWNER}")
    for rights, kind in ((TABLE_RIGHTS, "TABLES"), (SEQUENCE_RIGHTS, "SEQUENCES")):
        connection.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {kind} TO {APP}, {STAFF}")
    for rights, kinds in ((TABLE_RIGHTS, "'r','p','v','m'"), (SEQUENCE_RIGHTS, "'S'")):
        owned = connection.execute(OWNED.format(f"'{OWNER}'") + f" AND relkind IN ({kinds})").fetchall()
        on = "SEQUENCE" if kinds == "'S'" else "TABLE"
        for (name,) in owned:
            connection.execute(f"GRANT {rights} ON {on} {name} TO {APP}, {STAFF}")
