"""HTTP in, one call, HTTP out."""

from typing import Any, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.exporting import ExportedListMixin
from accounts.models import Role, User
from audience import jobs
from audience.api import serializers as s
from audience.dataset import DatasetRefused
from audience.filters import AccountRunFilter, CommentFilter, RunFilter
from audience.models import Comment, Commenter, Run, TrackedAccount
from audience.queries import people, runs
from audience.services.tracking import follow
from audience.services.uploads import track_account
from audience.usernames import UsernameRefused, clean_username
from aura.http.idempotency import idempotent
from aura.http.pagination import CursorPages
from aura.http.problems import Problem
from aura.http.throttles import heavy
from aura.tenancy.models import shape_of


class AudienceView(WorkspaceView):
    """Base of every view of this API."""

    area = "audience"


class AccountPages(CursorPages):
    """Accounts, newest first."""


class AccountList(ExportedListMixin, AudienceView, generics.ListCreateAPIView[TrackedAccount]):
    """The workspace's tracked accounts."""

    queryset = shape_of(TrackedAccount)
    serializer_class = s.AccountSerializer
    pagination_class = AccountPages
    export_name = "accounts"

    def get_queryset(self) -> QuerySet[TrackedAccount]:
        return TrackedAccount.objects.all()

    @idempotent
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            name = clean_username(serializer.validated_data["username"])
        except UsernameRefused as error:
            raise Problem("invalid_username", str(error), pointer="/username") from error
        if TrackedAccount.objects.filter(username=name).exists():
            raise Problem("account_exists", f"@{name} is tracked already.", status=409, pointer="/username")
        account = serializer.save(username=name, workspace=self.workspace)
        follow(account, {})
        location = reverse("api:audience:account", args=[account.pk])
        return Response(self.get_serializer(account).data, status=201, headers={"Location": location})


class AccountDetail(AudienceView, generics.RetrieveUpdateDestroyAPIView[TrackedAccount]):
    """One tracked account. Deleting it deletes its posts, comments and runs."""

    queryset = shape_of(TrackedAccount)
    serializer_class = s.AccountChangeSerializer
    http_method_names = ["get", "patch", "delete", "head", "options"]
    role_for_writing = Role.ADMIN

    def get_queryset(self) -> QuerySet[TrackedAccount]:
        return TrackedAccount.objects.all()

    def perform_update(self, serializer: Any) -> None:
        follow(serializer.save(), {})


class OfAccount(AudienceView):
    """Base of the views below ``audience/accounts/{id}/``."""

    def account(self) -> TrackedAccount:
        return get_object_or_404(TrackedAccount.objects.all(), pk=self.kwargs["pk"])


@heavy("POST", limit="upload")
class ImportView(AudienceView):
    """Uploads of Apify datasets."""

    @extend_schema(request={"multipart/form-data": s.ImportSerializer}, responses={202: s.StartedSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Take an Apify dataset (JSON array, JSONL or CSV) and start the analysis of its account."""
        serializer = s.ImportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        account = self._account(serializer.validated_data["account"])
        upload = cast("UploadedFile[Any]", serializer.validated_data["file"])
        user = cast(User, request.user)
        try:
            run = jobs.start_import(account, cast(Any, upload.file), filename=upload.name or "", user_id=user.pk)
        except DatasetRefused as error:
            status = 413 if error.code == "file_too_large" else 400
            raise Problem(error.code, error.message, status=status, pointer="/file") from error
        return started(run)

    def _account(self, given: str) -> TrackedAccount:
        try:
            return get_object_or_404(TrackedAccount.objects.all(), pk=UUID(given))
        except ValueError:
            pass
        try:
            return track_account(given)
        except UsernameRefused as error:
            raise Problem("invalid_username", str(error), pointer="/account") from error


def started(run: Run) -> Response:
    """202 with the place where the work can be followed."""
    url = reverse("api:audience:run", args=[run.pk])
    return Response({"id": run.pk, "status": run.state, "status_url": url}, status=202, headers={"Location": url})


class AccountRuns(ExportedListMixin, OfAccount, generics.ListAPIView[Run]):
    """Runs of one account, newest first."""

    queryset = shape_of(Run)
    serializer_class = s.RunSerializer
    filterset_class = AccountRunFilter
    export_name = "runs"

    def get_queryset(self) -> QuerySet[Run]:
        return runs.runs(self.account())

    @extend_schema(request=None, responses={202: s.StartedSerializer})
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Fetch what is new of an account from its source, and read the people in it."""
        user = cast(User, request.user)
        return started(jobs.start_live(self.account(), user_id=user.pk))


class RunList(ExportedListMixin, AudienceView, generics.ListAPIView[Run]):
    """Analyses, newest first."""

    queryset = shape_of(Run)
    serializer_class = s.RunSerializer
    filterset_class = RunFilter
    export_name = "runs"

    def get_queryset(self) -> QuerySet[Run]:
        return runs.runs()


class RunDetail(AudienceView, generics.RetrieveAPIView[Run]):
    """One analysis."""

    queryset = shape_of(Run)
    serializer_class = s.RunSerializer

    def get_queryset(self) -> QuerySet[Run]:
        return runs.runs()


class RunAction(AudienceView):
    """Cancel or resume a run."""

    @extend_schema(request=None, responses={202: s.StartedSerializer})
    @idempotent
    def post(self, request: Request, pk: UUID, action: str) -> Response:
        """``cancel`` stops a run at its next safe point; ``resume`` goes on where a stopped one ended."""
        run = get_object_or_404(runs.runs(), pk=pk)
        if action == "cancel":
            jobs.cancel_run(run)
        elif not jobs.resume_run(run):
            raise Problem("run_not_stopped", "Only a failed, cancelled or paused run can be resumed.", status=409)
        run.refresh_from_db()
        return started(run)


class NewestPages(CursorPages):
    """Newest import first: ids grow with time, and an index knows their order."""

    ordering = ("-id",)


class CommentList(ExportedListMixin, OfAccount, generics.ListAPIView[Comment]):
    """Comments of an account, newest import first."""

    queryset = shape_of(Comment)
    serializer_class = s.CommentSerializer
    pagination_class = NewestPages
    filterset_class = CommentFilter
    export_name = "comments"

    def get_queryset(self) -> QuerySet[Comment]:
        return Comment.objects.filter(account=self.account()).select_related("commenter", "post")


class CommenterList(ExportedListMixin, OfAccount, generics.ListAPIView[Commenter]):
    """People who commented on an account. Nothing guessed about them stands here."""

    queryset = shape_of(Commenter)
    serializer_class = s.CommenterSerializer
    pagination_class = NewestPages
    export_name = "commenters"

    def get_queryset(self) -> QuerySet[Commenter]:
        return people.commenters(self.account())
