"""The page “Audience of @account”."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import django_tables2
from django.conf.locale import LANG_INFO
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.models import Role
from accounts.services import record
from audience import charts, findings
from audience.forms import ReportFilter, post_label
from audience.models import Post, Run, TrackedAccount
from audience.queries.activity import Totals, by_hour, daily, top_people, totals
from audience.queries.demographics import demographics
from audience.queries.people import confidences, posts_by_time
from audience.queries.runs import latest_run
from audience.tables import TopCommenters
from audience.views.accounts import find_account
from audience.views.runs import show
from aura.http.exports import FORMATS

PEOPLE = 10
LONG_SERIES = 120
MARK_WORDS = 4


@dataclass(frozen=True, slots=True)
class Change:
    words: str
    direction: str


@dataclass(frozen=True, slots=True)
class Kpi:
    """One cell of the strip above the panels: a number, how it changed, and a tiny picture of it."""

    label: str
    value: int | str
    note: str = ""
    unit: str = ""
    change: Change | None = None
    spark: charts.Spark | None = None
    bar: list[charts.Slice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """The valid filter of a report; days are UTC and both included."""

    start: date | None = None
    end: date | None = None
    post: UUID | None = None
    profile_type: str = ""
    zone: str = ""

    @classmethod
    def of(cls, form: ReportFilter) -> "Asked":
        """What is valid of a form; a wrong field counts as empty, its message stands beside it."""
        if not form.is_bound:
            return cls()
        form.is_valid()
        given = {name: value for name, value in form.cleaned_data.items() if value}
        if post := given.get("post"):
            given["post"] = UUID(post)
        return cls(**given)

    @property
    def is_empty(self) -> bool:
        return self == Asked(zone=self.zone)


@workspace_view()
@require_safe
def account_report(request: WorkspaceRequest, username: str) -> HttpResponse:
    """Who comments on an account: the whole page, or only the report where a filter changed."""
    account = find_account(username)
    posts = posts_by_time(account)
    form = ReportFilter(request.GET or None, posts=posts, zone=account.time_zone)
    asked = Asked.of(form)
    may_see = request.membership.may(Role.ANALYST)
    run = latest_run(account)
    # A finished run is no news on the report that it led to.
    job = show(run, may_act=may_see) if run and run.state != Run.State.DONE else None
    context: dict[str, Any] = {
        "account": account,
        "form": form,
        "run": run,
        "job": job,
        "may_see_people": may_see,
        "import_url": reverse("audience:import", args=[account.username]),
        "files": {name: _file_urls(request, account, name) for name in ("demographics", "commenters")},
    }
    context |= _report(request, account, asked, posts, run)
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "audience/_report.html" if part else "audience/account.html", context)
    if may_see and (seen := context.get("people_seen")):
        # Last, because the audit log's chain stays locked until the request's transaction ends.
        record("audience.people.viewed", user_id=request.user.pk, target=str(account.pk), people=seen)
    return response


def _file_urls(request: WorkspaceRequest, account: TrackedAccount, table: str) -> dict[str, str]:
    query = request.GET.urlencode()
    urls = {wanted: reverse("audience:account_export", args=[account.username, table, wanted]) for wanted in FORMATS}
    return {wanted: f"{url}?{query}" if query else url for wanted, url in urls.items()}


def _report(
    request: WorkspaceRequest, account: TrackedAccount, asked: Asked, posts: list[Post], run: Run | None
) -> dict[str, Any]:
    sums = totals(account, start=asked.start, end=asked.end, post=asked.post)
    if not sums.comments:
        failed = run is not None and run.state == Run.State.FAILED
        empty = "error" if failed else "first_use"
        return {"state": empty if asked.is_empty else "empty"}
    answer = demographics(
        account, start=asked.start, end=asked.end, post=asked.post, profile_type=asked.profile_type
    ).as_json()
    series = daily(account, start=asked.start, end=asked.end, post=asked.post)
    pyramid = charts.pyramid(answer["age_gender"])
    table, seen = _table(request, account, asked)
    types = charts.parts(answer["profile_type"], findings.TYPE_WORDS)
    languages = charts.parts(answer["language"], language_words(answer["language"]), most=6)
    line = comments_line(series, posts)
    zone = asked.zone or account.time_zone
    return {
        "state": "ready",
        "demographics": answer,
        "kpis": kpis(answer, sums, series),
        "legend": charts.gender_key(answer["gender"]),
        "pyramid": pyramid,
        "types": types,
        "languages": languages,
        "line": line,
        "heat": charts.heat(by_hour(account, start=asked.start, end=asked.end, post=asked.post, zone=zone)),
        "zone": zone.replace("_", " "),
        "table": table,
        "people_seen": seen,
        "method": {"words": findings.method(answer)},
        "findings": {
            "gender_age": findings.gender_age(answer),
            "types": types.finding,
            "languages": languages.finding,
            "activity": line.finding if line else "",
        },
    }


def language_words(entries: list[dict[str, Any]]) -> dict[str, str]:
    """English names of language codes."""
    names = {code: str(info["name"]) for code, info in LANG_INFO.items() if "name" in info}
    return {e["value"]: names.get(e["value"], e["value"]) for e in entries} | {"unknown": "Unclear"}


def comments_line(series: list[tuple[date, int]], posts: list[Post]) -> charts.Line | None:
    """Comments by day, or by week where that is too many days; ``posts`` explain what stands out."""
    named = [(post.posted_at.date(), _short(post)) for post in posts if post.posted_at]
    if len(series) <= LONG_SERIES:
        return charts.line(series, findings.jump_marks(series, named))
    weeks: dict[date, int] = {}
    for day, count in series:
        weeks[_monday(day)] = weeks.get(_monday(day), 0) + count
    marks = findings.jump_marks(sorted(weeks.items()), [(_monday(day), words) for day, words in named])
    return charts.line(sorted(weeks.items()), marks, bucket="week")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _short(post: Post) -> str:
    words = post_label(post).split()
    return " ".join(words[:MARK_WORDS]) + ("…" if len(words) > MARK_WORDS else "")


def _change(now: int, before: int | None) -> Change | None:
    words, direction = findings.change_words(now, before)
    return Change(words, direction) if words else None


def kpis(answer: Mapping[str, Any], sums: Totals, series: list[tuple[date, int]]) -> list[Kpi]:
    """The strip of four figures above a report."""
    spark = charts.spark([count for _, count in series])
    before = "than the same time before" if sums.comments_before else ""
    return [
        Kpi("Comments", sums.comments, before, change=_change(sums.comments, sums.comments_before), spark=spark),
        _people(answer, sums),
        _largest(answer),
        _read(answer),
    ]


def _people(answer: Mapping[str, Any], sums: Totals) -> Kpi:
    if answer["people"] is None:
        return Kpi("People who commented", f"under {answer['k']}")
    per_person = sums.comments / max(1, answer["people"])
    return Kpi("People who commented", answer["people"], f"{per_person:.1f} comments each")


def _largest(answer: Mapping[str, Any]) -> Kpi:
    shown = [e for e in answer["age_gender"] if e.get("count") and "unknown" not in {e["age"], e["gender"]}]
    split = findings.gender_split(answer)
    bar = charts.share_bar(("women", split[0]), ("men", 1 - split[0])) if split else []
    if not shown:
        return Kpi("Largest group", "Too few", "to show any group", bar=bar)
    best = max(shown, key=lambda e: e["share"])
    label = f"{findings.GENDER_WORDS[best['gender']].capitalize()} {findings.span(best['age'])}"
    return Kpi("Largest group", label, f"{findings.percent(best['share'])} of those we could read", bar=bar)


def _read(answer: Mapping[str, Any]) -> Kpi:
    classified, unknown = answer["classified"], answer["unknown"]
    if not classified:
        return Kpi("Profiles we could read", "–", "too few people, or none looked at yet")
    if unknown is None:
        # Fewer than k are unclear: how few is not told.
        least = max(0.0, 1 - answer["k"] / classified)
        words = f"fewer than {answer['k']} stay unclear"
        return Kpi(
            "Profiles we could read", f"over {findings.percent(least)}", words, bar=charts.share_bar(("count", least))
        )
    share = 1 - unknown / classified
    words = f"{unknown:,} stay unclear"
    return Kpi("Profiles we could read", findings.percent(share), words, bar=charts.share_bar(("count", share)))


def _table(request: WorkspaceRequest, account: TrackedAccount, asked: Asked) -> tuple[TopCommenters, list[str]]:
    may_see = request.membership.may(Role.ANALYST)
    order = "likes" if request.GET.get("sort", "").lstrip("-") == "likes" else "comments"
    rows = top_people(account, limit=PEOPLE, start=asked.start, end=asked.end, post=asked.post, order=order)
    sure = confidences([person["id"] for person in rows]) if may_see else {}
    table = TopCommenters(
        [_row(person, sure.get(person["id"])) for person in rows],
        exclude=() if may_see else ("seen", "profile_type_words"),
    )
    django_tables2.RequestConfig(request, paginate=False).configure(table)
    return table, [str(person["id"]) for person in rows]


def _row(person: Mapping[str, Any], confidence: float | None) -> dict[str, Any]:
    picture = reverse("audience:picture", args=[person["id"]]) if person["has_picture"] else None
    return dict(person) | {
        "picture_url": picture,
        "confidence": confidence,
        "age_words": findings.span(person["age"]),
        "profile_type_words": findings.TYPE_WORDS.get(person["profile_type"], "Unclear"),
        "unclear_words": "No guess" if person["profile_type"] not in {"person", "creator"} else "Unclear",
    }
