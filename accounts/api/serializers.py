"""What the API takes and gives about people and workspaces."""

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from rest_framework import serializers

from accounts.forms import plain_name
from accounts.models import ApiKey, Invitation, Membership, Role, User, Workspace
from accounts.scopes import KEY_STATES, scope_choices

SHORT_NAME = RegexValidator(r"^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$", "Use small letters, digits and hyphens.", "slug")


def _password(**more: Any) -> serializers.CharField:
    return serializers.CharField(trim_whitespace=False, max_length=1024, write_only=True, **more)


class RegisterSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = _password()


class RegisteredSerializer(serializers.Serializer[Any]):
    """The same answer whether or not the address has an account."""

    email = serializers.EmailField()
    detail = serializers.CharField()


class KeySerializer(serializers.Serializer[Any]):
    """What stands behind the last slash of the link in the letter."""

    key = serializers.CharField(max_length=400, write_only=True)


class VerifiedSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    verified = serializers.BooleanField()


class SignInSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = _password()
    otp = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        default="",
        write_only=True,
        help_text="the code of the authenticator app, or a recovery code",
    )


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096, write_only=True)


class PairSerializer(serializers.Serializer[Any]):
    """``access`` is good for ten minutes, ``refresh`` for the next pair, once."""

    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)


class ForgottenSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


class NewPasswordSerializer(KeySerializer):
    password = _password()


class DetailSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()


class WorkspaceSerializer(serializers.ModelSerializer[Workspace]):
    """A workspace, and what the caller is in it."""

    role = serializers.SerializerMethodField()
    name = serializers.CharField(max_length=120, validators=[plain_name])

    class Meta:
        model = Workspace
        fields: ClassVar = ["id", "name", "slug", "role", "created_at"]
        read_only_fields: ClassVar = ["slug"]

    def get_role(self, workspace: Workspace) -> str:
        return str(self.context.get("role", ""))


class NewWorkspaceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, validators=[plain_name])
    slug = serializers.CharField(required=False, default="", validators=[SHORT_NAME], help_text="made from the name")


class MeSerializer(serializers.ModelSerializer[User]):
    """The signed-in person."""

    name = serializers.CharField(max_length=120, required=False, allow_blank=True, validators=[plain_name])
    two_step = serializers.BooleanField(read_only=True, help_text="sign-in asks for a code")
    workspaces = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields: ClassVar = ["id", "email", "name", "two_step", "date_joined", "workspaces"]
        read_only_fields: ClassVar = ["id", "email", "date_joined"]

    def get_workspaces(self, user: User) -> list[dict[str, str]]:
        return [
            {"slug": m.workspace.slug, "name": m.workspace.name, "role": m.role} for m in self.context["memberships"]
        ]


class MemberSerializer(serializers.ModelSerializer[Membership]):
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)

    class Meta:
        model = Membership
        fields: ClassVar = ["id", "email", "name", "role", "created_at"]


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    role = serializers.ChoiceField(Role.choices)

    class Meta:
        model = Invitation
        fields: ClassVar = ["id", "email", "role", "created_at", "expires_at"]
        read_only_fields: ClassVar = ["id", "created_at", "expires_at"]


class JoinedSerializer(serializers.Serializer[Any]):
    workspace = serializers.CharField(help_text="its short name")
    role = serializers.CharField()


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """An API key. ``key`` stands in the answer that made it, and nowhere else."""

    name = serializers.CharField(max_length=80)
    scopes = serializers.MultipleChoiceField(choices=scope_choices(), allow_empty=False)
    state = serializers.ChoiceField(KEY_STATES, read_only=True)

    class Meta:
        model = ApiKey
        fields: ClassVar = ["id", "name", "prefix", "scopes", "state", "expires_at", "last_used_at", "created_at"]
        read_only_fields: ClassVar = ["id", "prefix", "last_used_at", "created_at"]

    def to_representation(self, instance: ApiKey) -> dict[str, Any]:
        return super().to_representation(instance) | {"scopes": list(instance.scopes)}


class NewApiKeySerializer(ApiKeySerializer):
    key = serializers.CharField(read_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields: ClassVar = [*ApiKeySerializer.Meta.fields, "key"]
