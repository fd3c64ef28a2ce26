"""Staff's view of people and workspaces. Runs inside a staff scope (accounts.middleware)."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import (
    ApiKey,
    AuditEntry,
    Budget,
    Invitation,
    Membership,
    ProviderCredential,
    SignInLink,
    UsageEntry,
    User,
    Workspace,
)
from accounts.services.people import vouch

# Admin's own form knows neither the second factor nor the limits on guessing.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff", "date_joined")
    search_fields = ("email", "name")
    list_filter = ("is_active", "is_staff")
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        vouch(obj)


class MembershipInline(admin.TabularInline[Membership, Workspace]):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Workspace)
class WorkspaceAdmin(admin.ModelAdmin[Workspace]):
    list_display = ("name", "slug", "created_at")
    search_fields = ("name", "slug")
    inlines = (MembershipInline,)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """For rows that nobody edits by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "action", "target", "user", "workspace")
    list_filter = ("action",)
    list_select_related = ("user", "workspace")


@admin.register(SignInLink)
class SignInLinkAdmin(ReadOnlyAdmin):
    list_display = ("user", "expires_at", "used_at")
    exclude = ("digest",)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("workspace", "role", "invited_by", "created_at", "expires_at", "accepted_at")
    list_select_related = ("workspace", "invited_by")
    exclude = ("digest",)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("prefix", "name", "workspace", "created_by", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("workspace", "created_by")
    exclude = ("digest",)


@admin.register(ProviderCredential)
class ProviderCredentialAdmin(ReadOnlyAdmin):
    list_display = ("provider", "hint", "workspace", "updated_by", "updated_at")
    list_select_related = ("workspace", "updated_by")
    exclude = ("value",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderCredential]:
        """Without the secret: nobody reads it here, so nothing decrypts it."""
        return super().get_queryset(request).defer("value")


@admin.register(Budget)
class BudgetAdmin(ReadOnlyAdmin):
    list_display = ("workspace", "month", "cap", "spent", "reserved", "overrun", "reached_at")
    list_filter = ("month",)
    list_select_related = ("workspace",)


@admin.register(UsageEntry)
class UsageEntryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "workspace", "provider", "model", "operation", "state", "amount", "price_known")
    list_filter = ("state", "provider", "price_known")
    list_select_related = ("workspace",)
    date_hierarchy = "created_at"
