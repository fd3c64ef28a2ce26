"""The pages “Compare” and “Overlap”, and their files."""

from collections.abc import Mapping
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.exporting import page_download
from audience import charts, findings
from audience.forms import CompareForm, OverlapForm
from audience.models import TrackedAccount
from audience.queries import sheets
from audience.queries.accounts import tracked_accounts
from audience.queries.comparing import Asked, compare
from audience.queries.overlap import overlap
from audience.views.people import GENDERS
from audience.views.report import language_words
from aura.http.exports import FORMATS

MOST_ACCOUNTS = 500
TOPICS = {
    "loyalty": "Who comes back",
    "activity": "Activity",
    "gender": "Seen as",
    "age": "Age they look",
    "profile_type": "Account type",
    "language": "Language",
}
Answer = Mapping[str, Any]


def _accounts() -> list[TrackedAccount]:
    return list(tracked_accounts()[:MOST_ACCOUNTS])


def _files(request: WorkspaceRequest, name: str, *table: str) -> dict[str, str]:
    query = request.GET.urlencode()
    return {wanted: f"{reverse(name, args=[*table, wanted])}?{query}" for wanted in FORMATS}


def _compared(request: WorkspaceRequest) -> tuple[CompareForm, dict[str, Any] | None]:
    accounts = _accounts()
    form = CompareForm(request.GET or None, accounts=accounts)
    if not form.is_bound or not form.is_valid():
        return form, None
    by_name = {account.username: account for account in accounts}
    given = form.cleaned_data
    sides = [Asked(by_name[given[s]], given[f"{s}_from"], given[f"{s}_to"]) for s in ("a", "b")]
    return form, compare(sides[0], sides[1])


@workspace_view()
@require_safe
def compare_accounts(request: WorkspaceRequest) -> HttpResponse:
    """Two accounts, or two periods of one, side by side."""
    form, answer = _compared(request)
    context: dict[str, Any] = {"form": form, "answer": answer, "accounts": len(form.names)}
    if answer:
        context |= {"topics": _topics(answer), "files": _files(request, "audience:compare_export")}
        context |= {"names": [_side_words(answer[side], answer["same_account"]) for side in ("a", "b")]}
    return render(request, "audience/compare.html", context)


@workspace_view()
@require_safe
def compare_export(request: WorkspaceRequest, wanted: str) -> HttpResponse:
    """The comparison as a file."""
    _, answer = _compared(request)
    if answer is None:
        raise Http404("Name two sides to compare.")
    target = f"{answer['a']['id']},{answer['b']['id']}"
    return cast(HttpResponse, page_download(request, sheets.comparison(answer), wanted, target=target))


def _side_words(side: Answer, same_account: bool) -> str:
    days = ""
    if side["from"] or side["to"]:
        days = f"{side['from'] or 'the first day'} to {side['to'] or 'today'}"
    if same_account:
        return days or "All days"
    return f"@{side['account']}" + (f", {days}" if days else "")


def _topics(answer: Answer) -> list[dict[str, Any]]:
    """The rows by topic, each with a bar a side on the axis of its topic."""
    languages = [{"value": row["name"]} for row in answer["rows"] if row["topic"] == "language"]
    names = {"gender": GENDERS, "profile_type": findings.TYPE_WORDS, "language": language_words(languages)}
    found = []
    for topic, title in TOPICS.items():
        rows = [row for row in answer["rows"] if row["topic"] == topic]
        shown = [row for row in rows if not (row["a"].get("suppressed") and row["b"].get("suppressed"))]
        if shown:
            told = [_row(row, shown, names.get(topic, {})) for row in shown]
            found.append({"title": title, "rows": told, "name": topic})
    return found


def _row(row: Answer, rows: list[Any], names: Mapping[str, str]) -> dict[str, Any]:
    mean = row["measure"] == "mean"
    # Means of different things have no axis in common.
    peers = [row] if mean else [r for r in rows if r["measure"] == row["measure"]]
    top = 1.04 * max((r[side].get("high", 0) for r in peers for side in ("a", "b")), default=0)
    label = names.get(row["name"]) or (row["label"] if row["label"] != row["name"] else findings.span(row["label"]))
    told = {"label": label, "row": row, "gap": _gap(row, mean)}
    return told | {side: _bar(row[side], top, mean) for side in ("a", "b")}


def _bar(side: Answer, top: float, mean: bool) -> charts.Bar:
    if side.get("suppressed"):
        return charts.Bar("too few to show", hidden=True)
    words = {name: f"{v:,.2f}" if mean else charts.percent_words(v) for name, v in side.items()}
    scaled = {name: round(min(100.0, 100 * v / top), 2) if top else 0.0 for name, v in side.items()}
    span = f"{words['low']} to {words['high']}"
    return charts.Bar(words["value"], span, scaled["value"], scaled["low"], scaled["high"], value=side["value"])


def _gap(row: Answer, mean: bool) -> str:
    """How much more the first side has: in its own unit, or in points of percent."""
    if row["difference"] is None:
        return ""
    factor, unit = (1, "") if mean else (100, " points")
    value = factor * row["difference"]
    words = f"{abs(value):,.2f}" if mean else f"{abs(value):.1f}"
    return f"{'+' if value >= 0 else '−'}{words}{unit}"


def _overlapped(request: WorkspaceRequest) -> tuple[OverlapForm, dict[str, Any] | None]:
    accounts = _accounts()
    form = OverlapForm(request.GET or None, accounts=accounts)
    if not form.is_bound or not form.is_valid():
        return form, None
    by_name = {account.username: account for account in accounts}
    return form, overlap([by_name[name] for name in form.cleaned_data["accounts"]])


@workspace_view()
@require_safe
def overlap_accounts(request: WorkspaceRequest) -> HttpResponse:
    """How many people the audiences of two to six accounts share."""
    form, answer = _overlapped(request)
    context: dict[str, Any] = {"form": form, "answer": answer, "accounts": len(form.names)}
    if answer:
        names = [one["account"] for one in answer["accounts"]]
        context |= {
            "names": names,
            "chart": charts.overlap(answer["regions"], names),
            "pairs": [_pair_words(pair) for pair in answer["pairs"]],
            "files": {table: _files(request, "audience:overlap_export", table) for table in ("overlap", "pairs")},
        }
    return render(request, "audience/overlap.html", context)


def _pair_words(pair: Answer) -> dict[str, Any]:
    if pair.get("suppressed"):
        return dict(pair)
    shares = {name: charts.percent_words(pair[name]) for name in ("share_of_a", "share_of_b", "jaccard")}
    return {**pair, **shares, "bar": charts.share_bar(("count", pair["jaccard"]))}


@workspace_view()
@require_safe
def overlap_export(request: WorkspaceRequest, table: str, wanted: str) -> HttpResponse:
    """The overlap as a file: regions, or pairs."""
    _, answer = _overlapped(request)
    made = {"overlap": sheets.regions, "pairs": sheets.pairs}.get(table)
    if answer is None or made is None:
        raise Http404("Name two to six accounts.")
    target = ",".join(one["id"] for one in answer["accounts"])
    return cast(HttpResponse, page_download(request, made(answer), wanted, target=target))
