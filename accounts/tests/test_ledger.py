"""The ledger: what is set aside and booked, what a budget stops, what is swept (M7)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as real_settings
from django.db import IntegrityError
from django.utils import timezone

from accounts.jobs import sweep
from accounts.models import AuditEntry, Budget, Membership, UsageEntry
from accounts.queries.usage import budget_of, month_of
from accounts.services.ledger import budget_just_reached, meter, set_budget
from aura.http.problems import Problem
from aura.providers.errors import ProviderError
from aura.providers.metering import Meter, Usage
from aura.tenancy.scope import TenancyError, workspace_scope
from aura.testing.fixtures import Team

MONTH = month_of(timezone.now())


def costing(dollars: str, **more: Any) -> Usage:
    return replace(Usage("apify", "actor", "comments", cost=Decimal(dollars)), **more)


@pytest.fixture
def books(team: Team) -> Meter:
    return meter(team.workspace.pk, subject="run:1", job_id=uuid4())


@pytest.fixture
def capped(team: Team) -> Callable[[str], Budget]:
    """Sets the budget of “north”."""

    def cap(dollars: str) -> Budget:
        with workspace_scope(team.workspace.pk):
            return set_budget(Membership.objects.get(user=team.alice), Decimal(dollars))

    return cap


def columns(team: Team) -> tuple[Decimal | int, ...]:
    with workspace_scope(team.workspace.pk):
        budget = Budget.objects.get(month=MONTH)
    return budget.spent, budget.reserved, budget.overrun


def entry(team: Team, name: UUID) -> UsageEntry:
    with workspace_scope(team.workspace.pk):
        return UsageEntry.objects.get(pk=name)


def test_what_is_set_aside_is_booked_as_used(team: Team, books: Meter) -> None:
    name = books.reserve(costing("2"))
    assert columns(team) == (0, 2, 0)
    assert books.settle(name, costing("1.5", output_tokens=7, latency_ms=40)) == Decimal("1.5")
    assert columns(team) == (Decimal("1.5"), 0, 0)
    row = entry(team, name)
    assert (row.state, row.output_tokens, row.latency_ms, row.subject) == ("settled", 7, 40, "run:1")
    assert row.settled_at is not None


def test_booking_twice_changes_nothing(team: Team, books: Meter) -> None:
    name = books.reserve(costing("2"))
    books.settle(name, costing("1"))
    assert books.settle(name, costing("9")) == 1
    assert books.keep(name, "timeout") == 1
    books.release(name)
    assert columns(team) == (1, 0, 0)


def test_what_was_not_made_is_given_back_once(team: Team, books: Meter) -> None:
    name = books.reserve(costing("2"))
    books.release(name, "unreachable")
    books.release(name)
    assert books.keep(name, "timeout") == 0
    assert columns(team) == (0, 0, 0)
    assert entry(team, name).error_code == "unreachable"


def test_what_may_have_been_billed_stays_booked_until_it_is_known(team: Team, books: Meter) -> None:
    name = books.reserve(costing("2"))
    assert books.keep(name, "timeout") == 2
    assert books.keep(name, "timeout") == 2
    assert columns(team) == (2, 0, 0)
    assert entry(team, name).state == "uncertain"
    assert books.settle(name, costing("0.5")) == Decimal("0.5")
    assert columns(team) == (Decimal("0.5"), 0, 0)
    other = books.reserve(costing("3"))
    books.keep(other, "timeout")
    books.release(other)
    assert columns(team) == (Decimal("0.5"), 0, 0)


def test_a_charge_beyond_the_plan_is_kept_apart(team: Team, books: Meter, capped: Callable[[str], Budget]) -> None:
    capped("2")
    name = books.reserve(costing("2"))
    assert books.settle(name, costing("3.25")) == Decimal("3.25")
    assert columns(team) == (2, 0, Decimal("1.25"))
    late = books.reserve(costing("0"))
    books.release(late)
    assert books.settle(late, costing("1")) == 1
    assert columns(team) == (2, 0, Decimal("2.25"))


def test_a_budget_stops_new_calls_before_it_is_passed(
    team: Team, books: Meter, capped: Callable[[str], Budget]
) -> None:
    capped("10")
    books.settle(books.reserve(costing("4")), costing("4"))
    books.reserve(costing("5.99"))
    with pytest.raises(ProviderError) as stopped:
        books.reserve(costing("0.02"))
    assert (stopped.value.code, stopped.value.retryable) == ("budget_reached", False)
    assert "An owner or admin can raise it" in stopped.value.message
    assert f"{MONTH:%B %Y}" in stopped.value.message
    assert stopped.value.retry_after is not None
    assert 0 < stopped.value.retry_after <= 31 * 86400
    books.reserve(costing("0.01"))
    assert columns(team) == (4, 6, 0)


def test_what_was_charged_beyond_the_plan_counts_too(books: Meter, capped: Callable[[str], Budget]) -> None:
    capped("10")
    books.settle(books.reserve(costing("1")), costing("8"))
    with pytest.raises(ProviderError):
        books.reserve(costing("3"))


def test_what_costs_nothing_goes_on_without_money(books: Meter, capped: Callable[[str], Budget]) -> None:
    capped("0")
    books.reserve(Usage("openai", "llama-at-home", "read", input_tokens=100))
    with pytest.raises(ProviderError):
        books.reserve(costing("0.00000001"))


def test_an_unknown_price_is_nothing_and_says_so(team: Team, books: Meter) -> None:
    name = books.reserve(Usage("openai", "llama-at-home", "read", input_tokens=100))
    assert not entry(team, name).price_known
    assert books.settle(name, Usage("openai", "llama-at-home", "read", input_tokens=100)) == 0


def test_nonsense_from_a_service_does_not_break_the_books(team: Team, books: Meter) -> None:
    name = books.reserve(costing("1"))
    odd = costing("NaN", output_tokens=-5, input_tokens=2**70, model="m" * 500)
    assert books.settle(name, odd) == 0
    row = entry(team, name)
    assert (row.output_tokens, row.input_tokens, row.price_known) == (0, 2**31 - 1, False)


def test_it_joins_an_open_transaction_and_refuses_a_strangers(team: Team, books: Meter) -> None:
    with workspace_scope(team.workspace.pk):
        name = books.reserve(costing("1"))
        books.settle(name, costing("1"))
    assert columns(team) == (1, 0, 0)
    with workspace_scope(team.elsewhere.pk), pytest.raises(TenancyError):
        books.reserve(costing("1"))
    with pytest.raises(UsageEntry.DoesNotExist):
        meter(team.elsewhere.pk).settle(name, costing("1"))


def test_the_database_refuses_to_pass_a_cap(team: Team, capped: Callable[[str], Budget]) -> None:
    capped("1")
    with pytest.raises(IntegrityError), workspace_scope(team.workspace.pk):
        Budget.objects.update(spent=Decimal("0.6"), reserved=Decimal("0.6"))


def test_a_new_month_has_the_cap_that_people_chose(team: Team, capped: Callable[[str], Budget]) -> None:
    capped("25")
    with workspace_scope(team.workspace.pk):
        assert budget_of(team.workspace.pk, date(2040, 1, 1)).cap == 25


def test_else_it_has_the_cap_of_the_installation(team: Team, books: Meter, settings: Any) -> None:
    settings.AURA_OUTSIDE = replace(real_settings.AURA_OUTSIDE, monthly_budget=Decimal(3))
    with pytest.raises(ProviderError):
        books.reserve(costing("3.01"))
    settings.AURA_OUTSIDE = replace(real_settings.AURA_OUTSIDE, monthly_budget=None)
    with workspace_scope(team.workspace.pk):
        assert Budget.objects.get().cap == 3
        assert budget_of(team.workspace.pk, date(2040, 1, 1)).cap is None


def test_a_budget_is_set_on_record(team: Team, capped: Callable[[str], Budget]) -> None:
    capped("25")
    capped("30.50")
    with workspace_scope(team.workspace.pk):
        found = list(AuditEntry.objects.filter(action="budget.changed").order_by("sequence"))
    assert [row.detail for row in found] == [{"before": None, "after": "25.00"}, {"before": "25.00", "after": "30.50"}]
    assert found[0].user_id == team.alice.pk


@pytest.mark.parametrize("value", ["-1", "0.001", "NaN", "Infinity", "1000000.01"])
def test_a_wrong_budget_is_refused(capped: Callable[[str], Budget], value: str) -> None:
    with pytest.raises(Problem) as refused:
        capped(value)
    assert refused.value.get_codes() == "invalid_budget"


def test_a_budget_below_what_is_spent_is_refused_with_the_least(books: Meter, capped: Callable[[str], Budget]) -> None:
    books.reserve(costing("7.001"))
    with pytest.raises(Problem, match=r"\$7\.01") as refused:
        capped("7")
    assert refused.value.get_codes() == "budget_below_spent"
    assert capped("7.01").cap == Decimal("7.01")


def test_a_reached_budget_is_announced_once(team: Team, books: Meter, capped: Callable[[str], Budget]) -> None:
    capped("5")
    assert budget_just_reached(team.workspace.pk) is None
    books.reserve(costing("4.5"))
    with pytest.raises(ProviderError):
        books.reserve(costing("1"))
    told = budget_just_reached(team.workspace.pk)
    assert told is not None
    assert told.reached_at is not None
    assert budget_just_reached(team.workspace.pk) is None
    capped("6")
    assert budget_just_reached(team.workspace.pk) is None
    books.reserve(costing("1.5"))
    assert budget_just_reached(team.workspace.pk) is not None


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_only_old_reservations_are_swept_and_stay_booked(team: Team, books: Meter) -> None:
    old, fresh = books.reserve(costing("2")), books.reserve(costing("3"))
    with workspace_scope(team.workspace.pk):
        UsageEntry.objects.filter(pk=old).update(created_at=timezone.now() - timedelta(minutes=61))
    assert sweep(None) == {"swept": 1}  # type: ignore[arg-type]
    assert (entry(team, old).state, entry(team, old).error_code) == ("uncertain", "swept")
    assert entry(team, fresh).state == "reserved"
    assert columns(team) == (2, 3, 0)


def test_a_call_is_booked_in_the_month_in_which_it_was_made(team: Team, books: Meter) -> None:
    name = books.reserve(costing("2"))
    with workspace_scope(team.workspace.pk):
        earlier = Budget.objects.create(workspace=team.workspace, month=date(2026, 1, 1), reserved=2)
        Budget.objects.filter(month=MONTH).update(reserved=0)
        UsageEntry.objects.filter(pk=name).update(budget=earlier, created_at=datetime(2026, 1, 31, tzinfo=UTC))
    books.settle(name, costing("1"))
    with workspace_scope(team.workspace.pk):
        assert Budget.objects.get(pk=earlier.pk).spent == 1
    assert columns(team) == (0, 0, 0)
