"""The rollups about the people of an audience: how each of them behaves, and sums over that."""

from collections.abc import Sequence
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from audience.services.rollups import habit_rows
from audience.services.rollups.parts import Changes, Values

CHANGED = "SELECT DISTINCT commenter_id FROM changed_comment"
THEIR_ACCOUNTS = """
SELECT account_id, array_agg(commenter_id) FROM audience_audiencehabit
WHERE workspace_id = %(workspace)s AND commenter_id = ANY (%(people)s::uuid[]) GROUP BY account_id ORDER BY account_id
"""


class Habits:
    """``AudienceHabit`` with ``AudienceSegment`` and ``AudienceCohort``."""

    name = "habits"
    # A profile that changes by an import into one account is seen in the others at night.
    exact = False

    def rebuild(self, cursor: CursorWrapper, values: Values) -> int:
        """Count everybody again."""
        return habit_rows.rebuild(cursor, values)

    def touch(self, cursor: CursorWrapper, values: Values, changes: Changes) -> int:
        """Count the authors of the changed comments again, and whose profile changed."""
        cursor.execute(CHANGED)
        people = {row[0] for row in cursor.fetchall()} | set(changes.people)
        return habit_rows.touch(cursor, values, people) if people else 0


def reread(cursor: CursorWrapper, workspace: UUID, people: Sequence[UUID]) -> list[UUID]:
    """After people were classified: their rows in all accounts say so; returns the accounts that changed."""
    cursor.execute(THEIR_ACCOUNTS, {"workspace": workspace, "people": list(people)})
    return [
        account
        for account, theirs in cursor.fetchall()
        if habit_rows.refresh(cursor, {"workspace": workspace, "account": account}, theirs)
    ]
