"""The list of tracked accounts, uploads, and people's pictures."""

from typing import Any, cast
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.models import Role
from accounts.services import record
from audience import jobs
from audience.dataset import DatasetRefused
from audience.forms import AccountForm, FollowForm, ImportForm
from audience.models import Commenter, TrackedAccount
from audience.queries.accounts import account_cards, tracked_accounts
from audience.services.outside import estimate
from audience.services.tracking import follow
from audience.services.uploads import track_account
from aura.http.problems import Problem
from aura.jobs.errors import QueueFull

PAGE = 24
ZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def find_account(username: str) -> TrackedAccount:
    """The workspace's account of that name; 404 where it has none."""
    return get_object_or_404(TrackedAccount.objects.all(), username=username.lower())


@workspace_view()
@require_http_methods(["GET", "HEAD", "POST"])
def account_list(request: WorkspaceRequest) -> HttpResponse:
    """All tracked accounts, and the form that adds one (analysts and above)."""
    may_add = request.membership.may(Role.ANALYST)
    form = AccountForm(request.POST if request.method == "POST" and may_add else None)
    if form.is_bound and form.is_valid():
        account = track_account(form.cleaned_data["username"])
        source = form.cleaned_data["source"] or TrackedAccount.Source.UPLOAD
        if source == TrackedAccount.Source.UPLOAD:
            return redirect("audience:import", account.username)
        follow(account, {"source": source})
        return redirect("audience:follow", account.username)
    pages = Paginator(tracked_accounts(), PAGE).get_page(request.GET.get("page"))
    context = {"accounts": account_cards(pages.object_list), "form": form, "pages": pages, "may_add": may_add}
    return render(request, "audience/account_list.html", context, status=422 if form.errors else 200)


@workspace_view(Role.ANALYST)
@require_http_methods(["GET", "HEAD", "POST"])
def import_dataset(request: WorkspaceRequest, username: str) -> HttpResponse:
    """Upload a dataset; a good one leads to its run."""
    account = find_account(username)
    posted = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if posted else ImportForm()
    status = 200
    if posted:
        form.is_valid()
        upload = form.cleaned_data.get("file")
        try:
            if upload:
                stream = cast(Any, upload.file)
                run = jobs.start_import(account, stream, filename=upload.name or "", user_id=request.user.pk)
                return redirect("audience:run", run.pk)
        except DatasetRefused as error:
            form.add_error("file", error.message)
        except QueueFull as error:
            form.add_error(None, str(error.detail))
            status = 429
    status = 422 if form.errors and status == 200 else status
    return render(request, "audience/import_form.html", {"account": account, "form": form}, status=status)


@workspace_view(Role.ANALYST)
@require_http_methods(["GET", "HEAD", "POST"])
def follow_account(request: WorkspaceRequest, username: str) -> HttpResponse:
    """How an account is followed: its source, schedule, limits and readers."""
    account = find_account(username)
    form = FollowForm(request.POST) if request.method == "POST" else FollowForm.of(account)
    if form.is_bound and form.is_valid():
        follow(account, form.cleaned_data)
        record("audience.account.changed", user_id=request.user.pk, target=str(account.pk))
        messages.success(request, "Saved.")
        return redirect("audience:follow", account.username)
    found, fresh = estimate(account), account.last_fetch_at is None
    context = {"account": account, "form": form, "estimate": found, "fresh": fresh, "zones": ZONES}
    return render(request, "audience/follow.html", context, status=422 if form.errors else 200)


@workspace_view(Role.ANALYST)
@require_POST
def fetch_now(request: WorkspaceRequest, username: str) -> HttpResponse:
    """Start fetching what is new."""
    account = find_account(username)
    try:
        run = jobs.start_live(account, user_id=request.user.pk)
    except Problem as problem:
        messages.error(request, str(problem.detail))
        return redirect("audience:account", account.username)
    return redirect("audience:run", run.pk)


@workspace_view()
@require_safe
def picture(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """A person's profile picture from our own storage; never that of a possible minor."""
    people = Commenter.objects.select_related("picture")
    person = get_object_or_404(people, pk=pk, possible_minor=False, picture__isnull=False)
    image = person.picture
    if image is None or not default_storage.exists(image.path):
        raise Http404
    with default_storage.open(image.path, "rb") as stream:
        response = HttpResponse(stream.read(), content_type=image.media_type)
    response["Cache-Control"] = "private, max-age=3600"
    return response
