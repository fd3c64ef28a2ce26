"""Staff's view of posts and compliments."""

from typing import Any

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from compliments.models import Compliment, ComplimentLimit, InstagramPost, PostImage, VoicePreset, Writing


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


@admin.register(Writing)
class WritingAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "workspace", "post", "state", "style", "language", "model", "error_code")
    list_filter = ("state", "style", "writer", "possible_minor", "error_code")
    list_select_related = ("workspace", "post")
    search_fields = ("id", "post__code")
    raw_id_fields = ("post", "preset", "again_of", "created_by")


@admin.register(Compliment)
class ComplimentAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "workspace", "writing", "number", "verdict", "rating", "favourite")
    list_filter = ("verdict", "rating", "favourite")
    list_select_related = ("workspace", "writing")
    search_fields = ("writing__id",)
    raw_id_fields = ("writing",)


@admin.register(VoicePreset)
class VoicePresetAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "created_at")
    list_select_related = ("workspace",)
    search_fields = ("name",)


@admin.register(ComplimentLimit)
class ComplimentLimitAdmin(ReadOnlyAdmin):
    list_display = ("workspace", "most", "days")
    list_select_related = ("workspace",)
