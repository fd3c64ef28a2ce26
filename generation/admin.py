"""Staff's view of generations."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from generation.models import GeneratedImage, Generation


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "workspace", "state", "provider", "maker", "count", "placeholder", "error_code")
    list_filter = ("state", "provider", "placeholder", "error_code")
    list_select_related = ("workspace",)
    search_fields = ("id", "external_id", "maker")
    raw_id_fields = ("reference", "created_by")


@admin.register(GeneratedImage)
class GeneratedImageAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "workspace", "generation", "number", "favourite")
    list_filter = ("favourite",)
    list_select_related = ("workspace", "generation")
    search_fields = ("generation__id",)
    raw_id_fields = ("generation", "picture")
