"""Staff's view of posts."""

from typing import Any

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from compliments.models import InstagramPost, PostImage


class ImageInline(admin.TabularInline[PostImage, InstagramPost]):
    model = PostImage
    extra = 0
    can_delete = False
    fields = readonly_fields = ("number", "kind", "picture", "error_code", "error")

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(InstagramPost)
class InstagramPostAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "code", "workspace", "state", "kind", "source", "asking", "missing", "error_code")
    list_filter = ("state", "source", "uploaded", "error_code")
    list_select_related = ("workspace",)
    search_fields = ("id", "code", "author")
    show_full_result_count = False
    # Where work at a service is found again is for the worker alone.
    exclude = ("handle",)
    inlines = (ImageInline,)
