"""Nothing of one workspace reaches another through a shared connection (M3)."""

import json
import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.db import connections

from accounts.services import record
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

READERS = """
import json, sys, random
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID
import django
django.setup()
from django.db import close_old_connections, connection
from aura.tenancy.scope import workspace_scope

north, south = (UUID(name) for name in sys.argv[1:3])

def look(number):
    dice = random.Random(number)
    own, marker = dice.choice([(north, "north"), (south, "south"), (None, None)])
    try:
        if own is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM accounts_auditentry")
                return cursor.fetchone()[0]
        with workspace_scope(own), connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT target FROM accounts_auditentry")
            seen = {row[0] for row in cursor.fetchall()}
            if dice.random() < 0.2:
                raise RuntimeError("a view failed")
        return 0 if seen == {marker} else 1
    except RuntimeError:
        return 0 if seen == {marker} else 1
    finally:
        close_old_connections()

with ThreadPoolExecutor(12) as pool:
    found = list(pool.map(look, range(1200)))
print(json.dumps({"looks": len(found), "leaks": sum(found)}))
"""


def _environment() -> dict[str, str]:
    """This process's environment with the app role's URL of the test database and a pool of two connections."""
    found = connections["default"].settings_dict
    login = f"{found['USER']}:{quote(found['PASSWORD'])}@{found['HOST']}:{found['PORT']}"
    urls = {
        f"DATABASE_{role}_URL": os.environ[f"DATABASE_{role}_URL"]
        for role in ("OWNER", "STAFF")
        if f"DATABASE_{role}_URL" in os.environ
    }
    app = f"postgresql://{login}/{found['NAME']}"
    return {
        **os.environ,
        **urls,
        "DATABASE_APP_URL": app,
        "DATABASE_OWNER_URL": urls.get("DATABASE_OWNER_URL", app),
        "DATABASE_STAFF_URL": urls.get("DATABASE_STAFF_URL", app),
        "AURA_WEB_PROCESS": "1",
        "AURA_DB_POOL": "2",
    }


@pytest.mark.django_db(transaction=True, databases=["default", "staff", "owner"])
def test_threads_that_share_two_connections_never_see_another_workspace(team: Team) -> None:
    for workspace, marker in ((team.workspace, "north"), (team.elsewhere, "south")):
        with workspace_scope(workspace.id):
            record("test.marker", user_id=None, target=marker)
    command = [sys.executable, "-c", READERS, str(team.workspace.id), str(team.elsewhere.id)]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer == {"looks": 1200, "leaks": 0}
