"""The report that a client gets: a plain page to print or save as PDF, and a workbook of all its tables."""

from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.exporting import note
from audience.models import TrackedAccount
from audience.views.accounts import find_account
from audience.views.paper import Paper, PaperForm
from audience.views.sections import SECTIONS
from aura.http.exports import FORMATS, Table, workbook_response


def _paper(request: WorkspaceRequest, account: TrackedAccount) -> tuple[Paper, PaperForm]:
    form = PaperForm(request.GET or None)
    return Paper.of(request, account, form), form


@workspace_view()
@require_safe
def account_print(request: WorkspaceRequest, username: str) -> HttpResponse:
    """The whole report of an account on paper."""
    account = find_account(username)
    paper, form = _paper(request, account)
    shown = [(section, section.context(paper)) for section in SECTIONS] if paper.sums.comments else []
    query = request.GET.urlencode()
    workbook = reverse("audience:account_workbook", args=[account.username])
    context = {
        "account": account,
        "form": form,
        "paper": paper,
        "sections": [(section, found) for section, found in shown if found is not None],
        "workspace": request.workspace,
        "today": timezone.now(),
        "live_url": request.build_absolute_uri(reverse("audience:account", args=[account.username])),
        "workbook_url": f"{workbook}?{query}" if query else workbook,
    }
    return render(request, "audience/print/report.html", context)


@workspace_view()
@require_safe
def account_workbook(request: WorkspaceRequest, username: str) -> HttpResponse:
    """All tables of the report as one Excel workbook."""
    account = find_account(username)
    paper, _ = _paper(request, account)
    response, rows = workbook_response(f"{account.username}-report", _tables(paper))
    note(request.user.pk, "report", FORMATS["xlsx"].name, rows, target=str(account.pk))
    return cast(HttpResponse, response)


def _tables(paper: Paper) -> Iterator[Table]:
    about: list[list[Any]] = [
        ["account", f"@{paper.account.username}"],
        ["from (UTC)", paper.first],
        ["to (UTC)", paper.last],
        ["prepared by", paper.request.workspace.name],
        ["made at (UTC)", timezone.now()],
        ["note", paper.note],
        ["comments", paper.sums.comments],
        ["people", paper.answer["people"]],
        ["groups are shown from", paper.answer["k"]],
    ]
    yield Table("About", ["what", "value"], about)
    for section in SECTIONS:
        yield from section.tables(paper)
