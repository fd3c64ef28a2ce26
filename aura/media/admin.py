"""Staff's view of pictures: their measures, not what they show."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from aura.media.models import Picture


@admin.register(Picture)
class PictureAdmin(ReadOnlyAdmin):
    list_display = ("sha256", "workspace", "media_type", "width", "height", "size", "created_at", "stored_at")
    list_filter = ("media_type",)
    list_select_related = ("workspace",)
    search_fields = ("id", "sha256")
    show_full_result_count = False
