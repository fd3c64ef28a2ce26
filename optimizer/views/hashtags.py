"""The workspace's table of hashtags: see, search, add, import, delete (O4, M15)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import WorkspaceRequest, needs, workspace_view
from accounts.models import Role
from aura.http.confirming import Question, unconfirmed
from aura.http.problems import Problem
from optimizer.forms import HashtagFilter, HashtagForm, TableForm
from optimizer.hashtags import SOURCE, starter
from optimizer.models import StoredHashtag
from optimizer.queries import hashtags as queries
from optimizer.services import hashtags as service

PAGE = 50
FIELDS = ("name", "posts", "source", "banned")


@workspace_view()
@require_http_methods(["GET", "HEAD", "POST"])
def hashtags(request: WorkspaceRequest, pk: UUID | None = None) -> HttpResponse:
    """The table, and one hashtag to add or change."""
    chosen = get_object_or_404(StoredHashtag.objects.all(), pk=pk) if pk else None
    form = HashtagForm(initial=_values(chosen) if chosen else {})
    if request.method == "POST":
        if not request.membership.may(Role.ANALYST):
            raise PermissionDenied(needs(Role.ANALYST))
        form = HashtagForm(request.POST)
        if form.is_valid():
            try:
                row = service.save(form.cleaned_data, user_id=request.user.pk)
            except Problem as problem:
                form.add_error("name", str(problem.detail))
            else:
                messages.success(request, f"#{row.name} is saved.")
                return redirect("optimizer:hashtags")
    return _page(request, status=422 if form.errors else 200, form=form, chosen=chosen)


@workspace_view(Role.ANALYST)
@require_POST
def import_hashtags(request: WorkspaceRequest) -> HttpResponse:
    """Take a table over, and say which of its lines were left out."""
    form = TableForm(request.POST, request.FILES)
    told = None
    if form.is_valid():
        given = form.cleaned_data["file"]
        try:
            told = service.import_table(given.file, name=given.name or "", user_id=request.user.pk)
        except Problem as problem:
            form.add_error("file", str(problem.detail))
    return _page(
        request, status=422 if form.errors else 200, table_form=form if form.errors else TableForm(), told=told
    )


@workspace_view(Role.ANALYST)
@require_POST
def remove_hashtag(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Delete one hashtag of the table."""
    row = get_object_or_404(StoredHashtag.objects.all(), pk=pk)
    question = Question(
        f"Delete #{row.name}?",
        "Its posts, niches and its ban go with it. Sessions keep their hashtags.",
        "Delete the hashtag",
        reverse("optimizer:hashtags"),
    )
    if asks := unconfirmed(request, question):
        return asks
    service.remove([row.pk], user_id=request.user.pk)
    messages.success(request, f"#{row.name} is deleted.")
    return redirect("optimizer:hashtags")


def _values(row: StoredHashtag) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS} | {"niches": ", ".join(row.niches)}


def _page(request: WorkspaceRequest, *, status: int, **more: Any) -> HttpResponse:
    asked = HashtagFilter(request.GET, auto_id="asked_%s")
    chosen = asked.chosen()
    pages = Paginator(queries.hashtags(chosen), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "asked": asked,
        "pages": pages,
        "hashtags": pages.object_list,
        "narrowed": any(value not in {"", None} for value in chosen.values()),
        "may_act": request.membership.may(Role.ANALYST),
        "form": HashtagForm(),
        "table_form": TableForm(),
        "shipped": len(starter()),
        "shipped_source": SOURCE,
    }
    return render(request, "optimizer/hashtags.html", context | more, status=status)
