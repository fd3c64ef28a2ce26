"""CSV of what the report shows (M15). Guesses are named “estimated”, and a possible minor is never a row."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.models import Role
from accounts.services import record
from audience import findings
from audience.forms import ReportFilter
from audience.models import TrackedAccount
from audience.queries.activity import top_people
from audience.queries.demographics import demographics
from audience.queries.people import posts_by_time
from audience.views.accounts import find_account
from audience.views.report import Asked, language_words

PEOPLE = 1000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"


def safe_cell(value: Any) -> str:
    """Text that a spreadsheet will not run: what looks like a formula gets an apostrophe in front."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """CSV lines, with the mark that tells Excel that this is UTF-8."""
    yield BOM
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def download(account: TrackedAccount, what: str, rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A CSV file as a download, named by account and day."""
    name = f"{account.username}-{what}-{datetime.now(UTC):%Y-%m-%d}.csv"
    body = "".join(lines(rows))
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked(request: WorkspaceRequest, account: TrackedAccount) -> Asked:
    return Asked.of(ReportFilter(request.GET or None, posts=posts_by_time(account)))


@workspace_view()
@require_safe
def demographics_csv(request: WorkspaceRequest, username: str) -> HttpResponse:
    """Every group of the report with its share and range; hidden groups say so."""
    account = find_account(username)
    asked = _asked(request, account)
    answer = demographics(
        account, start=asked.start, end=asked.end, post=asked.post, profile_type=asked.profile_type
    ).as_json()
    return download(account, "demographics", _groups(answer))


def _groups(answer: dict[str, Any]) -> Iterator[list[Any]]:
    yield ["table", "group", "people (estimated)", "share (estimated)", "95% low", "95% high", "note"]
    names = language_words(answer["language"])
    for table in ("gender", "age", "age_gender", "profile_type", "language"):
        for entry in answer[table]:
            group = entry.get("value") or f"{entry['gender']} {entry['age']}"
            if table == "language":
                group = names[group]
            if entry.get("suppressed"):
                yield [table, group, "", "", "", "", f"under {answer['k']} people, not shown"]
            else:
                yield [table, group, *(entry.get(key, "") for key in ("count", "share", "low", "high")), ""]


@workspace_view()
@require_safe
def commenters_csv(request: WorkspaceRequest, username: str) -> HttpResponse:
    """The people who comment most (1,000 at most). How they are seen is added for analysts and above, and logged."""
    account = find_account(username)
    asked = _asked(request, account)
    rows = top_people(account, limit=PEOPLE, start=asked.start, end=asked.end, post=asked.post)
    guesses = request.membership.may(Role.ANALYST)
    if guesses:
        record("audience.people.exported", user_id=request.user.pk, target=str(account.pk), people=len(rows))
    return download(account, "commenters", _people(rows, guesses=guesses))


def _people(rows: Iterable[dict[str, Any]], *, guesses: bool) -> Iterator[list[Any]]:
    head = ["username", "name", "comments", "likes received", "last comment (UTC)"]
    yield [*head, "gender (estimated)", "age (estimated)", "account type (estimated)"] if guesses else head
    for person in rows:
        last = f"{person['last_at']:%Y-%m-%d %H:%M}" if person["last_at"] else ""
        row = [person["username"], person["full_name"], person["comments"], person["likes"], last]
        kind = findings.TYPE_WORDS.get(person["profile_type"], "Unclear")
        yield [*row, person["gender"], person["age"], kind] if guesses else row
