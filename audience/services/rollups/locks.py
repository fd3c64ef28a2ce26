"""Who may write the rollups of which account when.

An import, a rebuild and a touch take the workspace's lock shared and the account's lock alone. A reclassification moves
people in all accounts at once and takes the workspace's lock alone, *before* it changes a person: so nobody counts a
person under a value that is being replaced. Locks go in this order: imports, workspace, account, rows. All end with the
transaction and may be taken again inside it.
"""

from uuid import UUID

from django.db import connection

SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 7))"
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))"
# Hashing a large account in memory instead of on disk is worth a factor of three (benchmarks/dashboard.py).
MEMORY = "SELECT set_config('work_mem', '64MB', true)"


def lock_account(workspace: UUID, account: UUID) -> None:
    """Keep others from writing this account's rollups, and everybody from reclassifying people, until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(SHARED, [f"audience.rollups:{workspace}"])
        cursor.execute(ALONE, [str(account)])


def lock_people(workspace: UUID) -> None:
    """Keep others from writing any rollup of the workspace until the commit. Take it before changing people."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [f"audience.rollups:{workspace}"])


def take_memory() -> None:
    """Let the statements of this transaction hash in memory."""
    with connection.cursor() as cursor:
        cursor.execute(MEMORY)
