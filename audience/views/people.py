"""The pages “People” and “Growth” of an account, and their files."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.exporting import page_download
from audience import charts, findings
from audience.models import TrackedAccount
from audience.queries import sheets
from audience.queries.growth import growth
from audience.queries.loyalty import loyalty
from audience.queries.quality import quality, types
from audience.queries.segments import DIMENSIONS, segments
from audience.types import KIND_WORDS
from audience.views.accounts import find_account
from audience.views.report import language_words
from aura.http.exports import FORMATS

DIMENSION_WORDS = {
    "gender": "Seen as",
    "age": "Age they look",
    "profile_type": "Account type",
    "language": "Language",
    "kind": "Audience type",
}
GENDERS = {"woman": "Women", "man": "Men", "unknown": "Unclear"}
Figures = Mapping[str, Any]


def file_urls(account: TrackedAccount, *tables: str) -> dict[str, dict[str, str]]:
    """Where the files of these tables are, by table and format."""
    return {
        table: {wanted: reverse("audience:people_export", args=[account.username, table, wanted]) for wanted in FORMATS}
        for table in tables
    }


@workspace_view()
@require_safe
def people(request: WorkspaceRequest, username: str) -> HttpResponse:
    """Who comes back, how groups engage, what accounts people have, and a score of all that."""
    account = find_account(username)
    talk = loyalty(account)
    context: dict[str, Any] = {"account": account, "talk": talk, "k": talk["k"], "state": "too_few"}
    if talk["people"]:
        kinds, score = types(account), quality(account)
        context |= {
            "state": "ready",
            "files": file_urls(
                account, "loyalty", "retention", "concentration", "segments", "types", "signals", "quality"
            ),
            "quality": score,
            "kinds": kinds,
            "types": charts.parts(kinds["kinds"], {entry["value"]: entry["label"] for entry in kinds["kinds"]}),
            "columns": charts.columns(talk["months"]),
            "retention": charts.retention(talk["cohorts"]),
            "tops": _tops(talk["concentration"]),
            "groups": _groups(segments(account)),
            "bar": charts.share_bar(("count", talk["loyal"].get("share", 0.0))),
        }
    elif not account.posts.exists():
        context["state"] = "first_use"
    return render(request, "audience/people.html", context)


def _tops(told: Figures | None) -> list[dict[str, Any]]:
    if not told:
        return []
    given = [(top["share"], top["low"], top["high"]) for top in told["top"]]
    bars = [_share_bar(figure) for figure in given]
    return [
        {"label": f"Top {top['part']:.0%} of people", "bar": bar} for top, bar in zip(told["top"], bars, strict=True)
    ]


def _share_bar(figure: tuple[float, float, float]) -> charts.Bar:
    """A share of all there is, on an axis to 100 %."""
    value, low, high = figure
    words = f"{charts.percent_words(low)} to {charts.percent_words(high)}"
    return charts.Bar(charts.percent_words(value), words, 100 * value, 100 * low, 100 * high, value=value)


def _groups(answer: Figures) -> list[dict[str, Any]]:
    """The engagement table: one part a dimension, its groups with bars on one axis for all."""
    entries = [(dimension, entry) for dimension in DIMENSIONS for entry in answer[dimension]]
    means = [_triple(entry.get("comments_per_person")) for _, entry in entries]
    bars = charts.ranged_bars(means, ["" if mean is None else f"{mean[0]:.2f}" for mean in means])
    names = {"language": language_words(answer["language"]), "gender": GENDERS, "profile_type": findings.TYPE_WORDS}
    names["kind"] = KIND_WORDS
    parts = {name: {"title": words, "rows": [], "hidden": []} for name, words in DIMENSION_WORDS.items()}
    for (dimension, entry), bar in zip(entries, bars, strict=True):
        label = names.get(dimension, {}).get(entry["value"], findings.span(entry["value"]).capitalize())
        part: dict[str, Any] = parts[dimension]
        if entry.get("suppressed"):
            part["hidden"].append(label)
        else:
            part["rows"].append({"label": label, "entry": entry, "bar": bar} | _words(entry))
    return [part for part in parts.values() if part["rows"]]


def _triple(figure: Figures | None) -> tuple[float, float, float] | None:
    return (figure["value"], figure["low"], figure["high"]) if figure else None


def _words(entry: Figures) -> dict[str, str]:
    if entry.get("suppressed"):
        return {}
    likes, loyal = entry.get("likes_per_comment"), entry["loyal"]
    told = {"comments_range": _range_words(entry.get("comments_per_person"))}
    told |= {"likes": f"{likes['value']:.2f}" if likes else "–", "likes_range": _range_words(likes)}
    if not loyal.get("suppressed"):
        low, high = charts.percent_words(loyal["low"]), charts.percent_words(loyal["high"])
        told |= {"loyal": charts.percent_words(loyal["share"]), "loyal_range": f"{low} to {high}"}
    return told


def _range_words(figure: Figures | None) -> str:
    return f"{figure['low']:.2f} to {figure['high']:.2f}" if figure else ""


@workspace_view()
@require_safe
def account_growth(request: WorkspaceRequest, username: str) -> HttpResponse:
    """Followers over time, what came with a jump, and who followers are by Instagram's own count."""
    account = find_account(username)
    answer = growth(account)
    points = [(date.fromisoformat(p["day"]), int(p["followers"])) for p in answer["points"]]
    gains = [
        (before[0], after[0], float(point["per_day"]), bool(point["jump"]))
        for before, after, point in zip(points, points[1:], answer["points"][1:], strict=False)
    ]
    drawn = charts.followers(points, gains)
    largest = max(gains, key=lambda gain: abs(gain[2]), default=None)
    context = {
        "account": account,
        "chart": drawn,
        "jumps": [_jump(jump) for jump in answer["jumps"]],
        "now": points[-1] if points else None,
        "since": points[0][0] if drawn else None,
        "gained": charts.signed(points[-1][1] - points[0][1]) if drawn else "",
        "per_day": _per_day(points),
        "largest": charts.signed(largest[2]) if largest else "",
        "beside": _beside(answer["followers"]),
        "files": file_urls(account, "growth", "jumps", "followers"),
    }
    return render(request, "audience/growth.html", context)


def _per_day(points: list[tuple[date, int]]) -> str:
    days = (points[-1][0] - points[0][0]).days if len(points) > 1 else 0
    return f"{(points[-1][1] - points[0][1]) / days:+,.1f}".replace("-", "−") if days else ""


def _jump(jump: Figures) -> dict[str, Any]:
    day, since = date.fromisoformat(jump["day"]), date.fromisoformat(jump["since"])
    return {
        **jump,
        "day": day,
        "gained_words": charts.signed(jump["gained"]),
        "days": (day - since).days,
        "candidates": [{**c, "day": date.fromisoformat(c["day"])} for c in jump["candidates"]],
    }


def _beside(told: Figures | None) -> dict[str, Any] | None:
    """Followers by Instagram's count and commenters by their looks, on one axis."""
    if told is None:
        return None
    tables = {}
    for name, words in (("age", {}), ("gender", GENDERS)):
        reach = [e[side].get("high") or e[side].get("share") or 0 for e in told[name] for side in SIDES]
        top = 1.04 * max(reach, default=0)
        tables[name] = [
            {
                "label": words.get(entry["value"], findings.span(entry["value"])),
                **{side: charts.bar(entry[side], top, percents=True) for side in SIDES},
            }
            for entry in told[name]
        ]
    places = [{**place, "words": charts.percent_words(place["share"])} for place in told["country"]]
    return {"as_of": date.fromisoformat(told["as_of"]), "countries": places, **tables}


SIDES = ("followers", "commenters")


@workspace_view()
@require_safe
def people_export(request: WorkspaceRequest, username: str, table: str, wanted: str) -> HttpResponse:
    """One table of these pages as a file."""
    account = find_account(username)
    if table not in sheets.SHEETS:
        raise Http404("There is no such table.")
    made = sheets.SHEETS[table](account)
    found = page_download(request, made, wanted, target=str(account.pk), prefix=f"{account.username}-")
    return cast(HttpResponse, found)
