"""Staff's view of audiences. What a model thinks of one person is not shown here: the API logs each such look."""

from typing import Any

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from audience.models import Comment, Commenter, Post, Run, StoredImage, TrackedAccount


@admin.register(TrackedAccount)
class TrackedAccountAdmin(admin.ModelAdmin[TrackedAccount]):
    list_display = ("username", "workspace", "source", "followers", "last_import_at", "created_at")
    list_filter = ("source",)
    list_select_related = ("workspace",)
    search_fields = ("username",)
    readonly_fields = ("workspace", "username", "external_id", "data_version", "last_import_at", "created_at")

    def has_add_permission(self, request: Any) -> bool:
        return False


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "account", "workspace", "state", "step", "people_done", "people_total", "error_code")
    list_filter = ("state", "step", "error_code")
    list_select_related = ("account", "workspace")
    search_fields = ("id", "account__username")
    exclude = ("path", "pictures_path")


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    list_display = ("shortcode", "account", "workspace", "kind", "posted_at", "likes")
    list_select_related = ("account", "workspace")
    search_fields = ("shortcode",)
    show_full_result_count = False


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ("external_id", "account", "workspace", "commented_at", "likes")
    list_select_related = ("account", "workspace")
    search_fields = ("external_id",)
    show_full_result_count = False
    raw_id_fields = ("post", "commenter", "parent")


@admin.register(Commenter)
class CommenterAdmin(ReadOnlyAdmin):
    list_display = ("username", "workspace", "is_verified", "is_private", "picture_state", "created_at")
    list_filter = ("picture_state", "is_verified")
    list_select_related = ("workspace",)
    search_fields = ("username", "external_id")
    show_full_result_count = False
    exclude = ("gender", "age", "profile_type", "language", "possible_minor", "noise_key")


@admin.register(StoredImage)
class StoredImageAdmin(ReadOnlyAdmin):
    list_display = ("sha256", "workspace", "media_type", "width", "height", "size", "created_at")
    list_select_related = ("workspace",)
    search_fields = ("sha256",)
    show_full_result_count = False
