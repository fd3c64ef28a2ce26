"""A7: what one person more changes in a report says nothing about that person."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from audience.models import TrackedAccount
from audience.queries.demographics import demographics
from audience.services import rollups
from audience.tests import factories
from audience.tests.test_demographics import by_value
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

DAY = date(2026, 3, 2)


def test_one_person_more_draws_every_group_anew(team: Team) -> None:
    """Else the group whose number moved would tell what the one more person is.

    Four accounts: whose drawn numbers lie in the middle between two tens hardly move with either.
    """
    moved: Counter[str] = Counter()
    with workspace_scope(team.workspace.id):
        for number in range(4):
            moved += moves_of(factories.account(f"roast{number}"))
    assert moved["man"] >= 5, "only women came, the men's number moves as well"
    assert moved["woman"] >= 5


def moves_of(account: TrackedAccount, days: int = 25) -> Counter[str]:
    """How often each number changes while a woman comes every day, where men never do."""
    post = factories.post(account)
    factories.comments(post, factories.commenters(155) + factories.commenters(155, gender="man"))
    for day in range(days):
        factories.comments(post, [factories.commenter()], at=factories.NOON + timedelta(days=day + 1))
    rollups.rebuild(account)
    ends = [DAY + timedelta(days=day) for day in range(days + 1)]
    told = [by_value(demographics(account, end=end).as_json()["gender"]) for end in ends]
    return Counter(name for before, after in pairwise(told) for name in after if after[name] != before[name])
