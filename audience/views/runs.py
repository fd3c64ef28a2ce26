"""Runs: the list, one run, its live progress, cancel and resume."""

from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.models import Role
from audience import jobs, progress
from audience.models import Run
from audience.queries import runs
from aura.http.problems import Problem

PAGE = 25
STOP_POLLING = 286


def show(run: Run, *, may_act: bool) -> progress.RunProgress:
    """The progress of a run with the links of what may be done about it."""
    stopped = run.state in {Run.State.FAILED, Run.State.CANCELLED, Run.State.PAUSED}
    before = run.step in {Run.Step.READING, Run.Step.FETCHING}
    return progress.RunProgress(
        title=progress.title_of(run.state, run.step),
        state=run.state,
        step=run.step,
        steps=progress.steps_of(run.state, run.step, live=run.is_live),
        done=run.records_done if before else run.people_done,
        total=0 if before else run.people_total,
        percent=progress.percent_of(run.state, run.people_done, run.people_total),
        eta_words=progress.eta_words(run.eta_seconds()),
        cost_words=progress.cost_words(getattr(run, "booked", Decimal(0))),
        error=run.error,
        # A paused run does nothing for days, so its page need not ask every two seconds.
        finished=run.is_over or run.state == Run.State.PAUSED,
        poll_url=reverse("audience:run_progress", args=[run.pk]),
        live=f"subject:{run.pk}",
        cancel_url=reverse("audience:cancel_run", args=[run.pk]) if may_act and not run.is_over else "",
        resume_url=reverse("audience:resume_run", args=[run.pk]) if may_act and stopped else "",
        report_url=reverse("audience:account", args=[run.account.username]),
    )


def _find(pk: UUID) -> Run:
    return get_object_or_404(runs.runs(), pk=pk)


@workspace_view()
@require_safe
def run_list(request: WorkspaceRequest) -> HttpResponse:
    """All runs of the workspace, newest first."""
    pages = Paginator(runs.runs(), PAGE).get_page(request.GET.get("page"))
    return render(request, "audience/run_list.html", {"runs": pages.object_list, "pages": pages})


@workspace_view()
@require_safe
def run_detail(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """One run: how far it is, what it read, which lines were wrong."""
    run = _find(pk)
    counts = dict(run.counts)
    context = {
        "run": run,
        "job": show(run, may_act=request.membership.may(Role.ANALYST)),
        "counts": counts,
        "errors": counts.get("errors", []),
        "parts": runs.parts_of(run) if run.is_live else None,
        "models": runs.models_of(run),
    }
    return render(request, "audience/run_detail.html", context)


@workspace_view()
@require_safe
def run_progress(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The part that pages poll while a run works; 286 tells htmx to stop."""
    run = _find(pk)
    shown = show(run, may_act=request.membership.may(Role.ANALYST))
    context = {"run": run, "job": shown}
    return render(request, "audience/_progress.html", context, status=STOP_POLLING if shown.finished else 200)


@workspace_view(Role.ANALYST)
@require_POST
def cancel_run(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Stop a run at its next safe point."""
    run = _find(pk)
    jobs.cancel_run(run)
    return redirect("audience:run", run.pk)


@workspace_view(Role.ANALYST)
@require_POST
def resume_run(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Go on where a stopped run ended."""
    run = _find(pk)
    try:
        if not jobs.resume_run(run):
            messages.error(request, "Only a run that stopped can be resumed.")
    except Problem as problem:
        messages.error(request, str(problem.detail))
    return redirect("audience:run", run.pk)
