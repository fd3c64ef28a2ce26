"""What outside calls cost, and how much may be spent: on the page."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.charts import columns, dollars
from accounts.exporting import page_download
from accounts.forms import BudgetForm
from accounts.models import Budget, Role
from accounts.outside import SERVICES
from accounts.queries import usage
from accounts.services.ledger import set_budget
from aura.http.exports import Table
from aura.http.listing import CHUNK
from aura.http.problems import Problem
from aura.providers.prices import PriceEntry

RATES = ("input", "output", "items")


@workspace_view(Role.ANALYST)
@never_cache
@require_safe
def usage_page(request: WorkspaceRequest) -> HttpResponse:
    """A month's budget and calls; this month unless ``?month=2026-11`` names another."""
    return _page(request)


@workspace_view(Role.ADMIN)
@require_POST
def save_budget(request: WorkspaceRequest) -> HttpResponse:
    """Set what may be spent from this month on."""
    form = BudgetForm(request.POST)
    if form.is_valid():
        try:
            set_budget(request.membership, form.cleaned_data["cap"])
        except Problem as error:
            form.add_error("cap", str(error.detail))
        else:
            messages.success(request, "The budget was saved.")
            return redirect("accounts:usage")
    return _page(request, form)


@workspace_view(Role.ANALYST)
@require_safe
def usage_export(request: WorkspaceRequest, wanted: str) -> HttpResponse:
    """A month's calls as a file."""
    period = _period(request)
    rows = usage.entries(period).values_list(*usage.ENTRY_FIELDS).iterator(chunk_size=CHUNK)
    table = Table("usage", usage.ENTRY_FIELDS, rows)
    return cast(HttpResponse, page_download(request, table, wanted, prefix=f"{period.first:%Y-%m}-"))


def _today() -> date:
    return datetime.now(UTC).date()


def _period(request: WorkspaceRequest) -> usage.Period:
    """The month asked for; a month that there is not, or that has not begun, is this one."""
    today = _today()
    try:
        first = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        first = today.replace(day=1)
    if not date(2020, 1, 1) <= first < today.replace(day=1):
        return usage.month_period(today)
    return usage.Period(first, usage.next_month(first) - timedelta(days=1))


def _page(request: WorkspaceRequest, form: BudgetForm | None = None) -> HttpResponse:
    period = _period(request)
    today = _today()
    budget = usage.budget_of(request.workspace.pk, period.first)
    current = period.first == today.replace(day=1)
    context: dict[str, Any] = {
        "period": period,
        "current": current,
        "earlier": (period.first - timedelta(days=1)).replace(day=1),
        "later": None if current else usage.next_month(period.first),
        "budget": budget,
        "numbers": _numbers(budget, usage.totals(period)),
        "amounts": {name: dollars(getattr(budget, name)) for name in ("spent", "used", "reserved", "overrun", "taken")}
        | {"cap": "" if budget.cap is None else dollars(budget.cap)},
        "chart": columns(usage.per_day(period)),
        "rows": [_row(row) for row in usage.by_operation(period)],
        "prices": [_price(entry) for entry in usage.prices(today)],
        "form": form or BudgetForm(initial={"cap": None if budget.cap is None else f"{budget.cap:.2f}"}),
        "may_set": request.membership.may(Role.ADMIN),
    }
    return render(request, "accounts/usage.html", context, status=422 if form and form.errors else 200)


def _label(provider: str) -> str:
    return SERVICES[provider].label if provider in SERVICES else provider.capitalize()


def _seconds(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds / 1000:.1f} s"


def _numbers(budget: Budget, totals: dict[str, Any]) -> list[dict[str, str]]:
    """The figures at the top, in words."""
    uncertain, failed = totals["uncertain"], totals["failed"]
    aside = f"{dollars(budget.reserved)} set aside for calls under way" if budget.reserved else "nothing is under way"
    return [
        {
            "label": "Spent",
            "value": dollars(totals["amount"]),
            "note": f"{dollars(uncertain)} of it uncertain" if uncertain else "none of it uncertain",
        },
        {
            "label": "Left of the budget",
            "value": "No limit" if budget.left is None else dollars(budget.left),
            "note": aside,
        },
        {
            "label": "Calls",
            "value": f"{totals['calls']:,}",
            "note": f"{failed:,} more were not made or failed" if failed else "none failed",
        },
        {"label": "Mean answer", "value": _seconds(totals["latency_ms"]), "note": "of the calls that were answered"},
    ]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """What calls were for, in words."""
    free = bool(row["calls"]) and row["unpriced"] == row["calls"]
    return row | {
        "service": _label(row["provider"]),
        "answer": _seconds(row["latency_ms"]),
        "cost": "no price" if free else dollars(row["amount"]),
        "doubt": dollars(row["uncertain"]) if row["uncertain"] else "",
    }


def _price(entry: PriceEntry) -> dict[str, Any]:
    """A price in words."""
    rates = {name: "" if (rate := getattr(entry, name)) is None else f"${rate:,.2f}" for name in RATES}
    if entry.estimate and rates["items"]:
        rates["items"] = f"about {rates['items']}"
    half = "" if entry.batch == 1 else f"; a batch costs {entry.batch:.0%}"
    return {
        "service": _label(entry.provider),
        "model": entry.model,
        "since": entry.since,
        "until": entry.until,
        "source": f"{entry.source}{half}",
        "rates": rates,
    }
