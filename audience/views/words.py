"""The page “Comments”: what the comments of an account say, and its files."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.exporting import page_download
from accounts.models import Role
from accounts.services import record
from audience import charts, remarks
from audience.charts.bars import ROOM
from audience.forms import WordsFilter, post_label
from audience.models import Post, TrackedAccount
from audience.queries.authenticity import authenticity, pod_members
from audience.queries.meaning import questions, topics, waiting_questions
from audience.queries.people import posts_by_time
from audience.queries.sentiment import Choice, sentiment
from audience.queries.words_tables import TABLES
from audience.views.accounts import find_account
from aura.http.exports import FORMATS

KINDS = (
    ("positive", "Positive", "au-seg2", "#12877a"),
    ("neutral", "Neutral", "au-seg3", "#b8860b"),
    ("negative", "Negative", "au-seg4", "#7a3b6e"),
)
FILES = ("sentiment", "posts", "topics", "questions", "authenticity")


def choice_of(form: WordsFilter) -> Choice:
    """What is valid of the filter; a wrong field counts as empty, its message stands beside it."""
    if not form.is_bound:
        return Choice()
    form.is_valid()
    given = form.cleaned_data
    post = given.get("post")
    return Choice(given.get("start"), given.get("end"), UUID(post) if post else None)


@workspace_view()
@require_safe
def account_comments(request: WorkspaceRequest, username: str) -> HttpResponse:
    """What people write: sentiment, topics, questions, authenticity."""
    account = find_account(username)
    posts = posts_by_time(account)
    form = WordsFilter(request.GET or None, posts=posts)
    choice = choice_of(form)
    may_see = request.membership.may(Role.ANALYST)
    context: dict[str, Any] = {"account": account, "form": form, "may_see_people": may_see}
    context |= {"import_url": reverse("audience:import", args=[account.username])}
    context |= _report(account, choice, posts, may_see=may_see)
    context["files"] = {name: _file_urls(request, account, name) for name in FILES}
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "audience/_words.html" if part else "audience/comments.html", context)
    if seen := len(context.get("waiting", [])) + len(context.get("pods", [])):
        # Last, because the audit log's chain stays locked until the request's transaction ends.
        record("audience.comments.viewed", user_id=request.user.pk, target=str(account.pk), rows=seen)
    return response


def _report(account: TrackedAccount, choice: Choice, posts: list[Post], *, may_see: bool) -> dict[str, Any]:
    answer = sentiment(account, choice)
    if not answer["comments"]:
        found = "empty" if choice.filtered else "unread" if posts else "first_use"
        return {"state": found, "waiting_words": remarks.waits(answer["waits_for"])}
    asked, said, real = questions(account, choice), topics(account, choice), authenticity(account)
    named = {str(post.pk): post for post in posts}
    return {
        "state": "ready",
        "answer": answer,
        "kpis": _kpis(answer, real),
        "mood": remarks.mood(answer),
        "stacks": charts.stacks([_column(point) for point in answer["over_time"]], KINDS),
        "kinds": KINDS,
        "ranked": [(title, _posts(answer[name], named)) for name, title in RANKED if answer[name]],
        "topics": [_topic(group, said["results"]) for group in said["results"]],
        "sample": said["sample"],
        "questions": [_question(group) for group in asked["results"]],
        "asked": remarks.asked(asked["results"]),
        "waiting": waiting_questions(account, choice) if may_see else [],
        "real": real,
        "parts": [_part(part) for part in real["parts"]],
        "verdict": remarks.verdict(real),
        "pods": pod_members(account) if may_see else [],
        "reading": remarks.reading(
            [row | {"comments": row["comments"] or 0} for row in answer["read_by"]], answer["k"]
        ),
        "readers": remarks.readers(answer["read_by"]),
        "waiting_words": remarks.waits(answer["waits_for"]),
    }


RANKED = (("best", "Liked most"), ("worst", "Liked least"))


def _file_urls(request: WorkspaceRequest, account: TrackedAccount, table: str) -> dict[str, str]:
    query = request.GET.urlencode()
    urls = {wanted: reverse("audience:words_export", args=[account.username, table, wanted]) for wanted in FORMATS}
    return {wanted: f"{url}?{query}" if query else url for wanted, url in urls.items()}


def _kpis(answer: dict[str, Any], real: dict[str, Any]) -> list[dict[str, Any]]:
    shares = {entry["value"]: entry for entry in answer["sentiment"]}
    cells = [_share_kpi("Positive", shares["positive"]), _share_kpi("Negative", shares["negative"])]
    asked = answer["questions"]
    cells.append(_share_kpi("Questions", asked or {"suppressed": True}))
    score = real["score"]
    note = f"of 100, {real['low']:.0f} to {real['high']:.0f}" if score is not None else "too few comments"
    bar = charts.share_bar(("count", score / 100)) if score is not None else []
    value = f"{score:.0f}" if score is not None else "–"
    return [*cells, {"label": "Authenticity", "value": value, "note": note, "bar": bar}]


def _share_kpi(label: str, entry: dict[str, Any]) -> dict[str, Any]:
    if entry.get("suppressed"):
        return {"label": label, "value": "–", "note": "too few to show", "bar": []}
    words = f"{charts.percent_words(entry['low'])} to {charts.percent_words(entry['high'])}, 95% range"
    value = charts.percent_words(entry["share"])
    return {"label": label, "value": value, "note": words, "bar": charts.share_bar(("count", entry["share"]))}


def _column(point: dict[str, Any]) -> tuple[date, int, dict[str, int | None]]:
    counts = {name: point.get(name) for name, _, _, _ in KINDS}
    return date.fromisoformat(point["at"]), point["comments"], counts


def slices(entries: list[dict[str, Any]]) -> list[charts.Slice]:
    """One bar cut into sentiments; what is hidden stays empty."""
    found, x = [], 0.0
    shown = {entry["value"]: entry for entry in entries if not entry.get("suppressed")}
    for name, _, css, colour in KINDS:
        if entry := shown.get(name):
            width = round(100 * entry["share"], 2)
            found.append(charts.Slice(css, colour, round(x, 2), width))
            x += width
    return found


def _words_of(entries: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """(label, percent, range) of each sentiment; last, as one, those with too few comments to be shown."""
    rows, hidden = [], []
    for entry in entries:
        label = remarks.SENTIMENT_WORDS[entry["value"]]
        if entry.get("suppressed"):
            hidden.append(label.lower())
        else:
            span = f"{charts.percent_words(entry['low'])} to {charts.percent_words(entry['high'])}"
            rows.append((label, charts.percent_words(entry["share"]), span))
    return [*rows, ("Too few to show:", ", ".join(hidden), "")] if hidden else rows


def _posts(rows: list[dict[str, Any]], named: dict[str, Post]) -> list[dict[str, Any]]:
    shown = []
    for row in rows:
        post = named.get(row["post"])
        entries = row["sentiment"]
        words = {"label": post_label(post) if post else "An older post", "at": post.posted_at if post else None}
        shown.append(row | words | {"slices": slices(entries), "words": _words_of(entries)})
    return shown


def _topic(group: dict[str, Any], groups: list[dict[str, Any]]) -> dict[str, Any]:
    top = ROOM * max(one["high"] for one in groups)
    entry = {"share": group["share"], "low": group["low"], "high": group["high"], "count": group["comments"]}
    title = ", ".join(group["words"][:4]) or "Other words"
    return group | {
        "title": title,
        "bar": charts.bar(entry, top, percents=True),
        "slices": slices(group["sentiment"]),
        "moods": _words_of(group["sentiment"]),
    }


def _question(group: dict[str, Any]) -> dict[str, Any]:
    last = datetime.fromisoformat(group["last_at"]) if group["last_at"] else None
    title = group["examples"][0] if group["examples"] else ", ".join(group["words"])
    waiting = group["comments"] - group["answered"]
    return group | {"title": title, "more": group["examples"][1:], "last": last, "waiting": waiting}


def _part(part: dict[str, Any]) -> dict[str, Any]:
    title, means, doubts = remarks.SIGNS[part["name"]]
    entry = {"share": part["share"], "low": part["low"], "high": part["high"], "count": part["of"]}
    return part | {
        "title": title,
        "means": means,
        "doubts": doubts,
        "bar": charts.bar(entry, ROOM * max(part["worst"], part["high"]), percents=True),
        "usual_words": charts.percent_words(part["usual"]),
        "worst_words": charts.percent_words(part["worst"]),
        "lost": f"{part['points']:.1f} of {part['most']:.0f}",
    }


@workspace_view()
@require_safe
def words_export(request: WorkspaceRequest, username: str, table: str, wanted: str) -> HttpResponse:
    """One table of the page as a file."""
    account = find_account(username)
    make: Callable[..., Any] | None = TABLES.get(table)
    if make is None:
        raise Http404("There is no such table.")
    choice = choice_of(WordsFilter(request.GET or None, posts=posts_by_time(account)))
    found = page_download(request, make(account, choice), wanted, target=str(account.pk), prefix=f"{account.username}-")
    return cast(HttpResponse, found)
