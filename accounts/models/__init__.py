"""People, workspaces (the tenants) and who belongs where."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.chain import Entry
from accounts.models.usage import Budget as Budget
from accounts.models.usage import EntryState as EntryState
from accounts.models.usage import UsageEntry as UsageEntry
from accounts.outside import SERVICES, service_choices
from aura.tenancy.ids import uuid7
from aura.tenancy.models import TenantManager, TenantModel
from aura.tenancy.secrets import EncryptedField


class UserManager(BaseUserManager["User"]):
    """Creates users by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """A user; without a password the person can only come in by a sign-in link."""
        user = self.model(email=self.normalize_email(email).strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Not tied to one workspace."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField("e-mail address", max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField("staff", default=False, help_text="May use this admin.")
    is_active = models.BooleanField("active", default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    last_workspace_id = models.UUIDField(null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.email

    def get_short_name(self) -> str:
        return self.name or self.email.split("@")[0]


class Workspace(models.Model):
    """A tenant: everything a team owns in Aura hangs on one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="deleted by its owner; its rows go soon after")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    ANALYST = "analyst", "Analyst"
    VIEWER = "viewer", "Viewer"


RANK = {Role.VIEWER: 0, Role.ANALYST: 1, Role.ADMIN: 2, Role.OWNER: 3}


class MembershipManager(TenantManager["Membership"]):
    """In a workspace's scope its members, in a user's scope that user's memberships."""

    def visible(
        self, rows: models.QuerySet["Membership"], workspace_id: UUID | None, user_id: UUID | None
    ) -> models.QuerySet["Membership"]:
        return rows.filter(user_id=user_id) if user_id else super().visible(rows, workspace_id, user_id)


class Membership(TenantModel):
    """One person's role in one workspace."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[MembershipManager] = MembershipManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"

    def may(self, role: Role | str) -> bool:
        """True when this member has ``role`` or one above it."""
        return RANK[Role(self.role)] >= RANK[Role(role)]


class SignInLink(models.Model):
    """A link that signs its user in once. Only the token's SHA-256 is stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    next_path = models.CharField(max_length=300, default="/")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link for {self.user_id}"


class SetupLink(models.Model):
    """The one-time link that makes the first owner. Only the token's SHA-256 is stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return "set-up link"


class TokenFamily(models.Model):
    """One sign-in through the API: the refresh tokens that follow one another. Only ``jti`` is good for the next."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    jti = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"tokens of {self.user_id}"


class Invitation(TenantModel):
    """An offer of a role, sent to an address. Only the token's SHA-256 is stored; one is open per address."""

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.ANALYST)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "email"], condition=models.Q(accepted_at=None), name="invitation_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation as {self.role}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class ApiKey(TenantModel):
    """A program's access to one workspace. Only the SHA-256 is stored; ``prefix`` lets people tell keys apart."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-created_at"], name="api_key_by_workspace")]

    def __str__(self) -> str:
        return self.prefix

    @property
    def state(self) -> str:
        """``active``, ``expired`` or ``revoked``."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= timezone.now() else "active"


class ProviderCredential(TenantModel):
    """A workspace's key of an outside service, encrypted. ``hint`` is what may be shown of it."""

    provider = models.CharField(max_length=20, choices=service_choices())
    value = EncryptedField()
    hint = models.CharField(max_length=8)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="where the service says when it ends")
    problem = models.CharField(max_length=300, blank=True, help_text="why it could not be renewed, in words")
    updated_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "provider"], name="provider_credential_once"),
            models.CheckConstraint(condition=models.Q(provider__in=sorted(SERVICES)), name="provider_known"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.hint}"


class AuditEntry(models.Model):
    """Who saw or changed what (A7, M13): one chain per workspace, and one for what belongs to none.

    The app role may add rows and never change, delete or truncate them. The references have no constraint, so that an
    entry outlives the person and the workspace it names and its digest holds.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=120, blank=True)
    detail = models.JSONField(default=dict, help_text="ids, numbers and words of our own; nothing personal")
    created_at = models.DateTimeField(default=timezone.now)
    sequence = models.PositiveBigIntegerField()
    previous = models.CharField(max_length=64, help_text="digest of the entry before it")
    digest = models.CharField(max_length=64, help_text="see accounts.chain")

    objects: ClassVar[TenantManager["AuditEntry"]] = TenantManager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "audit entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "sequence"], nulls_distinct=False, name="audit_place_once")
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "-created_at"], name="audit_by_workspace")]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"

    @property
    def link(self) -> Entry:
        """The entry as its chain sees it."""
        return Entry(
            id=self.id,
            workspace=self.workspace_id,
            user=self.user_id,
            action=self.action,
            target=self.target,
            detail=self.detail,
            created_at=self.created_at,
            sequence=self.sequence,
            previous=self.previous,
            digest=self.digest,
        )
