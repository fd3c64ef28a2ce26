"""Files of what the pages show (M15). Guesses are named “estimated”, and a possible minor is never a row."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.exporting import page_download
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
from aura.http.exports import Table

PEOPLE = 1000
GROUP_HEAD = ("table", "group", "people (estimated)", "share (estimated)", "95% low", "95% high", "note")


def _asked(request: WorkspaceRequest, account: TrackedAccount) -> Asked:
    return Asked.of(ReportFilter(request.GET or None, posts=posts_by_time(account)))


@workspace_view()
@require_safe
def account_export(request: WorkspaceRequest, username: str, table: str, wanted: str) -> HttpResponse:
    """One table of an account as a file."""
    account = find_account(username)
    if table not in TABLES:
        raise Http404("There is no such table.")
    made = TABLES[table](request, account)
    found = page_download(request, made, wanted, target=str(account.pk), prefix=f"{account.username}-")
    return cast(HttpResponse, found)


def _demographics(request: WorkspaceRequest, account: TrackedAccount) -> Table:
    """Every group of the report with its share and range; hidden groups say so."""
    asked = _asked(request, account)
    answer = demographics(
        account, start=asked.start, end=asked.end, post=asked.post, profile_type=asked.profile_type
    ).as_json()
    return Table("demographics", GROUP_HEAD, group_rows(answer))


def group_rows(answer: dict[str, Any]) -> Iterator[list[Any]]:
    """The groups of a demographics answer under :data:`GROUP_HEAD`."""
    names = language_words(answer["language"])
    for table in ("gender", "age", "age_gender", "profile_type", "language"):
        for entry in answer[table]:
            group = entry.get("value") or f"{entry['gender']} {entry['age']}"
            if table == "language":
                group = names[group]
            if entry.get("suppressed"):
                yield [table, group, None, None, None, None, f"under {answer['k']} people, not shown"]
            else:
                yield [table, group, *(entry.get(key) for key in ("count", "share", "low", "high")), ""]


def _commenters(request: WorkspaceRequest, account: TrackedAccount) -> Table:
    """The people who comment most (1,000 at most). How they are seen is added for analysts and above, and logged."""
    asked = _asked(request, account)
    rows = top_people(account, limit=PEOPLE, start=asked.start, end=asked.end, post=asked.post)
    guesses = request.membership.may(Role.ANALYST)
    if guesses:
        record("audience.people.exported", user_id=request.user.pk, target=str(account.pk), people=len(rows))
    head = ["username", "name", "comments", "likes received", "last comment (UTC)"]
    if guesses:
        head += ["gender (estimated)", "age (estimated)", "account type (estimated)"]
    return Table("commenters", head, _people(rows, guesses=guesses))


def _people(rows: Iterable[dict[str, Any]], *, guesses: bool) -> Iterator[list[Any]]:
    for person in rows:
        row = [person["username"], person["full_name"], person["comments"], person["likes"], person["last_at"]]
        kind = findings.TYPE_WORDS.get(person["profile_type"], "Unclear")
        yield [*row, person["gender"], person["age"], kind] if guesses else row


TABLES: dict[str, Callable[[WorkspaceRequest, TrackedAccount], Table]] = {
    "demographics": _demographics,
    "commenters": _commenters,
}
