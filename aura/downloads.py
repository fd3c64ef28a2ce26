"""The lists of the pages as files (M15): the same rows and shapes as the API's lists."""

from collections.abc import Callable
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.exporting import page_export
from audience.api import insights
from audience.api import serializers as s
from audience.api.posts import PostSerializer, post_context
from audience.models import Comment, TrackedAccount
from audience.queries import people, posts, runs
from audience.queries.accounts import tracked_accounts
from aura.jobs import api as jobs_api
from aura.jobs import views as jobs_views
from compliments.api.library import LibraryTextSerializer
from compliments.forms import LibraryForm
from compliments.queries.writing import library
from generation.api.serializers import GenerationSerializer
from generation.forms import GalleryForm
from generation.queries.generations import generations
from optimizer.api.answers import SessionSerializer
from optimizer.api.hashtags import HashtagSerializer
from optimizer.filters import SessionFilter
from optimizer.forms import HashtagFilter
from optimizer.queries.hashtags import hashtags
from optimizer.queries.sessions import sessions

Listed = tuple[Any, Any]


@workspace_view()
@require_safe
def table(request: WorkspaceRequest, table: str, wanted: str) -> HttpResponse:
    """A list of the workspace as a file; jobs, compliments and generations as the page has filtered them."""
    if table not in TABLES:
        raise Http404("There is no such table.")
    rows, serializer = TABLES[table](request)
    return cast(HttpResponse, page_export(request, table, wanted, serializer, rows))


@workspace_view()
@require_safe
def account_table(request: WorkspaceRequest, username: str, table: str, wanted: str) -> HttpResponse:
    """The posts, comments or top commenters of an account as a file."""
    account = get_object_or_404(TrackedAccount.objects.all(), username=username.lower())
    if table not in OF_ACCOUNT:
        raise Http404("There is no such table.")
    rows, serializer = OF_ACCOUNT[table](account)
    prefix = f"{account.username}-"
    found = page_export(request, table, wanted, serializer, rows, target=str(account.pk), prefix=prefix)
    return cast(HttpResponse, found)


def _posts(account: TrackedAccount) -> Listed:
    rows = posts.posts(account).order_by("-posted_at", "-id")
    return rows, PostSerializer(context=post_context(account))


def _comments(account: TrackedAccount) -> Listed:
    rows = Comment.objects.filter(account=account).select_related("commenter", "post")
    return rows.order_by("-commented_at", "-id"), s.CommentSerializer()


def _people(account: TrackedAccount) -> Listed:
    return people.commenters(account).order_by("username", "id"), s.CommenterSerializer()


def _top(account: TrackedAccount) -> Listed:
    rows = people.audience_people(account).order_by("-comments", "commenter_id")
    return rows, insights.TopCommenterSerializer()


TABLES: dict[str, Callable[[WorkspaceRequest], Listed]] = {
    "accounts": lambda request: (tracked_accounts(), s.AccountSerializer()),
    "runs": lambda request: (runs.runs(), s.RunSerializer()),
    "jobs": lambda request: (jobs_views.asked(request)[1], jobs_api.JobSerializer()),
    "compliments": lambda request: (library(LibraryForm(request.GET).chosen()), LibraryTextSerializer()),
    "optimizations": lambda request: (SessionFilter(request.GET, sessions()).qs, SessionSerializer()),
    "hashtags": lambda request: (hashtags(HashtagFilter(request.GET).chosen()), HashtagSerializer()),
    "generations": lambda request: (generations(**GalleryForm(request.GET).chosen()), GenerationSerializer()),
}
OF_ACCOUNT: dict[str, Callable[[TrackedAccount], Listed]] = {
    "posts": _posts,
    "comments": _comments,
    "commenters": _people,
    "top-commenters": _top,
}
