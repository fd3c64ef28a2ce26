"""The ledger of outside calls: money is set aside before a call and booked when it has ended (M7).

Who changes an entry locks its month's budget first, so that nobody waits in a circle.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Budget, EntryState, Membership, UsageEntry
from accounts.models.usage import ZERO
from accounts.queries.usage import budget_of, month_of
from accounts.services import record
from aura.http.problems import Problem
from aura.providers.errors import BUDGET_REACHED, ProviderError
from aura.providers.metering import Meter, Usage
from aura.providers.prices import Price, price_of
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import current_scope, staff_scope, workspace_scope

log = structlog.get_logger(__name__)

Opens = Callable[[], AbstractContextManager[object]]
HIGHEST = Decimal(1_000_000)
DEAREST_CALL = Decimal(100_000)
LARGEST = 2**31 - 1
ORPHANED = timedelta(hours=1)
SWEPT = "swept"
COUNTS = ("input_tokens", "output_tokens", "cached_tokens", "images", "items", "latency_ms")

RESERVE = """
WITH budget AS (
  UPDATE accounts_budget SET reserved = reserved + %(amount)s
  WHERE workspace_id = %(workspace)s AND month = %(month)s
    AND (cap IS NULL OR %(amount)s = 0 OR spent + reserved + overrun + %(amount)s <= cap)
  RETURNING id
)
INSERT INTO accounts_usageentry (budget_id, {columns}) SELECT id, {values} FROM budget RETURNING id
"""
LOCK = """
SELECT 1 FROM accounts_budget WHERE workspace_id = %(workspace)s
  AND id = (SELECT budget_id FROM accounts_usageentry WHERE workspace_id = %(workspace)s AND id = %(id)s)
FOR NO KEY UPDATE
"""
READ = """
SELECT state, reserved, amount, created_at FROM accounts_usageentry
WHERE workspace_id = %(workspace)s AND id = %(id)s
"""
BOOK = """
WITH entry AS (
  UPDATE accounts_usageentry SET settled_at = clock_timestamp(), {columns} WHERE id = %(id)s RETURNING budget_id
)
UPDATE accounts_budget SET reserved = reserved - %(freed)s, spent = spent + %(spent)s, overrun = overrun + %(overrun)s
FROM entry WHERE accounts_budget.id = entry.budget_id
"""
REACHED = """
UPDATE accounts_budget SET reached_at = coalesce(reached_at, clock_timestamp())
WHERE workspace_id = %(workspace)s AND month = %(month)s
"""


def meter(workspace_id: UUID, *, subject: str = "", job_id: UUID | None = None, together: Opens | None = None) -> Meter:
    """Books the outside calls of one workspace for one purpose; ``subject`` is a kind and an id, never a name.

    Works inside the workspace's open scope, in its transaction, and without one, each step in one of its own. Reserve
    outside of a transaction: a rollback would forget what is about to be paid. ``together`` opens the transaction in
    which several calls are reserved, such as that of a job.
    """
    return LedgerMeter(workspace_id, subject, job_id, together)


class LedgerMeter:
    """See :class:`aura.providers.metering.Meter`."""

    def __init__(self, workspace_id: UUID, subject: str, job_id: UUID | None, together: Opens | None = None) -> None:
        self._workspace_id, self._subject, self._job_id = workspace_id, subject[:120], job_id
        self._together = together or (lambda: _scope(workspace_id))

    def reserve(self, expected: Usage) -> UUID:
        """Set money aside, in one conditional update. Raises ``ProviderError`` ``budget_reached``, not retryable."""
        now = timezone.now()
        price = _priced(expected, now)
        with _scope(self._workspace_id):
            found = self._take(expected, price, now)
            if found is not None:
                return found
            budget = budget_of(self._workspace_id, month_of(now))
        raise _reached(budget, price.amount, now)

    def together(self) -> AbstractContextManager[object]:
        """One transaction for all that is done inside."""
        return self._together()

    def settle(self, reservation: UUID, used: Usage) -> Decimal:
        """Book what the call cost; returns it. Also for an entry that is uncertain or was given back: it is known now.

        Raises ``UsageEntry.DoesNotExist`` where nothing was reserved under that name.
        """
        with self._locked(reservation) as entry:
            if entry.state == EntryState.SETTLED:
                return entry.amount
            price = _priced(used, entry.created_at)
            known = _columns(used) | {"price_known": price.known, "error_code": ""}
            return entry.book(EntryState.SETTLED, price.amount, known)

    def release(self, reservation: UUID, error_code: str = "") -> None:
        """Give back what was set aside. Does nothing to what is booked."""
        with self._locked(reservation) as entry:
            if entry.state in {EntryState.RESERVED, EntryState.UNCERTAIN}:
                # It has no place in the plan any more: all that it costs after all will be beyond it.
                entry.book(EntryState.RELEASED, ZERO, {"error_code": error_code[:60], "reserved": ZERO})

    def keep(self, reservation: UUID, error_code: str) -> Decimal:
        """Book what was set aside as uncertain; returns it. Does nothing to what is booked or was given back."""
        with self._locked(reservation) as entry:
            if entry.state == EntryState.RESERVED:
                return entry.book(EntryState.UNCERTAIN, entry.reserved, {"error_code": error_code[:60]})
            return entry.amount

    def _take(self, expected: Usage, price: Price, now: datetime) -> UUID | None:
        """The entry that sets money aside, or None where there is too little, which the budget then remembers."""
        entry = {
            "id": uuid7(),
            "workspace_id": self._workspace_id,
            "subject": self._subject,
            "job_id": self._job_id,
            "state": EntryState.RESERVED.value,
            "reserved": price.amount,
            "amount": ZERO,
            "price_known": price.known,
            "error_code": "",
            "created_at": now,
            **_columns(expected),
        }
        values: dict[str, Any] = {"workspace": self._workspace_id, "month": month_of(now), "amount": price.amount}
        # Their names are columns of ours, never a word from outside.
        columns, places = (", ".join(form.format(name) for name in entry) for form in ('"{}"', "%({}_new)s"))
        statement = RESERVE.format(columns=columns, values=places)
        named = values | {f"{name}_new": value for name, value in entry.items()}
        row = _one(statement, named)
        if row is None:
            fresh = budget_of(self._workspace_id, month_of(now))
            if fresh._state.adding:
                Budget.objects.bulk_create([fresh], ignore_conflicts=True)
            row = _one(statement, named)
        if row is not None:
            return cast(UUID, row[0])
        with connection.cursor() as cursor:
            cursor.execute(REACHED, values)
        return None

    @contextmanager
    def _locked(self, reservation: UUID) -> Iterator["_Entry"]:
        values = {"workspace": self._workspace_id, "id": reservation}
        with _scope(self._workspace_id):
            _one(LOCK, values)
            row = _one(READ, values)
            if row is None:
                raise UsageEntry.DoesNotExist(f"Nothing is reserved as {reservation}.")
            yield _Entry(reservation, *row)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry whose budget is locked, and so the entry with it."""

    id: UUID
    state: str
    reserved: Decimal
    amount: Decimal
    created_at: datetime

    def book(self, state: EntryState, amount: Decimal, more: dict[str, Any]) -> Decimal:
        """Move it to ``state`` at ``amount``, and the columns of its budget with it; returns the amount."""
        spent, overrun = self._parts(state, amount)
        spent_before, overrun_before = self._parts(self.state, self.amount)
        changed = {"state": state.value, "amount": amount} | more
        moves = {
            "id": self.id,
            "freed": self.reserved if self.state == EntryState.RESERVED else ZERO,
            "spent": spent - spent_before,
            "overrun": overrun - overrun_before,
        }
        # Their names are columns of ours, never a word from outside.
        columns = ", ".join(f'"{name}" = %({name}_new)s' for name in changed)
        values: dict[str, Any] = moves | {f"{name}_new": value for name, value in changed.items()}
        with connection.cursor() as cursor:
            cursor.execute(BOOK.format(columns=columns), values)
        return amount

    def _parts(self, state: str, amount: Decimal) -> tuple[Decimal, Decimal]:
        """How much of an amount was set aside for, and how much is beyond that."""
        if state not in {EntryState.SETTLED, EntryState.UNCERTAIN}:
            return ZERO, ZERO
        planned = min(amount, self.reserved)
        return planned, amount - planned


def _scope(workspace_id: UUID) -> AbstractContextManager[object]:
    """The open scope where there is one: a savepoint for each of many entries costs more than the entry."""
    current = current_scope()
    return nullcontext() if current and current.workspace_id == workspace_id else workspace_scope(workspace_id)


def _one(statement: str, values: dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _priced(usage: Usage, at: datetime) -> Price:
    """The price, within what can be booked: a service's answer must not break the books."""
    if usage.cost is not None and not (usage.cost.is_finite() and usage.cost >= 0):
        usage = replace(usage, cost=None)
    price = price_of(usage, at, settings.AURA_OUTSIDE.prices)
    return Price(min(price.amount, DEAREST_CALL), price.known)


def _columns(usage: Usage) -> dict[str, Any]:
    counts = {name: min(max(0, getattr(usage, name)), LARGEST) for name in COUNTS}
    words = {"provider": usage.provider[:40], "model": usage.model[:120], "operation": usage.operation[:40]}
    return {**words, **counts, "batch": usage.batch}


def _reached(budget: Budget, amount: Decimal, now: datetime) -> ProviderError:
    ends = datetime.combine(budget.ends, time(), UTC)
    words = (
        f"The budget of ${budget.cap:,.2f} for {budget.month:%B %Y} is reached: ${budget.taken:,.2f} is spent or set "
        f"aside and the next call may cost ${amount:,.4f}. An owner or admin can raise it under Settings → Usage; "
        f"else paid work goes on when the next month begins, on {budget.ends:%-d %B %Y} (UTC)."
    )
    return ProviderError(words, code=BUDGET_REACHED, retry_after=(ends - now).total_seconds())


def set_budget(actor: Membership, cap: Decimal | None) -> Budget:
    """What the actor's workspace may spend from this month on, None for no limit. Inside the workspace's scope.

    Raises :class:`Problem` ``invalid_budget`` (400), ``budget_below_spent`` (409).
    """
    if cap is not None and not (cap.is_finite() and 0 <= cap <= HIGHEST and cap == round(cap, 2)):
        words = f"A budget is an amount in US dollars with two places, at most {HIGHEST:,}."
        raise Problem("invalid_budget", words, pointer="/cap")
    month = month_of(timezone.now())
    fresh = budget_of(actor.workspace_id, month)
    if fresh._state.adding:
        Budget.objects.bulk_create([fresh], ignore_conflicts=True)
    budget = Budget.objects.select_for_update(no_key=True).get(month=month)
    least = budget.spent + budget.reserved
    if cap is not None and cap < least:
        lowest = least.quantize(Decimal("0.01"), rounding="ROUND_UP")
        words = f"${lowest:,} of this month is spent or set aside. Set the budget to ${lowest:,} to stop paid work now."
        raise Problem("budget_below_spent", words, status=409, pointer="/cap")
    before, budget.cap, budget.chosen = budget.cap, cap, True
    if budget.left is None or budget.left > 0:
        budget.reached_at = budget.announced_at = None
    budget.save(update_fields=["cap", "chosen", "reached_at", "announced_at"])
    plain = {"before": _plain(before), "after": _plain(cap)}
    record("budget.changed", user_id=actor.user_id, target=f"{month:%Y-%m}", **plain)
    return budget


def _plain(cap: Decimal | None) -> str | None:
    return None if cap is None else f"{cap:.2f}"


def budget_just_reached(workspace_id: UUID) -> Budget | None:
    """This month's budget where it has been reached and nobody was told: exactly one caller gets it."""
    full = Q(reached_at__isnull=False) | Q(cap__lte=F("spent") + F("reserved") + F("overrun"))
    with workspace_scope(workspace_id):
        rows = Budget.objects.filter(full, month=month_of(timezone.now()), cap__isnull=False, announced_at=None)
        now = timezone.now()
        found = rows.select_for_update(no_key=True).first()
        if found is not None:
            found.announced_at, found.reached_at = now, found.reached_at or now
            found.save(update_fields=["announced_at", "reached_at"])
        return found


def sweep_reservations(limit: int = 10_000) -> int:
    """Book as uncertain what was set aside an hour ago for calls whose process died; returns how many."""
    with staff_scope("sweep reservations"):
        old = UsageEntry.objects.filter(state=EntryState.RESERVED, created_at__lt=timezone.now() - ORPHANED)
        found = list(old.order_by("created_at").values_list("workspace_id", "id")[:limit])
    for workspace_id, entry_id in found:
        LedgerMeter(workspace_id, "", None).keep(entry_id, SWEPT)
    if found:
        log.warning("reservations_swept", number=len(found))
    return len(found)
