"""Stop a session, try it again, delete it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import WorkspaceRequest, workspace_view
from accounts.models import Role
from aura.http.confirming import Question, unconfirmed
from aura.http.problems import Problem
from optimizer import jobs
from optimizer.services.sessions import remove
from optimizer.views.finding import find

GONE = "Its files and texts go with it. Pictures that something else shows stay."


@workspace_view(Role.ANALYST)
@require_POST
def cancel(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Stop a session; what is ready stays."""
    if not jobs.cancel_optimization(find(pk)):
        messages.info(request, "This session is over; there is nothing to stop.")
    return redirect("optimizer:session", pk)


@workspace_view(Role.ANALYST)
@require_POST
def retry(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Try what failed or was stopped once more."""
    try:
        jobs.try_again(find(pk))
    except Problem as problem:
        messages.error(request, str(problem.detail))
    return redirect("optimizer:session", pk)


@workspace_view(Role.ANALYST)
@require_POST
def act_on_photo(request: WorkspaceRequest, pk: UUID, style: str, action: str) -> HttpResponse:
    """Stop one product photograph, or make one anew that failed or was stopped."""
    photo = next((one for one in find(pk).photos.all() if one.style == style), None)
    if photo is None:
        raise Http404("The session has no such photograph.")
    try:
        if action == "retry":
            jobs.try_photo_again(photo)
        elif not jobs.cancel_photo(photo):
            messages.info(request, "This photograph is over; there is nothing to stop.")
    except Problem as problem:
        messages.error(request, str(problem.detail))
    return HttpResponseRedirect(f"{reverse('optimizer:session', args=[pk])}#photos")


@workspace_view(Role.ANALYST)
@require_POST
def delete(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Delete a session with all that it made."""
    found = find(pk)
    question = Question("Delete this session?", GONE, "Delete the session", reverse("optimizer:session", args=[pk]))
    if asks := unconfirmed(request, question):
        return asks
    jobs.cancel_optimization(found)
    remove(found)
    messages.success(request, "The session and its files are deleted.")
    return redirect("optimizer:sessions")
