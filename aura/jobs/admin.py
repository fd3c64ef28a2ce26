"""Staff's view of jobs: all workspaces, dead letters first to hand."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from aura.jobs import services
from aura.jobs.errors import JobNotRetryable, JobNotStoppable
from aura.jobs.models import Job, JobStep


class StepInline(admin.TabularInline[JobStep, Job]):
    model = JobStep
    extra = 0
    can_delete = False
    fields = readonly_fields = ("name", "state", "handle", "created_at", "updated_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(admin.ModelAdmin[Job]):
    list_display = ("created_at", "kind", "workspace", "lane", "state", "percent", "attempts", "error_code")
    list_filter = ("state", "lane", "kind", "error_code")
    list_select_related = ("workspace",)
    search_fields = ("id", "subject", "correlation_id")
    show_full_result_count = False
    actions = ("requeue", "cancel")
    inlines = (StepInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Actions need the right to change; the form itself stays read-only, see get_readonly_fields.
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(field.name for field in Job._meta.fields)

    @admin.action(description="Try again (failed or cancelled jobs)", permissions=["change"])
    def requeue(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Put dead letters back into their lanes."""
        moved = 0
        for job in queryset:
            try:
                services.requeue(job)
                moved += 1
            except JobNotRetryable:
                continue
        self.message_user(request, f"{moved} of {len(queryset)} jobs wait again.", messages.SUCCESS)

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Stop jobs that are not over."""
        stopped = 0
        for job in queryset:
            try:
                services.cancel(job)
                stopped += 1
            except JobNotStoppable:
                continue
        self.message_user(request, f"{stopped} of {len(queryset)} jobs are stopped.", messages.SUCCESS)
