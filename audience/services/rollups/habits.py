"""The rollups about the people of an audience: how each of them behaves, and sums over that."""

from collections.abc import Sequence
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from audience.services.rollups import habit_changes, habit_rows
from audience.services.rollups.parts import Changes, Values

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
        """Count the authors of the changed comments again; whose profile changed is only read anew."""
        rows = habit_changes.follow(cursor, values) if changes.comments else 0
        return rows + (habit_changes.refresh(cursor, values, changes.people) if changes.people else 0)


def reread(cursor: CursorWrapper, workspace: UUID, people: Sequence[UUID]) -> list[UUID]:
    """After people were classified: their rows in all accounts say so; returns the accounts that changed."""
    cursor.execute(THEIR_ACCOUNTS, {"workspace": workspace, "people": list(people)})
    return [
        account
        for account, theirs in cursor.fetchall()
        if habit_changes.refresh(cursor, {"workspace": workspace, "account": account}, theirs)
    ]
