"""Staff's view of the optimizer."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from optimizer.models import StoredHashtag


@admin.register(StoredHashtag)
class StoredHashtagAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "posts", "banned", "source", "read_on", "changed_at")
    list_filter = ("banned",)
    list_select_related = ("workspace",)
    search_fields = ("name",)
    show_full_result_count = False
