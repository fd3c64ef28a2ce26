"""AURA_HOME: the folder that holds all of one installation, and the file by which every process finds the stores.

Three database roles share one server: the owner migrates, the app obeys row-level security, the staff role bypasses it.
``DATABASE_URL`` is a connection that may create these roles; their passwords follow from ``AURA_SECRET_KEY``.
"""

import dataclasses
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from aura.environment import WrongSetting

BASE = Path(__file__).resolve().parents[2]
OWNER, APP, STAFF = "aura_owner", "aura_app", "aura_staff"
DATABASE_GROUP = ("DATABASE_URL", "DATABASE_APP_URL", "DATABASE_OWNER_URL", "DATABASE_STAFF_URL")
GROUPS = (DATABASE_GROUP, ("REDIS_URL",), ("AURA_SECRET_KEY",), ("AURA_HOST",), ("AURA_PORT",))
FILLED = "AURA_FILLED"
NOT_STARTED = "postgres://127.0.0.1:5432/aura"


class StackError(Exception):
    """The stack cannot start or go on; the message says what to do and is printed without a traceback."""


@dataclasses.dataclass(frozen=True)
class DatabaseUrls:
    """One URL a role: ``app`` for the web and the workers, ``owner`` for migrations, ``staff`` for the admin."""

    app: str
    owner: str
    staff: str


@dataclasses.dataclass(frozen=True)
class Stack:
    """What stack.json holds. ``environment`` are the variables in use, ``pids`` the running processes by name."""

    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    postgres_port: int = 0
    postgres_password: str = ""
    valkey_port: int = 0
    valkey_password: str = ""
    pids: dict[str, int] = dataclasses.field(default_factory=dict)


def home_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """The absolute path of AURA_HOME (default ``.aura`` beside manage.py); nothing is created."""
    return Path(environ.get("AURA_HOME", "").strip() or BASE / ".aura").expanduser().absolute()


def read_stack(home: Path) -> Stack:
    """The content of stack.json, or empty values where there is none. Unknown fields of other versions are ignored.

    Raises StackError where the file exists and cannot be read.
    """
    path = home / "stack.json"
    try:
        raw: dict[str, Any] = json.loads(path.read_bytes())
        return Stack(**{f.name: raw[f.name] for f in dataclasses.fields(Stack) if f.name in raw})
    except (FileNotFoundError, NotADirectoryError):
        return Stack()
    except PermissionError:
        raise StackError(f"{path} belongs to another user. Set AURA_HOME to a folder of your own.") from None
    except (ValueError, TypeError):
        raise StackError(f"{path} is damaged. Restore it from a backup, or move {home} away to begin anew.") from None


@contextmanager
def _exclusive(home: Path) -> Iterator[None]:
    with (home / "stack.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def update_stack(home: Path, **changes: Any) -> Stack:
    """Replace fields of stack.json in one step (mode 0600) and return the new content; safe between processes."""
    with _exclusive(home):
        stack = dataclasses.replace(read_stack(home), **changes)
        fresh = home / "stack.json.new"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            json.dump(dataclasses.asdict(stack), handle, indent=1)
            handle.flush()
            os.fsync(handle.fileno())
        fresh.replace(home / "stack.json")
    return stack


def open_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Create AURA_HOME (mode 0700) with a secret key in it where they are missing; returns its path.

    Raises StackError where the folder cannot be made or belongs to another user.
    """
    home = home_directory(environ)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.chmod(0o700)
    except OSError as error:
        raise StackError(f"Cannot use {home} ({error.strerror}). Set AURA_HOME to a folder of your own.") from None
    stack = read_stack(home)
    if "AURA_SECRET_KEY" not in stack.environment:
        key = environ.get("AURA_SECRET_KEY", "").strip() or secrets.token_urlsafe(48)
        update_stack(home, environment={**stack.environment, "AURA_SECRET_KEY": key})
    return home


def load_environment(environ: MutableMapping[str, str] = os.environ) -> None:
    """Fill variables that are unset from stack.json, so that a second terminal finds the stores of the running stack.

    A variable that is set wins, and with one database variable set none of the others is filled. The names that were
    filled are kept in ``AURA_FILLED``: :func:`outside` tells them from what the operator gave.
    """
    known = read_stack(home_directory(environ)).environment
    filled = set(environ.get(FILLED, "").split())
    for group in GROUPS:
        if any(environ.get(name, "").strip() and name not in filled for name in group):
            continue
        for name in group:
            if known.get(name):
                environ[name] = known[name]
                filled.add(name)
    if filled:
        environ[FILLED] = " ".join(sorted(filled))


def outside(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment as the operator gave it, without what :func:`load_environment` filled in."""
    filled = {FILLED, *environ.get(FILLED, "").split()}
    return {name: value for name, value in environ.items() if name not in filled}


def role_password(secret: str, role: str) -> str:
    """The password of a database role: HMAC-SHA256 of its name under the secret key, 64 hexadecimal digits."""
    return hmac.new(secret.encode(), f"aura database role {role}".encode(), hashlib.sha256).hexdigest()


def with_login(url: str, user: str, password: str) -> str:
    """The same database URL with another user and password."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{place}"))


def roles_are_given(environ: Mapping[str, str] = os.environ) -> bool:
    """True where an administrator made the roles and names them: then Aura creates and grants nothing."""
    owner, staff, app = (environ.get(f"DATABASE_{role}_URL", "").strip() for role in ("OWNER", "STAFF", "APP"))
    if bool(owner) != bool(staff) or (app and not owner):
        raise WrongSetting(
            "Set DATABASE_OWNER_URL and DATABASE_STAFF_URL together (and DATABASE_APP_URL, or DATABASE_URL for the "
            "app role), or none of them."
        )
    return bool(owner)


def database_urls(environ: Mapping[str, str] = os.environ) -> DatabaseUrls:
    """The connection of each role; the same answer in every process that has the same environment.

    Where nothing was ever started, the URLs point at a local server, so that commands without a database work.
    Raises WrongSetting where only some of the role URLs are set.
    """
    base = environ.get("DATABASE_URL", "").strip()
    if roles_are_given(environ):
        app = environ.get("DATABASE_APP_URL", "").strip() or base
        if not app:
            raise WrongSetting("Set DATABASE_APP_URL: the web and the workers connect with it.")
        return DatabaseUrls(app, environ["DATABASE_OWNER_URL"].strip(), environ["DATABASE_STAFF_URL"].strip())
    secret = environ.get("AURA_SECRET_KEY", "")
    app, owner, staff = (with_login(base or NOT_STARTED, r, role_password(secret, r)) for r in (APP, OWNER, STAFF))
    return DatabaseUrls(app, owner, staff)
