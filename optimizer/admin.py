"""Staff's view of sessions: what was made of a picture, its jobs, and the ways to stop it and to try it again."""

from collections.abc import Callable
from contextvars import Context
from typing import Any

from django.contrib import admin, messages
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin import ReadOnlyAdmin
from aura.jobs.errors import JobNotRetryable
from aura.tenancy.scope import workspace_scope
from optimizer import jobs
from optimizer.models import Optimization, PlatformFile, PlatformOutput, ProductPhoto, StoredHashtag


class OutputInline(admin.TabularInline[PlatformOutput, Optimization]):
    model = PlatformOutput
    extra = 0
    can_delete = False
    fields = readonly_fields = ("platform", "state", "format_key", "fit", "seconds", "edited", "error_code", "error")

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


class FileInline(admin.TabularInline[PlatformFile, PlatformOutput]):
    model = PlatformFile
    extra = 0
    can_delete = False
    fields = readonly_fields = ("style", "picture", "quality", "similarity", "created_at")

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Optimization)
class OptimizationAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "workspace", "state", "made", "took", "writer", "reused", "tries", "error_code")
    list_filter = ("state", "pictures", "texts", "reused", "error_code")
    list_select_related = ("workspace",)
    search_fields = ("id", "digest", "sha256")
    show_full_result_count = False
    # A stored address may hold what opens it.
    exclude = ("source_url", "upload_path")
    readonly_fields = ("its_jobs",)
    raw_id_fields = ("source", "master", "logo", "created_by")
    actions = ("cancel", "try_again")
    inlines = (OutputInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Optimization]:
        return super().get_queryset(request).prefetch_related("outputs")

    @admin.display(description="platforms made")
    def made(self, session: Optimization) -> str:
        """Such as “5 of 6”."""
        states = [output.state for output in session.outputs.all()]
        return f"{states.count(PlatformOutput.State.DONE)} of {len(states)}"

    @admin.display(description="seconds")
    def took(self, session: Optimization) -> str:
        """From the first work to the end."""
        if session.started_at is None or session.finished_at is None:
            return ""
        return f"{(session.finished_at - session.started_at).total_seconds():.1f}"

    @admin.display(description="jobs")
    def its_jobs(self, session: Optimization) -> str:
        """A link to the list of its jobs."""
        return format_html('<a href="{}?q={}">Jobs</a>', reverse("admin:jobs_job_changelist"), session.pk)

    def has_act_permission(self, request: HttpRequest) -> bool:
        """The right to change sessions; nobody edits them by hand."""
        return request.user.has_perm("optimizer.change_optimization")

    @admin.action(description="Stop", permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Optimization]) -> None:
        """Stop sessions that are not over; what is ready stays."""
        self._each(request, queryset, jobs.cancel_optimization, "stopped")

    @admin.action(description="Make what is missing", permissions=["act"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Optimization]) -> None:
        """Let sessions that miss something go again."""
        self._each(request, queryset, _tried, "made again")

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Optimization], act: Callable[[Optimization], bool], word: str
    ) -> None:
        found = list(queryset)
        done = sum(Context().run(_in_workspace, session, act) for session in found)
        self.message_user(request, f"{done} of {len(found)} sessions are {word}.", messages.SUCCESS)


def _in_workspace(session: Optimization, act: Callable[[Optimization], bool]) -> bool:
    """Outside of the staff's scope: jobs that start, and webhooks, are the workspace's."""
    try:
        with workspace_scope(session.workspace_id):
            row = Optimization.objects.filter(pk=session.pk).first()
            return row is not None and act(row)
    finally:
        # An empty context has connections of its own.
        connections.close_all()


def _tried(session: Optimization) -> bool:
    try:
        jobs.try_again(session)
    except JobNotRetryable:
        return False
    return True


@admin.register(PlatformOutput)
class PlatformOutputAdmin(ReadOnlyAdmin):
    list_display = ("optimization", "workspace", "platform", "state", "format_key", "fit", "seconds", "error_code")
    list_filter = ("platform", "state", "edited", "error_code")
    list_select_related = ("workspace", "optimization")
    search_fields = ("optimization__id",)
    show_full_result_count = False
    raw_id_fields = ("optimization",)
    inlines = (FileInline,)


@admin.register(ProductPhoto)
class ProductPhotoAdmin(ReadOnlyAdmin):
    list_display = ("optimization", "workspace", "style", "state", "maker", "placeholder", "looks_right", "error_code")
    list_filter = ("style", "state", "placeholder", "looks_right", "reused", "error_code")
    list_select_related = ("workspace", "optimization")
    search_fields = ("optimization__id", "external_id")
    show_full_result_count = False
    raw_id_fields = ("optimization", "picture")


@admin.register(StoredHashtag)
class StoredHashtagAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "posts", "banned", "source", "read_on", "changed_at")
    list_filter = ("banned",)
    list_select_related = ("workspace",)
    search_fields = ("name",)
    show_full_result_count = False
