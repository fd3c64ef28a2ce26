"""Whatever several processes book at once: no budget is passed, and the columns are the sums of the entries."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Q, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Budget, Membership, UsageEntry, User
from accounts.services import create_workspace
from accounts.services.ledger import meter, set_budget
from aura.providers.errors import ProviderError
from aura.providers.metering import Usage
from aura.tenancy.scope import workspace_scope

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
CAP = Decimal(10)


@dataclass(frozen=True)
class Step:
    """``kind`` done to the entry at ``place`` of all so far, or with ``cents`` as the amount."""

    kind: str
    place: int
    cents: int


KINDS = st.sampled_from(["reserve", "reserve", "reserve", "settle", "release", "keep"])
STEPS = st.lists(st.builds(Step, KINDS, st.integers(0, 5), st.integers(0, 400)), min_size=1, max_size=12)


def costing(cents: int) -> Usage:
    return Usage("apify", "actor", "comments", cost=Decimal(cents) / 100)


def play(workspace_id: UUID, steps: Sequence[Step], known: list[UUID], errors: list[BaseException]) -> None:
    books = meter(workspace_id)
    try:
        for step in steps:
            if step.kind == "reserve":
                with suppress(ProviderError):
                    known.append(books.reserve(costing(step.cents)))
            elif known:
                name = known[step.place % len(known)]
                if step.kind == "settle":
                    books.settle(name, costing(step.cents))
                elif step.kind == "release":
                    books.release(name, "test")
                else:
                    books.keep(name, "timeout")
    except BaseException as error:
        errors.append(error)
    finally:
        connection.close()


def check(workspace_id: UUID) -> None:
    with workspace_scope(workspace_id):
        budget = Budget.objects.get()
        sums = UsageEntry.objects.aggregate(
            amount=Sum("amount", default=Decimal(0)),
            reserved=Sum("reserved", filter=Q(state="reserved"), default=Decimal(0)),
        )
    assert budget.spent + budget.reserved <= CAP
    assert budget.spent + budget.overrun == sums["amount"]
    assert budget.reserved == sums["reserved"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans=st.lists(STEPS, min_size=3, max_size=3))
def test_no_interleaving_passes_a_budget_or_loses_a_cent(plans: list[list[Step]]) -> None:
    number = User.objects.count()
    owner = User.objects.create_user(f"owner{number}@example.org")
    workspace = create_workspace(owner, name="Load", slug=f"load-{number}")
    with workspace_scope(workspace.pk):
        set_budget(Membership.objects.get(), CAP)
    known: list[UUID] = []
    errors: list[BaseException] = []
    threads = [threading.Thread(target=play, args=(workspace.pk, plan, known, errors)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    check(workspace.pk)


def test_of_many_at_once_just_as_many_get_money_as_there_is() -> None:
    owner = User.objects.create_user("owner@example.org")
    workspace = create_workspace(owner, name="Load", slug="load")
    with workspace_scope(workspace.pk):
        set_budget(Membership.objects.get(), CAP)
    known: list[UUID] = []
    errors: list[BaseException] = []
    steps = [Step("reserve", 0, 100)] * 5
    threads = [threading.Thread(target=play, args=(workspace.pk, steps, known, errors)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert len(known) == 10
    check(workspace.pk)


def test_the_first_calls_of_a_month_make_one_budget() -> None:
    owner = User.objects.create_user("owner@example.org")
    workspace = create_workspace(owner, name="Load", slug="load")
    known: list[UUID] = []
    errors: list[BaseException] = []
    steps = [Step("reserve", 0, 10)]
    threads = [threading.Thread(target=play, args=(workspace.pk, steps, known, errors)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert len(known) == 6
    with workspace_scope(workspace.pk):
        assert Budget.objects.get().reserved == Decimal("0.60")
